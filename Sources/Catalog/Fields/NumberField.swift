/// Whole numbers of 64 bits.
enum NumberField {
  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ limits: ClosedRange<Int64>, _ field: Field,
    to out: inout [UInt8]
  ) throws(Refusal) {
    let kind = document.kind(node)
    guard kind == .number else {
      throw field.refusal(
        "a number is expected, not \(kind.words)",
        kind == .text ? "write it without quotes" : kind == .null ? "leave the member out" : "write digits",
        found: field.isPersonal ? nil : document.string(node))
    }
    let spelling = document.string(node)
    guard let number = Int64(spelling) else {
      throw field.refusal("not a whole number of 64 bits", "write digits only, without . and e", found: spelling)
    }
    guard limits.contains(number) else {
      throw field.refusal(
        "outside \(limits.lowerBound) to \(limits.upperBound)", "write a number within the limits", found: spelling)
    }
    out.append(contentsOf: String(number).utf8)
  }
}

/// True or false. A word of an enum says more where a third answer may come.
enum BooleanField {
  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    let kind = document.kind(node)
    guard kind == .boolean else {
      throw field.refusal(
        "true or false is expected, not \(kind.words)",
        kind == .null ? "leave the member out" : "write true or false without quotes",
        found: field.isPersonal ? nil : document.string(node))
    }
    out.append(contentsOf: document.text(node))
  }
}

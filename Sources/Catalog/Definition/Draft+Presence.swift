// Which fields must and may stand beside the others, in a record or in an object of a group.
extension Draft {
  /// - Throws: `Refusal` when a field stands where it has no place.
  func checkOnlyWhen(_ field: Field, _ verdicts: inout Verdicts) throws(Refusal) {
    if field.onlyWhen.isEmpty || meetsOne(of: field.onlyWhen, field.onlyWhenNumber, &verdicts) { return }
    throw field.refusal(
      "has no place here",
      "leave it out; it belongs where \(field.onlyWhen.map(\.description).joined(separator: ", or "))")
  }

  /// The same at a recipient, who cannot judge a condition on fields that are not shared.
  func checkOnlyWhen(_ field: Field, among agreed: [Bool], _ verdicts: inout Verdicts) throws(Refusal) {
    for condition in field.onlyWhen {
      for part in condition.parts where !agreed[part.index] { return }
    }
    try checkOnlyWhen(field, &verdicts)
  }

  /// Why a field must stand, as advice; nil when it need not.
  func demand(for field: Field, _ verdicts: inout Verdicts) -> String? {
    if field.isRequired { return "add it; every record has it" }
    guard !field.requiredWhen.isEmpty, meetsOne(of: field.requiredWhen, field.requiredWhenNumber, &verdicts) else {
      return nil
    }
    return field.requiredWhen.first { meets($0) }.map { "add it; it is required when \($0)" }
  }

  private func meetsOne(of conditions: [Field.Condition], _ number: Int, _ verdicts: inout Verdicts) -> Bool {
    verdicts.verdict(number) { conditions.contains { meets($0) } }
  }

  /// Whether the first so many bytes of the document are what `write` would append: in one object these fields' values, each as it
  /// is kept, and nothing between them. Names and values are where the scanner found them, so that places say it.
  func isWritten(_ fields: [Field], byteCount: Int, in context: borrowing FieldContext) throws(Refusal) -> Bool {
    var isWritten = true
    var end = 0
    var scratch: [UInt8] = []
    for index in fields.indices {
      guard let node = node(index) else { continue }
      // {"name":value,"name":value}
      let (key, raw) = (document.nodes[node].key, document.nodes[node].raw)
      isWritten = isWritten && key.lowerBound == end + 2 && raw.lowerBound == key.upperBound + 2
      end = raw.upperBound
      if try !fields[index].isWritten(node, of: document, in: context, &scratch) { isWritten = false }
    }
    return isWritten && byteCount == max(end, 1) + 1
  }

  /// Appends the canonical object of these fields, which are the draft's, by alphabet.
  func write(_ fields: [Field], in context: borrowing FieldContext, to out: inout [UInt8]) throws(Refusal) {
    out.append(0x7B)
    var isFirst = true
    for index in fields.indices {
      guard let node = node(index) else { continue }
      if !isFirst { out.append(0x2C) }
      isFirst = false
      out.append(contentsOf: fields[index].member)
      try fields[index].write(node, of: document, in: context, to: &out)
    }
    out.append(0x7D)
  }
}

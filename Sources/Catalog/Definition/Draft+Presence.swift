// Which fields must and may stand beside the others, in a record or in an object of a group.
extension Draft {
  /// - Throws: `Refusal` when a field stands where it has no place.
  func checkOnlyWhen(_ field: Field) throws(Refusal) {
    guard !field.onlyWhen.isEmpty else { return }
    for condition in field.onlyWhen where meets(condition) { return }
    throw field.refusal(
      "has no place here",
      "leave it out; it belongs where \(field.onlyWhen.map(\.description).joined(separator: ", or "))")
  }

  /// The same at a recipient, who cannot judge a condition on fields that are not shared.
  func checkOnlyWhen(_ field: Field, among agreed: [Bool]) throws(Refusal) {
    for condition in field.onlyWhen {
      for part in condition.parts where !agreed[part.index] { return }
    }
    try checkOnlyWhen(field)
  }

  /// Why a field must stand, as advice; nil when it need not.
  func demand(for field: Field) -> String? {
    if field.isRequired { return "add it; every record has it" }
    for condition in field.requiredWhen where meets(condition) {
      return "add it; it is required when \(condition)"
    }
    return nil
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

extension Definition {
  /// The text of a field in a checked body; nil when it is absent or no text.
  public func text(of name: String, in body: ReadBody) -> String? {
    guard let index = names.index(of: name.utf8), let draft = try? draft(of: body) else { return nil }
    return draft.string(index)
  }

  /// A field by which found records can be narrowed without being searchable: one whose value is a text.
  /// - Throws: `Refusal` when there is none such; advises what can be used.
  public func comparable(_ name: String) throws(Refusal) -> Field {
    if let field = field(name), field.isFilterable { return field }
    let names = (searchNames + fields.filter(\.isFilterable).map(\.name)).sorted()
    throw Refusal(
      field: name, problem: field(name) == nil ? "no field of \(dataset)" : "cannot be searched in \(dataset)",
      whatToDo: NearestName.advice(name, in: names, else: "use \(names.joined(separator: ", "))"),
      fieldIsKnown: field(name) != nil)
  }
}

import Terms

extension Definition {
  /// The keys under which a checked body can be found: of each searchable field, and those that rules make. Without
  /// duplicates, sorted.
  public func searchKeys(of body: ReadBody) -> [SearchKey] {
    guard let draft = try? draft(of: body) else { return [] }
    var keys: [SearchKey] = []
    keys.reserveCapacity(12)
    let sorted = sorted
    let fields = sorted.span
    for index in findable {
      guard let node = draft.node(index) else { continue }
      fields[index].appendKeys(node, of: draft.document, to: &keys)
    }
    for rule in rules { rule.appendKeys(draft, self, to: &keys) }
    keys.sort()
    var kept = 0
    for index in keys.indices where index == 0 || keys[index] != keys[kept - 1] {
      if kept < index { keys[kept] = keys[index] }
      kept += 1
    }
    keys.removeLast(keys.count - kept)
    return keys
  }

  /// The key of what an officer typed after `FIELD=`.
  /// - Throws: `Refusal` when the field cannot be searched or the text can be no value of it.
  public func searchKey(field name: String, typed: String) throws(Refusal) -> SearchKey {
    for rule in rules {
      if let key = try rule.key(named: name, typed: typed) { return key }
    }
    guard let field = field(name), field.isSearchable else {
      let names = searchNames
      let advice = NearestName.advice(name, in: names, else: "search by \(names.joined(separator: ", "))")
      throw Refusal(
        field: name, problem: field(name) == nil ? "no field of \(dataset)" : "not searchable in \(dataset)",
        whatToDo: advice, fieldIsKnown: field(name) != nil)
    }
    if case .mrz = field.type {
      let key = try field.key(typed: typed)
      return SearchKey(
        field: rules.lazy.compactMap { $0.documentName(forZone: name, self) }.first ?? name, value: key.value)
    }
    return try field.key(typed: typed)
  }

  /// The keys of what an officer typed without naming a field: one for each searchable name that can take it.
  public func searchKeys(typed: String) -> [SearchKey] {
    var keys: [SearchKey] = []
    for name in searchNames {
      if let key = try? searchKey(field: name, typed: typed), !keys.contains(key) { keys.append(key) }
    }
    return keys
  }

  /// The key of records that refer to a record; empty where none can be searched for.
  public func searchKeys(referringTo id: RecordID) -> [SearchKey] {
    guard let refersField, let key = try? searchKey(field: refersField, typed: id.description) else { return [] }
    return [key]
  }
}

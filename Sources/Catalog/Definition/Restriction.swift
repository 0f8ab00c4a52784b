/// Records of a dataset that only some roles see, whatever an agreement lets the others look up: in the definition
///
///     [[restricted]]
///     when = { visibility = ["security"] }
///     roles = ["security-officer", "auditor"]
public struct Restriction: Hashable, Sendable {
  /// The records: those that meet one of these.
  public let when: [Field.Condition]
  /// The roles that see them.
  public let roles: [String]

  /// In words, for a person who has none of the roles.
  public var words: String {
    "where \(when.map(\.description).joined(separator: ", or ")), only \(roles.joined(separator: ", ")) may see it"
  }
}

extension Definition {
  /// What a role may not see of the dataset.
  public func restrictions(on role: String) -> [Restriction] { restrictions.filter { !$0.roles.contains(role) } }

  /// Whether a role may see a record. What decides and is not in the body, as an agreement may keep it back, counts as met.
  public func shows(_ body: ReadBody, to role: String) -> Bool {
    let restrictions = restrictions(on: role)
    guard !restrictions.isEmpty else { return true }
    guard let draft = try? draft(of: body) else { return false }
    return !restrictions.contains { $0.when.contains { draft.meets($0, whereAbsent: true) } }
  }
}

extension DefinitionReader {
  /// The tables `restricted`.
  func restrictions(_ root: TableReader) -> [Restriction] {
    root.tables("restricted", what: "restriction").compactMap { table in
      table.refuseOthers(than: ["when", "roles"])
      checkConditions(of: table, in: fields, keys: ["when"])
      let when = conditions(table, "when")
      if when.isEmpty { let _: Void? = table.missing("when", "{ field = [\"value\"] }") }
      guard let roles = table.texts("roles", example: "auditor"), !roles.isEmpty else {
        if table.member("roles") == nil { let _: Void? = table.missing("roles", "[\"auditor\"]") }
        return nil
      }
      return Restriction(when: when, roles: roles.map(\.value))
    }
  }
}

import Terms

/// A record as the questions of risk look at it: whose it is, when, what it says and what it is about.
public struct Statement: Sendable {
  /// The record's id.
  public let id: RecordID
  /// The ids of earlier versions, in whose place it stands.
  public let earlier: [RecordID]
  /// The country that published it.
  public let origin: CountryCode
  /// The dataset.
  public let dataset: String
  /// The record's own time.
  public let time: Instant
  /// What it says.
  public let body: JSONValue
  /// What it is about.
  public let subjects: RecordSubjects

  /// A record of a definition.
  public init(
    _ body: ReadBody, of definition: Definition, id: RecordID, origin: CountryCode, earlier: [RecordID] = []
  ) {
    (self.id, self.origin, self.earlier, dataset) = (id, origin, earlier, definition.dataset.description)
    time =
      definition.timeField.flatMap { definition.text(of: $0, in: body) }.flatMap { try? Instant($0) } ?? id.time
    self.body = (try? JSONValue(parsing: body.bytes)) ?? .null
    subjects = RecordSubjects(definition, body)
  }

  /// The text of a field.
  public func text(_ field: String) -> String? { body[field]?.string }

  /// The record that a field names.
  public func record(_ field: String) -> RecordID? { text(field).flatMap { try? RecordID($0) } }

  /// The texts of a field that is a list.
  public func texts(_ field: String) -> [String] {
    guard case .list(let values)? = body[field] else { return [] }
    return values.compactMap(\.string)
  }

  /// The texts of one field in each object of a group that is a list.
  public func texts(_ field: String, in group: String) -> [String] {
    guard case .list(let objects)? = body[group] else { return [] }
    return objects.compactMap { $0[field]?.string }
  }

  /// Whether it refers to a record, or to an earlier version of it, of the same country.
  func continues(_ other: Statement) -> Bool {
    guard origin == other.origin, let refers = record("refers") else { return false }
    return refers == other.id || other.earlier.contains(refers)
  }

  /// In order of time, then of publishing.
  static func isEarlier(_ a: Statement, _ b: Statement) -> Bool { (a.time, a.id) < (b.time, b.id) }
}

/// What two countries agree for one stream, as the ceremony signs it and both ends enforce it.
public struct StreamTerms: Hashable, Sendable {
  /// Direction and dataset.
  public var stream: StreamName
  /// The version of the dataset's definition.
  public var version: UInt32
  /// SHA-256 of the definition file's bytes.
  public var definition: Digest
  /// Which records go; empty for all.
  public var filter: [FilterClause]
  /// Which fields go, in alphabetical order; nothing else leaves.
  public var fields: [String]
  /// Whether records are replicated or asked for one by one.
  public var mode: Mode
  /// What the recipient may use them for, in plain words.
  public var purpose: String
  /// Roles that may look them up at the recipient, in alphabetical order.
  public var roles: [String]
  /// Days after which bodies are destroyed on both sides.
  public var retentionDays: UInt32

  /// How records reach the recipient.
  public enum Mode: String, Hashable, Sendable, CaseIterable {
    /// Sent when published, kept sealed by the recipient.
    case replicate
    /// Kept by the origin, answered on request.
    case query
  }

  /// What two countries agree for one stream.
  public init(
    stream: StreamName, version: UInt32, definition: Digest, filter: [FilterClause], fields: [String], mode: Mode,
    purpose: String, roles: [String], retentionDays: UInt32
  ) {
    self.stream = stream
    self.version = version
    self.definition = definition
    self.filter = filter
    self.fields = fields.sorted()
    self.mode = mode
    self.purpose = purpose
    self.roles = roles.sorted()
    self.retentionDays = retentionDays
  }
}

/// One condition of a filter: the field has one of these values. A value may end in `*`, which stands for any ending.
public struct FilterClause: Hashable, Sendable, CustomStringConvertible {
  /// The field of the dataset's definition.
  public let field: String
  /// The values, in alphabetical order.
  public let values: [String]

  /// One condition.
  public init(field: String, values: [String]) {
    self.field = field
    self.values = values.sorted()
  }

  /// The form `crossing = GT-SV/*, GT-SV/anguiatu`.
  public var description: String { "\(field) = \(values.joined(separator: ", "))" }

  /// Whether a value meets the condition.
  public func admits(_ value: some StringProtocol) -> Bool {
    values.contains { $0.hasSuffix("*") ? value.hasPrefix($0.dropLast()) : value == $0 }
  }
}

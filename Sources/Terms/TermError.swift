/// A word of the domain that was written wrongly: says what it is, what was found and what was expected.
public struct TermError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was being read, such as `country code`.
  public let kind: String
  /// The text that was found, shortened.
  public let found: String
  /// The form that is expected, with an example.
  public let expected: String

  /// Describes a wrongly written word.
  public init(kind: String, found: String, expected: String) {
    self.kind = kind
    self.found = found
    self.expected = expected
  }

  /// One sentence for a person.
  public var description: String { "\"\(found)\" is not a \(kind); write \(expected)" }
}

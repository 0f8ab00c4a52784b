/// Why a record, a body or a search was refused: one fault, said so that a publisher can mend it.
///
/// Problem and advice never hold values; only `found` does. So `logText` may be logged, whatever the field.
public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The field, or `line` when the fault is in the line as a whole.
  public let field: String
  /// What was found, shortened; nil when there is nothing to show. May be personal.
  public let found: String?
  /// What is wrong.
  public let problem: String
  /// What to write instead.
  public let whatToDo: String
  /// Whether `field` is a name of the definition and not a word from outside.
  let fieldIsKnown: Bool

  /// The most characters of a value that are shown.
  public static let foundLimit = 60

  /// Describes one fault.
  public init(field: String, found: String? = nil, problem: String, whatToDo: String, fieldIsKnown: Bool = true) {
    self.field = fieldIsKnown ? field : ShownText.line(field, longest: Self.foundLimit)
    self.found = found.map { ShownText.line($0, longest: Self.foundLimit) }
    self.problem = problem
    self.whatToDo = whatToDo
    self.fieldIsKnown = fieldIsKnown
  }

  /// The refusal of a line or body that is longer than 64 KiB.
  public static let tooLong = Refusal(
    field: "line", problem: "longer than 64 KiB",
    whatToDo: "shorten its texts; scans and other files are no part of a record, keep them in your own system")

  /// What is wrong, with what was found.
  public var problemFound: String { found.map { "\(problem) (found \"\($0)\")" } ?? problem }

  /// The sentence for the publisher, with what was found.
  public var description: String { "\(field): \(problemFound); \(whatToDo)" }

  /// The sentence for a log: no value, and no field name that came from outside.
  public var logText: String { fieldIsKnown ? "\(field): \(problem); \(whatToDo)" : "line: \(problem)" }
}

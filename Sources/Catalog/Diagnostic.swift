/// One fault of a topology or definition file: where it stands, what it is, and what to write instead.
public struct Diagnostic: Error, Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The file, as it was named.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The column in characters, from 1.
  public let column: Int
  /// What is wrong.
  public let problem: String
  /// What to write instead.
  public let whatToDo: String

  /// Each half of the sentence; both may quote the file.
  static let lengthMax = 400

  /// A fault of a file.
  public init(file: String, line: Int, column: Int, problem: String, whatToDo: String) {
    (self.file, self.line, self.column) = (file, line, column)
    (self.problem, self.whatToDo) = (
      ShownText.line(problem, longest: Self.lengthMax), ShownText.line(whatToDo, longest: Self.lengthMax)
    )
  }

  /// `file:line:column: problem; what to do`.
  public var description: String { "\(file):\(line):\(column): \(problem); \(whatToDo)" }

  /// Order of reading.
  public static func < (a: Self, b: Self) -> Bool {
    (a.file, a.line, a.column, a.problem) < (b.file, b.line, b.column, b.problem)
  }
}

/// All faults that kept a topology from being read.
public struct TopologyFaults: Error, Hashable, Sendable, CustomStringConvertible {
  /// The faults, in order of file and place; at least one.
  public let diagnostics: [Diagnostic]

  /// One line a fault.
  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }

  /// These faults.
  public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}

/// What is wrong with a table, or with one of its rows.
public struct TableFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let problem: String
  /// What to do.
  public let whatToDo: String

  /// One sentence for a person.
  public var description: String { "\(problem); \(whatToDo)" }

  init(_ problem: String, _ whatToDo: String) { (self.problem, self.whatToDo) = (problem, whatToDo) }

  static func notUTF8(column: Int) -> Self {
    Self("column \(column) is not UTF-8, perhaps Latin-1", "save the file as \"CSV UTF-8\"")
  }
  static let empty = Self("the table is empty", "let its first line name the columns")
  static let utf16 = Self("the file is UTF-16", "save it as \"CSV UTF-8\"")
  static func openQuote(column: Int) -> Self {
    Self(
      "column \(column) begins with a quote that does not end", "close it, or double the quotes within a quoted cell")
  }
  static func looseQuote(column: Int) -> Self {
    Self(
      "column \(column) has a quote in the midst of it", "put the whole cell in quotes and double the quotes within it")
  }
  static let tooLong = Self("the row is longer than \(CSVReader.longestRow >> 10) KiB", "shorten its texts")
}

import Catalog

/// JSON objects of one shape as rows of a table: each column is a member, or a member of a member, `alert.severity`. Lists of texts
/// stand in one cell with `|` between them; other lists and objects as JSON.
public struct LineTable: Sendable {
  /// The names of the columns.
  public let columns: [String]

  /// A table with these columns.
  public init(_ columns: [String]) { self.columns = columns }

  /// The row of an object; what it lacks is an empty cell.
  public func row(_ line: JSONValue) -> [String] {
    columns.map { column in
      var value: JSONValue? = line
      for name in column.split(separator: ".") { value = value?[String(name)] }
      return value.map(Self.cell) ?? ""
    }
  }

  static func cell(_ value: JSONValue) -> String {
    switch value {
    case .null: return ""
    case .text(let text): return CSVWriter.guarded(text)
    case .list(let items):
      if items.isEmpty { return "" }
      let texts = items.compactMap(\.string)
      let isPlain = texts.count == items.count && !texts.contains { $0.isEmpty || $0.contains("|") || $0.first == " " }
      guard isPlain, let first = texts.first, first.first != "[", first.first != "{",
        texts.allSatisfy({ $0.last != " " })
      else { return value.json }
      return CSVWriter.guarded(texts.joined(separator: "|"))
    default: return value.json
    }
  }
}

/// Writes comma-separated values (RFC 4180): rows end in CR LF, cells are quoted where they must be.
public enum CSVWriter {
  /// One row.
  public static func row(_ cells: [String], separator: CSVReader.Separator = .comma) -> String {
    cells.map { cell($0, separator) }.joined(separator: separator.rawValue) + "\r\n"
  }

  private static func cell(_ text: String, _ separator: CSVReader.Separator) -> String {
    let mustQuote = text.utf8.contains { $0 == separator.byte || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
    return mustQuote ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  /// Spreadsheets run a cell that begins like a formula. An apostrophe before it keeps it a text, for them and for `plain`.
  public static func guarded(_ text: String) -> String { isFormula(text) ? "'" + text : text }

  /// The text without the apostrophe that `guarded` put before it.
  static func plain(_ cell: String) -> String {
    cell.utf8.first == 0x27 && isFormula(String(cell.dropFirst())) ? String(cell.dropFirst()) : cell
  }

  private static func isFormula(_ text: String) -> Bool {
    switch text.utf8.first {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
    default: false
    }
  }
}

import Catalog
import Tables

/// How the lines of an answer are written where not in words: as a table (`--csv`), or as declarations (`--duca`). What else the
/// answer says goes to standard error, so that standard output can be read by a program as it is.
struct AnswerTable {
  /// What comes before all lines.
  let head: String
  /// The text of a line; nil of one that has no place in the form.
  let text: (JSONValue) -> String?

  private init(head: String, text: @escaping (JSONValue) -> String?) { (self.head, self.text) = (head, text) }

  /// Columns that say something about a record, before those of its fields.
  static let aboutRecords = ["stream", "id", "time", "published", "kind", "changes", "changed_by"]

  /// A table of lines of one shape.
  static func lines(_ columns: [String]) -> AnswerTable {
    let table = LineTable(columns)
    return AnswerTable(head: CSVWriter.row(columns)) { CSVWriter.row(table.row($0)) }
  }

  /// A table of a dataset's records, which `publish --csv` reads again.
  static func records(_ definition: Definition) -> AnswerTable {
    let table = RecordTable(definition, aside: aboutRecords)
    return AnswerTable(head: CSVWriter.row(table.header)) { line in
      line["record"].map { CSVWriter.row(table.row($0, aside: aboutRecords.map { line.text($0) })) }
    }
  }

  /// Declarations under the numbers of the DUCA's fields, one a line, which `publish --duca` reads again.
  static var declarations: AnswerTable {
    AnswerTable(head: "") { line in line["record"].flatMap(DUCAForm.write).map { $0.json + "\n" } }
  }

  /// The form that the words of a command ask for; nil for words and JSON.
  /// - Throws: `UsageError` when they ask for two.
  static func asked(_ arguments: Arguments, csv: @autoclosure () throws -> AnswerTable) throws -> AnswerTable? {
    let forms = ["--csv", "--duca", "--json"].filter(arguments.flag)
    guard forms.count <= 1 else { throw UsageError("\(forms.joined(separator: " and ")) exclude each other") }
    switch forms.first {
    case "--csv": return try csv()
    case "--duca": return declarations
    default: return nil
    }
  }
}

import Catalog

/// The rows of a table as records of a dataset: finds out what separates its cells, reads its header and makes a record of each row, in
/// bounded memory.
public struct RecordRows {
  /// One row.
  public struct Row {
    /// The line on which it begins, from 1.
    public let line: Int
    /// Its cells; empty when they cannot be read.
    public let cells: [String]
    /// The record, or why it is none.
    public let record: Result<JSONValue, Refusal>
  }

  /// What separates its cells.
  public let separator: CSVReader.Separator
  /// The names of its columns.
  public let header: [String]
  private var reader: CSVReader
  private let columns: RecordColumns

  /// The rows of what `read` gives piece by piece. Without a separator the one with which the most columns mean something.
  /// - Throws: `TableFault` about the header, or what `read` throws.
  public init(
    separator: CSVReader.Separator? = nil, mapping: RecordColumns.Mapping = .init(), of definition: Definition,
    read: @escaping () throws -> [UInt8]
  ) throws {
    reader = CSVReader(read: read)
    let rows = try reader.firstRows().filter { separator == nil || $0.separator == separator }
    func fitting(_ row: CSVReader.Row) -> Int { RecordColumns.fitting(row.cells, mapping, definition) }
    guard let best = rows.max(by: { fitting($0.row) < fitting($1.row) }) else { throw TableFault.empty }
    self.separator = best.separator
    reader.use(best.separator)
    guard let row = try reader.next() else { throw TableFault.empty }
    if let fault = row.fault { throw TableFault("line \(row.line): \(fault.problem)", fault.whatToDo) }
    header = row.cells
    columns = try RecordColumns(header: row.cells, mapping: mapping, of: definition)
  }

  /// The next row that is not blank; nil at the end.
  public mutating func next() throws -> Row? {
    guard let row = try reader.next() else { return nil }
    if let fault = row.fault {
      let refusal = Refusal(field: "line", problem: fault.problem, whatToDo: fault.whatToDo)
      return Row(line: row.line, cells: row.cells, record: .failure(refusal))
    }
    do throws(Refusal) {
      return Row(line: row.line, cells: row.cells, record: .success(try columns.record(row.cells)))
    } catch { return Row(line: row.line, cells: row.cells, record: .failure(error)) }
  }

  // MARK: Rows that were refused

  /// Writes refused rows, fit to be corrected and sent again.
  public var refusedWriter: RefusedRows { RefusedRows(header: header, separator: separator) }
}

/// Rows of a table that were refused, with columns that say why; they are passed over when the table is read again.
public struct RefusedRows: Sendable {
  /// The columns that say why: line, field, problem, remedy.
  public static let columns = ["_line", "_field", "_problem", "_remedy"]

  let header: [String]
  let separator: CSVReader.Separator

  /// The first row.
  public var head: String {
    CSVWriter.row(header.filter { !Self.columns.contains($0) } + Self.columns, separator: separator)
  }

  /// A refused row. `reason` holds field, problem and remedy.
  public func row(_ cells: [String], line: Int, reason: [String]) -> String {
    let kept = header.indices.filter { !Self.columns.contains(header[$0]) }
    return CSVWriter.row(
      kept.map { cells.indices.contains($0) ? cells[$0] : "" } + [String(line)] + reason, separator: separator)
  }
}

import Catalog
import Node
import Tables
import Terms

/// Lines for one request: results come after each, so a long upload tells early what is wrong, and one that breaks off has
/// told most.
struct PublishPiece {
  /// The most lines of one request.
  static let linesMax = 5_000

  /// Why a line was not even sent.
  struct Fault {
    let place: Int
    let field: String
    let problem: String
    let whatToDo: String
  }

  /// The lines of JSON that are sent.
  var bytes: [UInt8] = []
  /// For each of these, its place in the piece.
  var sent: [Int] = []
  /// Of a table, the rows; empty of lines of JSON, which are in `bytes`.
  var rows: [(line: Int, cells: [String])] = []
  /// Of documents, what each is called: its file, or its place in one.
  var labels: [String] = []
  var faults: [Fault] = []
  /// The number of the piece's first line.
  let first: Int

  /// The number of a line for people.
  func number(_ place: Int) -> Int { rows.isEmpty ? first + place : rows[place].line }

  /// Where a record came from, for people: its line, or its document.
  func source(_ place: Int) -> String { labels.isEmpty ? "line \(number(place))" : labels[place] }
}

/// Where records come from.
protocol PublishSource: AnyObject {
  /// Bytes of the file, when it is one, and how many of them were read.
  var byteCount: Int64? { get }
  var readBytes: Int64 { get }
  /// The next lines; nil at the end. What the records bear is given to the node before them.
  func next(for node: NodeAccess) throws -> PublishPiece?
  /// Where rejected records are kept, fit to be corrected and sent again.
  func rejected(at path: String) throws -> any RejectedRecords
  /// A field of a record, as the source's own form names it.
  func shown(_ field: String) -> String
}

extension PublishSource {
  func shown(_ field: String) -> String { field }
}

/// The source that the words of the command name.
func publishSource(
  _ dataset: DatasetName, _ arguments: Arguments, _ console: Console
) throws -> any PublishSource {
  let words = Array(arguments.positionals.dropFirst())
  let forms = [("--xml", XMLDocuments.dataset), ("--duca", DUCADocuments.dataset)]
  for (form, owner) in forms where arguments.flag(form) {
    guard dataset.description == owner else { throw UsageError("\(form) goes with \(owner)") }
    for option in ["--csv", "--separator", "--map", "--set"] where !arguments.values(option).isEmpty {
      throw UsageError("\(option) and \(form) exclude each other")
    }
  }
  if arguments.flag("--xml") {
    guard !words.isEmpty else { throw UsageError("--xml needs documents, or folders of documents") }
    return try XMLDocuments(words, arguments)
  }
  guard words.count <= 1 else { throw UsageError("too many words; several files at once go with --xml") }
  let path = words.first ?? "-"
  if arguments.flag("--duca") { return try DUCADocuments(path, console) }
  let reader = try LineReader(path, longestLine: PublishSession.longestLine)
  guard arguments.flag("--csv") else {
    for option in ["--separator", "--map", "--set"] where !arguments.values(option).isEmpty {
      throw UsageError("\(option) goes with --csv")
    }
    return JSONLines(reader)
  }
  let definition = try definition(dataset.description, arguments)
  var mapping = RecordColumns.Mapping()
  for text in arguments.values("--map") {
    let (column, field) = try pair(text, "--map takes COLUMN=FIELD; COLUMN= leaves the column out", atLast: true)
    mapping.columns.append((column, field))
  }
  for text in arguments.values("--set") {
    let (field, value) = try pair(text, "--set takes FIELD=VALUE", atLast: false)
    mapping.constants.append((field, value))
  }
  var separator: CSVReader.Separator?
  if let text = arguments.value("--separator") {
    separator = CSVReader.Separator(rawValue: text == "tab" || text == "\\t" ? "\t" : text)
    guard separator != nil else { throw UsageError("--separator takes one of , ; | tab") }
  }
  return try CSVRows(reader, separator, mapping, definition)
}

/// The two sides of an equals sign: of the last one where a column's name may hold one.
private func pair(_ text: String, _ usage: String, atLast: Bool) throws(UsageError) -> (String, String) {
  guard let equals = atLast ? text.lastIndex(of: "=") : text.firstIndex(of: "="), equals > text.startIndex else {
    throw UsageError(usage)
  }
  return (String(text[..<equals]), String(text[text.index(after: equals)...]))
}

/// One JSON object a line.
private final class JSONLines: PublishSource {
  private var reader: LineReader
  private var count = 0
  /// The lines of a piece of which some were rejected.
  private var lines: (first: Int, each: [ArraySlice<UInt8>])?

  init(_ reader: LineReader) { self.reader = reader }

  var byteCount: Int64? { reader.byteCount }
  var readBytes: Int64 { reader.readBytes }

  func rejected(at path: String) throws -> any RejectedRecords {
    try RejectedLines(path, head: "", bytes: { [self] piece, place, _ in line(piece, place) })
  }

  func next(for node: NodeAccess) throws -> PublishPiece? {
    guard let lines = try reader.next(limit: PublishPiece.linesMax) else { return nil }
    var piece = PublishPiece(first: count + 1)
    piece.bytes = lines.bytes
    piece.sent = Array(0..<lines.count)
    count += lines.count
    return piece
  }

  private func line(_ piece: PublishPiece, _ place: Int) -> [UInt8] {
    if lines?.first != piece.first {
      lines = (piece.first, piece.bytes.split(separator: 0x0A, omittingEmptySubsequences: false))
    }
    guard let each = lines?.each, each.indices.contains(place) else { return [] }
    return Array(each[place]) + [0x0A]
  }
}

/// The rows of a table.
private final class CSVRows: PublishSource {
  private let source: Bytes
  private var rows: RecordRows

  /// The file's bytes, shared with the reader's closure.
  private final class Bytes {
    var reader: LineReader
    init(_ reader: LineReader) { self.reader = reader }
  }

  init(
    _ lines: LineReader, _ separator: CSVReader.Separator?, _ mapping: RecordColumns.Mapping, _ definition: Definition
  ) throws {
    let source = Bytes(lines)
    self.source = source
    do {
      rows = try RecordRows(separator: separator, mapping: mapping, of: definition) {
        try source.reader.nextBytes()
      }
    } catch let fault as TableFault { throw CommandFailure("the header: \(fault)") }
  }

  var byteCount: Int64? { source.reader.byteCount }
  var readBytes: Int64 { source.reader.readBytes }
  func rejected(at path: String) throws -> any RejectedRecords {
    try RejectedLines(path, head: rows.refusedWriter.head, bytes: row)
  }

  func next(for node: NodeAccess) throws -> PublishPiece? {
    var piece = PublishPiece(first: 0)
    while piece.rows.count < PublishPiece.linesMax, piece.bytes.count < LineReader.fullAtByteCount,
      let row = try rows.next()
    {
      let place = piece.rows.count
      piece.rows.append((row.line, row.cells))
      switch row.record {
      case .success(let record):
        piece.bytes += Array(record.json.utf8) + [0x0A]
        piece.sent.append(place)
      case .failure(let refusal):
        piece.faults.append(
          .init(place: place, field: refusal.field, problem: refusal.problemFound, whatToDo: refusal.whatToDo))
      }
    }
    return piece.rows.isEmpty ? nil : piece
  }

  private func row(_ piece: PublishPiece, _ place: Int, _ reason: RejectedReason) -> [UInt8] {
    let (line, cells) = piece.rows[place]
    return Array(
      rows.refusedWriter.row(cells, line: line, reason: [reason.field, reason.problem, reason.whatToDo]).utf8)
  }
}

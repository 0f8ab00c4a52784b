import Catalog
import Certificates
import Node
import Tables
import Terms

/// A file that an officer uploaded, taken apart into lines, with what became or would become of each. In memory only.
struct Upload: Sendable {
  /// The longest file, in bytes: what fits is read in a moment; longer ones go by `istmo publish`.
  static let longest = 4 << 20
  /// The most lines.
  static let mostLines = 5_000

  /// What a file is.
  enum Kind: Sendable { case table, lines, certificate }

  /// One record of the file.
  struct Line: Sendable {
    /// Its line in the file.
    let number: Int
    /// The record as it is published; empty when it cannot be read.
    let record: [UInt8]
    /// What goes into the file of refused lines.
    let source: Source
    /// What becomes of it.
    var fate: Fate
  }

  /// A line as it stood in the file.
  enum Source: Sendable { case cells([String]), text([UInt8]) }

  /// What becomes of a line.
  enum Fate: Sendable {
    case accepted(RecordID?)
    case duplicate(RecordID?)
    case refused(Refusal)
    case failed(String)
  }

  let definition: Definition
  let kind: Kind
  let fileName: String
  var lines: [Line]
  /// Whether the accepted lines were stored; else this is what would become of them.
  var isStored = false
  /// Writes refused rows as the table had them.
  private let rows: RefusedRows?

  /// Takes a file apart.
  /// - Throws: `Refusal` when it is none that can be read at all.
  init(_ bytes: [UInt8], named name: String, of definition: Definition) throws(Refusal) {
    self.definition = definition
    fileName = ShownText.line(name, longest: 80)
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    switch first {
    case nil: throw Refusal(field: "line", problem: "the file is empty", whatToDo: "choose another file")
    case 0x3C?:
      (kind, rows) = (.certificate, nil)
      lines = [try Self.certificate(bytes, definition)]
    case 0x7B?:
      (kind, rows) = (.lines, nil)
      lines = try Self.json(bytes)
    default:
      kind = .table
      (lines, rows) = try Self.table(bytes, definition)
    }
  }

  private static func certificate(_ bytes: [UInt8], _ definition: Definition) throws(Refusal) -> Line {
    guard definition.dataset.description == "certificates" else {
      throw Refusal(
        field: "line", problem: "an XML document is no file for this dataset",
        whatToDo: "send a table (CSV) or JSON lines")
    }
    do throws(XMLFault) {
      let record = try CertificateReader.record(bytes)
      return Line(number: 1, record: Array(record.json.utf8), source: .text(bytes), fate: .accepted(nil))
    } catch { throw Refusal(field: "line", problem: error.problem, whatToDo: error.whatToDo) }
  }

  private static func json(_ bytes: [UInt8]) throws(Refusal) -> [Line] {
    var lines: [Line] = []
    for (place, piece) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let line = piece.last == 0x0D ? piece.dropLast() : piece
      guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { continue }
      guard lines.count < mostLines else { throw tooMany }
      lines.append(
        Line(number: place + 1, record: Array(line), source: .text(Array(line)), fate: .accepted(nil)))
    }
    return lines
  }

  private static func table(_ bytes: [UInt8], _ definition: Definition) throws(Refusal) -> ([Line], RefusedRows) {
    do {
      var isRead = false
      var rows = try RecordRows(of: definition) {
        defer { isRead = true }
        return isRead ? [] : bytes
      }
      var lines: [Line] = []
      while let row = try rows.next() {
        guard lines.count < mostLines else { throw tooMany }
        switch row.record {
        case .success(let record):
          lines.append(
            Line(
              number: row.line, record: Array(record.json.utf8), source: .cells(row.cells), fate: .accepted(nil)))
        case .failure(let refusal):
          lines.append(Line(number: row.line, record: [], source: .cells(row.cells), fate: .refused(refusal)))
        }
      }
      return (lines, rows.refusedWriter)
    } catch let fault as TableFault {
      throw Refusal(field: "line", problem: fault.problem, whatToDo: fault.whatToDo)
    } catch let refusal as Refusal { throw refusal } catch {
      throw Refusal(field: "line", problem: "the table cannot be read", whatToDo: "save it as CSV UTF-8")
    }
  }

  private static let tooMany = Refusal(
    field: "line", problem: "more than \(mostLines) lines",
    whatToDo: "send it in parts, or let the operator publish the file with istmo publish")

  /// How many lines have a fate.
  func count(_ isSo: (Fate) -> Bool) -> Int { lines.count { isSo($0.fate) } }

  /// How many would be or were stored.
  var accepted: Int { count { if case .accepted = $0 { true } else { false } } }
  /// How many were there before.
  var duplicates: Int { count { if case .duplicate = $0 { true } else { false } } }
  /// The lines that are not stored, with why.
  var refused: [(line: Line, refusal: Refusal)] {
    lines.compactMap { line in
      switch line.fate {
      case .refused(let refusal): (line, refusal)
      case .failed(let why): (line, Refusal(field: "line", problem: why, whatToDo: "send the line again"))
      default: nil
      }
    }
  }

  /// The refused lines as a file to be corrected and sent again.
  var refusedFile: [UInt8] {
    var out = Array((rows?.head ?? "").utf8)
    for (line, refusal) in refused {
      switch line.source {
      case .cells(let cells):
        out +=
          (rows?.row(cells, line: line.number, reason: [refusal.field, refusal.problem, refusal.whatToDo]) ?? "").utf8
      case .text(let text): out += text + [0x0A]
      }
    }
    return out
  }

  /// How the file of refused lines ends.
  var ending: String {
    switch kind {
    case .table: "csv"
    case .lines: "ndjson"
    case .certificate: "xml"
    }
  }
}

import Catalog
import Tables

/// Declarations under the numbers of the DUCA's fields: a file holds one object, a list of them, or one a line.
final class DUCADocuments: PublishSource {
  /// The only dataset that has the form.
  static let dataset = "manifests"
  /// The longest file, in bytes: some thirty thousand declarations.
  private static let longest = 64 << 20

  private let path: String
  private let declarations: [Declaration]
  private let console: Console
  private var position = 0
  private var passedOver: Set<String> = []
  let byteCount: Int64?
  private(set) var readBytes: Int64 = 0

  private struct Declaration {
    let bytes: [UInt8]
    let label: String
  }

  init(_ path: String, _ console: Console) throws {
    (self.path, self.console) = (path, console)
    let bytes = try InputFile.read(path == "-" ? "/dev/stdin" : path, longest: Self.longest)
    byteCount = Int64(bytes.count)
    declarations = Self.divide(bytes, path)
    guard !declarations.isEmpty else { throw CommandFailure("\(path) holds no declaration") }
  }

  private static func divide(_ bytes: [UInt8], _ path: String) -> [Declaration] {
    switch try? JSONValue(parsing: bytes, longest: longest) {
    case .list(let items)?:
      return items.enumerated().map {
        Declaration(bytes: Array($0.element.json.utf8), label: "\(path): declaration \($0.offset + 1)")
      }
    case .some(let one): return [Declaration(bytes: Array(one.json.utf8), label: path)]
    case nil:
      // One a line, each judged by itself.
      return bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
        .filter { !$0.element.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
        .map { Declaration(bytes: Array($0.element), label: "line \($0.offset + 1)") }
    }
  }

  func rejected(at path: String) throws -> any RejectedRecords {
    try RejectedLines(
      path, head: "",
      bytes: { [self] piece, place, _ in declarations[piece.first - 1 + place].bytes + [0x0A] })
  }

  func shown(_ field: String) -> String { DUCAForm.shown(field) }

  func next(for node: NodeAccess) throws -> PublishPiece? {
    guard position < declarations.count else { return nil }
    var piece = PublishPiece(first: position + 1)
    while position < declarations.count, piece.labels.count < PublishPiece.linesMax,
      piece.bytes.count < LineReader.fullAtByteCount
    {
      let declaration = declarations[position]
      position += 1
      let place = piece.labels.count
      piece.labels.append(declaration.label)
      readBytes += Int64(declaration.bytes.count)
      do throws(Refusal) {
        let read = try DUCAForm.read(try JSONValue(parsing: declaration.bytes))
        for words in read.passedOver where passedOver.insert(words).inserted {
          console.complain("not kept: field \(words)")
        }
        piece.bytes += Array(read.record.json.utf8) + [0x0A]
        piece.sent.append(place)
      } catch {
        piece.faults.append(
          .init(place: place, field: error.field, problem: error.problemFound, whatToDo: error.whatToDo))
      }
    }
    return piece
  }
}

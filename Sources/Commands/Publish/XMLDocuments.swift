import Catalog
import Certificates
import Foundation
import Glibc
import Node
import Sodium
import Terms

/// SPSCertificate documents: of each a record of `certificates` is drawn, and the document itself given to the node as what the
/// record bears.
final class XMLDocuments: PublishSource {
  /// The only dataset whose records are drawn from documents.
  static let dataset = "certificates"
  /// Documents of one request: their bytes are given one after the other before it, and progress is told after it.
  private static let mostAtOnce = 100

  private let paths: [String]
  private let definition: Definition
  private let topology: Topology
  private let country: CountryCode
  private var position = 0
  let byteCount: Int64?
  private(set) var readBytes: Int64 = 0

  /// The documents that the words name: files, and the files ending in `.xml` of folders.
  init(_ words: [String], _ arguments: Arguments) throws {
    let home = try Home.open(arguments.home)
    topology = try home.loadTopology()
    country = home.config.country
    definition = try Commands.definition(Self.dataset, arguments)
    paths = try words.flatMap(Self.documents)
    guard !paths.isEmpty else { throw CommandFailure("there is no document; a document's name ends in .xml") }
    byteCount = paths.reduce(Int64(0)) { $0 + Self.size($1) }
  }

  /// A file, or the documents of a folder in order of their names.
  private static func documents(_ word: String) throws -> [String] {
    var info = stat()
    guard stat(word, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { return [word] }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: word) } catch {
      throw CommandFailure("\(word) cannot be read; name a folder that you may read")
    }
    return names.filter { $0.lowercased().hasSuffix(".xml") }.sorted().map { "\(word)/\($0)" }
  }

  private static func size(_ path: String) -> Int64 {
    var info = stat()
    return stat(path, &info) == 0 ? Int64(info.st_size) : 0
  }

  func rejected(at path: String) throws -> any RejectedRecords { try RejectedDocuments(path) }

  func next(for node: NodeAccess) throws -> PublishPiece? {
    guard position < paths.count else { return nil }
    var piece = PublishPiece(first: position + 1)
    while position < paths.count, piece.labels.count < Self.mostAtOnce, piece.bytes.count < LineReader.fullAtByteCount {
      let (path, place) = (paths[position], piece.labels.count)
      piece.labels.append(path)
      position += 1
      readBytes += Self.size(path)
      func refuse(_ field: String, _ problem: String, _ whatToDo: String) {
        piece.faults.append(.init(place: place, field: field, problem: problem, whatToDo: whatToDo))
      }
      do {
        let bytes = try InputFile.read(path, longest: CertificateReader.longest)
        let line = Array(try CertificateReader.record(bytes).json.utf8)
        // A document whose record would be refused is not given to the node, which would keep it for nobody.
        _ = try definition.check(line, from: country, topology: topology, now: SystemClock().now())
        try node.give(bytes)
        piece.bytes += line + [0x0A]
        piece.sent.append(place)
      } catch let fault as XMLFault {
        refuse("document", fault.problem, fault.whatToDo)
      } catch let refusal as Refusal {
        refuse(refusal.field, refusal.problemFound, refusal.whatToDo)
      } catch let error as FileError {
        refuse("document", error.description, "a certificate has \(CertificateReader.longest >> 20) MiB at most")
      } catch let error as APIError {
        refuse("document", "the node did not take it: \(error)", "publish it again when that is mended")
      }
    }
    return piece
  }
}

extension NodeAccess {
  /// Gives an attachment of this country's records; it is durable when this returns.
  func give(_ bytes: [UInt8]) throws {
    _ = try json(
      .init(.post, "/v1/attachments", query: [("digest", SHA256.hash(bytes).description)]), upload: .bytes(bytes))
  }
}

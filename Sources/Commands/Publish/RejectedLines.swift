import Glibc
import Node

/// Where refused records are kept, to be corrected and published again. It holds what the input held, personal data included, and
/// is its owner's alone.
protocol RejectedRecords {
  /// Keeps a record of a piece; gives where it is, for a person.
  func add(_ piece: PublishPiece, _ place: Int, _ reason: RejectedReason) throws -> String
  /// Makes what was kept durable.
  func finish() throws
}

/// Why a record was refused.
struct RejectedReason {
  let field: String
  let problem: String
  let whatToDo: String
}

/// The file of lines that were refused: lines of JSON as they were, or rows of the same table with columns that say why, which
/// publishing passes over.
final class RejectedLines: RejectedRecords {
  /// A refused line as it stands in the file.
  typealias Bytes = (_ piece: PublishPiece, _ place: Int, _ reason: RejectedReason) -> [UInt8]

  private let path: String
  private let descriptor: Int32
  private let bytes: Bytes
  private var lines = 0

  /// Makes the file. One that is there already is left alone: it may be the one that is being published.
  init(_ path: String, head: String, bytes: @escaping Bytes) throws {
    (self.path, self.bytes) = (path, bytes)
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CommandFailure(
        errno == EEXIST
          ? "\(path) is there already; name a file that is not" : "\(path) cannot be written: \(Self.reason)")
    }
    if !head.isEmpty { try write(Array(head.utf8)) }
  }

  deinit { close(descriptor) }

  private static var reason: String { String(cString: strerror(errno)) }

  func add(_ piece: PublishPiece, _ place: Int, _ reason: RejectedReason) throws -> String {
    try write(bytes(piece, place, reason))
    return "line \(lines) of \(path)"
  }

  private func write(_ bytes: [UInt8]) throws {
    guard WholeWrite.write(bytes, to: descriptor) else {
      throw CommandFailure("\(path) cannot be written: \(Self.reason)")
    }
    lines += 1
  }

  func finish() throws {
    guard fsync(descriptor) == 0 else { throw CommandFailure("\(path) cannot be written: \(Self.reason)") }
  }
}

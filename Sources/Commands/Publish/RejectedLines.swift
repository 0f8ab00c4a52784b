import Glibc
import Node

/// The file of lines that were refused, to be corrected and published again: lines of JSON as they were, or rows of the same
/// table with columns that say why, which publishing passes over. It holds what the input held, personal data included, and
/// is its owner's alone.
final class RejectedLines {
  /// Why a line was refused.
  struct Reason {
    let field: String
    let problem: String
    let whatToDo: String
  }

  let path: String
  private let descriptor: Int32
  private var lines = 0

  /// Makes the file. One that is there already is left alone: it may be the one that is being published.
  init(_ path: String, head: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CommandFailure(
        errno == EEXIST
          ? "\(path) is there already; name a file that is not" : "\(path) cannot be written: \(Self.reason)")
    }
    if !head.isEmpty { _ = try add(Array(head.utf8)) }
  }

  deinit { close(descriptor) }

  private static var reason: String { String(cString: strerror(errno)) }

  /// Adds a line; gives its number in the file.
  func add(_ bytes: [UInt8]) throws -> Int {
    guard WholeWrite.write(bytes, to: descriptor) else {
      throw CommandFailure("\(path) cannot be written: \(Self.reason)")
    }
    lines += 1
    return lines
  }

  /// Makes what was written durable.
  func finish() throws {
    guard fsync(descriptor) == 0 else { throw CommandFailure("\(path) cannot be written: \(Self.reason)") }
  }
}

import Exchange
import Glibc

/// Keeps a second process, or a second store in this one, away from the same files. The system lets go of it when the
/// process ends, however it ends. It is a file of its own, because closing any descriptor of a database file would drop
/// SQLite's locks on it.
final class LockFile: Sendable {
  private let descriptor: Int32

  init(path: String) throws(StoreError) {
    // Kept last: an object that is whole closes it when it ends, also when this throws, and by then the number may be another file's.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failure(path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let busy = errno == EWOULDBLOCK
      let error = Self.failure(path)
      Glibc.close(descriptor)
      throw busy ? .busy("\(path) is locked") : error
    }
    self.descriptor = descriptor
  }

  deinit { Glibc.close(descriptor) }

  /// What was written into the file last.
  var content: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64)
    // Read first: `bytes.prefix(pread(…))` would take the beginning of what `bytes` was before.
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
  }

  /// Puts a few bytes into the file; false when that fails.
  func write(_ bytes: [UInt8], at place: Int = 0, durably: Bool) -> Bool {
    pwrite(descriptor, bytes, bytes.count, off_t(place)) == bytes.count && (!durably || fdatasync(descriptor) == 0)
  }

  /// Makes an empty file readable by its owner alone, unless it is there.
  static func create(_ path: String) throws(StoreError) {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure(path) }
    Glibc.close(file)
  }

  /// Makes durable that a file is in its folder; false when that fails.
  static func syncFolder(of path: String) -> Bool {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { Glibc.close(file) }
    return fsync(file) == 0
  }

  /// What the last call to the system failed with.
  static func failure(_ path: String) -> StoreError {
    let number = errno
    let text = "\(path): \(String(cString: strerror(number)))"
    return number == ENOSPC || number == EDQUOT ? .full(text) : .failed(text)
  }
}

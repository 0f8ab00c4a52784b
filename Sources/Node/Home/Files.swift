import Foundation
import Glibc
import Sodium

/// A home's files: read with a limit and never through a link; written so that after a power cut there is the old file or
/// the new one, never half of one.
enum Files {
  /// How names of files begin that were being written when the process died.
  static let leftover = ".writing-"

  /// Reads a whole file.
  static func read(_ path: String, longest: Int, what: String) throws(HomeError) -> [UInt8] {
    let file = try open(path, longest: longest, what: what)
    defer { close(file.descriptor) }
    var bytes = [UInt8](repeating: 0, count: file.size)
    if let error = bytes.withUnsafeMutableBytes({ fill($0, file.descriptor, path) }) { throw error }
    return bytes
  }

  /// Reads a whole file into guarded memory. One newline at its end does not count when `isText`.
  static func readSecret(_ path: String, longest: Int, what: String, isText: Bool) throws(HomeError) -> SecretBytes {
    let file = try open(path, longest: longest, what: what, following: isText)
    defer { close(file.descriptor) }
    let whole = try SecretBytes(count: file.size) { (buffer) throws(HomeError) in
      if let error = fill(buffer, file.descriptor, path) { throw error }
    }
    let count = whole.withUnsafeBytes { isText && $0.last == 0x0A ? $0.count - 1 : $0.count }
    return SecretBytes(count: count) { out in
      whole.withUnsafeBytes { out.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
  }

  private static func open(
    _ path: String, longest: Int, what: String, following: Bool = false
  ) throws(HomeError) -> (descriptor: Int32, size: Int) {
    // Not blocking: a FIFO in a file's place must not hold the process.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (following ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR: throw .noFile(path, what: what)
      case ELOOP: throw .link(path)
      default: throw failure(path, "cannot open")
      }
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notAFile(path)
    }
    guard status.st_size <= longest else {
      close(descriptor)
      throw .tooLong(path, limit: longest)
    }
    return (descriptor, Int(status.st_size))
  }

  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ descriptor: Int32, _ path: String
  ) -> HomeError? {
    var done = 0
    while done < buffer.count, let start = buffer.baseAddress {
      let count = Glibc.read(descriptor, start + done, buffer.count - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return failure(path, "cannot read") }
      done += count
    }
    return nil
  }

  /// Writes a file whole and durably: a temporary file, fsync, rename, fsync of the folder. Mode 0600.
  static func write(_ bytes: [UInt8], to path: String) throws(HomeError) {
    let written = bytes.withUnsafeBytes { buffer in Result { () throws(HomeError) in try write(buffer, to: path) } }
    try written.get()
  }

  /// Writes a secret; see the form on arrays.
  static func write(_ secret: borrowing SecretBytes, to path: String) throws(HomeError) {
    try secret.withUnsafeBytes { (buffer) throws(HomeError) in try write(buffer, to: path) }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws(HomeError) {
    let (folder, name) = split(path)
    let temporary = "\(folder)/\(leftover)\(getpid())-\(name)"
    unlink(temporary)
    let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path, "cannot write") }
    guard WholeWrite.write(bytes, to: descriptor), fsync(descriptor) == 0 else {
      throw abandon(temporary, descriptor, failure(path, "cannot write"))
    }
    close(descriptor)
    guard rename(temporary, path) == 0 else { throw abandon(temporary, nil, failure(path, "cannot write")) }
    try sync(folder: folder)
  }

  private static func abandon(_ temporary: String, _ descriptor: Int32?, _ error: HomeError) -> HomeError {
    if let descriptor { close(descriptor) }
    unlink(temporary)
    return error
  }

  /// Makes a folder (0700) durably, unless it is there. Its parent must be there.
  static func makeFolder(_ path: String) throws(HomeError) {
    if mkdir(path, 0o700) != 0 {
      guard errno == EEXIST else { throw failure(path, "cannot make the folder") }
      return
    }
    try sync(folder: split(path).folder)
  }

  /// Makes a folder's entries durable.
  static func sync(folder: String) throws(HomeError) {
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(folder, "cannot open") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(folder, "cannot write") }
  }

  /// Renames durably.
  static func move(_ from: String, to path: String) throws(HomeError) {
    guard rename(from, path) == 0 else { throw failure(path, "cannot rename to") }
    try sync(folder: split(path).folder)
  }

  /// Removes a file durably; one that is not there is no error.
  static func remove(_ path: String) throws(HomeError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure(path, "cannot remove") }
    try sync(folder: split(path).folder)
  }

  /// Names in a folder, in alphabetical order, leftovers left out; none when there is no folder.
  static func names(in folder: String) throws(HomeError) -> [String] {
    guard exists(folder) else { return [] }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(leftover) }.sorted()
    } catch { throw .failed(folder, operation: "cannot list", reason: error.localizedDescription) }
  }

  /// Whether there is a folder at this path, with nothing in it.
  static func isEmptyFolder(_ path: String) throws(HomeError) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
    do { return try FileManager.default.contentsOfDirectory(atPath: path).isEmpty } catch {
      throw .failed(path, operation: "cannot list", reason: error.localizedDescription)
    }
  }

  /// Makes the entries of a folder, and of all folders in it, durable.
  static func syncFolders(_ folder: String) throws(HomeError) {
    for name in try names(in: folder) {
      var status = stat()
      let path = "\(folder)/\(name)"
      if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { try syncFolders(path) }
    }
    try sync(folder: folder)
  }

  /// Removes a folder with all that is in it. Only of one that this process has just made.
  static func removeTree(_ path: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] { removeTree("\(path)/\(name)") }
    if rmdir(path) != 0 { unlink(path) }
  }

  /// Whether anything, a link included, has this path.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Runs `body` while no other process, and no other thread, has the lock at `path`.
  static func locked<R>(_ path: String, _ body: () throws -> R) throws -> R {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path, "cannot open") }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw failure(path, "cannot lock") }
    }
    return try body()
  }

  static func withoutLastSlash(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? withoutLastSlash(String(path.dropLast())) : path
  }

  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }

  static func failure(_ path: String, _ operation: String) -> HomeError {
    let code = errno
    if code == ENOSPC || code == EDQUOT { return .noRoom(path) }
    return .failed(path, operation: operation, reason: String(cString: strerror(code)))
  }
}

import Glibc

/// A file that could not be read or written, said plainly.
struct FileError: Error, CustomStringConvertible {
  let description: String
}

/// Files that a person names as input.
enum InputFile {
  /// - Throws: `FileError` when it cannot be read or is longer than `longest` bytes.
  static func read(_ path: String, longest: Int) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw FileError(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= longest else { throw FileError(description: "\(path) is longer than \(longest) bytes") }
    }
  }
}

/// A file that a person names as output: its owner's alone, whole or not there.
final class OutputFile {
  private let path: String
  private let beside: String
  private var descriptor: Int32

  /// Writes all of a file.
  static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let file = try OutputFile(path)
    try file.append(bytes)
    try file.finish()
  }

  /// Begins a file beside its place.
  init(_ path: String) throws(FileError) {
    self.path = path
    beside = "\(path).part"
    descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  /// What was not finished goes.
  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(beside)
  }

  /// Adds bytes.
  func append(_ bytes: [UInt8]) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(path) }
      written += count
    }
  }

  /// Puts the file in its place.
  func finish() throws(FileError) {
    guard fsync(descriptor) == 0, rename(beside, path) == 0 else { throw Self.failure(path) }
    close(descriptor)
    descriptor = -1
  }

  private static func failure(_ path: String) -> FileError {
    FileError(description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
  }
}

/// A file that a person names as input and that is read piece by piece.
final class InputPieces {
  /// How many bytes it has.
  let byteCount: UInt64
  private let path: String
  private let descriptor: Int32

  /// - Throws: `FileError` when it cannot be read, is no file, or is longer than `longest` bytes.
  init(_ path: String, longest: UInt64) throws(FileError) {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw FileError(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    var status = stat()
    let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    byteCount = UInt64(clamping: status.st_size)
    guard isFile, byteCount <= longest else {
      close(descriptor)
      throw FileError(description: isFile ? "\(path) is longer than \(longest) bytes" : "\(path) is no file")
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The next bytes, at most so many; nil at the end.
  func next(_ most: Int) throws(FileError) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: min(max(most, 1), 1 << 20))
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw FileError(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
      }
      return count == 0 ? nil : Array(buffer[..<count])
    }
  }
}

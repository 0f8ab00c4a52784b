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

/// Files that a person names as output: their owner's alone, whole or not there.
enum OutputFile {
  static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let beside = "\(path).part"
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw FileError(description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      written += count
    }
    let isWhole = written == bytes.count && fsync(descriptor) == 0
    close(descriptor)
    guard isWhole, rename(beside, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(beside)
      throw FileError(description: "\(path) cannot be written: \(reason)")
    }
  }
}

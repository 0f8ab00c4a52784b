import Glibc

/// Reads a file or standard input, some lines at a time, in bounded memory.
struct LineReader {
  /// Bytes after which a piece ends with the line even when it has few lines.
  static let fullAtByteCount = 8 << 20

  private let descriptor: Int32
  private let longestLine: Int
  private var buffer: ArraySlice<UInt8> = []
  private var isAtEnd = false
  /// Bytes of the file, when it is one.
  let byteCount: Int64?
  /// Bytes read and handed over or left out.
  private(set) var readBytes: Int64 = 0

  init(_ path: String, longestLine: Int) throws {
    self.longestLine = longestLine
    if path == "-" {
      descriptor = STDIN_FILENO
      byteCount = nil
      return
    }
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure("\(path) cannot be read: \(String(cString: strerror(errno)))") }
    var info = stat()
    byteCount = fstat(descriptor, &info) == 0 && info.st_mode & S_IFMT == S_IFREG ? Int64(info.st_size) : nil
  }

  /// The next lines, whole; nil at the end. Of a line that is too long comes one byte more than is allowed: enough for the
  /// node to refuse it as any other that is too long, whatever its length.
  mutating func next(limit: Int) throws -> (bytes: [UInt8], count: Int)? {
    var piece: [UInt8] = []
    var count = 0
    var lineLength = 0
    while lineLength > 0 || (count < limit && piece.count < Self.fullAtByteCount) {
      if buffer.isEmpty { try fill() }
      if buffer.isEmpty {
        if lineLength > 0 { count += 1 }
        break
      }
      let newline = buffer.firstIndex(of: 0x0A)
      let part = buffer[..<(newline ?? buffer.endIndex)]
      piece += part.prefix(longestLine + 1 - min(lineLength, longestLine + 1))
      lineLength += part.count
      readBytes += Int64(part.count)
      buffer = buffer[part.endIndex...]
      if newline != nil {
        piece.append(0x0A)
        buffer = buffer.dropFirst()
        (count, lineLength, readBytes) = (count + 1, 0, readBytes + 1)
      }
    }
    return count > 0 ? (piece, count) : nil
  }

  /// The next bytes as they are; nothing at the end.
  mutating func nextBytes() throws -> [UInt8] {
    if buffer.isEmpty { try fill() }
    defer { buffer = [] }
    readBytes += Int64(buffer.count)
    return Array(buffer)
  }

  /// Reads more; nothing at the end.
  private mutating func fill() throws {
    var bytes = [UInt8](repeating: 0, count: 1 << 18)
    while !isAtEnd {
      let count = read(descriptor, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw CommandFailure("the input cannot be read: \(String(cString: strerror(errno)))") }
      isAtEnd = count == 0
      buffer = bytes[..<count]
      return
    }
  }
}

import Glibc

/// Text files, such as what a program has written so far.
public enum TextFile {
  /// The whole of a file; empty when it cannot be read.
  public static func read(_ path: String) -> String {
    guard let file = fopen(path, "re") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes a file whole.
  /// - Throws: `ChildError` when it cannot be written.
  public static func write(_ bytes: [UInt8], to path: String) throws(ChildError) {
    guard let file = fopen(path, "we") else { throw ChildError("\(path) cannot be written") }
    let count = fwrite(bytes, 1, bytes.count, file)
    // What is still buffered is written when the file is closed: only then is it known to be there.
    guard fclose(file) == 0, count == bytes.count else { throw ChildError("\(path) cannot be written") }
  }
}

import Glibc

/// What a disk needs for one small commit at least: one write into a file whose bytes were written before, and one sync.
enum RawSync {
  private static let (bytes, fileBytes) = (1_500, 2 << 20)

  /// How long each of `rounds` took, in seconds.
  static func times(directory: String, rounds: Int) throws -> [Double] {
    let path = directory + "/raw.sync"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw StoreBench.Failure("\(path) cannot be made") }
    defer {
      close(file)
      unlink(path)
    }
    let empty = [UInt8](repeating: 0, count: fileBytes)
    guard pwrite(file, empty, empty.count, 0) == empty.count, fsync(file) == 0 else {
      throw StoreBench.Failure("\(path) cannot be written")
    }
    var piece = [UInt8](repeating: 0, count: bytes)
    return try (0..<rounds).map { round in
      piece[round % bytes] &+= 1
      let started = StoreBench.now()
      guard pwrite(file, piece, bytes, off_t(round * 1_536 % (fileBytes - bytes))) == bytes, fdatasync(file) == 0 else {
        throw StoreBench.Failure("\(path) cannot be synced")
      }
      return StoreBench.now() - started
    }
  }
}

import Glibc

/// A file that is written past the system's cache, whole blocks at a time: the bytes go to the disk once, without being copied, and
/// the sync that follows has nothing to look for. Not every file system can; where it cannot, there is none.
///
/// `@unchecked`: the journal has it, of which there is one, under a lock.
final class DirectFile: @unchecked Sendable {
  /// What came of a write.
  enum Outcome {
    /// It is on the disk.
    case synced
    /// What is on the disk now is not known.
    case unknown
    /// It was not written, at least not all of it.
    case notWritten
  }

  /// Disks' blocks have 512 or 4,096 bytes.
  static let blockBytes = 4096

  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer

  /// Opens a file that exists, for writes of at most `longest` bytes, a multiple of a block's; nil when it cannot be written so.
  init?(path: String, longest: Int) {
    descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | __O_DIRECT)
    buffer = .allocate(byteCount: longest, alignment: Self.blockBytes)
    if descriptor < 0 { return nil }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    buffer.deallocate()
  }

  /// Writes whole blocks at a multiple of a block's bytes, and syncs.
  func write(_ bytes: [UInt8], at place: Int) -> Outcome {
    guard bytes.count <= buffer.count, bytes.count % Self.blockBytes == 0 else { return .notWritten }
    buffer.copyBytes(from: bytes)
    var done = 0
    while done < bytes.count, let start = buffer.baseAddress {
      let count = pwrite(descriptor, start + done, bytes.count - done, off_t(place + done))
      guard count > 0 else { return .notWritten }
      done += count
    }
    return fdatasync(descriptor) == 0 ? .synced : .unknown
  }
}

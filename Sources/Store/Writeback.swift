import CFileSync
import Exchange
import Glibc

/// Has the disk take what was written to a file a little at a time. Tens of megabytes in one sync keep the disk busy for a tenth
/// of a second, and every commit's own sync would wait behind them.
final class Writeback: Sendable {
  /// Bytes of the file that are given to the disk at once.
  private static let sliceBytes = 256 << 10

  private let descriptor: Int32

  /// Opens the file at `path`. The descriptor must outlive all of SQLite's on this file: to close it drops the locks that they hold.
  init(path: String) throws(StoreError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw LockFile.failure(path) }
  }

  deinit { close(descriptor) }

  /// Waits until the disk has been given all that is written by now. It is no sync: the disk may still keep it in a cache, and where
  /// the file ends may not be known to it. Where a file system cannot do this, the sync that follows does it all.
  func spread() {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return }
    var offset: off_t = 0
    while offset < status.st_size {
      let flags = ISTMO_SYNC_RANGE_WAIT_BEFORE | ISTMO_SYNC_RANGE_WRITE | ISTMO_SYNC_RANGE_WAIT_AFTER
      guard sync_file_range(descriptor, offset, Self.sliceBytes, flags) == 0 else { return }
      offset += off_t(Self.sliceBytes)
    }
  }
}

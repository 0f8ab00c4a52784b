import Exchange
import Glibc
import Terms

extension BlobStore {
  /// How long an attachment may be here before a record bears it, in milliseconds. What a neighbour's node sent for a record that is
  /// not held here is a copy; it is asked for again.
  static let patience: Int64 = 7 * 86_400_000

  /// Removes the attachments that were stored before a moment and of which `isUnused` says so.
  /// - Returns: how many.
  func removeAll(olderThan bound: Instant, _ isUnused: (Digest) throws(StoreError) -> Bool) throws(StoreError) -> Int {
    var removed = 0
    do throws(HomeError) {
      for folder in try Files.names(in: folder) {
        for name in try Files.names(in: "\(self.folder)/\(folder)") {
          let path = "\(self.folder)/\(folder)/\(name)"
          var status = stat()
          guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            Instant(milliseconds: Int64(status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1000).partialValue)
              < bound
          else { continue }
          // One that does not open is a matter of `verify`.
          guard let digest = digest(at: path) else { continue }
          do throws(StoreError) {
            guard try isUnused(digest) else { continue }
          } catch { throw .failed(path, operation: "cannot be judged", reason: error.description) }
          try Self.destroy(path)
          removed += 1
        }
      }
    } catch { throw Self.storeError(error) }
    return removed
  }

  private func digest(at path: String) -> Digest? {
    let file = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: BlobHead.byteCount)
    guard pread(file, &bytes, bytes.count, 0) == bytes.count else { return nil }
    return BlobHead(bytes, headKey)?.digest
  }

  /// Without its head a file opens for nobody. It loses its name before its head: whoever looks meanwhile, `verify` or a backup, finds
  /// a whole attachment or none, and after a crash what is left is cleared away with other leftovers.
  private static func destroy(_ path: String) throws(HomeError) {
    let (folder, name) = Files.split(path)
    let leaving = "\(folder)/\(Files.leftover)\(name)"
    guard rename(path, leaving) == 0 else {
      if errno == ENOENT { return }
      throw Files.failure(path, "cannot rename")
    }
    try Files.sync(folder: folder)
    let file = Glibc.open(leaving, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { throw Files.failure(path, "cannot open") }
    defer { close(file) }
    let zeros = [UInt8](repeating: 0, count: BlobHead.byteCount)
    guard pwrite(file, zeros, zeros.count, 0) == zeros.count, fdatasync(file) == 0 else {
      throw Files.failure(path, "cannot overwrite")
    }
    try Files.remove(leaving)
  }
}

import Ceremony
import Exchange
import Glibc
import Sodium
import Terms

/// Opens a backup and gives its items' bytes piece by piece.
final class BackupOpener {
  let path: String
  private let descriptor: Int32
  private var stream: OpeningStream
  private var binding: [UInt8]
  private var fileHash = SHA256()
  private let storageBox: [UInt8]
  private let storageLock: SymmetricKey
  /// Bytes of the file that were read.
  private(set) var byteCount: UInt64 = 0

  /// Reads what stands before the pieces, and does the passphrase's work.
  convenience init(_ path: String, passphrase: borrowing SecretBytes) throws(BackupError) {
    try self.init(path) { (lock) throws(PassphraseError) in
      try PassphraseFile(lock, title: BackupFormat.title).open(passphrase: passphrase)
    }
  }

  /// - Parameter key: the file's key from its lock.
  init(_ path: String, key: ([UInt8]) throws(PassphraseError) -> SecretBytes) throws(BackupError) {
    self.path = path
    // Not blocking: a FIFO in its place must not hold the process.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw BackupError.failure(path, "cannot open") }
    do throws(BackupError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .notABackup(path) }
      var head: [UInt8] = []
      func next(_ count: Int) throws(BackupError) -> [UInt8] {
        let bytes = try Self.read(count, descriptor, path)
        guard bytes.count == count else { throw .truncated(path) }
        head += bytes
        return bytes
      }
      let magic = try Self.read(BackupFormat.magic.count, descriptor, path)
      head += magic
      guard magic.starts(with: Array(BackupFormat.family.utf8)) else { throw .notABackup(path) }
      guard magic == BackupFormat.magic else {
        guard magic.count == BackupFormat.magic.count else { throw .truncated(path) }
        let version = String(decoding: magic.dropFirst(BackupFormat.family.utf8.count - 1), as: UTF8.self)
        throw .newer(path, found: version.filter { !$0.isNewline })
      }
      let lockLength = try next(2)
      let lock = try next(Int(lockLength[0]) << 8 | Int(lockLength[1]))
      let storageLength = try next(1)
      storageBox = try next(Int(storageLength[0]))
      let header = try next(SecretStream.headerByteCount)
      let secret: SecretBytes
      do throws(PassphraseError) { secret = try key(lock) } catch { throw .passphrase(error) }
      do throws(SodiumError) {
        let key = try SymmetricKey(secret)
        storageLock = try BackupFormat.storageKey(key)
        stream = try OpeningStream(header: header, BackupFormat.contentKey(key))
      } catch { throw BackupError.sodium(path, error) }
      binding = BackupFormat.binding(head)
      fileHash.update(head)
      byteCount = UInt64(head.count)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The storage key of the home.
  func storageKey() throws(BackupError) -> SymmetricKey {
    do throws(SodiumError) {
      return try SymmetricKey(storageLock.openSecret(storageBox, associatedData: BackupFormat.magic))
    } catch { throw .damaged(path, problem: "the storage key in it does not open") }
  }

  /// The next bytes of the items; nil after the last ones.
  func next() throws(BackupError) -> [UInt8]? {
    let sealed = try Self.read(BackupFormat.sealedPieceByteCount, descriptor, path)
    if stream.isEnded {
      guard sealed.isEmpty else { throw .damaged(path, problem: "something follows its end") }
      return nil
    }
    guard sealed.count >= SecretStream.overheadByteCount else { throw .truncated(path) }
    let at = byteCount
    fileHash.update(sealed)
    byteCount += UInt64(sealed.count)
    let bound = binding
    binding = []
    do throws(SodiumError) { return try stream.open(sealed, associatedData: bound) } catch {
      // Only the last piece may be short, and one that was cut does not open either.
      let isCut = sealed.count < BackupFormat.sealedPieceByteCount
      throw .damaged(
        path,
        problem: "its bytes from \(at) on are not those that were written\(isCut ? ", or it was cut short there" : "")")
    }
  }

  /// SHA-256 of the whole file, once its end was read.
  func digest() -> Digest { fileHash.finish() }

  private static func read(_ count: Int, _ descriptor: Int32, _ path: String) throws(BackupError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    var failed = false
    bytes.withUnsafeMutableBytes { buffer in
      while done < count, let start = buffer.baseAddress {
        let more = Glibc.read(descriptor, start + done, count - done)
        if more < 0, errno == EINTR { continue }
        failed = more < 0
        guard more > 0 else { return }
        done += more
      }
    }
    if failed { throw BackupError.failure(path, "cannot read") }
    return Array(bytes.prefix(done))
  }
}

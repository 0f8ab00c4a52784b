import Ceremony
import Exchange
import Glibc
import Sodium
import Terms

/// Writes a backup: sealed piece by piece beside its place, read back and compared, and only then put there under its name. What
/// has the name of a backup is a whole and verified one.
public final class BackupSealer {
  /// What was kept.
  public struct Kept: Hashable, Sendable {
    /// What it says of itself.
    public let about: BackupAbout
    /// Its length.
    public let byteCount: UInt64
    /// SHA-256 of the file, as `sha256sum` prints it.
    public let digest: Digest
  }

  private let path: String
  private let beside: String
  private var descriptor: Int32
  private let fileKey: SymmetricKey
  private var stream: SealingStream
  private var binding: [UInt8]
  private var waiting: [UInt8] = []
  private var items = SHA256()

  /// Begins a backup that this passphrase opens.
  /// - Throws: `BackupError.exists` when something has its name already.
  public init(
    _ path: String, home: Home, storage: borrowing SymmetricKey, passphrase: borrowing SecretBytes,
    work: PassphraseWork, _ entropy: some Entropy
  ) throws(BackupError) {
    guard !Files.exists(path) else { throw .exists(path) }
    (self.path, beside) = (path, "\(path).part")
    let subject = "\(home.config.realm)/\(home.config.country)"
    let lock: PassphraseFile
    let storageBox: [UInt8]
    do throws(SodiumError) {
      let key = SymmetricKey(entropy)
      storageBox = try BackupFormat.storageKey(key).sealSecret(
        storage.secret, associatedData: BackupFormat.magic, entropy)
      stream = try SealingStream(BackupFormat.contentKey(key))
      fileKey = key
    } catch { throw BackupError.sodium(path, error) }
    do throws(PassphraseError) {
      lock = try PassphraseFile(
        sealing: fileKey.secret, title: BackupFormat.title, subject: subject, passphrase: passphrase, work: work,
        entropy)
    } catch { throw .passphrase(error) }
    var head = ByteWriter()
    head.raw(BackupFormat.magic)
    head.vector16(lock.bytes)
    head.vector8(storageBox)
    head.raw(stream.header)
    binding = BackupFormat.binding(head.bytes)
    descriptor = open(beside, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw BackupError.failure(path, "cannot write") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      descriptor = -1
      throw .busy(path)
    }
    // What an earlier one left when it died goes now.
    guard ftruncate(descriptor, 0) == 0 else { throw BackupError.failure(path, "cannot write") }
    try write(head.bytes)
  }

  /// What was not finished goes.
  deinit {
    guard descriptor >= 0 else { return }
    unlink(beside)
    close(descriptor)
  }

  /// Takes the next bytes of the items.
  public func append(_ bytes: [UInt8]) throws(BackupError) {
    items.update(bytes)
    waiting += bytes
    var done = 0
    // The last piece is not known to be the last before the end: one is always kept back.
    while waiting.count - done > BackupFormat.pieceByteCount {
      try seal(waiting[done..<(done + BackupFormat.pieceByteCount)], isLast: false)
      done += BackupFormat.pieceByteCount
    }
    waiting.removeFirst(done)
  }

  /// Ends the backup, makes it durable, reads it back and puts it in its place.
  /// - Throws: `BackupError.incomplete` when the items have no end, `.notVerified` when other bytes came back.
  public func finish() throws(BackupError) -> Kept {
    try seal(waiting[...], isLast: true)
    guard fsync(descriptor) == 0 else { throw BackupError.failure(path, "cannot write") }
    // What is read back should come from the disk, not from memory.
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    let kept = try readBack()
    guard !Files.exists(path) else { throw .exists(path) }
    guard rename(beside, path) == 0 else { throw BackupError.failure(path, "cannot write") }
    close(descriptor)
    descriptor = -1
    do throws(HomeError) { try Files.sync(folder: Files.split(path).folder) } catch { throw .home(error) }
    return kept
  }

  private func readBack() throws(BackupError) -> Kept {
    let opener: BackupOpener
    var found = SHA256()
    var reading = BackupItems(path)
    let sink = PassingSink()
    do throws(BackupError) {
      // The key is at hand: the passphrase's work need not be done again. That it opens the lock was seen when it was sealed.
      opener = try BackupOpener(beside) { (_) throws(PassphraseError) in copyOfKey() }
      while let piece = try opener.next() {
        found.update(piece)
        try reading.add(piece, sink)
      }
    } catch {
      if case .failed = error { throw error }
      throw .notVerified(path)
    }
    try reading.finish()
    guard let about = reading.about, found.finish() == items.finish() else { throw .notVerified(path) }
    return Kept(about: about, byteCount: opener.byteCount, digest: opener.digest())
  }

  private func copyOfKey() -> SecretBytes {
    SecretBytes(count: SymmetricKey.byteCount) { out in fileKey.secret.withUnsafeBytes { out.copyMemory(from: $0) } }
  }

  private func seal(_ plain: ArraySlice<UInt8>, isLast: Bool) throws(BackupError) {
    let bound = binding
    binding = []
    let sealed = plain.withUnsafeBytes { stream.seal($0, isLast: isLast, associatedData: bound) }
    try write(sealed)
  }

  private func write(_ bytes: [UInt8]) throws(BackupError) {
    guard WholeWrite.write(bytes, to: descriptor) else { throw BackupError.failure(path, "cannot write") }
  }
}

/// Looks at the items' form alone.
private final class PassingSink: BackupSink {
  func about(_ about: BackupAbout) {}
  func beginFile(_ path: String) {}
  func beginStore() {}
  func part(_ bytes: ArraySlice<UInt8>) {}
  func endFile() {}
}

import Ceremony
import Exchange
import Sodium
import Terms

/// How a backup lies in its file. Its own passphrase opens it and nothing else is needed: the machine, the storage key and the root
/// key may all be gone.
///
///     opaque magic[16] = "istmo backup v1\n";
///     opaque lock<0..2^16-1>;        // a text: the file's key, sealed under the passphrase (Argon2id, ceremony.md)
///     opaque storage<0..2^8-1>;      // the home's storage key, sealed under a key that follows from the file's
///     opaque header[24];             // of the secret stream
///     opaque pieces[];               // of 65,553 bytes, the last one shorter or as long: libsodium's secret stream over the items
///
///     struct {
///         uint8 kind;
///         select (kind) {
///             case 1: opaque about<0..2^16-1>;                            // a text; comes first
///             case 2: opaque path<1..2^16-1>; Part parts[];               // a file of the home
///             case 3: Part parts[];                                       // the records (`StoreSnapshot`)
///             case 4: uint64 files;                                       // the end
///         }
///     } Item;
///     opaque Part<0..2^24-1>;        // an empty one ends the file
///
/// The first piece is bound to all that stands before it. The last one bears the stream's final tag, so that a file that was cut short
/// does not pass for a whole one.
enum BackupFormat {
  /// How every version's first line begins.
  static let family = "istmo backup v"
  static let magic = Array("istmo backup v1\n".utf8)
  /// The title of the lock.
  static let title = "istmo backup key v1"
  /// Plain bytes of a piece; the last one may be shorter.
  static let pieceByteCount = 64 << 10
  static let sealedPieceByteCount = pieceByteCount + SecretStream.overheadByteCount
  /// The longest text about a backup, in bytes.
  static let longestAbout = 4096
  /// The longest path of a file in a home, in bytes.
  static let longestPath = 1024

  static func contentKey(_ key: borrowing SymmetricKey) throws(SodiumError) -> SymmetricKey {
    try key.derived("istmo/backup/content/v1")
  }

  /// The storage key has a key of its own, so that it is only ever opened into guarded memory.
  static func storageKey(_ key: borrowing SymmetricKey) throws(SodiumError) -> SymmetricKey {
    try key.derived("istmo/backup/storage/v1")
  }

  /// What the first piece is bound to.
  static func binding(_ head: [UInt8]) -> [UInt8] { SHA256.hash(head).bytes }
}

/// Why a backup was not made, read or put back.
public enum BackupError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Something has the backup's name already.
  case exists(String)
  /// Another process writes a backup to the same place.
  case busy(String)
  /// The file is no backup.
  case notABackup(String)
  /// A newer program made it.
  case newer(String, found: String)
  /// The passphrase was refused, or what it protects.
  case passphrase(PassphraseError)
  /// The file ends before its end.
  case truncated(String)
  /// Bytes of the file are not those that were written.
  case damaged(String, problem: String)
  /// What was read back is not what was written.
  case notVerified(String)
  /// The backup is of a node whose answer broke off.
  case incomplete
  /// No room on the disk.
  case noRoom(String)
  /// The system refused.
  case failed(String, operation: String, reason: String)
  /// There is something where the home is to be.
  case homeExists(String)
  /// The home cannot be made of it.
  case home(HomeError)
  /// The records cannot be made of it.
  case store(StoreError)

  /// One sentence for a person, ending in what to do.
  public var description: String {
    switch self {
    case .exists(let path): "\(path) exists already and is not overwritten; name another file"
    case .busy(let path): "another backup is being written to \(path); wait for it, or name another file"
    case .notABackup(let path): "\(path) is no backup of istmo; name the file that istmo backup wrote"
    case .newer(let path, let found):
      "\(path) was made by a newer program (\(found), this one knows v1); install that program here first"
    case .passphrase(let error): "the backup's passphrase: \(error)"
    case .truncated(let path):
      "\(path) ends before its end: it was cut short, perhaps while it was copied; copy it again, or take another"
    case .damaged(let path, let problem): "\(path) is damaged: \(problem); take another backup"
    case .notVerified(let path):
      "what was read back from \(path) is not what was written, so no backup was kept; check the disk, or name another"
    case .incomplete: "the node ended in the midst of the backup, so none was kept; look at its log and repeat"
    case .noRoom(let path): "no room on the disk for \(path), so nothing was kept; free some room or name another disk"
    case .failed(let path, let operation, let reason): "\(operation) \(path): \(reason)"
    case .homeExists(let path):
      "\(path) exists already; a backup is put back into a new folder only: name one with --home"
    case .home(let error): error.description
    case .store(let error): error.description
    }
  }

  static func failure(_ path: String, _ operation: String) -> BackupError {
    switch Files.failure(path, operation) {
    case .noRoom(let path): .noRoom(path)
    case .failed(let path, let operation, let reason): .failed(path, operation: operation, reason: reason)
    case let error: .home(error)
    }
  }

  static func sodium(_ path: String, _ error: SodiumError) -> BackupError {
    .failed(path, operation: "cannot seal or open", reason: error.description)
  }
}

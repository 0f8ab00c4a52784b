import Ceremony
import Ledger
import Terms

/// Why a home was not made, opened, read or written.
public enum HomeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no home at this path.
  case missing(String)
  /// There is something at this path already.
  case exists(String)
  /// Another process has the home.
  case inUse(String, pid: Int32?)
  /// Others than the owner may read or write a file or folder.
  case permissions(String, mode: UInt32, isFolder: Bool)
  /// A file or folder belongs to another user.
  case owner(String, found: UInt32, expected: UInt32)
  /// A link where a file or folder is expected.
  case link(String)
  /// Something else than a file or a folder.
  case notAFile(String)
  /// A file that is not what the node wrote.
  case damaged(String, problem: String)
  /// The file in which a ceremony is kept between its steps is not what the node wrote.
  case ceremonyDamaged(String, CeremonyError)
  /// A file that should be there is not.
  case noFile(String, what: String)
  /// A file beyond its limit.
  case tooLong(String, limit: Int)
  /// A path given for a file of the topology cannot be used.
  case badName(String)
  /// No room on the disk; what was there before is untouched.
  case noRoom(String)
  /// The system refused.
  case failed(String, operation: String, reason: String)
  /// The storage key is not to be had.
  case storageKey(String)
  /// A passphrase, or what it protects, was refused.
  case passphrase(PassphraseError)
  /// A card was refused.
  case card(CardError)
  /// Terms would bring an observer what it may not have.
  case observer(String)
  /// Another root key is pinned for the country.
  case rootChanged(CountryCode, pinned: NoteKey, found: NoteKey)

  /// One sentence for a person, ending in what to do.
  public var description: String {
    switch self {
    case .missing(let path): "there is no home at \(path); make one with istmo init, or name another with --home"
    case .exists(let path): "\(path) exists already; name another folder with --home"
    case .inUse(let path, let pid):
      "the home \(path) is in use by \(pid.map { "process \($0)" } ?? "another process"); stop it first"
    case .permissions(let path, let mode, let isFolder):
      "\(path) has mode \(String(mode, radix: 8)): others could read or change it; run: "
        + "chmod \(isFolder ? "700" : "600") \(Self.quoted(path))"
    case .owner(let path, let found, let expected):
      "\(path) belongs to user \(found), the node runs as user \(expected); run: chown \(expected) \(Self.quoted(path))"
    case .link(let path):
      "\(path) is a symbolic link; put the file itself there: rm \(Self.quoted(path)), then restore the file"
    case .notAFile(let path): "\(path) is neither a file nor a folder; remove it: rm \(Self.quoted(path))"
    case .damaged(let path, let problem): "\(path) is damaged: \(problem); restore it from a backup"
    case .ceremonyDamaged(let path, let error): "\(path): \(error)"
    case .noFile(let path, let what): "\(what) is missing: \(path); restore it from a backup"
    case .tooLong(let path, let limit): "\(path) is longer than \(limit) bytes; restore it from a backup"
    case .badName(let name): "\"\(name)\" cannot name a file in a home; use letters, digits, . _ - and /"
    case .noRoom(let path): "no room on the disk for \(path); free some room and repeat"
    case .failed(let path, let operation, let reason): "\(operation) \(path): \(reason)"
    case .storageKey(let problem): "the storage key: \(problem)"
    case .passphrase(let error): error.description
    case .card(let error): error.description
    case .observer(let fault):
      "\(fault); nothing was stored. Mend the topology on both sides and begin the ceremony again"
    case .rootChanged(let country, let pinned, let found):
      "the root key of \(country) is \(found), \(pinned) is pinned; nothing was stored"
    }
  }

  /// A path as a shell takes it, whatever is in it.
  static func quoted(_ path: String) -> String { "'" + path.replacing("'", with: "'\\''") + "'" }
}

import Ceremony
import Sodium
import Terms

/// Where the storage key comes from when a home is made or opened.
public enum StorageKeySource: Hashable, Sendable {
  /// The home's own file.
  case file
  /// The credential `istmo-storage` in this folder (`CREDENTIALS_DIRECTORY` of systemd): 32 bytes, or 64 hexadecimal digits.
  case credential(folder: String)
  /// The home's own file, sealed under the passphrase in this file.
  case passphrase(file: String)

  /// The credential's name.
  public static let credentialName = "istmo-storage"

  /// The source for a kind, from the process's environment and the operator's passphrase file.
  /// - Throws: `HomeError.storageKey` when what the kind needs was not given.
  public init(_ kind: StorageKeyKind, environment: [String: String], passphraseFile: String? = nil) throws(HomeError) {
    switch kind {
    case .file: self = .file
    case .credential:
      guard let folder = environment["CREDENTIALS_DIRECTORY"] else {
        throw .storageKey("CREDENTIALS_DIRECTORY is not set; start the node from its systemd unit")
      }
      self = .credential(folder: folder)
    case .passphrase:
      guard let passphraseFile else {
        throw .storageKey("it is sealed under a passphrase; name the file that holds the passphrase")
      }
      self = .passphrase(file: passphraseFile)
    }
  }

  /// The kind of this source.
  public var kind: StorageKeyKind {
    switch self {
    case .file: .file
    case .credential: .credential
    case .passphrase: .passphrase
    }
  }
}

/// A passphrase from a file that the operator names; one newline at its end does not count.
public func readPassphrase(file path: String) throws(HomeError) -> SecretBytes {
  try Files.readSecret(path, longest: 4096, what: "the passphrase's file", isText: true)
}

enum StorageKey {
  private static let title = "istmo storage key v1"

  /// Makes the storage key of a new home in `folder`.
  static func make(
    _ source: StorageKeySource, in folder: String, subject: String, work: PassphraseWork, _ entropy: some Entropy
  ) throws(HomeError) -> SymmetricKey {
    let path = "\(folder)/storage.key"
    switch source {
    case .credential: return try load(source, in: folder, subject: subject)
    case .file:
      let key = SymmetricKey(entropy)
      try Files.write(key.secret, to: path)
      return key
    case .passphrase(let file):
      let key = SymmetricKey(entropy)
      try seal(key, file: file, to: path, subject: subject, work: work, entropy)
      return key
    }
  }

  /// Keeps a storage key that a home has already, as from a backup. A credential must be it.
  static func keep(
    _ key: borrowing SymmetricKey, _ source: StorageKeySource, in folder: String, subject: String,
    work: PassphraseWork, _ entropy: some Entropy
  ) throws(HomeError) {
    let path = "\(folder)/storage.key"
    switch source {
    case .credential:
      guard try load(source, in: folder, subject: subject).secret.isEqual(to: key.secret) else {
        throw .storageKey("the credential is not this home's storage key; give --storage-key file or passphrase")
      }
    case .file: try Files.write(key.secret, to: path)
    case .passphrase(let file): try seal(key, file: file, to: path, subject: subject, work: work, entropy)
    }
  }

  private static func seal(
    _ key: borrowing SymmetricKey, file: String, to path: String, subject: String, work: PassphraseWork,
    _ entropy: some Entropy
  ) throws(HomeError) {
    let passphrase = try readPassphrase(file: file)
    let sealed: PassphraseFile
    do {
      sealed = try PassphraseFile(
        sealing: key.secret, title: title, subject: subject, passphrase: passphrase, work: work, entropy)
    } catch { throw .passphrase(error) }
    try Files.write(sealed.bytes, to: path)
  }

  /// The storage key of a home.
  static func load(_ source: StorageKeySource, in folder: String, subject: String) throws(HomeError) -> SymmetricKey {
    let path = "\(folder)/storage.key"
    switch source {
    case .file:
      return try key(Files.readSecret(path, longest: 32, what: "the storage key", isText: false), path)
    case .credential(let folder):
      let path = "\(folder)/\(StorageKeySource.credentialName)"
      let secret = try Files.readSecret(path, longest: 65, what: "the credential", isText: true)
      if secret.count != 64 {
        return try key(Files.readSecret(path, longest: 32, what: "the credential", isText: false), path)
      }
      let decoded = try SecretBytes(count: 32) { (out) throws(HomeError) in
        let good = secret.withUnsafeBytes { digits in
          for position in 0..<32 {
            guard let high = nibble(digits[2 * position]), let low = nibble(digits[2 * position + 1]) else {
              return false
            }
            out[position] = high << 4 | low
          }
          return true
        }
        if !good { throw .storageKey("\(path) holds neither 32 bytes nor 64 hexadecimal digits") }
      }
      return try key(decoded, path)
    case .passphrase(let file):
      let bytes = try Files.read(path, longest: PassphraseFile.longest, what: "the storage key")
      let passphrase = try readPassphrase(file: file)
      do throws(PassphraseError) {
        let sealed = try PassphraseFile(bytes, title: title)
        guard sealed.subject == subject else { throw .otherKey(subject: sealed.subject) }
        let secret = try sealed.open(passphrase: passphrase)
        guard let key = try? SymmetricKey(secret) else { throw .otherKey(subject: subject) }
        return key
      } catch { throw .passphrase(error) }
    }
  }

  private static func key(_ secret: consuming SecretBytes, _ path: String) throws(HomeError) -> SymmetricKey {
    do { return try SymmetricKey(secret) } catch { throw .damaged(path, problem: error.description) }
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    case 0x41...0x46: digit - 0x37
    default: nil
    }
  }
}

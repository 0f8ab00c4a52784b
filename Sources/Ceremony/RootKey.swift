import Ledger
import Sodium
import Terms

/// A country's root key: signs its cards, offers, agreements and minutes, and nothing else. It lives offline, in a
/// `RootKeyFile`, and is in memory only while an official holds a ceremony.
public struct RootKey: ~Copyable, Sendable {
  /// The realm it is for.
  public let realm: Realm
  /// The country it speaks for.
  public let country: CountryCode
  /// The public half, named `<realm>/<CC>/root`, type 0x01.
  public let noteKey: NoteKey
  private let key: SigningKey

  /// A new root key.
  public init(realm: Realm, country: CountryCode, _ entropy: some Entropy) {
    self.init(realm: realm, country: country, key: SigningKey(entropy))
  }

  /// The root key of a seed.
  /// - Throws: `SodiumError.wrongLength` unless the seed has 32 bytes.
  public init(realm: Realm, country: CountryCode, seed: borrowing SecretBytes) throws(SodiumError) {
    self.init(realm: realm, country: country, key: try SigningKey(seed: seed))
  }

  private init(realm: Realm, country: CountryCode, key: consuming SigningKey) {
    (self.realm, self.country) = (realm, country)
    noteKey = NoteKey(.root, of: country, in: realm, key: key.verifyingKey)
    self.key = key
  }

  /// Whether a note key is the root key that this realm and country would name.
  static func isRoot(_ key: NoteKey, realm: Realm, country: CountryCode) -> Bool {
    key == NoteKey(.root, of: country, in: realm, key: key.key)
  }

  /// The seed, for sealing it or splitting it among custodians.
  public func withSeed<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try key.withSeed(body)
  }

  // Only this module signs with a root: cards, offers, agreements, minutes.
  func sign(_ note: inout SignedNote) { note.sign(with: key, as: noteKey) }
}

/// The file in which a root key rests: its seed sealed under a passphrase (Argon2id, XChaCha20-Poly1305).
public struct RootKeyFile: Hashable, Sendable {
  static let title = "istmo root key v1"

  /// The public half of the key inside.
  public let noteKey: NoteKey
  /// The realm it is for.
  public let realm: Realm
  /// The country it speaks for.
  public let country: CountryCode
  private let file: PassphraseFile

  /// Seals a root key.
  /// - Throws: `PassphraseError` when the passphrase is empty, or memory for its work is lacking.
  public init(
    _ root: borrowing RootKey, passphrase: borrowing SecretBytes, work: PassphraseWork, _ entropy: some Entropy
  ) throws(PassphraseError) {
    (noteKey, realm, country) = (root.noteKey, root.realm, root.country)
    let seed = SecretBytes(count: SigningKey.seedByteCount) { out in root.withSeed { out.copyMemory(from: $0) } }
    file = try PassphraseFile(
      sealing: seed, title: Self.title, subject: root.noteKey.description, passphrase: passphrase, work: work, entropy)
  }

  /// Reads the file.
  /// - Throws: `PassphraseError` when it is malformed or hostile.
  public init(_ bytes: some Collection<UInt8>) throws(PassphraseError) {
    file = try PassphraseFile(bytes, title: Self.title)
    let parts = file.subject.split(separator: "/", omittingEmptySubsequences: false)
    guard let key = try? NoteKey(file.subject), parts.count >= 3, let realm = try? Realm(parts[0]),
      let country = try? CountryCode(parts[1]), RootKey.isRoot(key, realm: realm, country: country)
    else { throw .malformed(TextError(what: Self.title, line: 2, problem: "a root's verifier key expected")) }
    (noteKey, self.realm, self.country) = (key, realm, country)
  }

  /// The root key.
  /// - Throws: `PassphraseError.doesNotOpen` when the passphrase is wrong or the file was altered.
  public func open(passphrase: borrowing SecretBytes) throws(PassphraseError) -> RootKey {
    let seed = try file.open(passphrase: passphrase)
    guard let root = try? RootKey(realm: realm, country: country, seed: seed), root.noteKey == noteKey else {
      throw .otherKey(subject: noteKey.name)
    }
    return root
  }

  /// The same key under another passphrase. Copies of the old file still open with the old one: destroy them.
  /// - Throws: `PassphraseError` when the old passphrase does not open the file, or the new one is empty.
  public func changingPassphrase(
    from old: borrowing SecretBytes, to new: borrowing SecretBytes, work: PassphraseWork, _ entropy: some Entropy
  ) throws(PassphraseError) -> RootKeyFile {
    try RootKeyFile(try open(passphrase: old), passphrase: new, work: work, entropy)
  }

  /// The file as text.
  public var text: String { file.text }
  /// The file's bytes.
  public var bytes: [UInt8] { file.bytes }
}

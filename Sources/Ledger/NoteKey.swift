import Sodium
import Terms

/// What is wrong with a note, checkpoint, proof or key text.
public struct NoteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence for a person.
  public let description: String
  /// Describes what is wrong.
  public init(_ description: String) { self.description = description }
}

/// A key that signs notes: name, signature type and public key (C2SP signed-note).
public struct NoteKey: Hashable, Sendable, CustomStringConvertible {
  /// The signature types used here.
  public enum Kind: UInt8, Hashable, Sendable {
    /// An Ed25519 signature on the note's text.
    case ed25519 = 0x01
    /// A timestamped Ed25519 cosignature on a checkpoint (C2SP tlog-cosignature).
    case cosignature = 0x04
  }

  /// The key's name: not empty, no space, no `+`.
  public let name: String
  /// What its signatures are.
  public let kind: Kind
  /// The public key.
  public let key: VerifyingKey
  /// SHA-256(name || 0x0A || kind || key)[:4], big-endian.
  public let id: UInt32

  /// A key under a name.
  /// - Throws: `NoteError` when the name cannot stand in a signature line.
  public init(name: String, kind: Kind, key: VerifyingKey) throws(NoteError) {
    guard Self.isName(name) else { throw NoteError("\"\(name.prefix(80))\" cannot name a key: no spaces, no +") }
    self.init(known: name, kind: kind, key: key)
  }

  private init(known name: String, kind: Kind, key: VerifyingKey) {
    self.name = name
    self.kind = kind
    self.key = key
    let digest = SHA256.hash(Array(name.utf8) + [0x0A, kind.rawValue] + key.bytes.bytes)
    id = digest.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// What a country's own keys sign. A log's key is named after its log instead (`SignedCheckpoint.logKey`).
  public enum Office: Hashable, Sendable {
    /// Agreements and cards: `<realm>/<CC>/root`, type 0x01.
    case root
    /// Receipts and "as of": `<realm>/<CC>`, type 0x04.
    case receipt
    /// Cosignatures on the checkpoints of others: `<realm>/<CC>/witness`, type 0x04.
    case witness
  }

  /// A country's key. A realm and a country never hold what a name must not, and are never too long for one.
  public init(_ office: Office, of country: CountryCode, in realm: Realm, key: VerifyingKey) {
    switch office {
    case .root: self.init(known: "\(realm)/\(country)/root", kind: .ed25519, key: key)
    case .receipt: self.init(known: "\(realm)/\(country)", kind: .cosignature, key: key)
    case .witness: self.init(known: "\(realm)/\(country)/witness", kind: .cosignature, key: key)
    }
  }

  static func isName(_ name: some StringProtocol) -> Bool {
    guard !name.isEmpty, name.utf8.count <= 256 else { return false }
    // ASCII needs no look into Unicode's tables.
    if name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return !name.utf8.contains(UInt8(ascii: "+")) }
    return
      !name.unicodeScalars.contains {
        $0.properties.isWhitespace || $0 == "+" || $0.value < 0x20 || $0.value == 0x7F
      }
  }

  /// The vkey form: `name+hex(id)+base64(kind || key)`.
  public var description: String {
    "\(name)+\(Self.idBytes(id).hex)+\(Base64.encode([kind.rawValue] + key.bytes.bytes))"
  }

  /// The four bytes of a key id, big-endian.
  static func idBytes(_ id: UInt32) -> [UInt8] {
    (0..<4).reversed().map { UInt8(truncatingIfNeeded: id >> UInt32(8 * $0)) }
  }

  /// Reads the vkey form.
  /// - Throws: `NoteError` when it is malformed, of an unknown kind, or its id is not that of its key.
  public init(_ text: some StringProtocol) throws(NoteError) {
    // The base64 part may hold '+': only the first two separate.
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let material = Base64.decode(parts[2]), let first = material.first,
      let kind = Kind(rawValue: first), let bytes = Digest(material.dropFirst())
    else { throw NoteError("\"\(text.prefix(120))\" is not a verifier key; it has the form name+id+key") }
    try self.init(name: String(parts[0]), kind: kind, key: VerifyingKey(bytes))
    guard description == text else { throw NoteError("the verifier key of \(name) has an id that is not its own") }
  }
}

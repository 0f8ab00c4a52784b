import Ledger
import Sodium
import Terms

/// A node's current online keys, signed by its country's root key. A neighbour believes a key only because a card says so.
public struct Card: Hashable, Sendable {
  /// The longest card that is read, in bytes; a real one has about 800.
  public static let longest = 4096
  static let title = "istmo card v1"

  /// What a card says.
  public struct Content: Hashable, Sendable {
    /// The federation.
    public var realm: Realm
    /// The country.
    public var country: CountryCode
    /// Rises with every card of this country, from 1.
    public var serial: UInt64
    /// The first moment at which it counts, in whole seconds.
    public var validFrom: Instant
    /// The first moment at which it counts no more, in whole seconds.
    public var validUntil: Instant
    /// Signs checkpoints.
    public var log: VerifyingKey
    /// Signs receipts, and "as of" on the country's own checkpoints.
    public var receipt: VerifyingKey
    /// The static key of the link.
    public var transport: ExchangePublicKey
    /// Opens sealed epoch keys.
    public var sealing: ExchangePublicKey
    /// Cosigns other countries' state checkpoints, where the node is a witness.
    public var witness: VerifyingKey?

    /// What a card says.
    public init(
      realm: Realm, country: CountryCode, serial: UInt64, validFrom: Instant, validUntil: Instant, log: VerifyingKey,
      receipt: VerifyingKey, transport: ExchangePublicKey, sealing: ExchangePublicKey, witness: VerifyingKey? = nil
    ) {
      (self.realm, self.country, self.serial) = (realm, country, serial)
      self.validFrom = Instant(milliseconds: validFrom.seconds &* 1000)
      self.validUntil = Instant(milliseconds: validUntil.seconds &* 1000)
      (self.log, self.receipt, self.transport, self.sealing, self.witness) = (log, receipt, transport, sealing, witness)
    }
  }

  /// What it says.
  public let content: Content
  /// The note with its signatures.
  public let note: SignedNote

  /// Issues a card.
  /// - Throws: `CardError` when the root is another country's, the dates are reversed, or one key has two jobs.
  public init(_ content: Content, root: borrowing RootKey) throws(CardError) {
    guard content.realm == root.realm, content.country == root.country else {
      throw .otherCountry(expected: "\(root.realm)/\(root.country)", found: "\(content.realm)/\(content.country)")
    }
    self.content = content
    var note: SignedNote
    do {
      note = try SignedNote(text: content.text)
      _ = try Content(text: content.text)
    } catch let error as TextError { throw .malformed(error) } catch { throw .notANote("\(error)") }
    try content.checkKeys(root: root.noteKey.key)
    root.sign(&note)
    self.note = note
  }

  /// Reads a card. Whether it counts is asked with `verify`.
  /// - Throws: `CardError` when it is malformed.
  public init(_ bytes: some Collection<UInt8>) throws(CardError) {
    guard bytes.count <= Self.longest else {
      throw .malformed(TextError(what: "card", line: 1, problem: "longer than \(Self.longest) bytes"))
    }
    do { note = try SignedNote(bytes) } catch { throw .notANote(error.description) }
    do { content = try Content(text: note.text) } catch { throw .malformed(error) }
    guard note.bytes.elementsEqual(bytes) else {
      throw .malformed(TextError(what: "card", line: 1, problem: "not in canonical form"))
    }
  }

  /// Refuses the card unless this root signed it, it is this root's country's, and it counts at `now`.
  public func verify(root: NoteKey, now: Instant) throws(CardError) {
    try verifySignature(root: root)
    if now < content.validFrom { throw .notYetValid(country: content.country, from: content.validFrom) }
    if now >= content.validUntil { throw .expired(country: content.country, until: content.validUntil) }
  }

  /// As `verify`, at any time: for proofs about the past.
  public func verifySignature(root: NoteKey) throws(CardError) {
    guard RootKey.isRoot(root, realm: content.realm, country: content.country) else {
      throw .otherCountry(expected: root.name, found: "\(content.realm)/\(content.country)/root")
    }
    guard (try? note.isSigned(by: root)) == true else { throw .notSigned(country: content.country) }
    try content.checkKeys(root: root.key)
  }

  /// The card as a signed note.
  public var bytes: [UInt8] { note.bytes }
  /// The key of receipts: `<realm>/<CC>`, type 0x04.
  public var receiptKey: NoteKey { NoteKey(.receipt, of: content.country, in: content.realm, key: content.receipt) }
  /// The key of a witness's cosignatures: `<realm>/<CC>/witness`, type 0x04.
  public var witnessKey: NoteKey? {
    content.witness.map { NoteKey(.witness, of: content.country, in: content.realm, key: $0) }
  }
  /// The key of checkpoints; the key name is each log's own origin line.
  public var logVerifyingKey: VerifyingKey { content.log }
  /// The link's static key.
  public var transportKey: ExchangePublicKey { content.transport }
  /// The key to which epoch keys are sealed.
  public var sealingKey: ExchangePublicKey { content.sealing }
}

extension Card.Content {
  /// The note text: eleven lines.
  public var text: String {
    """
    \(Card.title)
    Realm: \(realm)
    Country: \(country)
    Serial: \(serial)
    Valid from: \(validFrom.wholeSeconds)
    Valid until: \(validUntil.wholeSeconds)
    Log key: \(Base64.encode(log.bytes.bytes))
    Receipt key: \(Base64.encode(receipt.bytes.bytes))
    Transport key: \(Base64.encode(transport.bytes.bytes))
    Sealing key: \(Base64.encode(sealing.bytes.bytes))
    Witness key: \(witness.map { Base64.encode($0.bytes.bytes) } ?? "none")

    """
  }

  /// Reads the note text.
  /// - Throws: `TextError` with the line that is wrong.
  public init(text: String) throws(TextError) {
    var lines = try TextLines(text, what: "card", longest: Card.longest)
    try lines.literal(Card.title)
    let (realm, country) = (try lines.realm(), try lines.country("Country"))
    let serial = try lines.number("Serial", 1...UInt64(Int64.max))
    let (from, until) = (try lines.time("Valid from"), try lines.time("Valid until"))
    guard from < until else { throw lines.error("the card ends before it begins") }
    let (log, receipt) = (try lines.bytes32("Log key"), try lines.bytes32("Receipt key"))
    let (transport, sealing) = (try lines.bytes32("Transport key"), try lines.bytes32("Sealing key"))
    let witness: VerifyingKey? = try lines.value("Witness key", "32 bytes in base64, or none") { text in
      text == "none" ? .some(nil) : Base64.decode(text).flatMap { Digest($0) }.map { .some(VerifyingKey($0)) }
    }
    try lines.finish()
    self.init(
      realm: realm, country: country, serial: serial, validFrom: from, validUntil: until, log: VerifyingKey(log),
      receipt: VerifyingKey(receipt), transport: ExchangePublicKey(transport), sealing: ExchangePublicKey(sealing),
      witness: witness)
    guard self.text.utf8.elementsEqual(text.utf8) else { throw lines.error("not in canonical form") }
  }

  // One job a key: a signature of one kind must never be readable as one of another.
  func checkKeys(root: VerifyingKey) throws(CardError) {
    var seen: Set<Digest> = []
    let keys =
      [root.bytes, log.bytes, receipt.bytes, transport.bytes, sealing.bytes] + (witness.map { [$0.bytes] } ?? [])
    for key in keys where !seen.insert(key).inserted { throw .keyWithTwoJobs(country: country) }
  }
}

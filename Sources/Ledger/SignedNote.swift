import Sodium
import Terms

/// A text with signatures (C2SP signed-note 1.0.0).
public struct SignedNote: Hashable, Sendable {
  /// The longest note that is read, in bytes, and the most signature lines (the standard asks for at least 16).
  public static let (longest, mostSignatures) = (256 << 10, 32)

  /// One signature line.
  public struct Signature: Hashable, Sendable {
    /// The key's name.
    public let name: String
    /// The key's id.
    public let id: UInt32
    /// What follows the id: the signature, after its time in a cosignature.
    public let bytes: [UInt8]
    /// The line with its newline. Made once: every commit writes the notes of its streams, most of them unchanged.
    let line: [UInt8]

    /// One signature line.
    public init(name: String, id: UInt32, bytes: [UInt8]) {
      var line = Self.dash + name.utf8
      line.append(UInt8(ascii: " "))
      (NoteKey.idBytes(id) + bytes).withUnsafeBytes { Base64.append($0, to: &line) }
      line.append(UInt8(ascii: "\n"))
      (self.name, self.id, self.bytes, self.line) = (name, id, bytes, line)
    }

    /// Whether it is of the key with this name and id. Names are compared byte by byte: Swift's `==` holds two texts for
    /// equal that differ in Unicode normal form, and their key ids differ.
    func isOf(name: String, id: UInt32) -> Bool { self.id == id && self.name.utf8.elementsEqual(name.utf8) }

    /// Reads a line without its newline; nil when it is not one.
    init?(line: ArraySlice<UInt8>) {
      guard line.starts(with: Self.dash) else { return nil }
      let rest = line.dropFirst(Self.dash.count)
      // A second space in what follows the name is no character of Base64.
      guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
        let name = String(validating: rest[..<space], as: UTF8.self), NoteKey.isName(name),
        let raw = Base64.decode(bytes: rest[(space + 1)...]), raw.count > 4
      else { return nil }
      self.init(name: name, id: raw.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }, bytes: Array(raw.dropFirst(4)))
    }

    private static let dash = Array("\u{2014} ".utf8)
  }

  /// The text, ending in a newline.
  public let text: String
  /// The signatures, in the order of their lines.
  public private(set) var signatures: [Signature]

  /// A text without signatures yet.
  /// - Throws: `NoteError` when the text does not end in a newline or holds other control characters.
  public init(text: String) throws(NoteError) {
    try self.init(text: text, bytes: Array(text.utf8)[...])
  }

  private init(text: String, bytes: ArraySlice<UInt8>) throws(NoteError) {
    guard bytes.last == UInt8(ascii: "\n"), !bytes.contains(where: { $0 < 0x20 && $0 != 0x0A }) else {
      throw NoteError("a note's text ends in a newline and has no other control characters")
    }
    self.text = text
    signatures = []
  }

  /// Reads a note.
  /// - Throws: `NoteError` when it is not well formed.
  public init(_ bytes: some Collection<UInt8>) throws(NoteError) {
    guard bytes.count <= Self.longest else { throw NoteError("the note is longer than \(Self.longest) bytes") }
    let bytes = Array(bytes)
    // The last empty line separates the signatures; every line ends in a newline.
    let newline = UInt8(ascii: "\n")
    guard let blank = bytes.indices.dropFirst().last(where: { bytes[$0] == newline && bytes[$0 - 1] == newline }),
      bytes.last == newline
    else { throw NoteError("the note has no blank line before its signatures") }
    guard let text = String(validating: bytes[..<blank], as: UTF8.self) else {
      throw NoteError("the note is not UTF-8")
    }
    try self.init(text: text, bytes: bytes[..<blank])
    var rest = bytes[(blank + 1)...]
    let count = rest.count { $0 == newline }
    guard (1...Self.mostSignatures).contains(count) else {
      throw NoteError("the note has \(count) signatures, 1 to \(Self.mostSignatures) are allowed")
    }
    while let end = rest.firstIndex(of: newline) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      guard let signature = Signature(line: line) else {
        throw NoteError("the signature line \"\(String(decoding: line.prefix(80), as: UTF8.self))\" is malformed")
      }
      signatures.append(signature)
    }
  }

  /// The whole note as text.
  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// The whole note as UTF-8. One is made of each stream in every commit.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(signatures.reduce(text.utf8.count + 1) { $0 + $1.line.count })
    out += text.utf8
    out.append(UInt8(ascii: "\n"))
    for signature in signatures { out += signature.line }
    return out
  }

  /// Adds a signature after the others. One of the same key takes the earlier one's place: foreign tools refuse a note
  /// with two lines of one key, and a cosignature repeated on a cadence must not make the note grow.
  public mutating func add(_ signature: Signature) {
    if let place = signatures.firstIndex(where: { $0.isOf(name: signature.name, id: signature.id) }) {
      signatures[place] = signature
    } else {
      signatures.append(signature)
    }
  }

  /// Whether it has a line of this key; whether that is a signature is not looked at.
  public func bears(_ key: NoteKey) -> Bool { signatures.contains { $0.isOf(name: key.name, id: key.id) } }

  /// Removes the lines that are not wanted.
  mutating func keepSignatures(where isWanted: (Signature) -> Bool) { signatures.removeAll { !isWanted($0) } }

  /// Signs the text with an Ed25519 key (type 0x01) whose public half is in `as`.
  public mutating func sign(with key: borrowing SigningKey, as noteKey: NoteKey) {
    add(Signature(name: noteKey.name, id: noteKey.id, bytes: key.sign(Array(text.utf8))))
  }

  /// Whether `key` (of either kind) signed this text. A line under this key that does not verify makes the whole note
  /// refused, as the standard asks.
  /// - Throws: `NoteError` when a line under this key's name and id does not verify.
  public func isSigned(by key: NoteKey) throws(NoteError) -> Bool { try time(of: key) != nil }

  /// The time of `key`'s cosignature, in seconds since 1970; 0 for a plain signature; nil when there is none.
  /// - Throws: `NoteError` when a line under this key's name and id does not verify.
  public func time(of key: NoteKey) throws(NoteError) -> UInt64? {
    var latest: UInt64?
    for signature in signatures where signature.isOf(name: key.name, id: key.id) {
      switch key.kind {
      case .ed25519:
        guard key.key.isValid(signature.bytes, on: Array(text.utf8)) else {
          throw NoteError("the signature of \(key.name) does not match the text")
        }
        latest = 0
      case .cosignature:
        guard let time = Cosignature.verify(signature.bytes, on: text, by: key.key) else {
          throw NoteError("the cosignature of \(key.name) does not match the checkpoint")
        }
        latest = max(latest ?? 0, time)
      }
    }
    return latest
  }
}

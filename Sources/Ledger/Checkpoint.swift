import Sodium
import Terms

/// A log's size and root under its origin line: the text that a log key signs and a receipt key cosigns
/// (C2SP tlog-checkpoint 1.0.0, no extension lines).
public struct Checkpoint: Hashable, Sendable {
  /// The most leaves a log may have: foreign tools count them in signed 64-bit numbers.
  public static let largestSize = UInt64(Int64.max)

  /// `<realm>/<stream>`.
  public let origin: String
  /// The number of leaves.
  public let size: UInt64
  /// The tree's root.
  public let root: RootHash

  /// A log's size and root.
  public init(origin: String, size: UInt64, root: RootHash) {
    (self.origin, self.size, self.root) = (origin, size, root)
  }

  /// The note text: three lines.
  public var text: String {
    var text = origin
    text.reserveCapacity(origin.utf8.count + 70)
    text += "\n"
    text += String(size)
    text += "\n"
    text += Base64.encode(root.digest.bytes)
    text += "\n"
    return text
  }

  /// Reads a note text.
  /// - Throws: `NoteError` when it is not exactly three lines of a checkpoint.
  public init(text: String) throws(NoteError) {
    // Over bytes: Swift's characters are slower by far, and "\r\n" is a single one.
    let bytes = Array(text.utf8)
    guard !bytes.contains(0x0D) else { throw NoteError("not a checkpoint: it holds a carriage return") }
    var rest = bytes[...]
    func line() -> ArraySlice<UInt8>? {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return rest[..<end]
    }
    guard let origin = line(), let digits = line().map({ String(decoding: $0, as: UTF8.self) }), let root = line(),
      rest.isEmpty, !origin.isEmpty, let size = UInt64(digits), size <= Self.largestSize, String(size) == digits,
      let root = Base64.decode(bytes: root).flatMap({ Digest($0) })
    else { throw NoteError("not a checkpoint: three lines with origin, size and root are expected") }
    self.init(origin: String(decoding: origin, as: UTF8.self), size: size, root: RootHash(root))
  }
}

/// A checkpoint with the log's signature and perhaps cosignatures.
public struct SignedCheckpoint: Hashable, Sendable {
  /// What is signed.
  public let checkpoint: Checkpoint
  /// The note with its signatures.
  public private(set) var note: SignedNote

  /// Signs a checkpoint with the log's key.
  /// - Throws: `NoteError` when the origin cannot be a key's name.
  public init(_ checkpoint: Checkpoint, logKey: borrowing SigningKey) throws(NoteError) {
    self.checkpoint = checkpoint
    note = try SignedNote(text: checkpoint.text)
    note.sign(with: logKey, as: try Self.logKey(logKey.verifyingKey, of: checkpoint.origin))
  }

  /// Reads a signed checkpoint. Whose signatures it bears is asked afterwards.
  /// - Throws: `NoteError` when it is not well formed.
  public init(_ bytes: some Collection<UInt8>) throws(NoteError) {
    note = try SignedNote(bytes)
    checkpoint = try Checkpoint(text: note.text)
  }

  /// The note key of a log: the key name is the origin line (C2SP tlog-checkpoint, "Signatures").
  public static func logKey(_ key: VerifyingKey, of origin: String) throws(NoteError) -> NoteKey {
    try NoteKey(name: origin, kind: .ed25519, key: key)
  }

  /// Whether one of these log keys signed it.
  public func isSigned(byLog keys: [VerifyingKey]) throws(NoteError) -> Bool {
    for key in keys where try note.isSigned(by: Self.logKey(key, of: checkpoint.origin)) { return true }
    return false
  }

  /// Whether another one says the same and bears the same lines of log keys, in the same order.
  public func hasSameLogSignatures(as other: SignedCheckpoint) -> Bool {
    func lines(_ signed: SignedCheckpoint) -> [SignedNote.Signature] {
      signed.withoutCosignatures.note.signatures
    }
    return note.text.utf8.elementsEqual(other.note.text.utf8) && lines(self) == lines(other)
  }

  /// Whether it has a line of this log key; whether that is a signature is not looked at.
  public func bears(logKey key: VerifyingKey) -> Bool {
    (try? Self.logKey(key, of: checkpoint.origin)).map(note.bears) ?? false
  }

  /// The same with the signatures of its log alone.
  public var withoutCosignatures: SignedCheckpoint {
    var bare = self
    bare.note.keepSignatures { $0.name.utf8.elementsEqual(checkpoint.origin.utf8) }
    return bare
  }

  /// Adds a cosignature.
  public mutating func add(_ signature: SignedNote.Signature) { note.add(signature) }

  /// The whole note as UTF-8.
  public var bytes: [UInt8] { note.bytes }
}

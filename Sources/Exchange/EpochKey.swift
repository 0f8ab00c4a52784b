import Ledger
import Sodium
import Terms

/// The key of one stream's day: seals bodies, and gives each record its salt. Destroying it makes the day's bodies
/// unreadable for good.
///
/// The salt is derived instead of stored, `BLAKE2b(salt key, record id)`: to everybody without the epoch key it is as
/// unknown as random bytes, it costs no room on disk or wire, and it goes with the key. The nonce is the first 24 bytes
/// of the leaf hash, which is different for different entries: a crash can not make one nonce serve two bodies.
public final class EpochKey: Sendable {
  /// What sealing adds to a body's length at most: one byte of coding, and the tag.
  public static let overheadByteCount = 1 + SymmetricKey.tagByteCount
  /// A salt's length in bytes.
  public static let saltByteCount = 16

  /// The day, counted from 1970-01-01.
  public let number: UInt32
  /// The key itself, from which the other two are derived.
  public let master: SymmetricKey
  private let sealKey: SymmetricKey
  private let saltKey: SymmetricKey

  /// The keys of a day from its master key.
  public init(number: UInt32, master: consuming SymmetricKey) throws(SodiumError) {
    self.number = number
    sealKey = try master.derived("istmo/epoch/seal/v1")
    saltKey = try master.derived("istmo/epoch/salt/v1")
    self.master = master
  }

  /// The salt of a record's commitment.
  public func salt(for id: RecordID) -> [UInt8] { withSalt(for: id) { Array($0) } }

  /// What the entry with this id commits to when this is its body.
  public func commitment(to body: [UInt8], of id: RecordID) -> Digest {
    withSalt(for: id) { Entry.commit(to: body, salt: $0) }
  }

  private func withSalt<R>(for id: RecordID, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    withUnsafeTemporaryAllocation(byteCount: Self.saltByteCount, alignment: 1) { salt in
      withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { saltKey.writeKeyedHash(of: $0, to: salt) }
      return body(UnsafeRawBufferPointer(salt))
    }
  }

  /// Seals a body for the entry with this leaf hash. One entry's body is coded in one way only, whenever it is sealed: the nonce is
  /// the entry's.
  func seal(_ body: [UInt8], leaf: NodeHash, as coding: BodyCoding) throws(SodiumError) -> [UInt8] {
    let most = body.count + Self.overheadByteCount
    return try withUnsafeTemporaryAllocation(byteCount: most, alignment: 1) { (memory) throws(SodiumError) in
      let count = body.withUnsafeBytes { BodyCoding.write($0, coding, into: memory) }
      // It is sealed where it lies.
      let coded = UnsafeRawBufferPointer(rebasing: memory[..<count])
      let sealed = UnsafeMutableRawBufferPointer(rebasing: memory[..<(count + SymmetricKey.tagByteCount)])
      try leaf.digest.withUnsafeBytes { (leaf) throws(SodiumError) in
        try sealKey.seal(coded, nonce: Self.nonce(leaf), associatedData: leaf, into: sealed)
      }
      return Array(sealed)
    }
  }

  /// Opens what `seal` made.
  /// - Throws: `SodiumError.doesNotOpen` when key, entry or bytes are others.
  public func open(_ sealed: ArraySlice<UInt8>, leaf: NodeHash) throws(SodiumError) -> [UInt8] {
    let count = max(0, sealed.count - SymmetricKey.tagByteCount)
    return try withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { (coded) throws(SodiumError) in
      try leaf.digest.withUnsafeBytes { (leaf) throws(SodiumError) in
        try sealKey.open(sealed, nonce: Self.nonce(leaf), associatedData: leaf, into: coded)
      }
      guard let body = BodyCoding.read(UnsafeRawBufferPointer(coded)) else {
        throw .doesNotOpen(what: "a body of unknown coding")
      }
      return body
    }
  }

  private static func nonce(_ leaf: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: leaf.prefix(SymmetricKey.nonceByteCount))
  }
}

/// What is kept of an epoch: where it starts, its key sealed for the recipient (as its entry commits to it) and its key
/// wrapped under the node's storage key. After erasure both are empty.
public struct EpochRecord: Hashable, Sendable {
  /// The length of a key that was sealed to a recipient, in bytes.
  static let boxByteCount = SymmetricKey.byteCount + SealedBox.overheadByteCount

  /// The day, counted from 1970-01-01.
  public let number: UInt32
  /// The index of the epoch's entry in its stream.
  public let first: UInt64
  /// The key, sealed to the recipient's sealing key.
  public let box: [UInt8]
  /// The key, wrapped under the storage key.
  public let wrapped: [UInt8]

  /// What is kept of an epoch.
  public init(number: UInt32, first: UInt64, box: [UInt8], wrapped: [UInt8]) {
    (self.number, self.first, self.box, self.wrapped) = (number, first, box, wrapped)
  }

  /// Whether the key was destroyed.
  public var isErased: Bool { wrapped.isEmpty }

  /// What is left of it when the key was destroyed.
  var erased: EpochRecord { EpochRecord(number: number, first: first, box: [], wrapped: []) }

  /// The name under which it is kept; sorted by first index.
  public func stateKey(_ stream: StreamName) -> String {
    Self.prefix(stream) + String(repeating: "0", count: first.leadingZeroBitCount / 4)
      + (first == 0 ? "" : String(first, radix: 16))
  }

  /// The beginning of the names of a stream's epochs.
  public static func prefix(_ stream: StreamName) -> String { "\(Commit.destructible)\(stream)/" }

  /// The kept form.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 180)
    writer.uint32(number)
    writer.uint64(first)
    writer.vector8(box)
    writer.vector8(wrapped)
    return writer.bytes
  }

  /// Reads the kept form.
  public init(_ bytes: [UInt8]) throws(ByteError) {
    var reader = ByteReader(bytes)
    number = try reader.uint32("epoch number")
    first = try reader.uint64("epoch's first index")
    box = Array(try reader.vector8("epoch box"))
    wrapped = Array(try reader.vector8("wrapped epoch key"))
    try reader.finish("epoch")
  }

  /// Makes a fresh epoch: a random key, sealed to the recipient and wrapped for ourselves.
  static func fresh(
    number: UInt32, first: UInt64, stream: StreamName, to recipient: ExchangePublicKey, keys: Keyring,
    _ entropy: some Entropy
  ) throws(SodiumError) -> (EpochRecord, EpochKey) {
    let master = SymmetricKey(entropy)
    let box = try SealedBox.seal(master.secret, to: recipient, entropy)
    let wrapped = try wrap(master.secret, stream: stream, number: number, keys: keys, entropy)
    return (
      EpochRecord(number: number, first: first, box: box, wrapped: wrapped),
      try EpochKey(number: number, master: master)
    )
  }

  /// Takes in an epoch key that the origin sealed to us.
  static func received(
    number: UInt32, first: UInt64, stream: StreamName, box: [UInt8], keys: Keyring, _ entropy: some Entropy
  ) throws(SodiumError) -> (EpochRecord, EpochKey) {
    let master = try SymmetricKey(try SealedBox.open(box, with: keys.sealing))
    let wrapped = try wrap(master.secret, stream: stream, number: number, keys: keys, entropy)
    return (
      EpochRecord(number: number, first: first, box: box, wrapped: wrapped),
      try EpochKey(number: number, master: master)
    )
  }

  /// The epoch's key.
  /// - Throws: `SodiumError.doesNotOpen` when it was erased or altered.
  func key(stream: StreamName, keys: Keyring) throws(SodiumError) -> EpochKey {
    let master = try SymmetricKey(try keys.storage.openSecret(wrapped, associatedData: Self.context(stream, number)))
    return try EpochKey(number: number, master: master)
  }

  private static func wrap(
    _ secret: borrowing SecretBytes, stream: StreamName, number: UInt32, keys: Keyring, _ entropy: some Entropy
  ) throws(SodiumError) -> [UInt8] {
    try keys.storage.sealSecret(secret, associatedData: context(stream, number), entropy)
  }

  private static func context(_ stream: StreamName, _ number: UInt32) -> [UInt8] {
    Array("istmo/epoch/wrap/v1 \(stream) \(number)".utf8)
  }
}

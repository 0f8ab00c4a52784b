import Exchange
import Sodium
import Terms

/// Replication by hand: the messages of a link in a file. What is inside is sealed and signed already; the digest at the
/// end only tells a broken copy from a good one.
///
///     struct {
///         opaque magic[16] = "istmo bundle v1\n";
///         opaque realm<1..64>; opaque from[2]; opaque to[2];
///         uint32 count;
///         struct { uint8 type; opaque payload<0..2^24-1>; } messages[count];
///         opaque sha256[32];          // of everything before
///     } Bundle;
public struct BundleFile: Hashable, Sendable {
  /// The longest bundle that is read, in bytes.
  public static let longest = 256 << 20
  /// Bytes of entries and bodies after which a bundle is closed.
  public static let fullAtByteCount = 128 << 20
  static let magic = Array("istmo bundle v1\n".utf8)

  /// The federation.
  public let realm: Realm
  /// Who made it.
  public let from: CountryCode
  /// For whom.
  public let to: CountryCode
  /// The messages.
  public let messages: [Message]

  /// A bundle.
  public init(realm: Realm, from: CountryCode, to: CountryCode, messages: [Message]) {
    (self.realm, self.from, self.to, self.messages) = (realm, from, to, messages)
  }

  /// The file's bytes.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 4096)
    writer.raw(Self.magic)
    writer.vector8(Array(realm.description.utf8))
    writer.raw(from.description.utf8)
    writer.raw(to.description.utf8)
    writer.uint32(UInt32(clamping: messages.count))
    for message in messages {
      writer.uint8(message.type)
      writer.vector24(message.payload)
    }
    return writer.bytes + SHA256.hash(writer.bytes).bytes
  }

  /// Reads a file.
  /// - Throws: `ByteError` when it is damaged or no bundle.
  public init(_ bytes: [UInt8]) throws(ByteError) {
    guard bytes.count <= Self.longest, bytes.count > 32 else {
      throw ByteError(field: "bundle", offset: 0, problem: "\(bytes.count) bytes are no bundle")
    }
    let content = Array(bytes.dropLast(32))
    guard SHA256.hash(content).bytes.elementsEqual(bytes.suffix(32)) else {
      throw ByteError(field: "bundle", offset: content.count, problem: "the copy is damaged; copy it again")
    }
    var reader = ByteReader(content)
    guard Array(try reader.raw(Self.magic.count, "magic")) == Self.magic else {
      throw ByteError(field: "magic", offset: 0, problem: "not a bundle of this version")
    }
    let words: (Realm, CountryCode, CountryCode)
    do {
      words = (
        try Realm(try ByteReader.text(try reader.vector8("realm"), "realm")),
        try CountryCode(try ByteReader.text(try reader.raw(2, "from"), "from")),
        try CountryCode(try ByteReader.text(try reader.raw(2, "to"), "to"))
      )
    } catch let error as ByteError { throw error } catch {
      throw ByteError(field: "bundle", offset: reader.offset, problem: "\(error)")
    }
    (realm, from, to) = words
    let count = try reader.uint32("count")
    var messages: [Message] = []
    for _ in 0..<count {
      let type = try reader.uint8("message type")
      messages.append(try Message(type: type, payload: Array(try reader.vector24("message"))))
    }
    try reader.finish("bundle")
    self.messages = messages
  }
}

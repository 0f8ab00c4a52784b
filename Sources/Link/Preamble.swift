import Terms

/// The first bytes of a connection, in clear, from the initiator: what this is, and who wants to speak with whom.
///
///     struct {
///       opaque magic[5] = "ISTMO";
///       uint8 version = 1;
///       opaque initiator[2];   /* ISO 3166-1 alpha-2, ASCII capitals */
///       opaque responder[2];
///     } Preamble;
struct Preamble: Hashable, Sendable {
  static let byteCount = 10
  static let magic: [UInt8] = Array("ISTMO".utf8)
  static let version: UInt8 = 1

  let initiator: CountryCode
  let responder: CountryCode

  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: Self.byteCount)
    writer.raw(Self.magic)
    writer.uint8(Self.version)
    writer.raw(initiator.description.utf8)
    writer.raw(responder.description.utf8)
    return writer.bytes
  }

  init(initiator: CountryCode, responder: CountryCode) {
    self.initiator = initiator
    self.responder = responder
  }

  /// Reads a whole preamble.
  init(_ bytes: ArraySlice<UInt8>) throws(ChannelError) {
    try Self.check(prefix: bytes)
    var reader = ByteReader(bytes)
    do {
      _ = try reader.raw(Self.magic.count + 1, "magic and version")
      initiator = try Self.country(&reader)
      responder = try Self.country(&reader)
    } catch { throw .malformedPreamble }
  }

  /// Refuses a stranger at the first byte that differs.
  static func check(prefix: ArraySlice<UInt8>) throws(ChannelError) {
    guard zip(prefix, magic).allSatisfy({ $0 == $1 }) else { throw .notIstmo }
    if let found = prefix.dropFirst(magic.count).first, found != version { throw .unknownVersion(found) }
  }

  private static func country(_ reader: inout ByteReader) throws -> CountryCode {
    try CountryCode(String(decoding: try reader.raw(2, "country"), as: UTF8.self))
  }

  /// What both sides mix into the handshake before its first message.
  ///
  ///     struct {
  ///       opaque label<0..255> = "istmo link 1";
  ///       opaque realm<1..64>;
  ///       Preamble preamble;
  ///     } Prologue;
  func prologue(realm: Realm) -> [UInt8] {
    var writer = ByteWriter(capacity: 96)
    writer.vector8(Array("istmo link 1".utf8))
    writer.vector8(Array(realm.description.utf8))
    writer.raw(bytes)
    return writer.bytes
  }
}

/// A message between two nodes: a type and a payload of at most 1 MiB.
public struct LinkMessage: Hashable, Sendable {
  /// Types 0x00 and 0x01 are the channel's own; all others belong to the layer above.
  public let type: UInt8
  /// The content.
  public let payload: [UInt8]

  /// A message of `type` with `payload`.
  public init(type: UInt8, payload: [UInt8]) {
    self.type = type
    self.payload = payload
  }

  /// Asks the other side for a sign of life; the payload is 8 bytes of the asker's choice.
  static let ping: UInt8 = 0x00
  /// Answers a ping with its 8 bytes.
  static let pong: UInt8 = 0x01
  /// The length of a ping's and a pong's payload in bytes.
  static let pingByteCount = 8
  /// The length of what stands before a payload: type and length, in bytes.
  static let headerByteCount = 4

  /// Whether the layer above may send and receive this type.
  public static func isFree(_ type: UInt8) -> Bool { type > pong }
}

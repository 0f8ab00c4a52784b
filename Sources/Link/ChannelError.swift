import Noise
import Sodium
import Terms

/// Why a channel ended, or refused. After any error from `next()` the channel is dead.
public enum ChannelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The first bytes are not Istmo's.
  case notIstmo
  /// The preamble names another version.
  case unknownVersion(UInt8)
  /// The preamble's countries are not two codes.
  case malformedPreamble
  /// The initiator wants to speak with another country than this node's.
  case notForUs(CountryCode)
  /// The initiator is of a country that is no neighbour.
  case notANeighbour(CountryCode)
  /// The initiator's key is not one of its country's.
  case keyNotAllowed(CountryCode, ExchangePublicKey)
  /// A handshake message is refused.
  case handshake(NoiseError)
  /// A frame's length is outside what its place allows.
  case frameLength(found: Int, expected: ClosedRange<Int>)
  /// A frame does not open: altered, repeated, dropped or made with another key.
  case frameDoesNotOpen
  /// A message's length field is over the limit.
  case messageTooLong(Int)
  /// The type belongs to the channel itself.
  case reservedType(UInt8)
  /// A ping or pong has another length than 8.
  case pingLength(Int)
  /// Something was to be sent before the handshake was done.
  case notEstablished
  /// The channel ended earlier.
  case ended

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .notIstmo: "the other side does not speak Istmo's link protocol"
    case .unknownVersion(let version):
      "the other side speaks version \(version) of the link protocol, this node version 1"
    case .malformedPreamble: "the preamble does not name two countries"
    case .notForUs(let country): "the other side wants to speak with \(country); check the endpoint in its topology"
    case .notANeighbour(let country): "\(country) is no neighbour of this node; nothing was agreed with it"
    case .keyNotAllowed(let country, let key):
      "\(country) presented the transport key \(key), which its current card does not have; import its new card if it rotated"
    case .handshake(let error): "the handshake failed: \(error)"
    case .frameLength(let found, let expected):
      "a frame of \(found) bytes where \(expected.lowerBound) to \(expected.upperBound) may stand"
    case .frameDoesNotOpen: "a frame does not open: it was altered, repeated or dropped on the way"
    case .messageTooLong(let count):
      "a message of \(count) bytes, at most \(ChannelLimits.payloadByteLimit) may be sent"
    case .reservedType(let type): "message type \(type) belongs to the link itself"
    case .pingLength(let count): "a ping of \(count) bytes, 8 expected"
    case .notEstablished: "the link is not established yet"
    case .ended: "the link has ended"
    }
  }
}

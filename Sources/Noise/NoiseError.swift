import Sodium

/// What the Noise protocol refused. After any of these the state that threw is of no further use.
public enum NoiseError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A message has fewer or more bytes than its step allows.
  case wrongLength(expected: ClosedRange<Int>, found: Int)
  /// A part of a message does not open: made with other keys or another prologue, altered, or replayed.
  case doesNotOpen(part: String)
  /// A public key is of low order.
  case weakPublicKey
  /// The initiator's static key was opened, and the caller does not accept it.
  case notAccepted(ExchangePublicKey)
  /// All 2^64-1 numbers of a key are used (revision 34, section 5.1).
  case numbersExhausted
  /// A step was asked for out of turn, or after an earlier failure.
  case outOfTurn

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .wrongLength(let expected, let found):
      expected.lowerBound == expected.upperBound
        ? "a message of \(found) bytes, \(expected.lowerBound) expected"
        : "a message of \(found) bytes, \(expected.lowerBound) to \(expected.upperBound) expected"
    case .doesNotOpen(let part):
      "\(part) does not open: the other side uses other keys, realm or countries, or the bytes were altered or replayed"
    case .weakPublicKey: "the other side's public key is of low order"
    case .notAccepted(let key): "the static key \(key) is not accepted"
    case .numbersExhausted: "the message numbers of this connection are used up; connect again"
    case .outOfTurn: "a handshake step out of turn"
    }
  }
}

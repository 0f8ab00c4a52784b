import Sodium

/// The two ciphers after a handshake (Noise revision 34, section 5.3 Split), with a rekey at fixed numbers.
///
/// Each direction takes its next key after every 2^14th message it carried (`rekeyInterval`). Both sides count the same
/// messages, so nothing needs to be said on the wire. 2^14 messages of at most 65,535 bytes are below 1 GiB under one
/// key: far under ChaCha20-Poly1305's limits, and a key stolen from memory opens no more than that of the past.
public struct Transport: ~Copyable, Sendable {
  /// Messages in one direction under one key.
  public static let rekeyInterval: UInt64 = 1 << 14
  /// What sealing adds to the length, in bytes.
  public static let overhead = CipherState.tagByteCount
  /// The most plaintext bytes in one message.
  public static let plaintextByteLimit = CipherState.messageByteLimit - overhead

  struct Keys: ~Copyable {
    let fromInitiator: CipherState
    let fromResponder: CipherState
  }

  private var sending: CipherState
  private var receiving: CipherState

  init(_ keys: consuming Keys, role: HandshakeState.Role) {
    switch role {
    case .initiator:
      sending = keys.fromInitiator
      receiving = keys.fromResponder
    case .responder:
      sending = keys.fromResponder
      receiving = keys.fromInitiator
    }
  }

  /// Messages sent so far.
  public var sentCount: UInt64 { sending.number }
  /// Messages received so far.
  public var receivedCount: UInt64 { receiving.number }

  /// Seals the next message into `out`, which has exactly `overhead` bytes more than `plaintext`.
  /// - Throws: `NoiseError.numbersExhausted`; `.wrongLength` when `out` does not fit or the message would be too long.
  public mutating func seal(
    _ plaintext: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
  ) throws(NoiseError) {
    guard plaintext.count <= Self.plaintextByteLimit else {
      throw .wrongLength(expected: 0...Self.plaintextByteLimit, found: plaintext.count)
    }
    try sending.seal(plaintext, associatedData: UnsafeRawBufferPointer(start: nil, count: 0), into: out)
    if sending.number.isMultiple(of: Self.rekeyInterval) { sending.rekey() }
  }

  /// Opens the next message into `out`, which has exactly `overhead` bytes less than `ciphertext`.
  /// - Throws: `NoiseError.doesNotOpen` when it was altered, repeated, reordered or made with another key;
  ///   `.numbersExhausted`; `.wrongLength` when `out` does not fit or the message is too short or too long.
  public mutating func open(
    _ ciphertext: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
  ) throws(NoiseError) {
    guard (Self.overhead...CipherState.messageByteLimit).contains(ciphertext.count) else {
      throw .wrongLength(expected: Self.overhead...CipherState.messageByteLimit, found: ciphertext.count)
    }
    try receiving.open(ciphertext, associatedData: UnsafeRawBufferPointer(start: nil, count: 0), into: out)
    if receiving.number.isMultiple(of: Self.rekeyInterval) { receiving.rekey() }
  }
}

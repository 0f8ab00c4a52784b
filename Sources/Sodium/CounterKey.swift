import CSodium
import Terms

/// A symmetric key for a numbered sequence of messages: ChaCha20-Poly1305 (RFC 8439). The nonce is four zero bytes and
/// the message's number as eight bytes, lowest first, as Noise defines it (revision 34, section 12.3).
public struct CounterKey: ~Copyable, Sendable {
  /// The key's length in bytes.
  public static let byteCount = 32
  /// What sealing adds to the length, in bytes.
  public static let tagByteCount = 16

  private let secret: SecretBytes

  /// A key from secret bytes.
  /// - Throws: `SodiumError.wrongLength` unless there are 32.
  public init(_ secret: consuming SecretBytes) throws(SodiumError) {
    guard secret.count == Self.byteCount else {
      throw .wrongLength(what: "message key", expected: Self.byteCount, found: secret.count)
    }
    self.secret = secret
  }

  /// Seals message number `number` into `out`, which is exactly 16 bytes longer than `plaintext` and may begin at the
  /// same address. A number must never be used twice with one key.
  /// - Throws: `SodiumError.wrongLength` when `out` has another length.
  public func seal(
    _ plaintext: UnsafeRawBufferPointer, number: UInt64, associatedData: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) throws(SodiumError) {
    guard out.count == plaintext.count + Self.tagByteCount else {
      throw .wrongLength(what: "room for a sealed message", expected: plaintext.count + 16, found: out.count)
    }
    secret.withUnsafeBytes { key in
      Self.withNonce(number) { nonce in
        _ = crypto_aead_chacha20poly1305_ietf_encrypt(
          out.u8, nil, plaintext.u8, UInt64(plaintext.count), associatedData.u8, UInt64(associatedData.count), nil,
          nonce.u8, key.u8)
      }
    }
  }

  /// Opens message number `number` into `out`, which is exactly 16 bytes shorter than `ciphertext` and may begin at the
  /// same address.
  /// - Throws: `SodiumError.doesNotOpen` when key, number, associated data or ciphertext are not those of sealing;
  ///   `SodiumError.wrongLength` when `out` has another length.
  public func open(
    _ ciphertext: UnsafeRawBufferPointer, number: UInt64, associatedData: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) throws(SodiumError) {
    guard ciphertext.count >= Self.tagByteCount else { throw .doesNotOpen(what: "a message") }
    guard out.count == ciphertext.count - Self.tagByteCount else {
      throw .wrongLength(what: "room for an opened message", expected: ciphertext.count - 16, found: out.count)
    }
    let result = secret.withUnsafeBytes { key in
      Self.withNonce(number) { nonce in
        crypto_aead_chacha20poly1305_ietf_decrypt(
          out.u8, nil, nil, ciphertext.u8, UInt64(ciphertext.count), associatedData.u8, UInt64(associatedData.count),
          nonce.u8, key.u8)
      }
    }
    guard result == 0 else { throw .doesNotOpen(what: "a message") }
  }

  /// The next key of a sequence: the first 32 bytes of 32 zero bytes sealed as message 2^64-1
  /// (Noise revision 34, section 4.2, REKEY).
  public func successor() -> CounterKey {
    let next = SecretBytes(count: Self.byteCount) { out in
      var sealed = [UInt8](repeating: 0, count: Self.byteCount + Self.tagByteCount)
      sealed.withUnsafeMutableBytes { buffer in
        let zeros = UnsafeRawBufferPointer(rebasing: buffer[..<Self.byteCount])
        // The lengths fit by construction, so sealing cannot refuse.
        try? seal(zeros, number: .max, associatedData: UnsafeRawBufferPointer(start: nil, count: 0), into: buffer)
        out.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<Self.byteCount]))
      }
      wipe(&sealed)
    }
    return CounterKey(trusted: next)
  }

  private init(trusted secret: consuming SecretBytes) { self.secret = secret }

  private static func withNonce<R>(_ number: UInt64, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    let nonce = (
      UInt32(0), UInt32(truncatingIfNeeded: number).littleEndian, UInt32(truncatingIfNeeded: number >> 32).littleEndian
    )
    return withUnsafeBytes(of: nonce, body)
  }
}

import CSodium
import Terms

/// HMAC-SHA256 (RFC 2104, FIPS 180-4) over secrets.
public enum HMACSHA256 {
  /// A code's length in bytes.
  public static let byteCount = 32

  /// The code under `key`, of any length, of the parts one after another, as a secret.
  public static func code(
    key: borrowing SecretBytes, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
  ) -> SecretBytes {
    SecretBytes(count: byteCount) { out in
      key.withUnsafeBytes { write(key: $0, first, second, to: out) }
    }
  }

  static func write(
    key: UnsafeRawBufferPointer, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
    to out: UnsafeMutableRawBufferPointer
  ) {
    var state = crypto_auth_hmacsha256_state()
    crypto_auth_hmacsha256_init(&state, key.u8, key.count)
    crypto_auth_hmacsha256_update(&state, first.u8, UInt64(first.count))
    crypto_auth_hmacsha256_update(&state, second.u8, UInt64(second.count))
    crypto_auth_hmacsha256_final(&state, out.u8)
    sodium_memzero(&state, MemoryLayout<crypto_auth_hmacsha256_state>.size)
  }
}

/// Two keys that one derivation gave.
@frozen public struct DerivedPair: ~Copyable, Sendable {
  /// The first 32 bytes.
  public let first: SecretBytes
  /// The next 32 bytes.
  public let second: SecretBytes

  init(first: consuming SecretBytes, second: consuming SecretBytes) {
    self.first = first
    self.second = second
  }
}

/// HKDF-SHA256 with an empty info (RFC 5869), in the form the Noise Protocol Framework uses (revision 34, section 4.3).
public enum HKDF {
  /// Two keys of 32 bytes from a chaining key (the salt) and input key material.
  public static func pair(chainingKey: borrowing SecretBytes, input: UnsafeRawBufferPointer) -> DerivedPair {
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    // RFC 5869 section 2.2 (extract), 2.3 (expand): T(1) = HMAC(PRK, 0x01), T(2) = HMAC(PRK, T(1) || 0x02).
    let pseudorandom = HMACSHA256.code(key: chainingKey, input, none)
    let first: SecretBytes = counter(1) { HMACSHA256.code(key: pseudorandom, none, $0) }
    let second: SecretBytes = first.withUnsafeBytes { one in
      counter(2) { HMACSHA256.code(key: pseudorandom, one, $0) }
    }
    return DerivedPair(first: first, second: second)
  }

  private static func counter(_ value: UInt8, _ body: (UnsafeRawBufferPointer) -> SecretBytes) -> SecretBytes {
    var byte = value
    return withUnsafeMutableBytes(of: &byte) { body(UnsafeRawBufferPointer($0)) }
  }
}

import CSodium
import Terms

/// A key under which searchable values become 64-bit numbers that say nothing of them without it: SipHash-2-4 (Aumasson and Bernstein, 2012),
/// a keyed hash made for short texts. A key of twice its length hashes by BLAKE2b (RFC 7693), as homes did that were made before 2026-11-27: what
/// they have in their index is found as before.
public struct IndexKey: ~Copyable, Sendable {
  /// The length of a new key in bytes.
  public static let byteCount = 16

  /// The key's bytes, for wrapping it under another key.
  public let secret: SecretBytes

  /// A random key.
  public init(_ entropy: some Entropy) { secret = SecretBytes(random: Self.byteCount, entropy) }

  /// A key from secret bytes.
  /// - Throws: `SodiumError.wrongLength` unless there are 16, or 32 of an earlier home.
  public init(_ secret: consuming SecretBytes) throws(SodiumError) {
    guard secret.count == Self.byteCount || secret.count == SymmetricKey.byteCount else {
      throw .wrongLength(what: "index key", expected: Self.byteCount, found: secret.count)
    }
    self.secret = secret
  }

  /// The number of a value.
  public func number(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    secret.withUnsafeBytes { key in
      var hash = (UInt64(0), UInt64(0))
      return withUnsafeMutableBytes(of: &hash) { out in
        if key.count == Self.byteCount {
          _ = crypto_shorthash_siphash24(out.u8, bytes.u8, UInt64(bytes.count), key.u8)
          return UInt64(littleEndian: out.load(as: UInt64.self))
        }
        _ = crypto_generichash(out.u8, out.count, bytes.u8, UInt64(bytes.count), key.u8, key.count)
        return UInt64(bigEndian: out.load(as: UInt64.self))
      }
    }
  }
}

import CNettle

/// HMAC-SHA-1 (RFC 2104), from Nettle as libsodium has none. For one-time passwords alone (RFC 6238), whose apps know no other hash for
/// certain; nothing that is signed or sealed rests on it.
public enum HMACSHA1 {
  /// A code's length in bytes.
  public static let byteCount = 20

  /// The code of a message under a key.
  public static func code(key: borrowing SecretBytes, _ message: [UInt8]) -> [UInt8] {
    var context = hmac_sha1_ctx()
    defer { withUnsafeMutableBytes(of: &context) { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) } }
    key.withUnsafeBytes { nettle_hmac_sha1_set_key(&context, $0.count, $0.u8) }
    message.withUnsafeBytes { nettle_hmac_sha1_update(&context, $0.count, $0.u8) }
    return [UInt8](unsafeUninitializedCapacity: byteCount) { out, count in
      nettle_hmac_sha1_digest(&context, byteCount, out.baseAddress)
      count = byteCount
    }
  }
}

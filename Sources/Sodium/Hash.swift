import CNettle
import CSodium
import Terms

/// SHA-256 (FIPS 180-4), at once or in parts. By Nettle, which uses the processor's own instructions for it: libsodium does
/// not, and a record is hashed about ten times on its way. A copy goes on by itself: what many texts begin with is hashed once.
public struct SHA256: Sendable {
  private var state = sha256_ctx()

  /// An empty hash.
  public init() { nettle_sha256_init(&state) }

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
    nettle_sha256_update(&state, bytes.count, bytes.u8)
  }

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all bytes added.
  public consuming func finish() -> Digest {
    var digest = Digest()
    digest.withUnsafeMutableBytes { buffer in
      nettle_sha256_digest(&state, buffer.count, buffer.u8)
    }
    return digest
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest {
    bytes.withUnsafeBytes { hash($0) }
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }
}

/// BLAKE2b (RFC 7693), with or without a key.
public enum BLAKE2b {
  /// A hash of `outputBytes` (16 to 64) bytes of `bytes`, keyed when `key` is given.
  public static func hash(_ bytes: [UInt8], outputBytes: Int = 32) -> [UInt8] {
    _ = Library.ready
    return [UInt8](unsafeUninitializedCapacity: outputBytes) { out, initialized in
      crypto_generichash(out.u8, outputBytes, bytes, UInt64(bytes.count), nil, 0)
      initialized = outputBytes
    }
  }
}

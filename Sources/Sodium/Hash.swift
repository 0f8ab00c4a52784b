import CSodium
import Terms

/// SHA-256 (FIPS 180-4), at once or in parts.
public struct SHA256 {
  private var state = crypto_hash_sha256_state()

  /// An empty hash.
  public init() {
    _ = Library.ready
    crypto_hash_sha256_init(&state)
  }

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    crypto_hash_sha256_update(&state, start.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all bytes added.
  public consuming func finish() -> Digest {
    var digest = Digest()
    digest.withUnsafeMutableBytes { buffer in
      _ = crypto_hash_sha256_final(&state, buffer.u8)
    }
    return digest
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest {
    bytes.withUnsafeBytes { hash($0) }
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest {
    _ = Library.ready
    var digest = Digest()
    digest.withUnsafeMutableBytes { buffer in
      _ = crypto_hash_sha256(buffer.u8, bytes.u8, UInt64(bytes.count))
    }
    return digest
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

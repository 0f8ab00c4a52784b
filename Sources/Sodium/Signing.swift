import CSodium
import Terms

/// An Ed25519 public key (RFC 8032). Checks signatures.
public struct VerifyingKey: Hashable, Sendable, CustomStringConvertible {
  /// The key's 32 bytes.
  public let bytes: Digest

  /// A key from its 32 bytes.
  public init(_ bytes: Digest) { self.bytes = bytes }

  /// Whether `signature` (64 bytes) is this key's on `message`.
  public func isValid(_ signature: [UInt8], on message: [UInt8]) -> Bool {
    _ = Library.ready
    guard signature.count == SigningKey.signatureByteCount else { return false }
    return bytes.withUnsafeBytes { key in
      crypto_sign_verify_detached(signature, message, UInt64(message.count), key.u8) == 0
    }
  }

  /// Lower-case hexadecimal digits.
  public var description: String { bytes.description }
}

/// An Ed25519 secret key (RFC 8032).
public struct SigningKey: ~Copyable, Sendable {
  /// A signature's length in bytes.
  public static let signatureByteCount = 64
  /// A seed's length in bytes.
  public static let seedByteCount = 32

  private let secret: SecretBytes
  /// The public half.
  public let verifyingKey: VerifyingKey

  /// A random key.
  public init(_ entropy: some Entropy) {
    // A seed of 32 random bytes always makes a key.
    let seed = SecretBytes(random: Self.seedByteCount, entropy)
    self.init(trusted: seed)
  }

  /// The key of a seed (RFC 8032 section 5.1.5).
  /// - Throws: `SodiumError.wrongLength` unless the seed has 32 bytes.
  public init(seed: borrowing SecretBytes) throws(SodiumError) {
    guard seed.count == Self.seedByteCount else {
      throw .wrongLength(what: "Ed25519 seed", expected: Self.seedByteCount, found: seed.count)
    }
    self.init(trusted: seed)
  }

  private init(trusted seed: borrowing SecretBytes) {
    var publicKey = Digest()
    secret = SecretBytes(count: 64) { out in
      publicKey.withUnsafeMutableBytes { publicOut in
        seed.withUnsafeBytes { seedBytes in
          _ = crypto_sign_seed_keypair(
            publicOut.u8,
            out.u8, seedBytes.u8)
        }
      }
    }
    verifyingKey = VerifyingKey(publicKey)
  }

  /// The seed, for keeping the key sealed.
  public func withSeed<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    // libsodium keeps the seed in the first half of the secret key.
    try secret.withUnsafeBytes { (all) throws(E) in try body(UnsafeRawBufferPointer(rebasing: all[..<32])) }
  }

  /// The signature (64 bytes) on `message`. The same key and message give the same signature.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    secret.withUnsafeBytes { key in
      [UInt8](unsafeUninitializedCapacity: Self.signatureByteCount) { out, initialized in
        crypto_sign_detached(out.u8, nil, message, UInt64(message.count), key.u8)
        initialized = Self.signatureByteCount
      }
    }
  }
}

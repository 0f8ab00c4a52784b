import CSodium
import Terms

/// An X25519 public key (RFC 7748).
public struct ExchangePublicKey: Hashable, Sendable, CustomStringConvertible {
  /// The key's 32 bytes.
  public let bytes: Digest

  /// A key from its 32 bytes.
  public init(_ bytes: Digest) { self.bytes = bytes }

  /// Lower-case hexadecimal digits.
  public var description: String { bytes.description }
}

/// An X25519 secret key (RFC 7748).
public struct ExchangeKey: ~Copyable, Sendable {
  /// A key's length in bytes.
  public static let byteCount = 32

  /// The key's bytes, for keeping it sealed.
  public let secret: SecretBytes
  /// The public half.
  public let publicKey: ExchangePublicKey

  /// A random key.
  public init(_ entropy: some Entropy) {
    self.init(trusted: SecretBytes(random: Self.byteCount, entropy))
  }

  /// A key from its secret bytes.
  /// - Throws: `SodiumError.wrongLength` unless there are 32.
  public init(_ secret: consuming SecretBytes) throws(SodiumError) {
    guard secret.count == Self.byteCount else {
      throw .wrongLength(what: "X25519 key", expected: Self.byteCount, found: secret.count)
    }
    self.init(trusted: secret)
  }

  private init(trusted secret: consuming SecretBytes) {
    var publicKey = Digest()
    publicKey.withUnsafeMutableBytes { out in
      secret.withUnsafeBytes { key in
        _ = crypto_scalarmult_base(out.u8, key.u8)
      }
    }
    self.secret = secret
    self.publicKey = ExchangePublicKey(publicKey)
  }

  /// The shared secret with another's public key.
  /// - Throws: `SodiumError.weakPublicKey` when the result would be all zero (RFC 7748 section 6.1).
  public func sharedSecret(with other: ExchangePublicKey) throws(SodiumError) -> SecretBytes {
    try SecretBytes(count: 32) { (out) throws(SodiumError) in
      let result = secret.withUnsafeBytes { key in
        other.bytes.withUnsafeBytes { their in
          crypto_scalarmult(out.u8, key.u8, their.u8)
        }
      }
      guard result == 0 else { throw .weakPublicKey }
    }
  }
}

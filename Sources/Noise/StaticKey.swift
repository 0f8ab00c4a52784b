import Sodium

/// A node's static X25519 key pair, shared by reference between its handshakes so that the secret exists once.
public final class StaticKey: Sendable {
  /// The key pair.
  public let pair: ExchangeKey

  /// Takes over a key pair.
  public init(_ pair: consuming ExchangeKey) { self.pair = pair }

  /// The public half.
  public var publicKey: ExchangePublicKey { pair.publicKey }
}

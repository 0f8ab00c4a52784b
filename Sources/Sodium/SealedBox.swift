import CSodium
import Terms

/// libsodium's sealed box (`crypto_box_seal`): anyone can seal to a public key, only its owner opens, and the sealer is
/// anonymous. The ephemeral key comes from the given entropy, so that a simulation reproduces its bytes.
public enum SealedBox {
  /// What sealing adds to the length, in bytes: an ephemeral public key and a tag.
  public static let overheadByteCount = 48

  /// Seals secret bytes for the owner of `recipient`.
  /// - Throws: `SodiumError.weakPublicKey` when the recipient's key is of low order.
  public static func seal(
    _ plaintext: borrowing SecretBytes, to recipient: ExchangePublicKey, _ entropy: some Entropy
  ) throws(SodiumError) -> [UInt8] {
    let ephemeral = ExchangeKey(entropy)
    let count = plaintext.count + Int(crypto_box_MACBYTES)
    let nonce = nonce(ephemeral.publicKey, recipient)
    var result: Int32 = -1
    let box = ephemeral.secret.withUnsafeBytes { key in
      recipient.bytes.withUnsafeBytes { their in
        plaintext.withUnsafeBytes { plain in
          [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
            result = crypto_box_easy(out.u8, plain.u8, UInt64(plain.count), nonce, their.u8, key.u8)
            initialized = result == 0 ? count : 0
          }
        }
      }
    }
    guard result == 0 else { throw .weakPublicKey }
    return ephemeral.publicKey.bytes.bytes + box
  }

  /// Opens what was sealed to this key.
  /// - Throws: `SodiumError.doesNotOpen` when it was sealed to another or altered.
  public static func open(_ box: [UInt8], with key: borrowing ExchangeKey) throws(SodiumError) -> SecretBytes {
    guard box.count >= overheadByteCount else { throw .doesNotOpen(what: "a sealed key") }
    let publicKey = key.publicKey.bytes
    return try SecretBytes(count: box.count - overheadByteCount) { (out) throws(SodiumError) in
      let result = key.secret.withUnsafeBytes { secret in
        publicKey.withUnsafeBytes { mine in
          crypto_box_seal_open(
            out.u8, box, UInt64(box.count), mine.u8, secret.u8)
        }
      }
      guard result == 0 else { throw .doesNotOpen(what: "a sealed key") }
    }
  }

  // As libsodium's documentation of sealed boxes defines it: nonce = BLAKE2b-192(ephemeral public key || recipient's key).
  private static func nonce(_ ephemeral: ExchangePublicKey, _ recipient: ExchangePublicKey) -> [UInt8] {
    BLAKE2b.hash(ephemeral.bytes.bytes + recipient.bytes.bytes, outputBytes: Int(crypto_box_NONCEBYTES))
  }
}

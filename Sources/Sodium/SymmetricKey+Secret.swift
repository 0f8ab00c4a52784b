import CSodium
import Terms

// Sealing, opening and deriving other secrets: the clear bytes are only ever in guarded memory.
extension SymmetricKey {
  /// The key for one use: this key's BLAKE2b-256 of the label.
  public func derived(_ label: String) throws(SodiumError) -> SymmetricKey {
    let label = Array(label.utf8)
    return try SymmetricKey(
      SecretBytes(count: Self.byteCount) { out in label.withUnsafeBytes { writeKeyedHash(of: $0, to: out) } })
  }

  /// Seals a secret under a fresh random nonce; the result is nonce || ciphertext, as `sealBox` makes it.
  public func sealSecret(
    _ secret: borrowing SecretBytes, associatedData: [UInt8], _ entropy: some Entropy
  ) throws(SodiumError) -> [UInt8] {
    let nonce = entropy.bytes(Self.nonceByteCount)
    return try secret.withUnsafeBytes { (plain) throws(SodiumError) in
      try nonce.lend { (n) throws(SodiumError) in
        try associatedData.lend { (data) throws(SodiumError) in
          nonce + (try seal(plain, nonce: n, associatedData: data))
        }
      }
    }
  }

  /// Opens what `sealSecret` or `sealBox` made, into guarded memory.
  /// - Throws: `SodiumError.doesNotOpen` when key, associated data or box are not those of sealing.
  public func openSecret(_ box: [UInt8], associatedData: [UInt8]) throws(SodiumError) -> SecretBytes {
    let (head, tail) = (Self.nonceByteCount, Self.tagByteCount)
    guard box.count >= head + tail else { throw .doesNotOpen(what: "a sealed secret") }
    return try SecretBytes(count: box.count - head - tail) { (out) throws(SodiumError) in
      let result = secret.withUnsafeBytes { key in
        box.withUnsafeBytes { all in
          associatedData.withUnsafeBytes { data in
            crypto_aead_xchacha20poly1305_ietf_decrypt(
              out.u8, nil, nil, all.u8 + head, UInt64(all.count - head), data.u8, UInt64(data.count), all.u8, key.u8)
          }
        }
      }
      guard result == 0 else { throw .doesNotOpen(what: "a sealed secret") }
    }
  }
}

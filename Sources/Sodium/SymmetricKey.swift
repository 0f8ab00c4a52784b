import CSodium
import Terms

/// A symmetric key of 32 bytes: seals and opens (XChaCha20-Poly1305-IETF, draft-irtf-cfrg-xchacha-03) and hashes
/// with a key (BLAKE2b, RFC 7693).
public struct SymmetricKey: ~Copyable, Sendable {
  /// The key's length in bytes.
  public static let byteCount = 32
  /// The nonce's length in bytes.
  public static let nonceByteCount = 24
  /// What sealing adds to the length, in bytes.
  public static let tagByteCount = 16

  /// The key's bytes, for wrapping it under another key.
  public let secret: SecretBytes

  /// A random key.
  public init(_ entropy: some Entropy) {
    secret = SecretBytes(random: Self.byteCount, entropy)
  }

  /// A key from secret bytes.
  /// - Throws: `SodiumError.wrongLength` unless there are 32.
  public init(_ secret: consuming SecretBytes) throws(SodiumError) {
    guard secret.count == Self.byteCount else {
      throw .wrongLength(what: "symmetric key", expected: Self.byteCount, found: secret.count)
    }
    self.secret = secret
  }

  /// Seals `plaintext` into `out`, which is 16 bytes longer and may begin where the plaintext does. A nonce must never be used twice
  /// with one key for two plaintexts.
  public func seal(
    _ plaintext: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, associatedData: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) throws(SodiumError) {
    try checkNonce(nonce)
    try check(out.count, is: plaintext.count + Self.tagByteCount, of: "room for a sealed text")
    secret.withUnsafeBytes { key in
      _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
        out.u8, nil, plaintext.u8, UInt64(plaintext.count), associatedData.u8, UInt64(associatedData.count), nil,
        nonce.u8, key.u8)
    }
  }

  /// Opens what `seal` made into `out`, which is 16 bytes shorter. What stands there after a failure is not the text.
  /// - Throws: `SodiumError.doesNotOpen` when key, nonce, associated data or ciphertext are not those of sealing.
  public func open(
    _ ciphertext: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, associatedData: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) throws(SodiumError) {
    try checkNonce(nonce)
    guard ciphertext.count >= Self.tagByteCount else { throw .doesNotOpen(what: "a sealed text") }
    try check(out.count, is: ciphertext.count - Self.tagByteCount, of: "room for an opened text")
    let result = secret.withUnsafeBytes { key in
      crypto_aead_xchacha20poly1305_ietf_decrypt(
        out.u8, nil, nil, ciphertext.u8, UInt64(ciphertext.count), associatedData.u8, UInt64(associatedData.count),
        nonce.u8, key.u8)
    }
    guard result == 0 else { throw .doesNotOpen(what: "a sealed text") }
  }

  /// Seals `plaintext`; see the form into memory.
  public func seal(
    _ plaintext: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, associatedData: UnsafeRawBufferPointer
  ) throws(SodiumError) -> [UInt8] {
    let count = plaintext.count + Self.tagByteCount
    return try withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { (out) throws(SodiumError) in
      try seal(plaintext, nonce: nonce, associatedData: associatedData, into: out)
      return Array(out)
    }
  }

  /// Opens what `seal` made; see the form into memory.
  public func open(
    _ ciphertext: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, associatedData: UnsafeRawBufferPointer
  ) throws(SodiumError) -> [UInt8] {
    let count = max(0, ciphertext.count - Self.tagByteCount)
    return try withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { (out) throws(SodiumError) in
      try open(ciphertext, nonce: nonce, associatedData: associatedData, into: out)
      return Array(out)
    }
  }

  /// Seals under a fresh random nonce; the result is nonce || ciphertext. For small things that are no keys.
  public func sealBox(_ plaintext: [UInt8], associatedData: [UInt8], _ entropy: some Entropy) throws(SodiumError)
    -> [UInt8]
  {
    let nonce = entropy.bytes(Self.nonceByteCount)
    return nonce + (try seal(plaintext, nonce: nonce, associatedData: associatedData))
  }

  /// Opens what `sealBox` made.
  public func openBox(_ box: [UInt8], associatedData: [UInt8]) throws(SodiumError) -> [UInt8] {
    guard box.count >= Self.nonceByteCount + Self.tagByteCount else { throw .doesNotOpen(what: "a sealed box") }
    return try open(
      Array(box[Self.nonceByteCount...]), nonce: Array(box[..<Self.nonceByteCount]), associatedData: associatedData)
  }

  /// Opens part of an array into memory; see the form on buffers.
  public func open(
    _ ciphertext: ArraySlice<UInt8>, nonce: UnsafeRawBufferPointer, associatedData: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) throws(SodiumError) {
    try ciphertext.lend { (c) throws(SodiumError) in
      try open(c, nonce: nonce, associatedData: associatedData, into: out)
    }
  }

  /// Seals arrays; see the form on buffers.
  public func seal(_ plaintext: [UInt8], nonce: [UInt8], associatedData: [UInt8]) throws(SodiumError) -> [UInt8] {
    try plaintext.lend { (p) throws(SodiumError) in
      try nonce.lend { (n) throws(SodiumError) in
        try associatedData.lend { (a) throws(SodiumError) in
          try seal(p, nonce: n, associatedData: a)
        }
      }
    }
  }

  /// Opens arrays; see the form on buffers.
  public func open(_ ciphertext: [UInt8], nonce: [UInt8], associatedData: [UInt8]) throws(SodiumError) -> [UInt8] {
    try ciphertext.lend { (c) throws(SodiumError) in
      try nonce.lend { (n) throws(SodiumError) in
        try associatedData.lend { (a) throws(SodiumError) in
          try open(c, nonce: n, associatedData: a)
        }
      }
    }
  }

  /// Fills `out`, of 16 to 64 bytes, with a keyed BLAKE2b hash: the same for the same bytes, a riddle without the key.
  public func writeKeyedHash(of bytes: UnsafeRawBufferPointer, to out: UnsafeMutableRawBufferPointer) {
    secret.withUnsafeBytes { key in
      _ = crypto_generichash(out.u8, out.count, bytes.u8, UInt64(bytes.count), key.u8, key.count)
    }
  }

  /// A keyed BLAKE2b hash of `outputBytes` (16 to 64) bytes.
  public func keyedHash(_ bytes: UnsafeRawBufferPointer, outputBytes: Int = 16) -> [UInt8] {
    withUnsafeTemporaryAllocation(byteCount: outputBytes, alignment: 1) { out in
      writeKeyedHash(of: bytes, to: out)
      return Array(out)
    }
  }

  /// A keyed BLAKE2b hash of an array; see the form on buffers.
  public func keyedHash(_ bytes: [UInt8], outputBytes: Int = 16) -> [UInt8] {
    bytes.withUnsafeBytes { keyedHash($0, outputBytes: outputBytes) }
  }

  private func checkNonce(_ nonce: UnsafeRawBufferPointer) throws(SodiumError) {
    guard nonce.count == Self.nonceByteCount else {
      throw .wrongLength(what: "nonce", expected: Self.nonceByteCount, found: nonce.count)
    }
  }

  private func check(_ found: Int, is expected: Int, of what: String) throws(SodiumError) {
    guard found == expected else { throw .wrongLength(what: what, expected: expected, found: found) }
  }
}

import CSodium
import Terms

/// A passphrase's work: Argon2id (RFC 9106) parameters and salt, kept beside what it protects.
public struct PassphraseWork: Hashable, Sendable {
  /// A salt's length in bytes.
  public static let saltByteCount = 16
  /// The least and most passes and bytes accepted from a file: a hostile file must not exhaust the machine.
  public static let passes: ClosedRange<UInt64> = 1...16
  /// The least and most memory, in bytes.
  public static let memoryBytes: ClosedRange<Int> = 8192...(2 << 30)

  /// Passes over the memory.
  public let passes: UInt64
  /// Memory in bytes.
  public let memory: Int
  /// The salt, 16 bytes.
  public let salt: [UInt8]

  /// Work from stored parameters; nil when they are outside the limits.
  public init?(passes: UInt64, memory: Int, salt: [UInt8]) {
    guard Self.passes.contains(passes), Self.memoryBytes.contains(memory), salt.count == Self.saltByteCount else {
      return nil
    }
    self.passes = passes
    self.memory = memory
    self.salt = salt
  }

  /// libsodium's moderate work: 3 passes over 256 MiB, about a second.
  public static func moderate(_ entropy: some Entropy) -> PassphraseWork {
    PassphraseWork(trustedPasses: 3, memory: 256 << 20, salt: entropy.bytes(saltByteCount))
  }

  /// The least work, for throw-away keys of a rehearsal or a test.
  public static func least(_ entropy: some Entropy) -> PassphraseWork {
    PassphraseWork(trustedPasses: 1, memory: 8192, salt: entropy.bytes(saltByteCount))
  }

  private init(trustedPasses: UInt64, memory: Int, salt: [UInt8]) {
    (passes, self.memory, self.salt) = (trustedPasses, memory, salt)
  }

  /// The key that the passphrase gives.
  /// - Throws: `SodiumError.outOfMemory` when the machine does not have the memory.
  public func key(from passphrase: borrowing SecretBytes) throws(SodiumError) -> SymmetricKey {
    let secret = try SecretBytes(count: SymmetricKey.byteCount) { (out) throws(SodiumError) in
      let result = passphrase.withUnsafeBytes { phrase in
        crypto_pwhash(
          out.u8, UInt64(out.count), UnsafeRawPointer(phrase.u8).assumingMemoryBound(to: CChar.self),
          UInt64(phrase.count), salt, passes, memory, crypto_pwhash_ALG_ARGON2ID13)
      }
      guard result == 0 else { throw .outOfMemory }
    }
    return try SymmetricKey(secret)
  }
}

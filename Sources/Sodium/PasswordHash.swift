import CSodium
import Terms

/// What is kept of a password: an Argon2id hash with its salt and work, in libsodium's text form (`$argon2id$v=19$...`).
/// The password itself cannot be had from it.
public struct PasswordHash: Hashable, Sendable {
  /// The text that is kept.
  public let text: String

  /// How hard guessing is made: passes over so much memory.
  public struct Work: Hashable, Sendable {
    /// Passes over the memory.
    public let passes: UInt64
    /// Memory in bytes.
    public let memory: Int

    /// libsodium's interactive work, two passes over 64 MiB: some 0.1 s on a small server, at every login.
    public static let usual = Work(passes: 2, memory: 64 << 20)
    /// The least work, for tests.
    public static let least = Work(passes: 1, memory: 8192)
  }

  /// Hashes a new password under a random salt. Takes the work's memory and time: not on a thread that others wait for.
  /// - Throws: `SodiumError.outOfMemory` when the machine does not have the memory.
  public init(_ password: borrowing SecretBytes, work: Work = .usual) throws(SodiumError) {
    _ = Library.ready
    var out = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
    let result = password.withUnsafeBytes { bytes in
      crypto_pwhash_str_alg(
        &out, UnsafeRawPointer(bytes.u8).assumingMemoryBound(to: CChar.self), UInt64(bytes.count), work.passes,
        work.memory, crypto_pwhash_ALG_ARGON2ID13)
    }
    guard result == 0 else { throw .outOfMemory }
    text = String(decoding: out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A hash that was kept; nil when the text is none.
  public init?(text: String) {
    guard text.hasPrefix("$argon2id$"), text.utf8.count < Int(crypto_pwhash_STRBYTES), !text.utf8.contains(0) else {
      return nil
    }
    self.text = text
  }

  /// Whether this is the password that was hashed. Takes the memory and time of the work it was made with.
  public func isOf(_ password: borrowing SecretBytes) -> Bool {
    _ = Library.ready
    return password.withUnsafeBytes { bytes in
      crypto_pwhash_str_verify(
        text, UnsafeRawPointer(bytes.u8).assumingMemoryBound(to: CChar.self), UInt64(bytes.count)) == 0
    }
  }
}

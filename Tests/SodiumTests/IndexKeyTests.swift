import Sodium
import Terms
import Testing

/// The numbers by which values are found.
struct IndexKeyTests {
  private func key(_ bytes: some Collection<UInt8>) throws -> IndexKey { try IndexKey(SecretBytes(copying: bytes)) }

  private func number(_ key: borrowing IndexKey, _ text: [UInt8]) -> UInt64 {
    text.withUnsafeBytes { key.number(of: $0) }
  }

  /// The first of `vectors_sip64` in the reference implementation (github.com/veorq/SipHash): the key is 00 to 0f, the text 00, 01 and so on.
  @Test func aNewKeyHashesBySipHash24() throws {
    let answers = [
      "310e0edd47db6f72", "fd67dc93c539f874", "5a4fa9d909806c0d", "2d7efbd796666785", "b7877127e09427cf",
      "8da699cd64557618", "cee3fe586e46c9cb", "37d1018bf50002ab", "6224939a79f5f593", "b0e4a90bdf82009e",
      "f3b9dd94c5bb5d7a", "a7ad6b22462fb3f4", "fbe50e86bc8f1e75", "903d84c02756ea14", "eef27a8e90ca23f7",
      "e545be4961ca29a1",
    ]
    let key = try key(0..<16)
    for (count, answer) in answers.enumerated() {
      let number = number(key, Array(0..<UInt8(count)))
      #expect(withUnsafeBytes(of: number.littleEndian) { Array($0) }.hex == answer, "\(count) bytes")
    }
  }

  /// Homes have such a key that were made before there were shorter ones; what is in their index is found under it.
  @Test func aKeyOfTwiceTheLengthHashesByBLAKE2b() throws {
    let secret = SeededEntropy(seed: 32).bytes(32)
    let key = try key(secret)
    let keyed = try SymmetricKey(SecretBytes(copying: secret))
    for text in ["", "p123456", String(repeating: "long", count: 64)] {
      let hash = keyed.keyedHash(Array(text.utf8), outputBytes: 16)
      #expect(number(key, Array(text.utf8)) == hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
  }

  @Test(arguments: [0, 8, 15, 17, 24, 31, 33, 64])
  func keysOfOtherLengthsAreRefused(count: Int) {
    #expect(throws: SodiumError.wrongLength(what: "index key", expected: 16, found: count)) {
      _ = try IndexKey(SecretBytes(copying: [UInt8](repeating: 1, count: count))).secret.count
    }
  }
}

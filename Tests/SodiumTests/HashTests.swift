import CSodium
import Sodium
import Terms
import Testing

/// SHA-256, which another library computes than the rest.
struct HashTests {
  @Test func sha256IsThatOfFIPS180() {
    let answers = [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ]
    for (text, answer) in answers { #expect(SHA256.hash(Array(text.utf8)).description == answer) }
    #expect(
      SHA256.hash([UInt8](repeating: 0x61, count: 1_000_000)).description
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// At once, and in two parts divided at every kind of place: both as libsodium has it.
  @Test func sha256AgreesWithLibsodiumOnRandomLengths() {
    let entropy = SeededEntropy(seed: 256)
    for _ in 0..<2000 {
      let length = Int(entropy.uint64() % 700)
      let bytes = entropy.bytes(length)
      var expected = [UInt8](repeating: 0, count: 32)
      crypto_hash_sha256(&expected, bytes, UInt64(length))
      #expect(SHA256.hash(bytes).bytes == expected, "\(length) bytes")
      let cut = length == 0 ? 0 : Int(entropy.uint64() % UInt64(length))
      var parts = SHA256()
      parts.update(Array(bytes[..<cut]))
      parts.update(Array(bytes[cut...]))
      #expect(parts.finish().bytes == expected, "\(length) bytes cut at \(cut)")
    }
  }
}

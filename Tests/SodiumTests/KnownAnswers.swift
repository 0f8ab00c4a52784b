import Sodium
import Terms
import Testing

/// Answers printed in the standards themselves.
struct KnownAnswers {
  private func bytes(_ hex: String) throws -> [UInt8] {
    try #require([UInt8](hex: hex.filter { !$0.isWhitespace }))
  }
  private func secret(_ hex: String) throws -> SecretBytes { SecretBytes(copying: try bytes(hex)) }
  private func hex(_ secret: borrowing SecretBytes) -> String { secret.withUnsafeBytes { Array($0).hex } }
  private func publicKey(_ hex: String) throws -> ExchangePublicKey {
    ExchangePublicKey(try #require(Digest(hex: hex)))
  }

  // RFC 8032 section 7.1: TEST 1, TEST 2, TEST 3.
  @Test(arguments: [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      """
      e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24
      655141438e7a100b
      """
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      """
      92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee
      b00d291612bb0c00
      """
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      """
      6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d
      c027beceea1ec40a
      """
    ),
  ])
  func ed25519SignsAsRFC8032Says(seed: String, key: String, message: String, signature: String) throws {
    let signing = try SigningKey(seed: try secret(seed))
    #expect(signing.verifyingKey.description == key)
    #expect(signing.sign(try bytes(message)) == (try bytes(signature)))
    #expect(signing.verifyingKey.isValid(try bytes(signature), on: try bytes(message)))
  }

  @Test func x25519AgreesAsRFC7748Says() throws {
    // RFC 7748 section 5.2, first vector.
    let scalar = try ExchangeKey(try secret("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"))
    let shared = try scalar.sharedSecret(
      with: try publicKey("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))
    let sharedHex = hex(shared)
    #expect(sharedHex == "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
    // RFC 7748 section 6.1.
    let alice = try ExchangeKey(try secret("77076d0a7318a57d3c16c17251b26645c6c2f6c1f6b0e4f1e2a4a9c3ae54b6b7"))
    let bob = try ExchangeKey(try secret("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
    #expect(bob.publicKey.description == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
    let one = try alice.sharedSecret(with: bob.publicKey)
    let other = try bob.sharedSecret(with: alice.publicKey)
    let same = one.isEqual(to: other)
    #expect(same)
  }

  @Test func aPublicKeyOfLowOrderIsRefused() throws {
    let key = ExchangeKey(SystemEntropy())
    for low in [
      String(repeating: "00", count: 32), "01" + String(repeating: "00", count: 31),
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    ] {
      let weak = try publicKey(low)
      #expect(throws: SodiumError.weakPublicKey) { _ = try key.sharedSecret(with: weak).count }
    }
  }

  @Test func xchacha20poly1305SealsAsTheDraftSays() throws {
    // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    let key = try SymmetricKey(try secret("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"))
    let plain = try bytes(
      """
      4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666
      657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069
      742e
      """)
    let sealed = try bytes(
      """
      bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216
      cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13
      b52e c0875924c1c7987947deafd8780acf49
      """)
    let nonce = try bytes("404142434445464748494a4b4c4d4e4f5051525354555657")
    let associated = try bytes("50515253c0c1c2c3c4c5c6c7")
    #expect(try key.seal(plain, nonce: nonce, associatedData: associated) == sealed)
    #expect(try key.open(sealed, nonce: nonce, associatedData: associated) == plain)

    // Where it lies, and only where there is exactly room for it.
    var place = plain + [UInt8](repeating: 0, count: SymmetricKey.tagByteCount)
    var problems: [String] = []
    place.withUnsafeMutableBytes { place in
      nonce.withUnsafeBytes { nonce in
        associated.withUnsafeBytes { associated in
          func attempt(_ body: () throws(SodiumError) -> Void) {
            do throws(SodiumError) { try body() } catch { problems.append(error.description) }
          }
          let text = UnsafeRawBufferPointer(rebasing: place.dropLast(SymmetricKey.tagByteCount))
          let room = UnsafeMutableRawBufferPointer(rebasing: place.dropLast(SymmetricKey.tagByteCount))
          attempt { () throws(SodiumError) in
            try key.seal(text, nonce: nonce, associatedData: associated, into: room)
          }
          attempt { () throws(SodiumError) in
            try key.seal(text, nonce: nonce, associatedData: associated, into: place)
          }
          attempt { () throws(SodiumError) in
            try key.open(UnsafeRawBufferPointer(place), nonce: nonce, associatedData: associated, into: place)
          }
        }
      }
    }
    #expect(place == sealed)
    #expect(
      problems == [
        "room for a sealed text has \(plain.count) bytes, \(plain.count + 16) expected",
        "room for an opened text has \(plain.count + 16) bytes, \(plain.count) expected",
      ])
  }

  @Test func argon2idGivesTheKeyThatPyNaClGives() throws {
    // PyNaCl 1.5, pwhash.argon2id.kdf(32, ..., opslimit=3, memlimit=524288).
    let work = try #require(PassphraseWork(passes: 3, memory: 65536 * 8, salt: Array(0..<16)))
    let key = try work.key(from: SecretBytes(copying: Array("correct horse battery staple".utf8)))
    let keyHex = hex(key.secret)
    #expect(keyHex == "aa315a8cccd9b382ed33cb002f7c563a971bc70cede3a50cb36dc001ebd90c7f")
  }

  @Test func hmacAndHKDFAreThoseOfTheStandards() throws {
    // RFC 4231 section 4.3 (test case 2).
    let code = HMACSHA256.code(key: SecretBytes(copying: Array("Jefe".utf8)), "what do ya want ", "for nothing?")
    let codeHex = hex(code)
    #expect(codeHex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    // RFC 5869 appendix A.3 (salt and info empty; the first 42 bytes). An empty salt is a key of 32 zero bytes.
    let salt = SecretBytes(copying: [UInt8](repeating: 0, count: 32))
    let input = SecretBytes(copying: [UInt8](repeating: 0x0B, count: 22))
    let pair: DerivedPair = input.withUnsafeBytes { HKDF.pair(chainingKey: salt, input: $0) }
    let (first, second) = (hex(pair.first), hex(pair.second))
    #expect(first == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
    #expect(second.hasPrefix("9d201395faa4b61a96c8"))
  }

  @Test func aCounterKeySealsAsRFC8439SaysAndItsSuccessorIsAnother() throws {
    // RFC 8439 appendix A.5 has a nonce with four zero bytes first: 00000000 0102030405060708.
    let key = try CounterKey(try secret("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"))
    let sealed = try bytes(
      """
      64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100
      d4f03b7f355894cf332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e2b350638
      3606907b6a7c02b0f9f6157b53c867e4b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf4534d7f83fa115
      5b0047718cbc546a0d072b04b3564eea1b422273f548271a0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10
      49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709b eead9d67890cbb22392336fea1851f38
      """)
    let associated = try bytes("f33388860000000000004e91")
    let number: UInt64 = 0x0807_0605_0403_0201
    var plain = [UInt8](repeating: 0, count: sealed.count - 16)
    try open(sealed, with: key, number: number, associated, into: &plain)
    #expect(String(decoding: plain.prefix(16), as: UTF8.self) == "Internet-Drafts ")
    let next = key.successor()
    #expect(throws: SodiumError.doesNotOpen(what: "a message")) {
      try open(sealed, with: next, number: number, associated, into: &plain)
    }
  }

  private func open(
    _ sealed: [UInt8], with key: borrowing CounterKey, number: UInt64, _ associated: [UInt8], into plain: inout [UInt8]
  ) throws {
    var failure: SodiumError?
    sealed.withUnsafeBytes { s in
      associated.withUnsafeBytes { a in
        plain.withUnsafeMutableBytes { p in
          do throws(SodiumError) { try key.open(s, number: number, associatedData: a, into: p) } catch {
            failure = error
          }
        }
      }
    }
    if let failure { throw failure }
  }
}

extension HMACSHA256 {
  fileprivate static func code(key: borrowing SecretBytes, _ first: String, _ second: String) -> SecretBytes {
    let (one, two) = (Array(first.utf8), Array(second.utf8))
    return SecretBytes(
      copying: one.withUnsafeBytes { a in
        two.withUnsafeBytes { b in code(key: key, a, b).withUnsafeBytes { Array($0) } }
      })
  }
}

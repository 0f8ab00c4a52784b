import Foundation
import Sodium
import Terms
import Testing

/// Every vector of Wycheproof's files, as a stranger made them.
struct Wycheproof {
  private func load<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors"))
    return try JSONDecoder().decode(type, from: Data(contentsOf: url))
  }

  private func digest(_ hex: String) throws -> Digest { try #require(Digest(hex: hex)) }

  private struct Signatures: Decodable {
    struct Key: Decodable { let pk: String }
    struct Case: Decodable { let tcId: Int, msg: String, sig: String, result: String }
    struct Group: Decodable { let publicKey: Key, tests: [Case] }
    let numberOfTests: Int, testGroups: [Group]
  }

  @Test func ed25519AcceptsAndRefusesWhatItMust() throws {
    let file = try load("ed25519_test", as: Signatures.self)
    var seen = 0
    for group in file.testGroups {
      let key = VerifyingKey(try digest(group.publicKey.pk))
      for test in group.tests {
        seen += 1
        let valid = key.isValid(try #require([UInt8](hex: test.sig)), on: try #require([UInt8](hex: test.msg)))
        // "acceptable" are keys of low order: either answer is right.
        if test.result != "acceptable" { #expect(valid == (test.result == "valid"), "case \(test.tcId)") }
      }
    }
    #expect(seen == file.numberOfTests)
  }

  private struct Exchanges: Decodable {
    struct Case: Decodable {
      let tcId: Int
      let `public`: String
      let `private`: String
      let shared: String
      let result: String
    }
    struct Group: Decodable { let tests: [Case] }
    let numberOfTests: Int, testGroups: [Group]
  }

  @Test func x25519GivesTheSharedSecretOrRefusesAZeroOne() throws {
    let file = try load("x25519_test", as: Exchanges.self)
    var seen = 0
    for test in file.testGroups.flatMap(\.tests) {
      seen += 1
      let key = try ExchangeKey(SecretBytes(copying: try #require([UInt8](hex: test.private))))
      let expected = try #require([UInt8](hex: test.shared))
      do {
        let shared = try key.sharedSecret(with: ExchangePublicKey(try digest(test.public)))
        #expect(shared.withUnsafeBytes { Array($0) } == expected, "case \(test.tcId)")
      } catch {
        #expect(test.result == "acceptable" && expected.allSatisfy { $0 == 0 }, "case \(test.tcId): \(error)")
      }
    }
    #expect(seen == file.numberOfTests)
  }

  private struct Seals: Decodable {
    struct Case: Decodable {
      let tcId: Int
      let key: String, iv: String, aad: String, msg: String, ct: String, tag: String, result: String
    }
    struct Group: Decodable { let tests: [Case] }
    let numberOfTests: Int, testGroups: [Group]
  }

  @Test func xchacha20poly1305SealsAndOpensWhatItMust() throws {
    let file = try load("xchacha20_poly1305_test", as: Seals.self)
    var seen = 0
    for test in file.testGroups.flatMap(\.tests) {
      seen += 1
      let key = try SymmetricKey(SecretBytes(copying: try #require([UInt8](hex: test.key))))
      let nonce = try #require([UInt8](hex: test.iv))
      let associated = try #require([UInt8](hex: test.aad))
      let plain = try #require([UInt8](hex: test.msg))
      let sealed = try #require([UInt8](hex: test.ct + test.tag))
      let opened = try? key.open(sealed, nonce: nonce, associatedData: associated)
      if test.result == "valid" {
        #expect(opened == plain, "case \(test.tcId)")
        #expect(try key.seal(plain, nonce: nonce, associatedData: associated) == sealed, "case \(test.tcId)")
      } else {
        #expect(opened == nil, "case \(test.tcId)")
      }
    }
    #expect(seen == file.numberOfTests)
  }
}

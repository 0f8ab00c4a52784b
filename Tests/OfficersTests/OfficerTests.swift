import Sodium
import Terms
import Testing

@testable import Officers

/// What is kept of officers, and who they may be.
@Suite struct OfficerTests {
  let entropy = SystemEntropy()

  @Test func onlyThePasswordThatWasSetIsRight() throws {
    let officer = try SessionTests.officer(password: "una frase bastante larga ñ")
    func isRight(_ text: String) -> Bool { officer.password.isOf(SecretBytes(copying: Array(text.utf8))) }
    #expect(isRight("una frase bastante larga ñ"))
    for wrong in ["", "una frase bastante larga n", "una frase bastante larga ñ ", "Una frase bastante larga ñ"] {
      #expect(!isRight(wrong))
    }
    // A salt of its own each time.
    #expect(try SessionTests.officer(password: "una frase bastante larga ñ").password != officer.password)
  }

  @Test func theFileHoldsNothingInClearAndOpensOnlyWithItsKeyAndCountry() throws {
    let key = SymmetricKey(entropy)
    let other = SymmetricKey(entropy)
    var officer = try SessionTests.officer()
    officer.isDisabled = true
    let bytes = try OfficerFile.seal([officer], subject: "istmo.sieca.int/GT", storage: key, entropy)
    #expect(try OfficerFile.open(bytes, subject: "istmo.sieca.int/GT", storage: key) == [officer])
    let text = String(decoding: bytes, as: UTF8.self)
    for word in ["Morales", "ana.morales", "argon2id", "hachadura"] { #expect(!text.contains(word)) }
    #expect(throws: OfficerFile.Fault.doesNotOpen) {
      try OfficerFile.open(bytes, subject: "istmo.sieca.int/GT", storage: other)
    }
    #expect(throws: OfficerFile.Fault.doesNotOpen) {
      try OfficerFile.open(bytes, subject: "istmo.sieca.int/SV", storage: key)
    }
    for position in bytes.indices {
      var altered = bytes
      altered[position] ^= 1
      #expect(throws: OfficerFile.Fault.doesNotOpen) {
        try OfficerFile.open(altered, subject: "istmo.sieca.int/GT", storage: key)
      }
    }
  }

  @Test func whoAnOfficerCanBeIsSaid() throws {
    let hash = try PasswordHash(SecretBytes(copying: Array("a password of words".utf8)), work: .least)
    func make(_ id: String, _ name: String = "Ana", _ roles: [String] = ["auditor"]) throws -> Officer {
      try Officer(id: id, name: name, roles: roles, post: "P", password: hash)
    }
    _ = try make("a.b-9")
    for id in ["", "Ana", "a b", "a/b", "ñ", String(repeating: "a", count: 41)] {
      #expect(throws: TermError.self) { try make(id) }
    }
    for name in ["", "Ana\nMorales", "\u{202E}ana", String(repeating: "n", count: 81)] {
      #expect(throws: TermError.self) { try make("a", name) }
    }
    #expect(throws: TermError.self) { try make("a", "Ana", []) }
    #expect(throws: TermError.self) { try make("a", "Ana", ["no role"]) }
    #expect(PasswordHash(text: "") == nil && PasswordHash(text: "$argon2i$x") == nil)
  }

  @Test func aDeviceCookieCountsForItsOfficerOnThisNodeAlone() throws {
    let cookies = try DeviceCookie(storage: SymmetricKey(entropy))
    let others = try DeviceCookie(storage: SymmetricKey(entropy))
    let cookie = cookies.make(for: "ana", entropy)
    #expect(cookies.device(cookie, of: "ana") != nil)
    #expect(cookies.device(cookie, of: "ana") == cookies.device(cookie, of: "ana"))
    #expect(cookies.device(cookie, of: "luis") == nil)
    #expect(others.device(cookie, of: "ana") == nil)
    for wrong in ["", ".", "a.b", cookie + "0", String(cookie.dropLast()), cookie.replacing("a", with: "b")]
    where wrong != cookie {
      #expect(cookies.device(wrong, of: "ana") == nil)
    }
  }

  @Test func aRoleThatOnlyAnAgreementNamesMayLookUpAndNothingElse() {
    #expect(Right.of("inspector-of-bees") == [.search])
    #expect(Right.of("node-operator") == [.board, .node, .officers, .operate])
    #expect(
      Right.table.filter { $0.value.contains(.decide) }.keys.sorted() == ["migration-officer", "migration-supervisor"])
  }
}

import Sodium
import Terms
import Testing

@testable import Officers

/// A value that changes while it is asked.
private final class Kept<Value> {
  var value: Value
  init(_ value: Value) { self.value = value }
}

extension Kept<SecondFactor> {
  fileprivate func take(_ typed: String, at now: Instant) -> Bool { value.take(typed, at: now) }
}

extension Kept<HalfLogins> {
  fileprivate func find(_ token: String, at now: Instant) -> HalfLogins.Half? { value.find(token, at: now) }
}

/// One-time codes by RFC 6238, and what is taken of them.
@Suite struct SecondFactorTests {
  let secret = Array("12345678901234567890".utf8)
  let now = Instant(milliseconds: 1_234_567_890_000)

  /// RFC 6238 appendix B, SHA-1.
  @Test(
    arguments: zip(
      [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000] as [Int64],
      ["94287082", "07081804", "14050471", "89005924", "69279037", "65353130"]))
  func theCodesAreThoseOfTheStandard(_ seconds: Int64, _ code: String) {
    let step = OneTimeCode.step(at: Instant(milliseconds: seconds * 1000))
    #expect(OneTimeCode.code(secret, step: step, digits: 8) == code)
    #expect(OneTimeCode.code(secret, step: step) == String(code.suffix(6)))
  }

  @Test func aCodeIsTakenOnceAndOnlyAboutItsTime() {
    let step = OneTimeCode.step(at: now)
    let factor = Kept(SecondFactor(secret: secret, last: 0, recovery: []))
    #expect(!factor.take(OneTimeCode.code(secret, step: step - 2), at: now))
    #expect(!factor.take(OneTimeCode.code(secret, step: step + 2), at: now))
    let code = OneTimeCode.code(secret, step: step)
    #expect(factor.take("\(code.prefix(3)) \(code.suffix(3))", at: now))
    #expect(!factor.take(code, at: now), "used before")
    // A code of before the one that was used is used up with it.
    #expect(!factor.take(OneTimeCode.code(secret, step: step - 1), at: now))
    #expect(factor.take(OneTimeCode.code(secret, step: step + 1), at: now))
    for wrong in ["", "12345", "abcdef", code + "0"] { #expect(!factor.take(wrong, at: now), "\(wrong)") }
  }

  @Test func aRecoveryCodeIsTakenOnceHoweverItIsTyped() throws {
    let codes = SecondFactor.newCodes(SystemEntropy())
    #expect(Set(codes).count == SecondFactor.recoveryCount)
    #expect(codes.allSatisfy { $0.wholeMatch(of: /([A-Z2-7]{4}-){3}[A-Z2-7]{4}/) != nil })
    let factor = Kept(SecondFactor(secret: secret, last: 0, recovery: codes))
    #expect(factor.take(codes[3].lowercased().replacing("-", with: " "), at: now))
    #expect(!factor.take(codes[3], at: now) && factor.value.recovery.count == SecondFactor.recoveryCount - 1)
    // What is kept tells no code.
    #expect(
      !codes.contains {
        factor.value.json.json.contains($0) || factor.value.json.json.contains($0.replacing("-", with: ""))
      })
    #expect(try #require(SecondFactor(json: factor.value.json)) == factor.value)
  }

  @Test func theAddressForAppsIsAKeyURI() {
    #expect(
      OneTimeCode.address(secret, issuer: "Istmo GT", account: "luis.paz")
        == "otpauth://totp/Istmo%20GT:luis.paz?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Istmo%20GT&algorithm=SHA1&digits=6&period=30"
    )
  }

  @Test func aSessionOutlivesAUsedCodeAndNoOtherChange() throws {
    var officer = try SessionTests.officer()
    officer.secondFactor = SecondFactor(secret: secret, last: 0, recovery: ["AAAA"])
    let book = OfficerBook([officer])
    var table = SessionTable()
    let token = table.begin(officer, at: now, SystemEntropy())
    let code = OneTimeCode.code(secret, step: OneTimeCode.step(at: now))
    let isTaken = officer.secondFactor?.take(code, at: now)
    #expect(isTaken == true)
    book.replace([officer])
    let goesOn = table.find(token, in: book, at: now) != nil
    #expect(goesOn)
    officer.secondFactor = nil
    book.replace([officer])
    let isOver = table.find(token, in: book, at: now) == nil
    #expect(isOver)
  }

  @Test func halfALoginHasFewTriesAndLittleTime() throws {
    let officer = try SessionTests.officer()
    let halves = Kept(HalfLogins())
    let token = halves.value.begin(officer, at: now, SystemEntropy())
    #expect(halves.find("0" + token, at: now) == nil)
    for _ in 0..<HalfLogins.mostTries { #expect(halves.find(token, at: now)?.officer == officer.id) }
    #expect(halves.find(token, at: now) == nil)
    let late = halves.value.begin(officer, at: now, SystemEntropy())
    #expect(halves.find(late, at: now.advanced(byMilliseconds: HalfLogins.age)) == nil)
    let ended = halves.value.begin(officer, at: now, SystemEntropy())
    halves.value.end(ended)
    #expect(halves.find(ended, at: now) == nil)
  }
}

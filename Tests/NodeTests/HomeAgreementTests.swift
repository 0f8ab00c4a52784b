import Ceremony
import Foundation
import Glibc
import Ledger
import Node
import Sodium
import Terms
import Testing

@Suite struct HomeAgreementTests {
  private let gt = try? CountryCode("GT")
  private let sv = try? CountryCode("SV")
  private func refusal(_ body: () throws -> Void) -> HomeError? {
    do { try body() } catch { return error as? HomeError }
    return nil
  }

  @Test func twoHomesHoldACeremonyAndKeepTheSameAgreement() throws {
    let scratch = try Scratch()
    let (svHome, gtHome) = (try scratch.home("SV"), try scratch.home("GT"))
    let results = try Scratch.ceremony(svHome, gtHome)
    try svHome.keep(results.sv)
    try gtHome.keep(results.gt)
    let (gt, sv) = (try #require(gt), try #require(sv))
    let (one, two) = (try svHome.agreements(with: gt).last, try gtHome.agreements(with: sv).last)
    #expect(one != nil && one?.bytes == two?.bytes)
    #expect(try svHome.pinnedRoot(of: gt) == gtHome.root)
    #expect(try svHome.card(of: gt) == gtHome.card())
    #expect(try svHome.partners() == [gt])
    #expect(try svHome.ceremonies() == [gt])
    #expect(try svHome.ceremony(with: gt)?.step == .complete)
    #expect(try svHome.agreements(with: gt).count == 1)
    #expect(try svHome.minutes(of: #require(one)).map(\.content.country) == [gt, sv])
    // Once more: harmless.
    try svHome.keep(results.sv)
    #expect(try svHome.agreements(with: gt) == [one])
    _ = try Home.open(svHome.path)
  }

  @Test func anAlteredAgreementCardRootOrCeremonyIsNamed() throws {
    let scratch = try Scratch()
    let (svHome, gtHome) = (try scratch.home("SV"), try scratch.home("GT"))
    let results = try Scratch.ceremony(svHome, gtHome)
    try svHome.keep(results.sv)
    let gt = try #require(gt)
    let agreement = try #require(try svHome.agreements(with: gt).first)
    for (file, read) in [
      ("agreements/GT/\(agreement.digest).agreement", { _ = try svHome.agreements(with: gt) }),
      ("agreements/GT/order", { _ = try svHome.agreements(with: gt) }),
      ("agreements/GT/\(agreement.digest).GT.minutes", { _ = try svHome.minutes(of: agreement) }),
      ("cards/GT/0000000000000000001.card", { _ = try svHome.card(of: gt) }),
      ("roots/GT.root", { _ = try svHome.pinnedRoot(of: gt) }),
      ("ceremonies/GT.state", { _ = try svHome.ceremony(with: gt) }),
    ] as [(String, () throws -> Void)] {
      let path = "\(svHome.path)/\(file)"
      let bytes = try #require(FileManager.default.contents(atPath: path))
      for seed in 0..<UInt64(40) {
        var altered = bytes
        altered[Int(seed &* 2_654_435_761 % UInt64(bytes.count))] ^= 1 << UInt8(seed % 8)
        try altered.write(to: URL(fileURLWithPath: path))
        switch refusal(read) {
        case .damaged(path, _), .ceremonyDamaged(path, _): continue
        // The order may name another agreement, which is not there.
        case .noFile where file.hasSuffix("/order"): continue
        default: Issue.record("\(file), change \(seed)")
        }
      }
      try bytes.write(to: URL(fileURLWithPath: path))
      #expect(refusal(read) == nil)
    }
  }

  @Test func anAgreementUnderAnotherRootIsNotKeptUnlessTheCeremonyWasToldSo() throws {
    let scratch = try Scratch()
    let (svHome, oldGT) = (try scratch.home("SV"), try scratch.home("GT"))
    try svHome.keep(Scratch.ceremony(svHome, oldGT).sv)
    rename(oldGT.path, oldGT.path + "-old")
    let newGT = try scratch.home("GT")
    let gt = try #require(gt)
    #expect(throws: CeremonyError.self) { try Scratch.ceremony(svHome, newGT) }
    let results = try Scratch.ceremony(svHome, newGT, replacing: true)
    try svHome.keep(results.sv)
    #expect(try svHome.pinnedRoot(of: gt) == newGT.root)
    #expect(try svHome.cards(of: gt) == [newGT.card()])
    #expect(try svHome.agreements(with: gt).count == 2)
    // The old one is known for what was made under it, and comes into force no more.
    #expect(try svHome.countingAgreements(with: gt).map { $0.root(of: gt) } == [newGT.root])
  }

  @Test func agreementsStandInTheOrderOfSigningAndTheSameTextSignedAgainIsTheNewest() throws {
    let scratch = try Scratch()
    let (svHome, gtHome) = (try scratch.home("SV"), try scratch.home("GT"))
    let gt = try #require(gt)
    let days = ["2028-08-31", "2027-08-31", "2029-08-31", "2028-08-31"]
    for day in days {
      let terms = try Scratch.terms(until: day)
      try svHome.keep(Scratch.ceremony(svHome, gtHome, terms: terms).sv)
    }
    #expect(
      try svHome.agreements(with: gt).map(\.terms.validUntil.description) == ["2027-08-31", "2029-08-31", "2028-08-31"])
  }

  @Test func aPushedCardIsKeptOnlyByTheRulesOfRenewal() throws {
    let scratch = try Scratch()
    let (svHome, gtHome) = (try scratch.home("SV"), try scratch.home("GT"))
    try svHome.keep(Scratch.ceremony(svHome, gtHome).sv)
    let gt = try #require(gt)
    var content = try gtHome.card().content
    content.serial = 2
    content.transport = ExchangeKey(scratch.entropy).publicKey
    let root = try gtHome.rootKeyFile().open(passphrase: Scratch.phrase())
    let renewed = try Card(content, root: root)
    #expect(try svHome.accept(renewed, now: Scratch.now) != .unchanged)
    #expect(try svHome.accept(renewed, now: Scratch.now) == .unchanged)
    #expect(try svHome.card(of: gt) == renewed && svHome.cards(of: gt).count == 2)
    let old = try gtHome.card()
    #expect(
      refusal { _ = try svHome.accept(old, now: Scratch.now) }
        == .card(.serialNotHigher(country: gt, held: 2, found: 1)))
    #expect(refusal { _ = try gtHome.accept(svHome.card(), now: Scratch.now) } != nil)
  }
}

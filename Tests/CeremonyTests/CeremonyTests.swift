import Ceremony
import Ledger
import Sodium
import Terms
import Testing

@Suite struct CeremonyTests {
  @Test func twoDelegationsEndWithTheSameBytesSignedByBothRoots() throws {
    let both = try Signed()
    let gt = try both.gt.complete(both.svFile)
    let sv = try both.sv.complete(both.gtFile)
    #expect(gt.agreement.bytes == sv.agreement.bytes)
    #expect(gt.agreement.digest == sv.agreement.digest)
    try gt.agreement.verify(rootA: both.gt.root.noteKey, rootB: both.sv.root.noteKey)
    #expect(gt.neighbourCard == both.sv.card)
    #expect(gt.neighbourRoot == both.sv.root.noteKey)
    #expect(gt.minutes == sv.otherMinutes)
    #expect(gt.otherMinutes.content.code == gt.minutes.content.code)
    #expect(try Agreement(gt.agreement.bytes) == gt.agreement)
    #expect(gt.agreement.terms(for: try StreamName("SV/GT/migration"))?.retentionDays == 1095)
  }

  @Test func repeatingAStepWithTheSameInputIsHarmless() throws {
    let both = try Signed()
    let (gtOffer, svOffer) = (try both.gt.offer, try both.sv.offer)
    let code = try both.gt.compare(svOffer)
    #expect(try both.gt.sign(svOffer, code: code) == both.gtFile)
    let first = try both.gt.complete(both.svFile)
    let kept = both.gt.kept
    #expect(try both.gt.complete(both.svFile) == first)
    #expect(try both.gt.sign(svOffer, code: code) == both.gtFile)
    #expect(try both.gt.compare(svOffer) == code)
    #expect(both.gt.kept == kept)
    #expect(try both.gt.offer == gtOffer)
  }

  @Test func aCrashBetweenStepsLosesNothing() throws {
    // Every step of `Delegation` takes the state up from its bytes; here the step's own result is lost with the process.
    let both = try Signed()
    let before = both.gt.kept
    _ = try both.gt.complete(both.svFile)
    both.gt.kept = before
    let again = try both.gt.complete(both.svFile)
    #expect(try both.sv.complete(both.gtFile).agreement == again.agreement)
  }

  @Test func theStateSaysHowFarItIsAndWhatComesNext() throws {
    let both = try Signed()
    #expect(try CeremonyState(both.gt.kept).step == .signed)
    _ = try both.gt.complete(both.svFile)
    let state = try CeremonyState(both.gt.kept)
    #expect(state.step == .complete)
    #expect(state.country.description == "GT" && state.neighbour.description == "SV")
    #expect(CeremonyState.Step.allCases.count == 4 && !state.nextSteps.isEmpty)
  }

  @Test func theSameOfferIsMadeAgainOnlyWhileItStillSaysTheSame() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let state = try CeremonyState(gt.kept)
    #expect(try state.stillOffers(Samples.terms(), card: gt.card, now: Samples.now))
    #expect(try !state.stillOffers(Samples.terms { $0.retentionDays = 1 }, card: gt.card, now: Samples.now))
    let later = Samples.now.advanced(byMilliseconds: Offer.lifetimeMilliseconds)
    #expect(try !state.stillOffers(Samples.terms(), card: gt.card, now: later))
  }

  @Test func anotherOfferDoesNotThrowAwayWhatWasComparedOrSigned() throws {
    let both = try Signed()
    let terms = try Samples.terms { $0.retentionDays = 1 }
    func offers(_ side: Delegation) throws -> Bool {
      try CeremonyState(side.kept).stillOffers(terms, card: side.card, now: Samples.now)
    }
    #expect(throws: CeremonyError.underWay(try Samples.sv(), signed: true)) { try offers(both.gt) }
    let compared = try Delegation("GT", terms: Samples.terms(), seed: 1)
    _ = try compared.compare(try Delegation("SV", terms: Samples.terms(), seed: 2).offer)
    #expect(throws: CeremonyError.underWay(try Samples.sv(), signed: false)) { try offers(compared) }
    // After its end a ceremony stands in no other's way.
    _ = try both.gt.complete(both.svFile)
    #expect(try !offers(both.gt))
  }

  @Test func aRehearsalIsAWholeCeremonyAndReproducible() throws {
    let terms = try Samples.terms()
    let one = try Rehearsal.rehearse(terms, SeededEntropy(seed: 5), now: Samples.now)
    let two = try Rehearsal.rehearse(terms, SeededEntropy(seed: 5), now: Samples.now)
    #expect(one == two)
    #expect(one.resultA.agreement == one.resultB.agreement)
    try one.resultA.agreement.verify(rootA: one.resultB.neighbourRoot, rootB: one.resultA.neighbourRoot)
    #expect(one.transcript.contains { $0.contains("Retention: 1095 days") })
  }

  @Test func officialsAreNamedAsNameAndRole() throws {
    let official = try Official("Ana Morales, Directora General, Migración")
    #expect(official.name == "Ana Morales" && official.role == "Directora General, Migración")
    for text in ["Ana", "", ", ", "Ana,Directora", " Ana, Directora", "Ana, Dir\u{202E}ectora", "Ana\nX, Y", "A, "] {
      #expect(throws: TermError.self) { try Official(text) }
    }
  }
}

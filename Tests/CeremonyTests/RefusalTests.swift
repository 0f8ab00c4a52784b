import Ceremony
import Ledger
import Sodium
import Terms
import Testing

@Suite struct RefusalTests {
  private func error(_ body: () throws -> Void) -> CeremonyError? {
    do { try body() } catch { return error as? CeremonyError }
    return nil
  }

  @Test func anOfferOfAnotherCountryIsRefused() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let hnTerms = try AgreementTerms(
      realm: Samples.realm(), between: CountryCode("HN"), and: Samples.gt(),
      streams: [Samples.stream("HN/GT/migration")], validFrom: CalendarDay("2026-09-01"),
      validUntil: CalendarDay("2028-08-31"))
    let hn = try Delegation("HN", terms: hnTerms, seed: 3)
    let offer = try hn.offer
    #expect(
      error { _ = try gt.compare(offer) } == .otherCountry(expected: try Samples.sv(), found: try CountryCode("HN")))
  }

  @Test func myOwnOfferIsRefused() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let own = try gt.offer
    #expect(error { _ = try gt.compare(own) } == .ownFile("offer"))
    let sv = try Delegation("SV", terms: Samples.terms(), seed: 2)
    let code = try gt.compare(sv.offer)
    #expect(error { _ = try gt.sign(own, code: code) } == .ownFile("offer"))
  }

  @Test func anOfferThatChangedSinceItWasComparedIsRefused() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let sv = try Delegation("SV", terms: Samples.terms(), seed: 2)
    let other = try Delegation("SV", terms: Samples.terms(), seed: 3)
    let code = try gt.compare(sv.offer)
    let changed = try other.offer
    #expect(error { _ = try gt.sign(changed, code: code) } == .offerChanged(try Samples.sv()))
    #expect(error { _ = try gt.compare(changed) } == .offerChanged(try Samples.sv()))
  }

  @Test func termsThatDifferAreRefusedAndNamed() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let sv = try Delegation("SV", terms: Samples.terms { $0.retentionDays = 30 }, seed: 2)
    let offer = try sv.offer
    let refusal = error { _ = try gt.compare(offer) }
    #expect(
      refusal
        == .termsDiffer(["SV/GT/migration: Retention is \"1095 days\" here, \"30 days\" in the offer of SV"]))
  }

  @Test func daysThatDifferAreRefusedWithWhatToOfferInstead() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let terms = try Samples.terms()
    let later = try AgreementTerms(
      realm: terms.realm, between: terms.a, and: terms.b, streams: terms.streams, validFrom: CalendarDay("2026-09-02"),
      validUntil: terms.validUntil)
    let sv = try Delegation("SV", terms: later, seed: 2)
    let offer = try sv.offer
    let refusal = error { _ = try gt.compare(offer) }
    #expect(
      refusal
        == .daysDiffer(
          ["Valid from is \"2026-09-01\" here, \"2026-09-02\" in the offer of SV"], try Samples.sv(),
          from: later.validFrom, until: later.validUntil))
    #expect(
      refusal?.description.hasSuffix("istmo ceremony offer --with SV --from 2026-09-02 --until 2028-08-31") == true)
  }

  @Test func anOfferAlteredOnTheWayIsRefused() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let sv = try Delegation("SV", terms: Samples.terms(), seed: 2)
    let text = String(decoding: try sv.offer, as: UTF8.self)
    let altered = text.replacing("Retention: 1095 days", with: "Retention: 9995 days")
    #expect(altered != text)
    #expect(error { _ = try gt.compare(Array(altered.utf8)) } == .offerNotSigned(try Samples.sv()))
    #expect(try CeremonyState(gt.kept).step == .offered)
  }

  @Test func aWrongCodeIsRefusedWithoutSayingTheRightOne() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let sv = try Delegation("SV", terms: Samples.terms(), seed: 2)
    let offer = try sv.offer
    let code = try gt.compare(offer)
    var groups = code.split(separator: " ").map(String.init)
    groups[2] = groups[2] == "00000" ? "00001" : "00000"
    let refusal = error { _ = try gt.sign(offer, code: groups.joined(separator: "-")) }
    #expect(refusal == .wrongCode(groups: [3]))
    let right = code.split(separator: " ")[2]
    #expect(refusal?.description.contains(right) == false)
    #expect(error { _ = try gt.sign(offer, code: "12345") } == .notACode(digits: 5))
    #expect(error { _ = try gt.sign(offer, code: "") } == .notACode(digits: 0))
    #expect(error { _ = try gt.sign(offer, code: String(repeating: "1", count: 10_000)) } == .notACode(digits: 10_000))
    #expect(try CeremonyState(gt.kept).step == .compared)
  }

  @Test func signingBeforeComparingAndCompletingBeforeSigningAreRefused() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let both = try Signed(seed: 7)
    let (offer, file) = (try both.sv.offer, both.svFile)
    guard case .outOfOrder = error({ _ = try gt.sign(offer, code: "1") }) else { Issue.record("signed"); return }
    guard case .outOfOrder = error({ _ = try gt.complete(file) }) else { Issue.record("completed"); return }
  }

  @Test func anotherRootKeyThanThePinnedOneNeedsAnExplicitReplacement() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let old = try Delegation("SV", terms: Samples.terms(), seed: 2)
    let new = try Delegation("SV", terms: Samples.terms(), seed: 3)
    let (pinned, offer) = (old.root.noteKey, try new.offer)
    #expect(
      error { _ = try gt.compare(offer, pinned: pinned) }
        == .rootChanged(try Samples.sv(), pinned: pinned, found: new.root.noteKey))
    let replaces = try gt.step { state, _ in
      _ = try state.compare(offer, pinned: pinned, replacingPinnedRoot: true, now: Samples.now)
      return state.replacesPinnedRoot
    }
    #expect(replaces)
    #expect(try CeremonyState(gt.kept).replacesPinnedRoot)
  }

  @Test func oneRootKeyForBothCountriesIsRefused() throws {
    let terms = try Samples.terms()
    let gt = try Delegation("GT", terms: terms, seed: 1)
    let seed = SecretBytes(count: 32) { out in gt.root.withSeed { out.copyMemory(from: $0) } }
    let twin = try RootKey(realm: terms.realm, country: Samples.sv(), seed: seed)
    let entropy = SeededEntropy(seed: 9)
    let offer = try CeremonyState.offer(
      root: twin, card: Samples.card(twin, entropy), terms: terms, entropy, now: Samples.now
    ).offer.bytes
    #expect(error { _ = try gt.compare(offer) } == .sameRoot)
  }

  @Test func anExpiredOfferOrCardIsRefused() throws {
    let terms = try Samples.terms()
    let gt = try Delegation("GT", terms: terms, seed: 1)
    let sv = try Delegation("SV", terms: terms, seed: 2)
    let short = try Delegation("SV", terms: terms, seed: 3, cardDays: 2)
    let (svOffer, shortOffer) = (try sv.offer, try short.offer)
    let month = Samples.now.advanced(byMilliseconds: Offer.lifetimeMilliseconds)
    #expect(error { _ = try gt.compare(svOffer, now: month) } == .offerExpired(try Samples.gt(), at: month))
    let threeDays = Samples.now.advanced(byMilliseconds: 3 * 86_400_000)
    guard case .card(.expired) = error({ _ = try gt.compare(shortOffer, now: threeDays) }) else {
      Issue.record("an expired card was taken")
      return
    }
    let early = Samples.now.advanced(byMilliseconds: -3 * 86_400_000)
    guard case .offerFromTheFuture = error({ _ = try gt.compare(svOffer, now: early) }) else {
      Issue.record("an offer from the future was taken")
      return
    }
    let code = try gt.compare(svOffer)
    #expect(error { _ = try gt.sign(svOffer, code: code, now: month) } == .offerExpired(try Samples.gt(), at: month))
  }

  @Test func aSignedFileOnOtherTermsIsRefusedAndTheTermNamed() throws {
    let both = try Signed()
    let other = try Signed(Samples.terms { $0.mode = .query }, seed: 1)
    let file = other.svFile
    #expect(
      error { _ = try both.gt.complete(file) }
        == .otherTermsSigned(
          try Samples.sv(), ["SV/GT/migration: Mode is \"query\" as SV signed, \"replicate\" here"]))
    #expect(try CeremonyState(both.gt.kept).step == .signed)
  }

  @Test func aSignedFileWithAnAlteredTermIsRefusedAndTheTermNamed() throws {
    let both = try Signed()
    let altered = String(decoding: both.svFile, as: UTF8.self).replacing(
      "Retention: 1095 days", with: "Retention: 1096 days")
    guard case .fileNotSigned(_, let sentences) = error({ _ = try both.gt.complete(Array(altered.utf8)) }) else {
      Issue.record("an altered file was taken")
      return
    }
    #expect(sentences.count == 2 && sentences.allSatisfy { $0.contains("Retention") })
  }

  @Test func anOldSignedFileOnTheSameTermsIsRefused() throws {
    let terms = try Samples.terms()
    let old = try Signed(terms, seed: 1)
    // The same roots meet again on the same terms: only the nonces of the offers are new.
    let gt = try Signed(terms, seed: 1).gt
    let svRoot = try RootKey(
      realm: terms.realm, country: Samples.sv(),
      seed: SecretBytes(count: 32) { out in old.sv.root.withSeed { out.copyMemory(from: $0) } })
    let gtRoot = try RootKey(
      realm: terms.realm, country: Samples.gt(),
      seed: SecretBytes(count: 32) { out in old.gt.root.withSeed { out.copyMemory(from: $0) } })
    var newGT = try CeremonyState.offer(
      root: gtRoot, card: old.gt.card, terms: terms, SeededEntropy(seed: 77), now: Samples.now)
    let newSV = try CeremonyState.offer(
      root: svRoot, card: old.sv.card, terms: terms, SeededEntropy(seed: 78), now: Samples.now)
    let code = try newGT.compare(newSV.offer.bytes, pinned: svRoot.noteKey, now: Samples.now)
    _ = try newGT.sign(
      offer: newSV.offer.bytes, code: code.description, officials: Samples.people("GT"), root: gtRoot, now: Samples.now)
    #expect(
      error { _ = try newGT.complete(old.svFile, now: Samples.now) } == .replayed(try Samples.sv(), signed: Samples.now)
    )
    // In its own ceremony the file is the right one.
    let file = old.svFile
    #expect(error { _ = try gt.complete(file) } == nil)
  }

  @Test func myOwnSignedFileAndAForeignSignatureAreRefused() throws {
    let both = try Signed()
    let own = both.gtFile
    #expect(error { _ = try both.gt.complete(own) } == .ownFile("signed file"))
    let stranger = try Signed(seed: 50)
    let file = stranger.svFile
    guard case .fileNotSigned(_, let sentences) = error({ _ = try both.gt.complete(file) }) else {
      Issue.record("a stranger's file was taken")
      return
    }
    #expect(sentences.contains("the root key of SV is another"))
  }

  @Test func signingAgainWithOtherOfficialsIsRefused() throws {
    let both = try Signed()
    let offer = try both.sv.offer
    let code = try both.gt.compare(offer)
    let others = [try Official("Otra Persona, Ministra")]
    #expect(error { _ = try both.gt.sign(offer, code: code, people: others) } == .alreadySigned(at: Samples.now))
    let fresh = try Delegation("GT", terms: Samples.terms(), seed: 1)
    _ = try fresh.compare(offer)
    #expect(error { _ = try fresh.sign(offer, code: code, people: []) } == .people(officials: 0, witnesses: 0))
  }

  @Test func anotherRootKeyCannotSignForTheOffer() throws {
    let gt = try Delegation("GT", terms: Samples.terms(), seed: 1)
    let stranger = try Delegation("GT", terms: Samples.terms(), seed: 9)
    let sv = try Delegation("SV", terms: Samples.terms(), seed: 2)
    let offer = try sv.offer
    let code = try gt.compare(offer)
    var state = try CeremonyState(gt.kept)
    guard
      case .otherRootKey = error({
        _ = try state.sign(
          offer: offer, code: code, officials: Samples.people("GT"), root: stranger.root, now: Samples.now)
      })
    else {
      Issue.record("a stranger's root signed")
      return
    }
  }
}

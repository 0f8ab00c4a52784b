import Catalog
import Foundation
import Node
import Terms
import Testing

/// Ceremonies that go wrong at the table, by the program itself: each refusal says what it is, changes nothing, and what it says
/// to do leads on.
@Suite(.serialized) struct CeremonyCommandTests {
  /// Expects a refusal with these words.
  private func refused(_ said: Istmo.Said, _ words: String..., line: SourceLocation = #_sourceLocation) {
    #expect(said.ending == .exit(1), "\(said.output)\(said.errors)", sourceLocation: line)
    for word in words {
      #expect(said.errors.contains(word), "\(said.errors)", sourceLocation: line)
    }
    #expect(said.errors.split(separator: "\n").count == 1, "\(said.errors)", sourceLocation: line)
  }

  private func step(_ side: Pair.Side) async throws -> String? {
    try await side.istmo("ceremony", "show", "--json").json["step"]?.string
  }

  private func alter(_ pair: Pair, _ step: String, _ side: Pair.Side, _ word: String, _ other: String) throws {
    let name = "\(step).\(side.country)"
    let text = pair.folder.text(name)
    try #require(text.contains(word))
    try pair.folder.write(text.replacing(word, with: other).utf8, name)
  }

  @Test func aSwappedOfferIsFoundByTheCodeAndTheTrueOneCanBeComparedAfterBeginningAgain() async throws {
    let pair = try await Pair(agreed: false)
    let swapped = try await Pair(agreed: false)
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a), (swapped.b, swapped.a)] {
      try await (side.home == swapped.b.home ? swapped : pair).offer(side, to: other).mustSucceed("offer")
    }
    let (bogus, real) = (swapped.folder.bytes("offer.GT"), pair.folder.bytes("offer.GT"))
    try pair.folder.write(bogus, "offer.GT")
    let heard = try await pair.compare(pair.a, with: pair.b)
    let read = try await pair.compare(pair.b, with: pair.a)
    #expect(heard != read)
    // Guatemala reads its code aloud; it is not the one here.
    refused(try await pair.sign(pair.a, with: pair.b, code: read), "the code is wrong in group 1, 2, 3")
    try pair.folder.write(real, "offer.GT")
    refused(
      try await pair.a.istmo("ceremony", "compare", pair.file("offer", pair.b)),
      "is not the one whose code was compared", "ceremony offer --again")
    refused(try await pair.sign(pair.a, with: pair.b, code: heard), "is not the one whose code was compared")
    // Resuming by accident throws nothing away; beginning again leads to the end.
    refused(try await pair.offer(pair.a, to: pair.b), "was compared already", "--again")
    #expect(try await step(pair.a) == "compared")
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
      let again = try await pair.offer(side, to: other, ["--again"]).mustSucceed("offer --again")
      #expect(again.errors.contains("this is a new offer"))
    }
    let code = try await pair.compare(pair.a, with: pair.b)
    #expect(try await pair.compare(pair.b, with: pair.a) == code && code != heard && code != read)
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
      try await pair.sign(side, with: other, code: code).mustSucceed("sign")
    }
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
      try await pair.complete(side, with: other).mustSucceed("complete")
    }
    #expect(try await step(pair.a) == "complete")
  }

  @Test func aMisspeltOfficialCanBeCorrectedByBeginningAgain() async throws {
    let pair = try await Pair(agreed: false)
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
      try await pair.offer(side, to: other).mustSucceed("offer")
    }
    let code = try await pair.compare(pair.a, with: pair.b)
    _ = try await pair.compare(pair.b, with: pair.a)
    try await pair.sign(pair.a, with: pair.b, code: code, official: "Ana Moralse, Directora").mustSucceed("sign")
    refused(
      try await pair.sign(pair.a, with: pair.b, code: code), "naming other people", "ceremony offer --again")
    // The same words again write the same file again: an interrupted step is resumed.
    let signed = pair.folder.bytes("signed.SV")
    try await pair.sign(pair.a, with: pair.b, code: code, official: "Ana Moralse, Directora").mustSucceed("sign")
    #expect(pair.folder.bytes("signed.SV") == signed)
    refused(try await pair.offer(pair.a, to: pair.b), "this side has signed", "--again")
    #expect(try await step(pair.a) == "signed")
    try await pair.offer(pair.a, to: pair.b, ["--again"]).mustSucceed("offer --again")
    refused(
      try await pair.b.istmo("ceremony", "compare", pair.file("offer", pair.a)), "ceremony offer --again")
    try await pair.offer(pair.b, to: pair.a, ["--again"]).mustSucceed("offer --again")
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
      try await pair.sign(side, with: other, code: pair.compare(side, with: other)).mustSucceed("sign")
    }
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
      try await pair.complete(side, with: other).mustSucceed("complete")
    }
    let shown = try await pair.a.istmo("agreement", "show", "GT").output
    #expect(shown.contains("Ana Morales") && !shown.contains("Moralse"))
  }

  @Test func aDamagedCeremonyIsReplacedByBeginningAgain() async throws {
    let pair = try await Pair(third: "HN", agreed: false)
    try await pair.offer(pair.a, to: pair.b).mustSucceed("offer")
    let other = try #require(pair.c)
    try await pair.offer(pair.a, to: other).mustSucceed("offer")
    try pair.folder.write("nonsense".utf8, "SV/ceremonies/GT.state")
    refused(try await pair.offer(pair.a, to: pair.b), "ceremonies/GT.state", "ceremony offer --again")
    let shown = try await pair.a.istmo("ceremony", "show")
    refused(shown, "ceremonies/GT.state")
    #expect(shown.output.contains("ceremony with HN: offered"))
    try await pair.offer(pair.a, to: pair.b, ["--again"]).mustSucceed("offer --again")
    try await pair.offer(pair.b, to: pair.a).mustSucceed("offer")
    #expect(try await pair.compare(pair.a, with: pair.b) == pair.compare(pair.b, with: pair.a))
  }

  @Test func anOfferMadeTwiceIsTheSameFileAndOtherDaysMakeAnotherOneAndSaySo() async throws {
    let pair = try await Pair(agreed: false)
    try await pair.offer(pair.a, to: pair.b).mustSucceed("offer")
    let first = pair.folder.bytes("offer.SV")
    let again = try await pair.offer(pair.a, to: pair.b).mustSucceed("offer")
    #expect(again.errors.contains("still counts") && pair.folder.bytes("offer.SV") == first)
    let other = try await pair.offer(pair.a, to: pair.b, ["--until", "2099-12-31"]).mustSucceed("offer")
    #expect(other.errors.contains("this is a new offer") && pair.folder.bytes("offer.SV") != first)
  }

  @Test func otherDaysAreRefusedWithTheCommandThatTakesThem() async throws {
    let pair = try await Pair(agreed: false)
    // As if Guatemala had made its offer on another day.
    try await pair.offer(pair.a, to: pair.b, ["--from", "2090-01-01", "--until", "2099-12-31"]).mustSucceed("offer")
    try await pair.offer(pair.b, to: pair.a, ["--from", "2090-01-02", "--until", "2099-12-31"]).mustSucceed("offer")
    let said = try await pair.a.istmo("ceremony", "compare", pair.file("offer", pair.b))
    refused(said, "Valid from", "different days")
    #expect(!said.errors.contains("topology"))
    let advice = try #require(said.errors.split(separator: "istmo ").last)
    let words = advice.split(whereSeparator: \.isWhitespace).map(String.init)
    try await Istmo.run(
      words + ["--home", pair.a.home, "--out", pair.file("offer", pair.a), "--passphrase-file", pair.passphraseFile]
    ).mustSucceed("\(words)")
    #expect(try await pair.compare(pair.a, with: pair.b) == pair.compare(pair.b, with: pair.a))
  }

  @Test func anAlteredTermIsRefusedAtEveryStep() async throws {
    let pair = try await Pair(agreed: false)
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
      try await pair.offer(side, to: other).mustSucceed("offer")
    }
    let good = pair.folder.bytes("offer.GT")
    try alter(pair, "offer", pair.b, "Retention: 1096 days", "Retention: 9096 days")
    refused(
      try await pair.a.istmo("ceremony", "compare", pair.file("offer", pair.b)),
      "the offer of GT is not signed by the root key it names")
    #expect(try await step(pair.a) == "offered")
    try pair.folder.write(good, "offer.GT")
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
      try await pair.sign(side, with: other, code: pair.compare(side, with: other)).mustSucceed("sign")
    }
    let signed = pair.folder.bytes("signed.GT")
    try alter(pair, "signed", pair.b, "Retention: 1096 days", "Retention: 9096 days")
    refused(
      try await pair.complete(pair.a, with: pair.b), "not signed by the root key of GT", "\"9096 days\" as GT signed")
    #expect(try await step(pair.a) == "signed")
    #expect(try await pair.a.istmo("agreement", "list").output.isEmpty)
    try pair.folder.write(signed, "signed.GT")
    try await pair.complete(pair.a, with: pair.b).mustSucceed("complete")
  }

  @Test func aWrongCodeIsRefusedByItsGroups() async throws {
    let pair = try await Pair(agreed: false)
    for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
      try await pair.offer(side, to: other).mustSucceed("offer")
    }
    let code = try await pair.compare(pair.a, with: pair.b)
    var groups = code.split(separator: " ").map(String.init)
    groups[3] = groups[3] == "00000" ? "11111" : "00000"
    refused(
      try await pair.sign(pair.a, with: pair.b, code: groups.joined(separator: " ")), "the code is wrong in group 4;")
    refused(try await pair.sign(pair.a, with: pair.b, code: "12345"), "the code has sixty digits, 5 were read")
    #expect(try await step(pair.a) == "compared")
    #expect(pair.folder.bytes("signed.SV").isEmpty)
    try await pair.sign(pair.a, with: pair.b, code: code).mustSucceed("sign")
  }

  @Test func aSideThatSignedOtherTermsIsRefusedWithTheTermsThatDiffer() async throws {
    let pair = try await Pair(agreed: false)
    // Guatemala signs with the very keys of this ceremony, in one on other days.
    for days in [["--until", "2099-12-31"], []] {
      for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
        try await pair.offer(side, to: other, ["--again"] + days).mustSucceed("offer")
      }
      for (side, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
        try await pair.sign(side, with: other, code: pair.compare(side, with: other)).mustSucceed("sign")
      }
      if !days.isEmpty { try pair.folder.write(pair.folder.bytes("signed.GT"), "earlier") }
    }
    let said = try await pair.a.istmo("ceremony", "complete", pair.folder.path + "/earlier")
    refused(said, "GT signed other terms: Valid until is", "\"2099-12-31\" as GT signed", "ceremony offer --again")
    #expect(try await step(pair.a) == "signed")
    refused(try await pair.complete(pair.a, with: pair.a), "this is your own signed file")
    try await pair.complete(pair.a, with: pair.b).mustSucceed("complete")
  }
}

import Sodium
import Terms
import Testing

@testable import Ceremony

/// What must not change by accident: a change here is a new version of a format, and of Docs/protocol/ceremony.md.
@Suite struct KnownAnswerTests {
  @Test func theCodeIsTheOneThatPythonDerives() {
    // hashlib.blake2b of Python 3 on the construction of Docs/protocol/ceremony.md; the document prints the same digits.
    let code = CeremonyCode(first: Array("first offer\n".utf8), second: Array("second offer\n".utf8))
    #expect(code.description == "51476 69646 21813 14145 41992 74372 25655 33381 49570 84100 80266 65850")
  }

  @Test func theRehearsalOfSeedOneGivesTheSameBytesAsEver() throws {
    let rehearsal = try Rehearsal.rehearse(Samples.terms(), SeededEntropy(seed: 1), now: Samples.now)
    #expect(
      rehearsal.resultA.agreement.digest.description
        == "d48512fddd84d0eb93924645fda171790b9735071fa825bdb76f24912d54e75e")
    #expect(
      SHA256.hash(rehearsal.resultA.neighbourCard.bytes).description
        == "5dd78f3058d0a34f3f66dfe7a55ea66b60385b4912e667f8d96cee885f0351fa")
    #expect(
      SHA256.hash(rehearsal.resultA.minutes.bytes).description
        == "87ca76d743cee9a3c181f1c06d27ac7d036b69bd396a15b81499a19c15fcb473")
  }
}

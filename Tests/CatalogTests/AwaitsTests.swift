import Terms
import Testing

@testable import Catalog

/// Whose record a record awaits, as its definition says.
@Suite struct AwaitsTests {
  private func awaited(
    _ changes: [String: String?] = [:], base: [(String, String)] = Sample.departure, from: CountryCode = Sample.salvador
  ) throws -> Awaited {
    try Sample.definition().awaited(by: Sample.record(changes, base: base, from: from).body, of: from)
  }

  @Test func aDepartureAwaitsTheCountryBeingEntered() throws {
    #expect(try awaited() == .country(Sample.guatemala))
    #expect(Awaited.country(Sample.guatemala).isAnswered(by: Sample.guatemala))
    #expect(!Awaited.country(Sample.guatemala).isAnswered(by: Sample.salvador))
    #expect(Awaited.anybody.isAnswered(by: Sample.salvador) && !Awaited.nobody.isAnswered(by: Sample.salvador))
  }

  @Test func whoIsRefusedOrReferredHasNotLeft() throws {
    for decision in [#""refuse""#, #""refer""#] {
      #expect(try awaited(["decision": decision, "reason": #""check""#]) == .nobody)
    }
  }

  @Test func aConfirmationAwaitsNothing() throws {
    #expect(try awaited(base: RecordTests.confirmation, from: Sample.guatemala) == .nobody)
  }

  @Test func whatTheBodyDoesNotHoldIsTakenToBeMet() throws {
    let definition = try Sample.definition()
    let whole = try Sample.record(["decision": #""refuse""#, "reason": #""check""#]).body
    let part = definition.project(whole, onto: ["event", "to"])
    #expect(definition.awaited(by: part, of: Sample.salvador) == .country(Sample.guatemala))
    #expect(definition.awaited(by: definition.project(whole, onto: ["event"]), of: Sample.salvador) == .nobody)
    #expect(definition.awaited(by: Array("no body".utf8), of: Sample.salvador) == .nobody)
  }

  @Test func withoutAwaitsFieldAnybodyAnswers() throws {
    let trial = try Trial()
    #expect(trial.definition.awaited(by: Array("{}".utf8), of: Sample.salvador) == .anybody)
  }
}

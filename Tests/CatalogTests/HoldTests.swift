import Terms
import Testing

@testable import Catalog

/// What is held, by whom, and until what.
@Suite struct HoldTests {
  private func obstacle(_ statements: [Statement], _ manifest: Statement? = nil) throws -> String? {
    let manifest = try manifest ?? RiskSample.declared()
    return Hold.holds(statements).lazy.compactMap { $0.obstacle(toRelease: manifest.subjects) }.first?.words
  }

  @Test func onlyTheHoldersReleaseEndsAHold() throws {
    let held = try RiskSample.quarantine("held", id: 1)
    let treated = try RiskSample.quarantine("treated", id: 2, refers: 1)
    let released = try RiskSample.quarantine("released", id: 3, refers: 1)
    #expect(
      try obstacle([held, treated])
        == "held by quarantine of SV at SV-HN/el-amatillo/SV (hold \(held.id), since 2026-11-24T13:00:00Z)")
    #expect(Hold.holds([treated, held]).map(\.treatments) == [1])
    #expect(try obstacle([released, held, treated]) == nil)
    // A release of another hold, or by another country, does not count.
    #expect(try obstacle([held, RiskSample.quarantine("released", id: 4, refers: 9)]) != nil)
    #expect(
      try obstacle([held, RiskSample.quarantine("released", id: 5, refers: 1, from: Sample.guatemala)]) != nil)
    // Two holds: both must end.
    #expect(try obstacle([held, released, RiskSample.quarantine("held", id: 6)]) != nil)
  }

  @Test func whatWasReturnedOrDestroyedDoesNotGoOn() throws {
    let held = try RiskSample.quarantine("held", id: 1, ties: #""containers":["CSQU3054383"]"#)
    let returned = try RiskSample.quarantine("returned", id: 2, refers: 1, ties: #""containers":["CSQU3054383"]"#)
    #expect(try obstacle([held, returned])?.hasPrefix("returned on ") == true)
    // One of two containers went back: the other goes on.
    let two = try RiskSample.declared(["containers": #"["CSQU3054383","TASU1170000"]"#])
    #expect(try obstacle([held], two) != nil)
    #expect(try obstacle([held, returned], two) == nil)
  }

  @Test func aHoldIsTiedByDeclarationCertificateOrContainer() throws {
    for (ties, isTied) in [
      (#""duca":"sv-f-20260001234""#, true), (#""certificate":"F 77""#, true), (#""containers":["CSQU3054383"]"#, true),
      (#""duca":"SV-F-2025-1","containers":["CSQU3054383"]"#, false), (#""containers":["TASU1170000"]"#, false),
      // A truck carries many consignments, one after the other.
      (#""plate":{"country":"SV","text":"C 123-456"}"#, false),
    ] { #expect((try obstacle([RiskSample.quarantine("held", id: 1, ties: ties)]) != nil) == isTied, "\(ties)") }
  }

  @Test func aReleaseNamesTheFirstVersionOfACorrectedHold() throws {
    let corrected = try RiskSample.quarantine("held", id: 7, earlier: [1])
    #expect(try obstacle([corrected, RiskSample.quarantine("released", id: 8, refers: 1)]) == nil)
  }

  @Test func aReleaseByCustomsThatStandsAgainstAHoldIsShown() throws {
    let released = try RiskSample.event("released", id: 20, from: Sample.guatemala, post: "GT-SV/la-hachadura/GT")
    let consignment = Consignment(try RiskSample.declared(), events: [released])
    let holds = Hold.holds([try RiskSample.quarantine("held", id: 1)])
    let words = consignment.contradictions(holds).map(\.words)
    #expect(words.count == 1)
    #expect(words.first?.hasPrefix("released by customs of GT on ") == true)
    #expect(words.first?.contains("yet held by quarantine of SV") == true)
    #expect(consignment.contradictions([]).isEmpty)
  }

  @Test func aConsignmentIsExpectedUntilItWasThere() throws {
    let topology = try Sample.topology()
    let post = try #require(topology.post("SV-HN/el-amatillo/HN"))
    let crossing = try #require(topology.crossing("SV-HN/el-amatillo"))
    let elsewhere = try #require(topology.crossing("SV-HN/el-poy"))
    let elsewherePost = try #require(topology.post("SV-HN/el-poy/HN"))
    func isExpected(_ events: [Statement], _ changes: [String: String?] = [:]) throws -> Bool {
      Consignment(try RiskSample.declared(changes), events: events).isExpected(at: post, of: crossing)
    }
    #expect(try isExpected([]))
    #expect(try !Consignment(RiskSample.declared(), events: []).isExpected(at: elsewherePost, of: elsewhere))
    // Without crossings the route decides.
    #expect(
      try Consignment(RiskSample.declared(["crossings": nil]), events: [])
        .isExpected(at: elsewherePost, of: elsewhere))
    // It has left the other side, and is on its way here.
    #expect(try isExpected([RiskSample.event("departed", id: 20)]))
    let honduras = try CountryCode("HN")
    #expect(
      try !isExpected([RiskSample.event("arrived", id: 21, from: honduras, post: "SV-HN/el-amatillo/HN")]))
    let nicaragua = try CountryCode("NI")
    #expect(
      try !isExpected([RiskSample.event("released", id: 22, from: nicaragua, post: "HN-NI/guasaule/NI")]))
  }
}

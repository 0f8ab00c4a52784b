import Sodium
import Terms
import Testing

@testable import Catalog

/// Lanes from rules in a file: explained, and the same from the same facts.
@Suite struct SelectivityTests {
  static let sample = "\(Sample.root)/Topology/risk/selectivity.toml"

  private func rules() throws -> Selectivity { try #require(Selectivity.load(Self.sample).selectivity) }

  /// A consignment of the sample with its invoice, whose lane is green unless chance takes it.
  private func facts(_ changes: [String: String?] = [:]) throws -> ConsignmentFacts {
    ConsignmentFacts(Consignment(try RiskSample.declared(changes), events: []))
  }

  private func certificate(_ event: String = "issued", id: UInt64 = 50, number: String = "SV-FITO-1") throws
    -> Statement
  {
    let digest = String(repeating: "0a", count: 32)
    let rest =
      event == "issued"
      ? """
      "authority":"DGSV","signatory":"Ana Peña","consignor":{"name":"Ejemplo"},"consignee":{"name":"Destino"},\
      "export_country":"SV","import_country":"NI","transport_mode":"road","items":[{"description":"Frijol",\
      "net_kg":"1","gross_kg":"1"}],"xml_digest":"\(digest)","xml_bytes":5321,"xml_media_type":"application/xml"
      """ : "\"refers\":\"\(try RiskSample.id(50))\",\"reason\":\"Error\""
    return try RiskSample.statement(
      "certificates",
      """
      {"event":"\(event)","number":"\(number)","kind":"phytosanitary","route":["SV","HN","NI"],\
      "time":"2026-11-24T08:00:00Z",\(rest)}
      """, id: id)
  }

  /// Numbers of declarations that chance takes, and that it leaves.
  private func drawn(_ isDrawn: Bool) throws -> String {
    let rules = try rules()
    for number in 0..<500 {
      let facts = try facts(["duca": "\"SV-F-\(number)\""])
      if rules.decide(facts).reasons.contains(where: { $0.rule == "sample" }) == isDrawn { return "\"SV-F-\(number)\"" }
    }
    Issue.record("500 numbers without one")
    return "\"SV-F-0\""
  }

  private let trustedBoth: [OperatorStanding] = {
    func standing(_ number: UInt64, _ key: String) -> OperatorStanding? {
      (try? RiskSample.id(number)).map {
        OperatorStanding(
          id: $0, country: Sample.salvador, name: "Ejemplo", company: [Array(key.utf8)], authorisation: "OEA-\(number)",
          roles: ["exporter"], state: .trusted, since: Sample.now)
      }
    }
    return [standing(1, "SV/6140507071048"), standing(2, "NI/J0310000000001")].compactMap { $0 }
  }()

  @Test func theSampleFileIsGood() throws {
    #expect(Selectivity.load(Self.sample).faults.isEmpty)
    let rules = try rules()
    #expect(rules.otherwise == .green && rules.rules.count > 8 && rules.papers.count == 3)
  }

  @Test func nothingAppliesIsTheLaneOtherwise() throws {
    let decision = try rules().decide(facts(["duca": drawn(false)]))
    #expect(decision.lane == .green && decision.reasons.isEmpty && decision.missing.isEmpty)
    #expect(decision.rules == SHA256.hash(try #require(SmallFile.read(Self.sample))))
  }

  @Test func theGravestRuleCountsAndAllAreTold() throws {
    var facts = try facts(["duca": drawn(false), "documents": nil])
    facts.alerts = [try RiskSample.alert("plate", #"{"country":"SV","text":"C123456"}"#)]
    facts.holds = Hold.holds([try RiskSample.quarantine("held", id: 1)])
    let decision = try rules().decide(facts)
    #expect(decision.lane == .red)
    #expect(decision.reasons.map(\.rule) == ["held", "alert-inspect", "paper-missing"])
    #expect(
      decision.reasons[0].words.hasPrefix("red: Held [held] held by quarantine of SV (DGSV) at SV-HN/el-amatillo/SV"))
    #expect(
      decision.reasons[1].facts.first?.words.hasPrefix("alert \(facts.alerts[0].id) of SV (inspect, R-7)") == true)
    #expect(decision.missing.map(\.words) == ["not among the support documents"])
    // The same facts give the same decision, word for word.
    #expect(try rules().decide(facts) == decision)
  }

  @Test func aTrustedOperatorIsSparedChanceButNotAHold() throws {
    var facts = try facts(["duca": drawn(true)])
    #expect(try rules().decide(facts).lane == .yellow)
    facts.operators = trustedBoth
    var decision = try rules().decide(facts)
    #expect(decision.lane == .green)
    #expect(decision.reasons.map(\.rule) == ["trusted", "sample"])
    #expect(decision.reasons.last?.sparedBy == "trusted")
    #expect(decision.reasons.last?.words.hasSuffix("does not count because of trusted") == true)
    // One of both is not enough.
    facts.operators = [trustedBoth[0]]
    #expect(try rules().decide(facts).lane == .yellow)
    facts.operators = trustedBoth
    facts.holds = Hold.holds([try RiskSample.quarantine("held", id: 1)])
    decision = try rules().decide(facts)
    #expect(decision.lane == .red && decision.reasons.first?.rule == "held")
  }

  @Test func aSampleIsDrawnByTheNumberAndTheRules() throws {
    let rules = try rules()
    var count = 0
    for number in 0..<400 {
      if rules.decide(try facts(["duca": "\"SV-F-\(number)\""])).lane == .yellow { count += 1 }
    }
    // Five of a hundred: 20 of 400 foreseen, with four standard deviations each way.
    #expect((3...38).contains(count), "\(count)")
  }

  @Test func aCertificateMustBeHereAndStand() throws {
    let plants =
      #"[{"packages":14,"net_kg":"1000","gross_kg":"1050.5","origin":"SV","tariff":"071333","description":"Frijol","customs_value":"1160"}]"#
    func words(_ documents: String, _ certificates: [Statement]) throws -> [String] {
      var facts = try facts(["lines": plants, "documents": documents])
      facts.certificates = certificates
      return try rules().missing(facts).map(\.words)
    }
    let invoice = #"{"kind":"380","number":"F-77","lines":"1"}"#
    let both = #"[\#(invoice),{"kind":"851","number":"SV FITO 1"}]"#
    #expect(try words("[\(invoice)]", []) == ["neither among the support documents nor received"])
    #expect(try words(both, []) == ["declared as SV FITO 1, but not received"])
    #expect(try words(both, [certificate(number: "SV-FITO-2")]) == ["declared as SV FITO 1, but not received"])
    #expect(try words(both, [certificate()]).isEmpty)
    #expect(
      try words(both, [certificate(), certificate("withdrawn", id: 51)])
        == ["the certificate was withdrawn on 2026-11-24T08:00:00Z"])
    // Coffee that was roasted needs none.
    #expect(try rules().missing(facts()).isEmpty)
  }

  @Test func whatIsHeavierThanTheLimit() throws {
    let text = """
      title = "t"
      otherwise = "green"
      [[rule]]
      name = "heavy"
      title = "t"
      lane = "red"
      when = { gross_kg_over = 1050 }
      """
    let rules = try #require(Selectivity.read(Array(text.utf8), file: "r.toml").selectivity)
    #expect(try rules.decide(facts()).lane == .red)
    let exactly = text.replacing("1050", with: "1051")
    let other = try #require(Selectivity.read(Array(exactly.utf8), file: "r.toml").selectivity)
    #expect(try other.decide(facts()).lane == .green)
  }

  @Test(arguments: [
    ("otherwise = \"blue\"", "1:13: unknown otherwise \"blue\"; write one of green, yellow, red"),
    ("title = 7", "1:9: a number where a text in both languages is expected"),
    ("[[rule]]\nname = \"Held!\"", "2:8: \"Held!\" is no name; write 1 to 40 of a-z, 0-9 and -"),
    ("[[rule]]\nname = \"a\"\n[[rule]]\nname = \"a\"", "4:8: a second rule \"a\"; give it another name"),
    (
      "[[rule]]\nname = \"a\"\nwhen = { tarif = [\"02*\"] }",
      "3:10: unknown key \"tarif\" in condition; write \"tariff\""
    ),
    ("[[rule]]\nname = \"a\"\nwhen = { alert = [\"inspekt\"] }", "3:19: unknown alert \"inspekt\"; write \"inspect\""),
    ("[[rule]]\nname = \"a\"\nwhen = { tariff = [] }", "3:19: nothing where a text is expected"),
    ("[[rule]]\nname = \"a\"\nwhen = {}", "no condition; name what must hold"),
    ("[[rule]]\nname = \"a\"\nlane = \"red\"", "rule has no \"when\"; add when = { tariff = [\"0201*\"] }"),
    ("[[rule]]\nname = \"a\"\nspares = [\"b\"]", "3:11: there is no rule \"b\"; write \"a\""),
    ("[[rule]]\nname = \"a\"\nwhen = { sample_percent = 0 }", "sample_percent is not within 1 to 100"),
    ("[[rule]]\nname = \"a\"\nwhen = { missing = [\"x\"] }", "unknown missing \"x\""),
    ("[[paper]]\nname = \"a\"", "the paper a can never be there; add documents"),
    ("[ways]\nother_minutes = 0", "2:17: other_minutes is not within 1 to 1440"),
    ("x = 1", "1:1: unknown key \"x\" in file of rules"),
    ("title = ", "not TOML"),
  ])
  func aFaultIsToldWithItsPlace(_ text: String, _ said: String) {
    let (rules, faults) = Selectivity.read(Array(text.utf8), file: "r.toml")
    #expect(rules == nil)
    #expect(faults.contains { $0.description.contains(said) }, "\(faults)")
  }
}

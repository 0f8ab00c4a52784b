import Catalog
import Exchange
import Foundation
import Terms
import Testing

@testable import Node

/// What must be seen of a key before its timeline, in both countries.
@Suite(.serialized) struct HeadingTests {
  @Test func aHeldConsignmentShowsAsHeldInBothCountriesAndIsNotReleased() throws {
    let risk = try RiskPair()
    let declared = try risk.declare()
    #expect(try NodePair.eventually { try risk.crossing("SV-F-1", at: risk.gt).records.count == 1 })
    #expect(try risk.heading("SV-F-1", at: risk.gt).consignments.first?.facts.heldBy.isEmpty == true)
    // Guatemala's quarantine holds the container; the declaration is found by it.
    let hold = try risk.quarantine("held", at: risk.gt)
    for node in [risk.sv, risk.gt] {
      #expect(
        try NodePair.eventually {
          try risk.heading("CSQU3054383", at: node).consignments.first?.facts.heldBy.count == 1
        })
      let heading = try risk.heading("C123456", at: node)
      #expect(heading.words.contains { $0.hasPrefix("HELD SV-F-1: quarantine of GT (VISAR) at GT-SV/la-hachadura/GT") })
      #expect(heading.consignments.first?.decision?.lane == .red)
    }
    // Neither country's customs release it, the neighbour's hold counts as the own one.
    for node in [risk.sv, risk.gt] {
      guard
        case .refused(let field, let problem, let remedy) = try risk.result(
          "manifests", risk.eventLine("released", of: declared, at: node), at: node)
      else {
        Issue.record("\(node.country) released what is held")
        continue
      }
      #expect(field == "event" && problem.contains("held by quarantine of GT") && problem.contains(hold.description))
      #expect(remedy.contains("after quarantine"))
    }
    // Other changes of state go on, and another consignment is not concerned.
    try risk.publish("manifests", risk.eventLine("arrived", of: declared, at: risk.gt), at: risk.gt)
    let other = try risk.declare("SV-F-9", plate: "C 999-999", container: "TASU1170000")
    try risk.publish("manifests", risk.eventLine("released", of: other, at: risk.sv, duca: "SV-F-9"), at: risk.sv)

    try risk.quarantine("released", refers: hold, at: risk.gt)
    try risk.publish("manifests", risk.eventLine("released", of: declared, at: risk.gt), at: risk.gt)
    for node in [risk.sv, risk.gt] {
      #expect(
        try NodePair.eventually {
          let shown = try risk.heading("SV-F-1", at: node).consignments.first
          return shown?.facts.heldBy.isEmpty == true && shown?.facts.consignment.releases.count == 1
        })
      #expect(try risk.heading("SV-F-1", at: node).words.contains { $0.contains("released by quarantine of GT") })
      #expect(try !risk.heading("SV-F-1", at: node).words.contains { $0.contains("THOUGH HELD") })
    }
    // El Salvador's quarantine holds what Guatemala released already: nothing was refused, and both see it.
    try risk.quarantine("held", ties: #""duca":"SV-F-1""#, at: risk.sv)
    for node in [risk.sv, risk.gt] {
      #expect(
        try NodePair.eventually {
          try risk.heading("SV-F-1", at: node).words.contains {
            $0.hasPrefix("RELEASED THOUGH HELD SV-F-1: released by customs of GT")
          }
        })
    }
    // Who may not see quarantine's records is told so.
    let analyst = try risk.crossing("SV-F-1", at: risk.gt, role: "risk-analyst")
    #expect(analyst.heading?.consignments.first?.facts.heldBy.isEmpty == true)
    let withheld = analyst.withheld.map(\.description)
    #expect(withheld.contains { $0.contains("SV/GT/quarantine") && $0.contains("risk-analyst") })
  }

  @Test func theHeadingTellsLaneOperatorsAndTags() throws {
    let risk = try RiskPair()
    _ = try risk.declare()
    let authorised = try risk.publish(
      "operators",
      """
      {"event":"authorised","company":{"country":"SV","number":"06140507071048"},"name":"Café de Ejemplo","country":"SV",\
      "authorisation":"OEA-7","time":"\(RiskPair.time(-90))","programme":"OEA","roles":["exporter"],\
      "recognised_by":["GT"],"valid_from":"2026-01-01","valid_until":"2099-12-31"}
      """, at: risk.sv)
    let unit = try risk.publish(
      "cargo-units",
      """
      {"event":"registered","epc":"3474257BF40000000000162E","tid":"E2801160600002053A2B17C4","country":"SV",\
      "time":"\(RiskPair.time(-80))","kind":"truck","plate":{"country":"SV","text":"C 123-456"},\
      "valid_from":"2026-01-01","valid_until":"2099-12-31"}
      """, at: risk.sv)
    #expect(
      try NodePair.eventually {
        let heading = try risk.heading("C123456", at: risk.gt)
        return heading.operators.map(\.state) == [.trusted]
          && heading.consignments.first?.decision?.lane == .green && heading.tags.isEmpty
      })
    // A suspension counts at once, where the operator appears: on the consignment of its company.
    try risk.publish(
      "operators",
      """
      {"event":"suspended","refers":"\(authorised)","company":{"country":"SV","number":"06140507071048"},\
      "name":"Café de Ejemplo","country":"SV","authorisation":"OEA-7","time":"\(RiskPair.time())","recognised_by":["GT"],\
      "reason":"R-9"}
      """, at: risk.sv)
    // Guatemala's antenna reads the same EPC with another TID.
    let read = try risk.publish(
      "rfid-reads",
      """
      {"epc":"3474257BF40000000000162E","tid":"E2801160600002053A2B17C5","post":"GT-SV/la-hachadura/GT",\
      "reader":"A-1","direction":"in","time":"\(RiskPair.time())"}
      """, at: risk.gt)
    for node in [risk.sv, risk.gt] {
      #expect(
        try NodePair.eventually {
          let heading = try risk.heading("C123456", at: node)
          return heading.operators.map(\.state) == [.suspended] && heading.tags.map(\.kind) == [.clone]
        })
      let answer = try risk.crossing("C123456", at: node)
      let heading = try #require(answer.heading)
      #expect(heading.consignments.first?.decision?.lane == .red)
      let rules = heading.consignments.first?.decision?.reasons.map(\.rule)
      #expect(rules?.contains("operator-suspended") == true && rules?.contains("tag-copied") == true)
      // The read stands in the timeline of the plate: it is joined to its unit by the tag.
      let ids = answer.records.map(\.record.entry.id)
      #expect(ids.contains(unit) && ids.contains(read))
      let lines = try answer.shown(by: node)
      #expect(lines.first?["heading"]?["words"]?.json.contains("OPERATOR Café de Ejemplo") == true)
      #expect(lines.first?["heading"]?["sources"]?.json.contains("as_of") == true)
    }
    // By the tag itself the same, and the consignment of its plate.
    let byTag = try risk.heading("3474257BF40000000000162E", at: risk.gt)
    #expect(byTag.tags.map(\.kind) == [.clone] && byTag.consignments.map(\.facts.consignment.duca) == ["SV-F-1"])
    // A tag that nobody registered.
    try risk.publish(
      "rfid-reads",
      """
      {"epc":"3474257BF40000000000162F","post":"GT-SV/la-hachadura/GT","reader":"A-1","time":"\(RiskPair.time())"}
      """, at: risk.gt)
    #expect(try risk.heading("3474257BF40000000000162F", at: risk.gt).tags.map(\.kind) == [.unknown])
    // The operators' records that decided it are in the log, though none has a plate.
    let log = try risk.gt.lookupLog(by: "of-1", about: CountryCode("SV"), limit: 200)
    #expect(
      log.contains {
        $0["dataset"]?.string == "operators" && $0["records"]?.json.contains(authorised.description) == true
      })
  }

  @Test func whatIsExpectedAtAPostIsToldUntilItWasThere() throws {
    let risk = try RiskPair()
    let declared = try risk.declare()
    // Beans need a certificate that is neither named nor here.
    let beans = try risk.declare("SV-F-2", plate: "C 222-222", container: "TASU1170000", tariff: "071333")
    let post = "GT-SV/la-hachadura/GT"
    #expect(try NodePair.eventually { try risk.expected(post, at: risk.gt).consignments.count == 2 })
    let answer = try risk.expected(post, at: risk.gt)
    #expect(answer.consignments.map(\.facts.consignment.declared.id) == [declared, beans])
    #expect(answer.consignments.last?.decision?.missing.map(\.paper) == ["phytosanitary"])
    #expect(answer.consignments.last?.decision?.lane == .yellow)
    #expect(answer.lines.first?["lane"]?.string == "green" && answer.lines.last?["answer"]?["found"] == .number(2))
    #expect(try risk.expected("GT-SV/anguiatu/GT", at: risk.gt).consignments.isEmpty)
    #expect(throws: LookupError.self) { try risk.expected("GT-SV/la-hachadura", at: risk.gt) }
    // A manifest is not for a migration officer, and that is said.
    let migration = try risk.expected(post, at: risk.gt, role: "migration-officer")
    #expect(migration.consignments.isEmpty)
    #expect(migration.basis.withheld.map(\.description).contains { $0.contains("SV/GT/manifests") })

    try risk.publish("manifests", risk.eventLine("arrived", of: declared, at: risk.gt), at: risk.gt)
    #expect(try risk.expected(post, at: risk.gt).consignments.map(\.facts.consignment.declared.id) == [beans])
    #expect(
      try NodePair.eventually {
        try risk.expected("GT-SV/la-hachadura/SV", at: risk.sv).consignments.map(\.facts.consignment.declared.id) == [
          beans
        ]
      })
    let log = try risk.gt.lookupLog(by: "of-1", about: CountryCode("SV"), limit: 200)
    #expect(log.contains { $0["query"]?.string == "expected=\(post)" && $0["dataset"]?.string == "manifests" })
  }

  @Test func whatIsAskedOfExpectedAndAlertsIsChecked() throws {
    for json in [
      "{}", #"{"place":"GT-SV/la-hachadura/GT"}"#, #"{"place":7,"officer":"o","role":"r","purpose":"p"}"#,
      #"{"place":"x","officer":"o","role":"r","purpose":"p","where":{}}"#,
      #"{"place":"x","officer":"o","role":"r","purpose":"p","since":"yesterday"}"#,
    ] {
      #expect(throws: TermError.self, "\(json)") { try ExpectedRequest(json: JSONValue(parsing: Array(json.utf8))) }
    }
    for json in [
      "[]", #"{"officer":"o","role":"r"}"#, #"{"officer":"o","role":"r","purpose":"p","open":"yes"}"#,
      #"{"officer":"o","role":"r","purpose":"p","place":3}"#, #"{"officer":"o","role":"r","purpose":"p","limit":0}"#,
    ] {
      #expect(throws: TermError.self, "\(json)") { try AlertHitsRequest(json: JSONValue(parsing: Array(json.utf8))) }
    }
    let good = #"{"place":"GT-SV/la-hachadura/GT","officer":"o","role":"r","purpose":"p","open":true,"limit":7}"#
    let request = try AlertHitsRequest(json: JSONValue(parsing: Array(good.utf8)))
    #expect(request.onlyOpen && request.limit == 7 && request.place == "GT-SV/la-hachadura/GT")
  }
}

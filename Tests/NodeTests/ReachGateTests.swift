import Catalog
import Exchange
import Foundation
import Terms
import Testing

@testable import Node

/// What ends something reaches every country that has it, or is refused with the countries that would not learn of it.
@Suite(.serialized) struct ReachGateTests {
  private let risk: RiskPair

  init() throws { risk = try RiskPair() }

  private func refusal(_ dataset: String, _ line: String) throws -> String {
    guard case .refused(let field, let problem, let remedy) = try risk.result(dataset, line, at: risk.sv) else {
      return "taken"
    }
    return "\(field): \(problem); \(remedy)"
  }

  @Test func aSuspensionReachesWhoeverRecognisesTheOperator() throws {
    func operators(_ event: String, _ rest: String) -> String {
      """
      {"event":"\(event)","company":{"country":"SV","number":"06140507071048"},"name":"Café","country":"SV",\
      "authorisation":"OEA-7","time":"\(RiskPair.time())"\(rest)}
      """
    }
    let id = try risk.publish(
      "operators",
      operators(
        "authorised",
        #","programme":"OEA","roles":["exporter"],"recognised_by":["GT","HN"],"valid_from":"2026-01-01","#
          + #""valid_until":"2099-12-31""#), at: risk.sv)
    let suspended = { (countries: String) in
      operators("suspended", ",\"refers\":\"\(id)\",\"reason\":\"R-1\"\(countries)")
    }
    #expect(
      try refusal("operators", suspended(""))
        == "recognised_by: GT, HN would not learn of it, and has the first record; "
        + "name here every country that the first record names")
    #expect(try refusal("operators", suspended(#","recognised_by":["GT"]"#)).hasPrefix("recognised_by: HN would not"))
    #expect(try refusal("operators", suspended(#","recognised_by":["HN","GT","NI"]"#)) == "taken")
    // At the neighbour at once.
    let stream = try StreamName("SV/GT/operators")
    #expect(try NodePair.eventually { try risk.gt.engine.reader.state(of: stream).size == 3 })
  }

  @Test func aReleaseAndALiftingReachWhoeverHasHoldAndAlert() throws {
    let alert = try risk.alert("container", #""TASU1170000""#, at: risk.sv)
    let lifted = { (route: String) in
      "{\"event\":\"lifted\",\"refers\":\"\(alert)\",\"route\":\(route),\"time\":\"\(RiskPair.time())\",\"reason\":\"R-1\"}"
    }
    #expect(try refusal("risk-alerts", lifted(#"["SV"]"#)).hasPrefix("route: GT would not learn of it"))
    #expect(try refusal("risk-alerts", lifted(#"["SV","GT"]"#)) == "taken")
    let hold = try risk.quarantine("held", at: risk.sv)
    let released = { (route: String) in
      """
      {"event":"released","refers":"\(hold)","route":\(route),"post":"GT-SV/la-hachadura/SV","time":"\(RiskPair.time())",\
      "authority":"MAG","containers":["CSQU3054383"]}
      """
    }
    #expect(try refusal("quarantine", released(#"["SV"]"#)).hasPrefix("route: GT would not learn of it"))
    #expect(try refusal("quarantine", released(#"["GT","SV"]"#)) == "taken")
    // What another country told is its to end: whom it reaches is no business of this register.
    let theirs = try risk.alert("container", #""CSQU3054383""#, at: risk.gt)
    #expect(
      try refusal(
        "risk-alerts",
        """
        {"event":"lifted","refers":"\(theirs)","route":["SV"],"time":"\(RiskPair.time())","reason":"R-1"}
        """) == "taken")
  }
}

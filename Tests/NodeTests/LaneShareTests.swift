import Catalog
import Exchange
import Foundation
import Indicators
import Terms
import Testing

@testable import Node

/// The shares of lanes among the indicators are those of the lanes that officers see.
@Suite(.serialized) struct LaneShareTests {
  private func shares(_ answer: IndicatorAnswer) -> [String: (thousandths: Int64, sample: Int)] {
    let found = answer.indicators.filter { $0.name.hasPrefix("lane-share/") }
    return Dictionary(uniqueKeysWithValues: found.map { ($0.name, ($0.thousandths, $0.sample)) })
  }

  private func request() -> IndicatorRequest {
    var request = IndicatorRequest()
    let today = CalendarDay(of: SystemClock().now()).daysSinceEpoch
    request.since = CalendarDay(daysSinceEpoch: today - 1)
    request.until = CalendarDay(daysSinceEpoch: today)
    (request.officer, request.purpose) = ("est-1", "lanes")
    return request
  }

  @Test func theyAreThoseOfTheLanesThatOfficersSee() throws {
    let risk = try RiskPair()
    for number in 0..<3 { _ = try risk.alert("plate", "{\"country\":\"SV\",\"text\":\"X\(number)\"}", at: risk.sv) }
    #expect(NodePair.eventually { risk.sv.watch.openAlerts?.open.count == 3 })
    // Some on an alert, some without a paper that their goods need, the others as good as chance lets them be.
    let total = 12
    for number in 0..<total {
      _ = try risk.declare(
        "SV-F-\(number)", plate: number < 3 ? "X \(number)" : "C 50\(number)",
        container: number % 2 == 0 ? "TASU1170000" : "CSQU3054383",
        tariff: (3..<6).contains(number) ? "070190" : "090121")
    }
    var lanes: [Lane: Int] = [:]
    for number in 0..<total {
      let heading = try risk.heading("SV-F-\(number)", at: risk.sv)
      let lane = try #require(
        heading.consignments.first { $0.facts.consignment.duca == "SV-F-\(number)" }?.decision?.lane)
      lanes[lane, default: 0] += 1
      if number < 3 { #expect(lane == .red, "SV-F-\(number)") }
      if (3..<6).contains(number) { #expect(lane >= .yellow, "SV-F-\(number)") }
    }
    let shares = shares(try risk.sv.indicators(request()))
    #expect(Set(shares.keys) == ["lane-share/green/share", "lane-share/yellow/share", "lane-share/red/share"])
    for lane in Lane.allCases {
      let share = try #require(shares["lane-share/\(lane.rawValue)/share"], "\(lane)")
      let wanted = Int64(((lanes[lane] ?? 0) * 200_000 + total) / (2 * total))
      #expect(share.thousandths == wanted && share.sample == total, "\(lane): \(share), \(lanes)")
    }
    // A declaration outside the days counts for none, and of one crossing nothing is said.
    var earlier = request()
    earlier.until = earlier.since.map { CalendarDay(daysSinceEpoch: $0.daysSinceEpoch - 1) }
    earlier.since = earlier.until
    #expect(self.shares(try risk.sv.indicators(earlier)).isEmpty)
    var here = request()
    here.crossing = "GT-SV/la-hachadura"
    #expect(self.shares(try risk.sv.indicators(here)).isEmpty)
  }

  @Test func withoutRulesThereAreNoLanesAndTheAnswerSaysSo() throws {
    let pair = try NodePair()
    let (sv, _) = try pair.start()
    let answer = try sv.indicators(request())
    #expect(shares(answer).isEmpty)
    #expect(answer.notes.contains(.heading(.noRules)), "\(answer.notes)")
  }
}

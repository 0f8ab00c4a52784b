import Catalog
import Exchange
import Foundation
import Indicators
import Terms
import Testing
import Traffic

@testable import Node

/// Indicators of a country, from its own and its neighbour's streams.
@Suite(.serialized) struct IndicatorTests {
  /// Publishes a small day of the two countries at their nodes; gives what really happened.
  private func publish(_ pair: NodePair, at nodes: [Installation], day: CalendarDay) throws -> [TrafficTruth] {
    let topology = nodes[0].registry.topology
    var generator = TrafficGenerator(topology, TrafficPlan(firstDay: day, scale: 0.03, seed: 3), keepsTruths: true)
    var records: [TrafficRecord] = []
    while let record = generator.next() { if record.defect != .resent { records.append(record) } }
    let countries = Set(nodes.map(\.country))
    let others = Set(records.filter { !countries.contains($0.origin) }.map(\.journey))
    var ids: [String: RecordID] = [:]
    for record in records where !others.contains(record.journey) {
      let node = try #require(nodes.first { $0.country == record.origin })
      let definition = try #require(node.registry.definition(record.dataset))
      let line = record.line(referringTo: record.refers.flatMap { ids[$0]?.description }).json
      let draft = try node.registry.draft(
        Array(line.utf8), of: definition, from: node.country, now: SystemClock().now())
      guard case .accepted(let id)? = try node.engine.publish([draft]).first else {
        Issue.record("not accepted: \(line)")
        continue
      }
      ids[record.reference] = id
    }
    return generator.takeTruths().filter { !others.contains($0.journey) }
  }

  private func settled(_ nodes: [Installation]) -> Bool {
    nodes.allSatisfy { node in
      node.status().streams.allSatisfy {
        $0.direction != .outgoing || $0.stream.recipient.isObserver || $0.lagRecords == 0
      }
    }
  }

  @Test func theyEqualTheTruthAreLoggedAndPublishedOnce() throws {
    let pair = try NodePair()
    let (sv, gt) = try pair.start()
    let today = CalendarDay(of: SystemClock().now()).daysSinceEpoch
    let truths = try publish(pair, at: [sv, gt], day: CalendarDay(daysSinceEpoch: today - 8))
    #expect(NodePair.eventually { settled([sv, gt]) })

    var request = IndicatorRequest()
    request.since = CalendarDay(daysSinceEpoch: today - 8)
    (request.officer, request.purpose) = ("est-1", "informe anual")
    let answer = try sv.indicators(request)
    func value(_ name: String) -> String? {
      answer.indicators.first { $0.name == name }.map { "\($0.value) of \($0.sample)" }
    }
    var (controls, answered, admitted, times, units) = (0, 0, 0, 0, 0)
    for truth in truths {
      switch truth {
      case .control(let control) where control.acts.description == "SV" || control.to.description == "SV":
        controls += 1
        admitted += control.isAdmitted ? 1 : 0
        answered += control.isAdmitted && control.answered != nil && !control.isRefused ? 1 : 0
      case .passage(let passage):
        times += passage.tag.arrives != nil && passage.tag.departs != nil ? 1 : 0
        units += passage.tag.isSeen ? 1 : 0
      default: continue
      }
    }
    #expect(times > 5 && admitted > 20)
    #expect(value("volume/departures/count") == "\(controls).000 of \(controls)")
    #expect(value("volume/units/count") == "\(units).000 of \(units)")
    #expect(answer.indicators.first { $0.name == "crossing-time/tag/median" }?.sample == times)
    let share = answer.indicators.first { $0.name == "one-stop-migration/share" }
    #expect(share?.sample == admitted)
    #expect(share?.thousandths == Int64((answered * 200_000 + admitted) / (2 * admitted)))
    #expect(answer.isProvisional && answer.indicators.allSatisfy { $0.sample >= 5 })

    // Both ends know that it was computed; the line names nobody but who asked.
    let log = try sv.lookupLog(by: "est-1", about: nil, limit: 100)
    #expect(log.contains { $0["dataset"]?.string == "migration" && $0["about"]?.string == "GT" })
    #expect(log.allSatisfy { $0["role"]?.string == IndicatorRequest.role && $0["records"] == nil })
    #expect(try NodePair.eventually { try !gt.lookupLog(by: "est-1", about: nil, limit: 100).isEmpty })

    let first = try sv.publishIndicators(request)
    #expect(first.published == answer.indicators.count && first.corrected == 0 && first.suppressed > 0)
    let second = try sv.publishIndicators(request)
    #expect(second.published == 0 && second.corrected == 0 && second.unchanged == first.published)
    // More is told later: what changes is corrected, the rest stays.
    _ = try NodePair.publish(0..<1, at: sv)
    let definition = try #require(sv.registry.definition(DatasetName("migration")))
    let line = String(decoding: NodePair.departure(2), as: UTF8.self).replacing(
      "2026-11-24T08:03:22-06:00", with: CalendarDay(daysSinceEpoch: today - 6).start.wholeSeconds)
    let late = try sv.registry.draft(Array(line.utf8), of: definition, from: sv.country, now: SystemClock().now())
    _ = try sv.engine.publish([late])
    let third = try sv.publishIndicators(request)
    #expect(third.corrected > 0 && third.unchanged > 0)
    let fourth = try sv.publishIndicators(request)
    #expect(fourth.corrected == 0 && fourth.published == 0 && fourth.withdrawn == 0)
  }

  @Test func noRecordIsShownToTheRoleOfAggregates() throws {
    let json: JSONValue = [
      "dataset": "migration", "officer": "of-1", "purpose": "test", "role": .text(IndicatorRequest.role),
    ]
    #expect(throws: TermError.self) { try LookupRequest(json: json) }
    // Nor where a program asks for an officer to whom somebody gave it.
    let pair = try NodePair()
    let (sv, _) = try pair.start()
    _ = try NodePair.publish(0..<1, at: sv)
    var request = LookupRequest(
      dataset: try DatasetName("migration"),
      by: Asker(officer: "of-1", role: IndicatorRequest.role, purpose: "test"))
    let answer = try sv.lookups.answer(request)
    #expect(answer.records.isEmpty && answer.withheld.count == 2)
    request.asker.role = "migration-officer"
    #expect(try sv.lookups.answer(request).records.count == 1)
  }

  @Test func neighboursStreamsCountOnlyWhereTheyAgreedToIt() throws {
    let pair = try NodePair { $0.replacing(", \"aggregates\"]", with: "]") }
    let (sv, _) = try pair.start()
    let answer = try sv.indicators(IndicatorRequest())
    #expect(answer.basis.withheld.contains { $0.stream.description == "GT/SV/migration" })
    #expect(!answer.basis.sources.contains { $0.stream.origin != sv.country })
  }
}

import Catalog
import Exchange
import Foundation
import Node
import Terms
import Testing

/// A search finds what is there, whatever else lies in front of it.
@Suite(.serialized) struct SearchLimitTests {
  @Test func anOldRecordIsFoundBehindManyNewerOnesOfTheSameKey() throws {
    let pair = try NodePair()
    let (sv, _) = try pair.start()
    let definition = try #require(sv.registry.definition(DatasetName("migration")))
    let drafts = try (0..<600).map { number in
      var line = String(decoding: NodePair.departure(number), as: UTF8.self)
        .replacing("\"decision\"", with: "\"vehicle\":{\"country\":\"SV\",\"text\":\"P 999 456\"},\"decision\"")
      if number == 0 { line = line.replacing("\"admit\"", with: "\"refuse\",\"reason\":\"R-1\"") }
      return try sv.registry.draft(Array(line.utf8), of: definition, from: sv.country, now: SystemClock().now())
    }
    let results = try sv.engine.publish(drafts)
    guard case .accepted(let oldest)? = results.first else {
      Issue.record("\(results.prefix(1))")
      return
    }
    var request = LookupRequest(
      dataset: try DatasetName("migration"), by: Asker(officer: "of-1", role: "migration-officer", purpose: "test"))
    request.conditions = [("vehicle", "P999456"), ("decision", "refuse")]
    for limit in [1, 2, 5, 100, LookupRequest.mostRecords] {
      request.limit = limit
      let answer = try sv.lookups.answer(request)
      #expect(answer.records.map(\.record.entry.id) == [oldest], "limit \(limit)")
      #expect(answer.searchedBackTo == nil)
    }
    // As many as were asked for, the newest, each once.
    request.conditions = [("vehicle", "P999456")]
    for limit in [1, 7, 599, 600, 1000] {
      request.limit = limit
      let ids = try sv.lookups.answer(request).records.map(\.record.entry.id)
      #expect(ids.count == min(limit, 600) && Set(ids).count == ids.count, "limit \(limit)")
    }
  }
}

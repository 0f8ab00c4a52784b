import Catalog
import Ceremony
import Exchange
import Foundation
import Node
import Sodium
import Terms
import Testing

@Suite(.serialized) struct LinkedNodesTests {
  @Test func theRecipientsReceiptIsDurableAtTheOrigin() throws {
    let pair = try NodePair()
    let (sv, _) = try pair.start()
    let results = try NodePair.publish(0..<3, at: sv)
    let name = try StreamName("SV/GT/migration")
    #expect(results.count == 3)
    #expect(
      try NodePair.eventually {
        // Three records and the entry of their epoch.
        try sv.engine.reader.state(of: name).receipt?.checkpoint.size == 4
      })
    guard case .accepted(let id) = results.first else {
      Issue.record("\(results)")
      return
    }
    let file = try sv.evidence(
      for: id, to: CountryCode("GT"), officer: "auditor-1", role: "auditor", purpose: "revision")
    let check = EvidenceCheck(file, trusted: [pair.svHome.root, pair.gtHome.root])
    #expect(check.holds, "\(check.findings)")
  }

  @Test func aNewCardReachesTheNeighbourOverTheLink() throws {
    let pair = try NodePair()
    var content = try pair.gtHome.card().content
    content.serial = 2
    let root = try pair.gtHome.rootKeyFile().open(passphrase: Scratch.phrase())
    _ = try pair.gtHome.accept(Card(content, root: root), now: SystemClock().now())
    let (sv, _) = try pair.start()
    let gt = try CountryCode("GT")
    #expect(try NodePair.eventually { try pair.svHome.card(of: gt)?.content.serial == 2 })
    // Replication goes on under it.
    _ = try NodePair.publish(0..<1, at: sv)
    #expect(
      try NodePair.eventually {
        try sv.engine.reader.state(of: StreamName("SV/GT/migration")).receipt?.checkpoint.size == 2
      })
  }

  /// A dataset that is only asked for stays at home, whatever is published, until it is asked for.
  @Test func recordsOfAStreamInModeQueryLeaveOnlyInAnswers() throws {
    let pair = try NodePair { text in
      text.replacing("dataset = \"migration\"\nfilter", with: "dataset = \"migration\"\nmode = \"query\"\nfilter")
    }
    let (sv, gt) = try pair.start()
    #expect(NodePair.eventually { sv.status().links.values.contains { $0.hasPrefix("up") } })
    #expect(try NodePair.publish(0..<3, at: sv).count == 3)
    // Lookups replicate in both directions: once one has arrived, what was published before it would have, too.
    var request = LookupRequest(
      dataset: try DatasetName("migration"), by: Asker(officer: "of-1", role: "migration-officer", purpose: "test"))
    request.from = try CountryCode("GT")
    _ = try sv.lookups.answer(request)
    #expect(try NodePair.eventually { try gt.engine.reader.state(of: StreamName("SV/GT/lookups")).size > 0 })
    let name = try StreamName("SV/GT/migration")
    #expect(try sv.engine.reader.state(of: name).size == 0)
    #expect(try gt.engine.reader.state(of: name).size == 0)
    request.from = name.origin
    let answer = try gt.lookups.answer(request)
    #expect(answer.records.count == 3 && answer.records.allSatisfy { $0.answeredAt != nil })
    #expect(try gt.engine.reader.state(of: name).size == 0)
  }
}

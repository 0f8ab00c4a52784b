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
}

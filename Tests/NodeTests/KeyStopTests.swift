import Ceremony
import Exchange
import Node
import Sodium
import Terms
import Testing

/// A key of its own that a node was told not to use.
@Suite struct KeyStopTests {
  private let stream = "SV/GT/migration"

  private func status(_ node: Installation) -> StreamStatus? {
    node.status().streams.first { $0.stream.description == stream }
  }

  @Test func aKeyThatOperatorsStoppedIsNotUsedUntilTheyUseItAgain() throws {
    let pair = try NodePair()
    let (sv, gt) = try pair.start()
    guard case .accepted(let id)? = try NodePair.publish(0..<1, at: sv).first else {
      Issue.record("not accepted")
      return
    }
    #expect(NodePair.eventually { status(gt)?.size == 2 && status(sv)?.flowing == true })
    let card = try pair.svHome.card().content
    try pair.svHome.disable(.log, key: card[.log], reason: "laptop\nstolen")
    try sv.reload()
    #expect(NodePair.eventually { status(gt)?.problem.contains("stopped using its log key") == true })
    #expect(sv.status().problems.contains { $0.words.contains("laptop stolen") })
    #expect(throws: EvidenceMaker.Failure.self) {
      _ = try sv.evidence(for: id, to: nil, officer: "juez", role: "migration-officer", purpose: "expediente 12")
    }
    // The own register goes on; nothing leaves.
    #expect(try NodePair.publish(1..<2, at: sv).count == 1)
    #expect(status(gt)?.size == 2)
    try pair.svHome.disable(.transport, key: card[.transport], reason: "laptop stolen")
    try sv.reload()
    #expect(NodePair.eventually { !"\(sv.status().links)".contains("up") })
    // The file is the home's; a stop of a key that no card names any more stops nothing.
    try pair.svHome.disable(.sealing, key: card[.log], reason: "an earlier one")
    #expect(try pair.svHome.disabledKeys().count == 3)
    for kind in [CardKey.transport, .log] { try pair.svHome.enable(kind, key: card[kind]) }
    try sv.reload()
    #expect(NodePair.eventually { status(gt)?.size == 3 && status(gt)?.flowing == true })
    #expect(sv.status().problems.isEmpty)
    _ = try sv.evidence(for: id, to: nil, officer: "juez", role: "migration-officer", purpose: "expediente 12")
  }
}

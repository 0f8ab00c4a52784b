import Ledger
import Simulator
import Sodium
import Terms
import Testing

@testable import Exchange

/// What `status` shows is what a full recomputation from the store and the signatures finds.
@Suite struct StatusTests {
  /// The status of a stream from nothing but the store: every entry is hashed again, every signature verified.
  private func check(_ party: Party, _ scene: Scene) throws {
    let other = party === scene.origin ? scene.recipient : scene.origin
    for status in party.core.status(at: party.now) {
      let name = status.stream
      let state = try party.reader.state(of: name)
      var frontier = Frontier()
      while let chunk = try party.store.chunk(of: name, containing: frontier.size) {
        let entries = try party.reader.entries(of: chunk, in: name)
        for entry in entries.entries { frontier.append(entries.context.leaf(entry)) }
      }
      #expect(frontier == state.frontier)
      #expect(status.size == frontier.size, "\(party.country) \(name)")
      #expect(status.halted == state.halted)
      let signer = name.origin == party.country ? party : other
      #expect(!state.lacksCheckpoint(isOwn: name.origin == party.country))
      if let checkpoint = state.checkpoint {
        let size = checkpoint.checkpoint.size
        #expect(
          try size <= frontier.size
            && checkpoint.checkpoint.root == Frontier(size: size, from: party.reader.tree(name)).root)
        #expect(try checkpoint.isSigned(byLog: [signer.keys.log.verifyingKey]))
      }
      switch status.direction {
      case .home: #expect(status.receiptSize == status.size && status.lagRecords == 0)
      case .outgoing:
        let key = NoteKey(.receipt, of: other.country, in: Scene.realm, key: other.keys.receipt.verifyingKey)
        let durable = state.receipt?.checkpoint.size ?? 0
        if let receipt = state.receipt { #expect(try receipt.note.isSigned(by: key)) }
        #expect(status.receiptSize >= durable && status.receiptSize <= status.size)
        #expect(try status.receiptSize <= other.reader.state(of: name).size, "it is held where it was signed")
        #expect(status.lagRecords == status.size - status.receiptSize)
        if status.lagRecords > 0 {
          let oldest = try party.reader.entry(name, at: status.receiptSize).entry.id.time
          #expect(status.lagMilliseconds == max(1, party.now.milliseconds(since: oldest)))
        } else {
          #expect(status.lagMilliseconds == 0)
        }
      case .incoming:
        #expect(status.receiptSize == state.checkpoint?.checkpoint.size ?? 0)
        #expect(try status.size + status.lagRecords <= other.reader.state(of: name).size)
        #expect((status.lagRecords == 0) == (status.lagMilliseconds == 0))
      }
      if status.flowing { #expect(status.isAgreed && status.isLinkUp && status.problem.isEmpty) }
    }
  }

  @Test(arguments: 0..<6)
  func statusIsWhatARecomputationFinds(seed: UInt64) throws {
    let scene = try Scene()
    var dice = Dice(seed &+ 100)
    scene.connect()
    for step in 0..<60 {
      let party = Bool.random(using: &dice) ? scene.origin : scene.recipient
      switch Int.random(in: 0..<12, using: &dice) {
      case 0:
        scene.disconnect()
        if Bool.random(using: &dice) { scene.connect() }
      case 1:
        try party.restart()
        scene.disconnect()
        scene.connect()
      case 2 where party.commit != nil: party.failCommit()
      case 3: scene.tamper = { if case .receipt = $0 { nil } else { $0 } }
      case 4: scene.tamper = { if case .batch = $0 { nil } else { $0 } }
      case 5: scene.tamper = { $0 }
      case 6: party.publish([Scene.draft("waits \(step)")])
      case 7: try scene.run(seconds: 12)
      default:
        try party.finishCommits()
        let datasets = [Scene.movements, Scene.notes]
        _ = try party.publishDurably((0..<4).map { Scene.draft("\(step) \($0)", dataset: datasets[$0 % 2]) })
        if Bool.random(using: &dice) { try scene.run(seconds: 1) }
      }
      for each in [scene.origin, scene.recipient] { try check(each, scene) }
    }
    scene.tamper = { $0 }
    scene.disconnect()
    scene.connect()
    try scene.run(seconds: 60)
    for party in [scene.origin, scene.recipient] {
      try check(party, scene)
      for status in party.core.status(at: party.now) where status.isAgreed {
        #expect(status.flowing && status.lagRecords == 0, "\(party.country): \(status)")
      }
    }
  }
}

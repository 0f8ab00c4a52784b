import Ledger
import Simulator
import Store
import Synchronization
import Terms
import Testing

@testable import Exchange

/// Entries that are sent while the origin's disk works are checked meanwhile, and stand for nothing before their batch.
@Suite struct AdvanceTests {
  private let rules = CountingRules()

  private func scene(older: Set<CountryCode> = []) throws -> Scene { try .afterOne(rules: rules, older: older) }

  private func advances(_ messages: [Message]) -> [Message.Batch] {
    messages.compactMap { if case .advance(let batch) = $0 { batch } else { nil } }
  }

  private func batches(_ messages: [Message]) -> [Message.Batch] {
    messages.compactMap(\.batch)
  }

  @Test func theyLeaveBeforeTheCommitWithoutACheckpointAndAreNothingYet() throws {
    let scene = try scene()
    scene.origin.publish([Scene.draft("two")])
    let sent = try #require(advances(scene.origin.outbox).first)
    #expect((sent.first, sent.count, sent.checkpoint) == (2, 1, []))
    let before = rules.verified
    while try scene.carry() {}
    #expect(rules.verified == before + 1)
    #expect(scene.recipient.commit == nil && scene.recipient.outbox.isEmpty)
    #expect(scene.recipient.status(Scene.sent)?.size == 2)
    #expect(try scene.recipient.names(Scene.sent) == ["one"])
  }

  @Test func theirBatchIsTakenWithoutCheckingThemAgain() throws {
    let scene = try scene()
    let before = rules.verified
    scene.origin.publish([Scene.draft("two")])
    try scene.settle()
    let (sent, batch) = (try #require(advances(scene.carried).first), try #require(batches(scene.carried).first))
    #expect((sent.entries, sent.bodies) == (batch.entries, batch.bodies))
    #expect(rules.verified == before + 1)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
    // What was worked out serves once.
    _ = try scene.origin.accept(Scene.draft("three"))
    try scene.run(seconds: 1)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
  }

  @Test func ofACommitThatFailsNothingIsKept() throws {
    let scene = try scene()
    scene.origin.publish([Scene.draft("lost")])
    while try scene.carry() {}
    scene.origin.failCommit()
    try scene.settle()
    let before = rules.verified
    _ = try scene.origin.accept(Scene.draft("two"))
    try scene.run(seconds: 1)
    #expect(rules.verified > before, "another entry of the same index is checked by itself")
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    #expect(scene.recipient.status(Scene.sent)?.problem == "")
  }

  /// What may differ in the batch that follows. What was found good before says nothing of it.
  enum Difference: CaseIterable { case body, entry, count, version, noSignature }

  @Test(arguments: Difference.allCases)
  func aBatchThatIsNotTheirsIsJudgedByItself(_ difference: Difference) throws {
    let scene = try scene()
    scene.tamper = { message in
      guard case .batch(let batch) = message, batch.first == 2 else { return message }
      var (version, count, entries, bodies, note) = (
        batch.version, batch.count, batch.entries, batch.bodies, batch.checkpoint
      )
      switch difference {
      case .body: bodies[bodies.count - 1] ^= 1
      case .entry: entries[entries.count - 1] ^= 1
      case .count: count += 1
      case .version: version += 1
      case .noSignature: note = []
      }
      return .batch(
        Message.Batch(
          stream: batch.stream, agreement: batch.agreement, version: version, first: 2, count: count, entries: entries,
          bodies: bodies, checkpoint: note))
    }
    scene.origin.publish([Scene.draft("two")])
    try scene.settle()
    #expect(scene.carried.contains { if case .refuse = $0 { true } else { false } })
    #expect(try scene.recipient.names(Scene.sent) == ["one"])
    scene.tamper = { $0 }
    try scene.run(seconds: 30)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
  }

  @Test func thoseThatDoNotFitArePassedOver() throws {
    let scene = try scene()
    // Altered, of another stream's origin, not the next, and longer than may be.
    scene.tamper = { message in
      guard case .advance(let sent) = message else { return message }
      return .advance(
        Message.Batch(
          stream: sent.stream, agreement: sent.agreement, version: sent.version, first: sent.first, count: sent.count,
          entries: sent.entries, bodies: sent.bodies.dropLast() + [0], checkpoint: []))
    }
    scene.origin.publish([Scene.draft("two")])
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    #expect(scene.recipient.status(Scene.sent)?.problem == "")
    scene.tamper = { $0 }
    try scene.run(seconds: 1)
    let before = rules.verified
    scene.origin.publish([Scene.draft("three")])
    let sent = try #require(advances(scene.origin.outbox).first)
    func altered(stream: StreamName? = nil, first: UInt64? = nil, bodies: [UInt8]? = nil) -> Core.Input {
      let batch = Message.Batch(
        stream: stream ?? sent.stream, agreement: sent.agreement, version: sent.version, first: first ?? sent.first,
        count: sent.count, entries: sent.entries, bodies: bodies ?? sent.bodies, checkpoint: [])
      return .message(.advance(batch), from: Scene.sv)
    }
    scene.recipient.outbox = []
    scene.recipient.give(altered(stream: Scene.back))
    scene.recipient.give(altered(first: sent.first - 1))
    scene.recipient.give(altered(first: .max))
    scene.recipient.give(altered(bodies: [UInt8](repeating: 0, count: Message.Batch.longestAdvance)))
    #expect(rules.verified == before && scene.recipient.outbox.isEmpty)
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
  }

  @Test func theyGoOnlyToNeighboursThatPassOverWhatTheyDoNotKnow() throws {
    let scene = try scene(older: [Scene.gt])
    scene.origin.publish([Scene.draft("two")])
    try scene.settle()
    #expect(advances(scene.carried).isEmpty)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
  }

  @Test func manyAreNotSentTwice() throws {
    let scene = try scene()
    scene.origin.publish((0..<100).map { Scene.draft("number \($0)") })
    try scene.settle()
    #expect(advances(scene.carried).isEmpty)
    #expect(try scene.recipient.names(Scene.sent).count == 101)
  }

  @Test func aLinkThatWentDownForgetsThem() throws {
    let scene = try scene()
    scene.origin.publish([Scene.draft("two")])
    while try scene.carry() {}
    let before = rules.verified
    scene.disconnect()
    scene.connect()
    try scene.run(seconds: 1)
    #expect(rules.verified == before + 1)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
  }
}

/// Rules that count what a recipient checks.
private final class CountingRules: RecordRules {
  private let rules = SimulatedRules()
  private let count = Mutex(0)

  var verified: Int { count.withLock { $0 } }

  func retentionDays(of dataset: DatasetName) -> UInt32? { nil }
  func read(_ body: [UInt8], of dataset: DatasetName, version: UInt32) -> any RecordReading {
    rules.read(body, of: dataset, version: version)
  }
  func verify(_ body: [UInt8], kind: Entry.Kind, terms: StreamTerms) throws(RuleBreach) -> any RecordReading {
    count.withLock { $0 += 1 }
    return try rules.verify(body, kind: kind, terms: terms)
  }
}

import Ledger
import Sodium
import Terms
import Testing

@testable import Exchange

/// What was just made is sent from memory; it must be what the store would have given.
@Suite struct RecentEntriesTests {
  private func batches(_ party: Party) -> [Message.Batch] {
    party.take(\.batch)
  }

  private func resume(_ scene: Scene, at batch: Message.Batch?) throws {
    var note: [UInt8] = []
    if let batch { note = batch.checkpoint }
    let size = batch.map { $0.first + UInt64($0.count) } ?? 0
    scene.origin.give(
      .message(
        .resume(.init(stream: Scene.sent, agreement: Scene.agreement, size: size, checkpoint: note)), from: Scene.gt))
  }

  @Test func whatIsSentFromMemoryIsWhatTheStoreHolds() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    let origin = scene.origin
    let id = try origin.accept(Scene.draft("one"))
    let publishes: [[Draft]] = [
      [Scene.draft("two"), Scene.draft("three")], [Scene.draft("four", kind: .replaces(id))], [Scene.draft("five")],
    ]
    var live = batches(origin)
    for drafts in publishes {
      // The receipt comes before the next.
      for batch in live.suffix(1) { scene.recipient.give(.message(.batch(batch), from: Scene.sv)) }
      try scene.settle()
      _ = try origin.publishDurably(drafts)
      live += batches(origin)
    }
    #expect(live.map(\.count) == [2, 2, 1, 1], "an epoch and a record first")

    // The same again on a new link, with nothing in memory: the sizes at which it is cut may differ, the bytes not.
    try origin.restart()
    scene.connect()
    origin.outbox = []
    try resume(scene, at: nil)
    let stored = batches(origin)
    #expect(stored.flatMap(\.entries) == live.flatMap(\.entries))
    #expect(stored.flatMap(\.bodies) == live.flatMap(\.bodies))
    let last = try #require(stored.last)
    #expect(
      try SignedCheckpoint(last.checkpoint).checkpoint == SignedCheckpoint(#require(live.last).checkpoint).checkpoint)
  }

  /// A link that comes up between two records, a neighbour that asks from further back, and one that has part of what is in
  /// memory: each gets all entries once, in order.
  @Test func aNeighbourThatAsksFromFurtherBackGetsAllOfIt() throws {
    let scene = try Scene()
    _ = try scene.origin.accept(Scene.draft("before the link"))
    scene.connect()
    scene.origin.outbox = []
    try resume(scene, at: nil)
    let first = try #require(batches(scene.origin).first)
    scene.recipient.give(.message(.batch(first), from: Scene.sv))
    try scene.settle()
    _ = try scene.origin.accept(Scene.draft("in memory"))
    _ = try scene.origin.accept(Scene.draft("in memory too"))
    let live = batches(scene.origin)
    #expect(live.map(\.first) == [2], "the second waits for the receipt of the first")
    for start in [nil, first, live.first] {
      try resume(scene, at: start)
      _ = try scene.origin.accept(Scene.draft("after asking again"))
      let sent = batches(scene.origin)
      let expected = start.map { $0.first + UInt64($0.count) } ?? 0
      #expect(sent.first?.first == expected)
      for (before, after) in zip(sent, sent.dropFirst()) { #expect(before.first + UInt64(before.count) == after.first) }
      for batch in sent { scene.recipient.give(.message(.batch(batch), from: Scene.sv)) }
    }
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent).count == 6)
  }

  @Test func itForgetsWhatWasSentAndAllWhenTheNeighbourDoesNotKeepUp() throws {
    var recent = RecentEntries(first: 7)
    let leaf = NodeHash(SHA256.hash([1]))
    let size = Message.Batch.closedAtByteCount / 2
    func entry(_ number: UInt64) throws -> Entry {
      Entry(id: try RecordID(high: 0x7000, low: 1 << 63 | number), kind: .record, commitment: Digest())
    }
    for number in 0..<4 {
      recent.append(try entry(UInt64(number)), leaf, sealed: [UInt8](repeating: UInt8(number), count: size))
    }
    var frontier = Frontier()
    for _ in 0..<7 { frontier.append(leaf) }
    var copy = frontier
    #expect(recent.batch(&copy, end: 9)?.count == 2)
    #expect(copy.size == 9)
    copy = frontier
    #expect(recent.batch(&copy, end: 100)?.count == 2, "no more than one batch holds")
    recent.forget(below: 9)
    #expect(recent.batch(&frontier, end: 100) == nil)
    #expect(recent.batch(&copy, end: 100)?.bodies.last == 3)
    recent.forget(below: 50)
    #expect(recent.first == 11)
    for number in 0..<34 { recent.append(try entry(UInt64(number)), leaf, sealed: [UInt8](repeating: 0, count: size)) }
    #expect(recent.first == 43, "32 were more than sixteen batches")
  }

  @Test func aBatchHasAtMostAThousandEntriesHoweverSmall() throws {
    var recent = RecentEntries(first: 0)
    let leaf = NodeHash(SHA256.hash([1]))
    for number in 0..<1500 {
      let id = try RecordID(high: 0x7000, low: 1 << 63 | UInt64(number))
      recent.append(Entry(id: id, kind: .record, commitment: Digest()), leaf, sealed: [])
    }
    var frontier = Frontier()
    #expect(recent.batch(&frontier, end: 1500)?.count == Message.Batch.mostEntries)
    #expect(recent.batch(&frontier, end: 1500)?.count == 500)
  }
}

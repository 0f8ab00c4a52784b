import Ledger
import Terms
import Testing

@testable import Exchange

/// When a batch leaves: at once when nothing is under way, with others when little is there, and without waiting when much is.
@Suite struct PacingTests {
  private func batches(_ scene: Scene) -> [Message.Batch] {
    scene.origin.take(\.batch)
  }

  /// The recipient takes it and gives its receipt.
  private func receipt(_ batch: Message.Batch, _ scene: Scene) throws {
    scene.recipient.give(.message(.batch(batch), from: Scene.sv))
    try scene.recipient.finishCommits()
    for case .receipt(let stream, let note) in scene.recipient.outbox {
      scene.origin.give(.message(.receipt(stream: stream, note: note), from: Scene.gt))
    }
    scene.recipient.outbox = []
  }

  private func linked() throws -> Scene {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    return scene
  }

  /// Just now a small batch left and had its receipt; of reminders the test decides.
  private func afterABatch() throws -> Scene {
    let scene = try linked()
    scene.origin.isReminded = false
    _ = try scene.origin.accept(Scene.draft("one"))
    try receipt(try #require(batches(scene).first), scene)
    return scene
  }

  @Test func whatIsMadeWhileABatchIsUnderWayLeavesTogetherWithItsReceipt() throws {
    let scene = try linked()
    _ = try scene.origin.accept(Scene.draft("one"))
    let first = batches(scene)
    #expect(first.map(\.count) == [2], "an epoch and a record, at once")
    for name in ["two", "three", "four"] { _ = try scene.origin.accept(Scene.draft(name)) }
    #expect(batches(scene).isEmpty)
    try receipt(try #require(first.first), scene)
    let second = batches(scene)
    #expect(second.map(\.count) == [3])
    try receipt(try #require(second.first), scene)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three", "four"])
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
    _ = try scene.origin.accept(Scene.draft("five"))
    #expect(batches(scene).map(\.count) == [1], "nothing is under way any more")
  }

  /// Small batches one after the other would cost both nodes more than the records in them.
  @Test func smallBatchesLeaveSomeMillisecondsApart() throws {
    let scene = try afterABatch()
    let origin = scene.origin
    for name in ["two", "three"] { _ = try origin.accept(Scene.draft(name)) }
    #expect(batches(scene).isEmpty)
    #expect(origin.reminders == [Core.pace], "one reminder for both")
    origin.remind()
    let second = batches(scene)
    #expect(second.map(\.count) == [2])
    try receipt(try #require(second.first), scene)
    // A moment that went by anyway is not waited for.
    origin.now = origin.now.advanced(byMilliseconds: Core.pace - 1)
    _ = try origin.accept(Scene.draft("four"))
    #expect(batches(scene).isEmpty && origin.reminders == [1])
    origin.now = origin.now.advanced(byMilliseconds: 1)
    origin.give(.due)
    #expect(batches(scene).map(\.count) == [1])
  }

  /// A reminder can be lost with the thread that was to give it, and a clock set back: no record may wait for that.
  @Test func aReminderThatNeverComesHoldsNothingUp() throws {
    let scene = try afterABatch()
    let origin = scene.origin
    _ = try origin.accept(Scene.draft("two"))
    #expect(batches(scene).isEmpty)
    origin.now = origin.now.advanced(byMilliseconds: -3_600_000)
    origin.give(.tick)
    #expect(batches(scene).map(\.count) == [1])
  }

  @Test func manyDoNotWait() throws {
    let scene = try linked()
    _ = try scene.origin.accept(Scene.draft("one"))
    #expect(batches(scene).count == 1)
    let many = (0..<Int(Core.fewEntries)).map { Scene.draft("n\($0)") }
    _ = try scene.origin.publishDurably(Array(many.dropLast()))
    #expect(batches(scene).isEmpty, "one fewer")
    _ = try scene.origin.publishDurably([Scene.draft("the last")])
    #expect(batches(scene).map(\.count) == [many.count])
  }

  /// Nothing waits for a receipt that was lost with its link.
  @Test func aNewLinkOwesNoReceipt() throws {
    let scene = try linked()
    _ = try scene.origin.accept(Scene.draft("one"))
    _ = try scene.origin.accept(Scene.draft("two"))
    scene.disconnect()
    scene.connect()
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
  }

  /// A small commit keeps no checkpoint of its own; what is sent bears one all the same, which the disk's time made free.
  @Test func whatIsSentIsSignedThoughNoSignatureIsKeptOfEachRecord() throws {
    let scene = try linked()
    let before = try scene.origin.reader.state(of: Scene.sent).checkpoint
    _ = try scene.origin.accept(Scene.draft("one"))
    let sent = try SignedCheckpoint(try #require(batches(scene).first).checkpoint)
    let state = try scene.origin.reader.state(of: Scene.sent)
    #expect(state.checkpoint?.note == before?.note && state.unsignedCount > 0)
    #expect(sent.checkpoint.size == state.size && sent.checkpoint.root == state.frontier.root)
    #expect(try sent.isSigned(byLog: [scene.origin.keys.log.verifyingKey]))
    #expect(try state.ownCheckpoint(of: Scene.sent, in: Scene.realm, scene.origin.keys).checkpoint == sent.checkpoint)
    // Some seconds later it is kept.
    try scene.run(seconds: Int(Core.upkeepCadence / 1000) + 1)
    for name in [Scene.sent, Scene.home] {
      #expect(try scene.origin.reader.state(of: name).unsignedCount == 0)
    }
  }

  /// Without a moment's rest, too, no more than a few entries are kept without one.
  @Test func manyRecordsInOneGoAreKeptWithTheirCheckpoint() throws {
    let scene = try linked()
    for number in 0..<200 {
      _ = try scene.origin.accept(Scene.draft("\(number)"))
      for name in [Scene.sent, Scene.home] {
        #expect(try scene.origin.reader.state(of: name).unsignedCount < StreamState.mostUnsigned)
      }
    }
    #expect(try scene.origin.reader.state(of: Scene.home).checkpoint != nil)
  }

  /// What is signed while its commit is under way is forgotten when that fails: nothing of it has left.
  @Test func aCheckpointOfACommitThatFailedIsNeverSent() throws {
    let scene = try linked()
    scene.origin.give(.publish([.init(token: 77, drafts: [Scene.draft("lost")])]))
    scene.origin.failCommit()
    try scene.run(seconds: 20)
    _ = try scene.origin.accept(Scene.draft("one"))
    let sizes = try scene.origin.outbox.compactMap { message in
      if case .batch(let batch) = message { try SignedCheckpoint(batch.checkpoint).checkpoint.size } else { nil }
    }
    #expect(try sizes == [scene.origin.reader.state(of: Scene.sent).size])
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one"])
  }
}

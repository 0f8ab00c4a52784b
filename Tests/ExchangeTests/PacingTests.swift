import Ledger
import Terms
import Testing

@testable import Exchange

/// When a batch leaves: at once when nothing is under way, with others when little is there, and without waiting when much is.
@Suite struct PacingTests {
  private func batches(_ scene: Scene) -> [Message.Batch] {
    scene.origin.take { if case .batch(let batch) = $0 { batch } else { nil } }
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

  /// A checkpoint that was signed with its commit is sent as it stands there, with the moment's "as of".
  @Test func whatIsSentBearsTheDurableCheckpoint() throws {
    let scene = try linked()
    _ = try scene.origin.accept(Scene.draft("one"))
    let sent = try SignedCheckpoint(try #require(batches(scene).first).checkpoint)
    let kept = try #require(try scene.origin.reader.state(of: Scene.sent).checkpoint)
    #expect(sent.checkpoint == kept.checkpoint)
    #expect(sent.note.signatures.starts(with: kept.note.signatures))
    #expect(sent.note.signatures.count == kept.note.signatures.count + 1)
    #expect(try sent.isSigned(byLog: [scene.origin.keys.log.verifyingKey]))
  }
}

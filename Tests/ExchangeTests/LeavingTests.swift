import Store
import Terms
import Testing

@testable import Exchange

/// A batch that is made while its commit is under way leaves with it, or not at all.
@Suite struct LeavingTests {
  private func scene() throws -> Scene { try .afterOne() }

  private func batches(_ messages: [Message]) -> [Message.Batch] {
    messages.compactMap { if case .batch(let batch) = $0, batch.stream == Scene.sent { batch } else { nil } }
  }

  @Test func itIsReadyBeforeTheCommitAndLeavesWithIt() throws {
    let scene = try scene()
    let token = scene.origin.publish([Scene.draft("two")])
    #expect(scene.origin.results[token] == nil && batches(scene.origin.outbox).isEmpty)
    let ready = try #require(batches(scene.origin.leaving).first)
    #expect((ready.first, ready.count) == (2, 1))
    try scene.settle()
    #expect(batches(scene.carried) == [ready], "it is not sent a second time")
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
  }

  @Test func nothingLeavesOfACommitThatFails() throws {
    let scene = try scene()
    scene.origin.publish([Scene.draft("lost")])
    #expect(batches(scene.origin.leaving).count == 1)
    scene.origin.failCommit()
    try scene.settle()
    #expect(batches(scene.carried).isEmpty)
    _ = try scene.origin.accept(Scene.draft("two"))
    try scene.run(seconds: 1)
    #expect(batches(scene.carried).map(\.first) == [2])
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
  }

  @Test func whatCameDuringTheCommitFollowsWithTheNextBatch() throws {
    let scene = try scene()
    scene.origin.publish([Scene.draft("two")])
    scene.origin.publish([Scene.draft("three")])
    try scene.run(seconds: 1)
    #expect(batches(scene.carried).map(\.first) == [2, 3])
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
  }

  @Test func aLinkThatComesUpAnewDuringTheCommitMissesNothing() throws {
    let scene = try scene()
    scene.origin.publish([Scene.draft("two")])
    scene.disconnect()
    scene.connect()
    // The neighbour's request comes while the commit is still under way.
    while try scene.carry() {}
    #expect(scene.origin.commit != nil)
    try scene.origin.finishCommits()
    // What left with the commit was for the old link; it comes to nothing.
    #expect(batches(scene.origin.outbox).map(\.first) == [2, 2])
    if let first = scene.origin.outbox.firstIndex(where: { if case .batch = $0 { true } else { false } }) {
      scene.origin.outbox.remove(at: first)
    }
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
  }

  @Test func aNeighbourThatAsksFromFurtherBackDuringTheCommitGetsBoth() throws {
    let scene = try scene()
    scene.origin.publish([Scene.draft("two")])
    scene.origin.give(
      .message(
        .resume(Message.Resume(stream: Scene.sent, agreement: Scene.agreement, size: 0, checkpoint: [])),
        from: Scene.gt))
    #expect(batches(scene.origin.outbox).map(\.first) == [0])
    try scene.run(seconds: 12)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
    #expect(scene.recipient.status(Scene.sent)?.problem == "")
  }
}

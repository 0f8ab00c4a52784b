import Simulator
import Store
import Terms
import Testing

@testable import Exchange

/// What a neighbour that was away is sent: a batch in each of the core's turns, and between them whatever users want.
@Suite struct SendingTurnsTests {
  private static let backlog = (0..<400).map { "n\($0)" }

  private func batches(_ scene: Scene) -> [Message.Batch] {
    scene.origin.take(\.batch)
  }

  /// A backlog of several batches that lies on the origin's disk only; of turns the test decides.
  private func scene() throws -> Scene {
    let scene = try Scene(rules: SimulatedRules(homeDays: 40))
    _ = try scene.origin.publishDurably(Self.backlog.enumerated().map { Scene.draft($1 + " " + Scene.text(400, $0)) })
    try scene.origin.restart()
    scene.origin.takesTurns = false
    return scene
  }

  /// The neighbour is there and has asked; gives the batch that left at once.
  private func connected(_ scene: Scene) throws -> Message.Batch {
    scene.connect()
    while try scene.carry(), scene.origin.turns == 0 {}
    let first = batches(scene)
    #expect(first.count == 1)
    return try #require(first.first)
  }

  @Test func eachBatchHasATurnAndARecordIsAcceptedInBetween() throws {
    let scene = try scene()
    let first = try connected(scene)
    #expect(scene.origin.turns == 1)
    _ = try scene.origin.accept(Scene.draft("meanwhile"))
    #expect(batches(scene).isEmpty, "it comes after the backlog, which has a turn to come")
    #expect(scene.origin.turns == 1, "one turn is asked for at a time")
    var end = first.first + UInt64(first.count)
    var count = 1
    while scene.origin.turns > 0 {
      scene.origin.takeTurn()
      let next = batches(scene)
      #expect(next.map(\.first) == [end])
      end += UInt64(next.first?.count ?? 0)
      count += 1
      try #require(count < 100)
    }
    #expect(count > 3)
    #expect(try end == scene.origin.reader.state(of: Scene.sent).size)
  }

  @Test func afterAllTurnsTheNeighbourHasAllInOrder() throws {
    let scene = try scene()
    let first = try connected(scene)
    scene.recipient.give(.message(.batch(first), from: Scene.sv))
    scene.origin.takesTurns = true
    scene.origin.takeTurn()
    try scene.settle()
    let names = try scene.recipient.names(Scene.sent).map { String($0.prefix { $0 != " " }) }
    #expect(names == Self.backlog)
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
  }

  /// What was read for one batch serves the next; not when its time is over in between.
  @Test func whatIsErasedBetweenTwoTurnsIsNotSent() throws {
    let scene = try scene()
    let end = Retention.end(ofDay: CalendarDay(of: Scene.start).daysSinceEpoch, keptDays: 30)
    let origin = scene.origin
    // In steps that a clock is believed without a neighbour's word.
    while origin.now.advanced(byMilliseconds: 6 * 86_400_000) < end {
      origin.now = origin.now.advanced(byMilliseconds: 6 * 86_400_000)
      try tick(origin)
    }
    origin.now = end.advanced(byMilliseconds: -60_000)
    try tick(origin)
    scene.recipient.now = origin.now
    let first = try connected(scene)
    #expect(!first.bodies.allSatisfy { $0 == 0 })
    origin.now = end.advanced(byMilliseconds: 60_000)
    try tick(origin)
    #expect(try origin.reader.vault.epochs(of: Scene.sent).first?.isErased == true)
    origin.takeTurn()
    let second = try #require(batches(scene).first)
    #expect(second.bodies.allSatisfy { $0 == 0 }, "no body in it")
  }

  private func tick(_ party: Party) throws {
    party.give(.tick)
    try party.finishCommits()
  }

  @Test func aCommitThatFailsBetweenTwoTurnsLosesNoBatch() throws {
    let scene = try scene()
    let first = try connected(scene)
    scene.origin.publish([Scene.draft("lost")])
    scene.origin.failCommit()
    scene.origin.takesTurns = true
    scene.origin.takeTurn()
    scene.recipient.give(.message(.batch(first), from: Scene.sv))
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent).count == Self.backlog.count)
  }

  /// While the durable state cannot be read nothing is sent, and what was to be is when it can.
  @Test func aTurnThatComesWhileTheStateCannotBeReadIsHadLater() throws {
    let scene = try scene()
    let first = try connected(scene)
    let origin = scene.origin
    origin.publish([Scene.draft("lost")])
    origin.store.faults.reads = .failed("cannot be read")
    origin.failCommit()
    origin.takeTurn()
    #expect(batches(scene).isEmpty && origin.turns == 0)
    origin.store.faults.reads = nil
    origin.takesTurns = true
    origin.give(.tick)
    scene.recipient.give(.message(.batch(first), from: Scene.sv))
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent).count == Self.backlog.count)
  }
}

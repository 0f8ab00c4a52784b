import Ledger
import Simulator
import Store
import Terms
import Testing

@testable import Exchange

/// A home that was put back from a backup gets back what it signed since, and signs nothing before.
@Suite struct RecoveryTests {
  private static let (sv, gt) = (Scene.sv, Scene.gt)

  /// El Salvador as of two records, Guatemala with those and more: the backup, and a scene without a link.
  private func lost(_ more: Int = 3, seconds: Int = 0) throws -> (Scene, MemoryStore.Snapshot) {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    _ = try scene.origin.accept(Scene.draft("one", reference: "r1"))
    _ = try scene.origin.accept(Scene.draft("two"))
    try scene.settle()
    let backup = scene.origin.store.snapshot()
    try scene.run(seconds: seconds)
    for number in 0..<more { _ = try scene.origin.accept(Scene.draft("later \(number)", reference: "l\(number)")) }
    try scene.settle()
    scene.disconnect()
    return (scene, backup)
  }

  private func expectRecovered(_ scene: Scene, _ names: [String]) throws {
    let (there, here) = (try scene.recipient.names(Scene.sent), try scene.origin.names(Scene.home))
    #expect(there == names && here == names)
    let (mine, theirs) = (
      try scene.origin.reader.state(of: Scene.sent), try scene.recipient.reader.state(of: Scene.sent)
    )
    #expect(mine.frontier == theirs.frontier)
    for party in [scene.origin, scene.recipient] {
      let status = try #require(party.status(Scene.sent))
      #expect(status.flowing, "\(party.country): \(status)")
    }
    #expect(scene.origin.status(Scene.sent)?.halted.isEmpty == true)
  }

  @Test func whatTheNeighbourHoldsComesBackAndPublishingGoesOn() throws {
    let (scene, backup) = try lost()
    let before = try scene.recipient.reader.state(of: Scene.sent)
    try scene.origin.restore(from: backup)
    #expect(try scene.origin.publishDurably([Scene.draft("too early")]).isEmpty)
    #expect(scene.origin.failures.values.contains { if case .recovering = $0 { true } else { false } })
    #expect(try scene.origin.reader.state(of: Scene.sent).size < before.size)
    scene.connect()
    try scene.run(seconds: 5)
    #expect(try scene.origin.reader.state(of: Scene.sent).frontier == before.frontier)
    #expect(scene.origin.core.recoveryStatus(at: scene.origin.now)?.isWaiting == false)
    _ = try scene.origin.accept(Scene.draft("after"))
    try scene.run(seconds: 3)
    try expectRecovered(scene, ["one", "two", "later 0", "later 1", "later 2", "after"])
    // A reference that came back is known again: the same is a duplicate of fields that were agreed.
    let again = try scene.origin.publishDurably([Scene.draft("other", reference: "l1")])
    guard case .refused(let field, _, _)? = again.first else { return #expect(Bool(false), "\(again)") }
    #expect(field == "reference")
  }

  @Test func nothingIsSaidOfAStreamBeforeItsNeighbourWasHeard() throws {
    let (scene, backup) = try lost()
    try scene.origin.restore(from: backup)
    scene.connect()
    let early = scene.origin.take { message -> StreamName? in
      switch message {
      case .asOf(let stream, _), .receipt(let stream, _): stream.origin == Self.sv ? stream : nil
      case .batch(let batch): batch.stream
      default: nil
      }
    }
    #expect(early.isEmpty)
    #expect(
      try scene.origin.core.messagesForBundle(to: Self.gt, byteCount: 1 << 20).allSatisfy {
        switch $0 {
        case .hello: true
        case .receipt(let stream, _): stream.origin == Self.gt
        default: false
        }
      })
  }

  @Test func anEpochThatWasBegunSinceComesBackWithItsKey() throws {
    let (scene, backup) = try lost(2, seconds: 0)
    try scene.origin.restore(from: backup)
    scene.connect()
    try scene.run(seconds: 3)
    _ = try scene.origin.accept(Scene.draft("day one"))
    try scene.settle()
    let second = scene.origin.store.snapshot()
    for party in [scene.origin, scene.recipient] { party.now = party.now.advanced(byMilliseconds: 86_400_000) }
    _ = try scene.origin.accept(Scene.draft("day two"))
    try scene.settle()
    scene.disconnect()
    try scene.origin.restore(from: second)
    scene.connect()
    try scene.run(seconds: 3)
    _ = try scene.origin.accept(Scene.draft("day two, later"))
    try scene.run(seconds: 2)
    try expectRecovered(scene, ["one", "two", "later 0", "later 1", "day one", "day two", "day two, later"])
    #expect(
      try scene.origin.reader.keptRecord(Scene.sent, at: scene.origin.reader.state(of: Scene.sent).size - 2) != nil)
  }

  @Test func aNeighbourWithAnOlderProgramIsNamedAndNothingIsSigned() throws {
    let (scene, backup) = try lost()
    try scene.origin.restore(from: backup)
    scene.older = [Self.gt]
    scene.connect()
    try scene.run(seconds: 30)
    #expect(!scene.carried.contains { if case .recall = $0 { true } else { false } })
    let status = try #require(scene.origin.core.recoveryStatus(at: scene.origin.now))
    #expect(status.isWaiting && status.awaited == [Self.gt])
    #expect(scene.origin.status(Scene.sent)?.problem.contains("that GT holds") == true)
    #expect(scene.origin.status(Scene.sent)?.halted.isEmpty == true)
    #expect(scene.recipient.status(Scene.sent)?.problem.contains("lost data") == true)
  }

  @Test(arguments: ["body", "entry", "proof", "checkpoint", "cut"])
  func whatIsHandedBackAndIsNotWhatWasSignedIsNotTaken(_ what: String) throws {
    let (scene, backup) = try lost()
    for party in [scene.origin, scene.recipient] { party.now = party.now.advanced(byMilliseconds: 86_400_000) }
    try scene.origin.restore(from: backup)
    scene.tamper = { message in
      guard case .returned(let batch, var path) = message else { return message }
      var (entries, bodies, note) = (batch.entries, batch.bodies, batch.checkpoint)
      switch what {
      case "body": bodies[bodies.count - 1] ^= 1
      case "entry": entries[entries.count - 1] ^= 1
      case "proof": path.append(NodeHash(Digest()))
      case "checkpoint": note = []
      default: bodies.removeLast()
      }
      return .returned(
        Message.Batch(
          stream: batch.stream, agreement: batch.agreement, version: batch.version, first: batch.first,
          count: batch.count, entries: entries, bodies: bodies, checkpoint: note), path: path)
    }
    let size = try scene.origin.reader.state(of: Scene.sent).size
    scene.connect()
    try scene.run(seconds: 15)
    #expect(try scene.origin.reader.state(of: Scene.sent).size == size)
    #expect(scene.origin.status(Scene.sent)?.problem.contains("is not taken") == true)
    // The true ones are, afterwards.
    scene.tamper = { $0 }
    try scene.run(seconds: 15)
    try expectRecovered(scene, ["one", "two", "later 0", "later 1", "later 2"])
  }

  @Test func aCrashOnTheWayLosesNothingOfIt() throws {
    let (scene, backup) = try lost(1500)
    try scene.origin.restore(from: backup)
    scene.connect()
    var pieces = 0
    scene.tamper = { message in
      if case .returned = message { pieces += 1 }
      return pieces > 1 ? nil : message
    }
    try scene.settle()
    #expect(pieces == 2)
    scene.disconnect()
    let size = try scene.origin.reader.state(of: Scene.sent).size
    #expect(size > 3 && size < 1500)
    try scene.origin.restart()
    #expect(scene.origin.core.recoveryStatus(at: scene.origin.now)?.isWaiting == true)
    scene.tamper = { $0 }
    scene.connect()
    try scene.run(seconds: 5)
    // And a crash while the register is filled.
    try expectRecovered(scene, ["one", "two"] + (0..<1500).map { "later \($0)" })
  }

  @Test func aNeighbourThatIsNotWaitedForGetsEverythingWhenItIsHeard() throws {
    let (scene, backup) = try lost()
    try scene.origin.restore(from: backup)
    scene.origin.give(.goOn(without: Self.gt, reason: "its node is away for a month"))
    try scene.origin.finishCommits()
    #expect(scene.origin.core.recoveryStatus(at: scene.origin.now)?.without[Self.gt]?.reason.contains("month") == true)
    _ = try scene.origin.accept(Scene.draft("meanwhile"))
    _ = try scene.origin.accept(Scene.draft("not for them", crossing: "b1"))
    #expect(try scene.origin.names(Scene.home) == ["one", "two", "meanwhile", "not for them"])
    let before = try scene.origin.reader.state(of: Scene.sent)
    try scene.origin.restart()
    scene.connect()
    try scene.run(seconds: 5)
    _ = try scene.origin.accept(Scene.draft("after"))
    try scene.run(seconds: 3)
    #expect(
      try scene.recipient.names(Scene.sent) == ["one", "two", "later 0", "later 1", "later 2", "meanwhile", "after"])
    let (mine, theirs) = (
      try scene.origin.reader.state(of: Scene.sent), try scene.recipient.reader.state(of: Scene.sent)
    )
    #expect(mine.size > before.size && mine.frontier == theirs.frontier)
    #expect(scene.origin.status(Scene.sent)?.flowing == true)
    // What came back too late for the register's order is in the stream alone.
    #expect(try scene.origin.names(Scene.home) == ["one", "two", "meanwhile", "not for them", "after"])
  }

  @Test func aReadThatFailsWhileANeighbourHeardLateIsToldLosesNothing() throws {
    let (scene, backup) = try lost()
    try scene.origin.restore(from: backup)
    scene.origin.give(.goOn(without: Self.gt, reason: "its node is away for a month"))
    try scene.origin.finishCommits()
    let meanwhile = (0..<300).map { "meanwhile \($0)" }
    for name in meanwhile { _ = try scene.origin.accept(Scene.draft(name)) }
    let held = try scene.recipient.reader.state(of: Scene.sent).size
    // Some can be read and are put into the stream, then no more: nothing of it may remain.
    (scene.origin.store.faults.unreadable, scene.origin.store.faults.unreadableFrom) = (Scene.home, 200)
    scene.connect()
    try scene.run(seconds: 5)
    #expect(scene.origin.status(Scene.sent)?.problem.contains("cannot read") == true)
    #expect(scene.origin.status(Scene.sent)?.halted.isEmpty == true)
    #expect(try scene.origin.reader.state(of: Scene.sent).size == held)
    try scene.origin.restart()
    scene.origin.store.faults.unreadable = nil
    scene.connect()
    try scene.run(seconds: 60)
    let all = ["one", "two", "later 0", "later 1", "later 2"] + meanwhile
    #expect(try scene.recipient.names(Scene.sent) == all)
    let (mine, theirs) = (
      try scene.origin.reader.state(of: Scene.sent), try scene.recipient.reader.state(of: Scene.sent)
    )
    #expect(mine.frontier == theirs.frontier)
  }

  @Test func aHomeThatLostNothingGoesOnAtOnceWhenItsNeighbourWasHeard() throws {
    let (scene, _) = try lost()
    try scene.origin.restore(from: scene.origin.store.snapshot())
    scene.connect()
    try scene.settle()
    #expect(scene.origin.core.recoveryStatus(at: scene.origin.now)?.isWaiting == false)
    _ = try scene.origin.accept(Scene.draft("after"))
    try scene.run(seconds: 3)
    try expectRecovered(scene, ["one", "two", "later 0", "later 1", "later 2", "after"])
  }

  @Test func whatTheNeighbourLacksOfTheBackupIsSentToIt() throws {
    let scene = try Scene()
    _ = try scene.origin.accept(Scene.draft("never sent"))
    try scene.origin.restore(from: scene.origin.store.snapshot())
    scene.connect()
    try scene.run(seconds: 3)
    try expectRecovered(scene, ["never sent"])
  }

  @Test func aRecipientThatWasPutBackGetsAgainWhatItHadSignedFor() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.settle()
    let backup = scene.recipient.store.snapshot()
    _ = try scene.origin.accept(Scene.draft("two"))
    try scene.settle()
    scene.disconnect()
    #expect(scene.origin.status(Scene.sent)?.receiptSize == 3)
    try scene.recipient.restore(from: backup)
    scene.connect()
    try scene.run(seconds: 3)
    try expectRecovered(scene, ["one", "two"])
    _ = try scene.recipient.accept(Scene.draft("back"))
    try scene.run(seconds: 3)
    #expect(try scene.origin.names(Scene.back) == ["back"])
  }

  @Test func aHomePutBackThatSignedASecondHistoryAlreadyIsStopped() throws {
    let (scene, backup) = try lost()
    // A copy without the mark signs others in their place; a backup of that is put back.
    try scene.origin.restart(from: backup)
    for number in 0..<3 { _ = try scene.origin.accept(Scene.draft("second \(number)")) }
    try scene.origin.restore(from: scene.origin.store.snapshot())
    scene.connect()
    try scene.run(seconds: 3)
    #expect(scene.origin.status(Scene.sent)?.halted.contains("inconsistent") == true)
    #expect(scene.recipient.status(Scene.sent)?.halted.contains("inconsistent") == true)
  }
}

import Ledger
import Simulator
import Store
import Terms
import Testing

@testable import Exchange

/// A home that was put back from a backup, and what was erased since: it goes again, and is said once.
@Suite struct RecoveryErasureTests {
  private static let day: Int64 = 86_400_000
  /// Kept for 30 days by agreement (`Scene.terms`), for 40 in the own register: the midnights at which the first day goes.
  private static let (agreed, home) = (end(30), end(40))

  private static func end(_ days: UInt32) -> Instant {
    Retention.end(ofDay: CalendarDay(of: Scene.start).daysSinceEpoch, keptDays: days)
  }

  private func scene() throws -> Scene {
    let scene = try Scene(rules: SimulatedRules(homeDays: 40))
    scene.connect()
    try scene.settle()
    return scene
  }

  /// Lets both clocks go on, in steps that are believed without a neighbour.
  private func pass(_ scene: Scene, to moment: Instant) throws {
    while scene.origin.now < moment {
      let step = min(moment.milliseconds(since: scene.origin.now), 6 * Self.day)
      for party in [scene.origin, scene.recipient] { party.now = party.now.advanced(byMilliseconds: step) }
      try scene.run(seconds: 2)
    }
    try scene.run(seconds: 35)
  }

  /// The entries of a stream that say that a key was destroyed.
  private func erasures(_ stream: StreamName?, at party: Party) throws -> Int {
    guard let stream else { return 0 }
    let size = try party.reader.state(of: stream).size
    return try (0..<size).count { index in
      if case .erased = try party.reader.entry(stream, at: index).entry.kind { true } else { false }
    }
  }

  private func expectNothingLeft(_ epochs: [EpochRecord], at party: Party) throws {
    for (key, value) in try party.store.states(prefix: "") {
      for epoch in epochs {
        let pieces = [epoch.box, epoch.wrapped]
        #expect(pieces.allSatisfy { piece in piece.isEmpty || !value.contains(piece) }, "\(party.country) \(key)")
      }
    }
  }

  private func expectFlowing(_ scene: Scene) throws {
    let (mine, theirs) = (
      try scene.origin.reader.state(of: Scene.sent), try scene.recipient.reader.state(of: Scene.sent)
    )
    #expect(mine.frontier == theirs.frontier)
    for party in [scene.origin, scene.recipient] {
      let status = try #require(party.status(Scene.sent))
      #expect(status.flowing && status.halted.isEmpty && status.problem.isEmpty, "\(party.country): \(status.problem)")
    }
    #expect(scene.origin.core.recoveryStatus(at: scene.origin.now)?.isWaiting == false)
  }

  private func epochs(_ stream: StreamName, at party: Party) throws -> [EpochRecord] {
    try party.reader.vault.epochs(of: stream)
  }

  @Test func whatWasErasedSinceTheBackupIsErasedAgainAndTheStreamSaysItOnce() throws {
    let scene = try scene()
    _ = try scene.origin.accept(Scene.draft("old"))
    try scene.settle()
    let backup = scene.origin.store.snapshot()
    let old = try epochs(Scene.sent, at: scene.origin)
    try pass(scene, to: Self.agreed)
    _ = try scene.origin.accept(Scene.draft("new"))
    try scene.run(seconds: 3)
    #expect(try erasures(Scene.sent, at: scene.recipient) == 1)
    scene.disconnect()

    try scene.origin.restore(from: backup)
    #expect(try !epochs(Scene.sent, at: scene.origin)[0].isErased, "the backup brings the key")
    scene.connect()
    try scene.run(seconds: 3)
    // It is the neighbour's word of this node's own log that destroys it: no clock needs to be believed for that.
    #expect(try epochs(Scene.sent, at: scene.origin)[0].isErased)
    try expectNothingLeft(old, at: scene.origin)
    try scene.run(seconds: 70)
    _ = try scene.origin.accept(Scene.draft("after"))
    try scene.run(seconds: 3)
    try expectFlowing(scene)
    #expect(try erasures(Scene.sent, at: scene.origin) == 1)
    #expect(try erasures(Retention.log(of: Scene.sv), at: scene.origin) == 0)
    #expect(try scene.recipient.names(Scene.sent) == ["new", "after"])
    // The own register keeps it for longer, and says it itself, later.
    #expect(try scene.origin.names(Scene.home) == ["old", "new", "after"])
    let status = try #require(
      try scene.origin.core.retention(at: scene.origin.now).first { $0.stream == Scene.sent })
    #expect(status.erased >= 2 && status.due == 0)
    try pass(scene, to: Self.home)
    #expect(try scene.origin.names(Scene.home) == ["new", "after"] && erasures(Scene.home, at: scene.origin) == 1)
  }

  @Test func whatIsDueGoesBeforeAnyNeighbourIsHeardAndNothingIsSignedForIt() throws {
    let scene = try scene()
    _ = try scene.origin.accept(Scene.draft("old"))
    try scene.settle()
    let backup = scene.origin.store.snapshot()
    let old = try epochs(Scene.sent, at: scene.origin) + epochs(Scene.home, at: scene.origin)
    try pass(scene, to: Self.home)
    _ = try scene.origin.accept(Scene.draft("new"))
    try scene.run(seconds: 3)
    scene.disconnect()

    try scene.origin.restore(from: backup)
    let (sent, own) = (
      try scene.origin.reader.state(of: Scene.sent), try scene.origin.reader.state(of: Scene.home)
    )
    // By its clock alone it is not believed that 41 days went by.
    for _ in 0..<40 {
      scene.origin.now = scene.origin.now.advanced(byMilliseconds: 1000)
      scene.origin.give(.tick)
      try scene.origin.finishCommits()
    }
    #expect(scene.origin.core.erasureObstacle != nil)
    scene.origin.give(.eraseDue(isClockRight: true))
    try scene.origin.finishCommits()
    #expect(try (epochs(Scene.sent, at: scene.origin) + epochs(Scene.home, at: scene.origin)).allSatisfy(\.isErased))
    #expect(try scene.origin.names(Scene.home).isEmpty)
    try expectNothingLeft(old, at: scene.origin)
    // Said where it changes nothing that a neighbour holds, and only there.
    #expect(try scene.origin.reader.state(of: Scene.sent).frontier == sent.frontier)
    #expect(try scene.origin.reader.state(of: Scene.home).frontier == own.frontier)
    #expect(try erasures(Retention.log(of: Scene.sv), at: scene.origin) == 2)

    try scene.origin.restart()
    scene.recipient.now = scene.origin.now
    scene.connect()
    try scene.run(seconds: 5)
    _ = try scene.origin.accept(Scene.draft("after"))
    try scene.run(seconds: 40)
    try expectFlowing(scene)
    #expect(try erasures(Scene.sent, at: scene.origin) == 1 && erasures(Scene.home, at: scene.origin) == 0)
    #expect(try erasures(Retention.log(of: Scene.sv), at: scene.origin) == 2)
    #expect(try scene.origin.names(Scene.home) == ["new", "after"])
    #expect(try scene.recipient.names(Scene.sent) == ["new", "after"])
  }

  @Test func whatTheNeighbourErasedComesBackWithoutKeyAndBody() throws {
    let scene = try scene()
    let empty = scene.origin.store.snapshot()
    _ = try scene.origin.accept(Scene.draft("old"))
    try pass(scene, to: Self.agreed)
    _ = try scene.origin.accept(Scene.draft("new"))
    try scene.run(seconds: 3)
    scene.disconnect()
    try scene.origin.restore(from: empty)
    scene.connect()
    try scene.run(seconds: 5)
    let returned = scene.carried.compactMap { if case .returned(let batch, _) = $0 { batch } else { nil } }
    let first = try #require(returned.first { $0.stream == Scene.sent })
    #expect(first.bodies.starts(with: [0, 0, 0]), "the epoch, its record, and that it was erased")
    try expectFlowing(scene)
    let epochs = try epochs(Scene.sent, at: scene.origin)
    #expect(epochs.count == 2 && epochs[0].isErased && !epochs[1].isErased)
    #expect(throws: ReadError.erased(stream: Scene.sent, index: 1)) {
      try scene.origin.reader.record(Scene.sent, at: 1)
    }
    // The stream says it; the own log need not.
    #expect(try erasures(Retention.log(of: Scene.sv), at: scene.origin) == 0)
    #expect(try scene.origin.names(Scene.home) == ["new"])
    try scene.run(seconds: 70)
    #expect(try erasures(Scene.sent, at: scene.origin) == 1)
    // It starts again from what it holds, and serves all of it to a neighbour that lost its own.
    try scene.origin.restart()
    scene.disconnect()
    try scene.recipient.restart(from: TestStore().snapshot())
    scene.connect()
    try scene.run(seconds: 5)
    #expect(try scene.recipient.names(Scene.sent) == ["new"])
  }

  @Test func whatTheNeighbourErasedFirstIsSaidInTheOwnLog() throws {
    let scene = try scene()
    let empty = scene.origin.store.snapshot()
    _ = try scene.origin.accept(Scene.draft("old"))
    try pass(scene, to: Self.agreed.advanced(byMilliseconds: -60_000))
    scene.disconnect()
    // This node is gone before it could say anything; the neighbour erases by its own clock.
    for _ in 0..<100 {
      scene.recipient.now = scene.recipient.now.advanced(byMilliseconds: 1000)
      scene.recipient.give(.tick)
      try scene.recipient.finishCommits()
    }
    scene.origin.now = scene.recipient.now
    #expect(try epochs(Scene.sent, at: scene.recipient)[0].isErased)
    try scene.origin.restore(from: empty)
    scene.connect()
    try scene.run(seconds: 5)
    _ = try scene.origin.accept(Scene.draft("new"))
    try scene.run(seconds: 70)
    try expectFlowing(scene)
    #expect(try epochs(Scene.sent, at: scene.origin)[0].isErased)
    #expect(try erasures(Scene.sent, at: scene.origin) == 0)
    let log = try #require(Retention.log(of: Scene.sv))
    #expect(try erasures(log, at: scene.origin) == 1)
    let noted = try scene.origin.reader.entry(log, at: 0).entry
    let epoch = try epochs(Scene.sent, at: scene.origin)[0]
    #expect(noted.commitment == Retention.commitment(to: epoch, of: Scene.sent, in: Scene.realm))
  }

  /// The neighbour's clock is behind: it still has the key that this node said it destroyed.
  @Test(arguments: [false, true]) func aKeyThatThisNodeDestroyedOnceIsNotTakenAgain(_ isInBackup: Bool) throws {
    let scene = try scene()
    let empty = scene.origin.store.snapshot()
    _ = try scene.origin.accept(Scene.draft("old"))
    try scene.settle()
    let half = scene.origin.store.snapshot()
    _ = try scene.origin.accept(Scene.draft("old, too"))
    try pass(scene, to: Self.agreed.advanced(byMilliseconds: -3 * 60_000))
    let old = try epochs(Scene.sent, at: scene.origin)
    for _ in 0..<240 {
      scene.origin.now = scene.origin.now.advanced(byMilliseconds: 1000)
      scene.origin.give(.tick)
      try scene.settle()
    }
    #expect(try erasures(Scene.sent, at: scene.recipient) == 1)
    #expect(try scene.recipient.names(Scene.sent) == ["old", "old, too"])
    scene.disconnect()
    try scene.origin.restore(from: isInBackup ? half : empty)
    scene.connect()
    try scene.run(seconds: 5)
    #expect(try epochs(Scene.sent, at: scene.origin).allSatisfy(\.isErased))
    try expectNothingLeft(old, at: scene.origin)
    let back = try scene.origin.store.chunk(of: Scene.sent, containing: 2)?.bodies ?? []
    #expect(back.count < 20, "no sealed body is kept")
    #expect(try erasures(Retention.log(of: Scene.sv), at: scene.origin) == 0)
    _ = try scene.origin.accept(Scene.draft("new"))
    try scene.run(seconds: 70)
    #expect(try erasures(Scene.sent, at: scene.origin) == 1)
    #expect(
      try scene.origin.reader.state(of: Scene.sent).frontier == scene.recipient.reader.state(of: Scene.sent).frontier)
    #expect(try scene.origin.names(Scene.home) == (isInBackup ? ["old", "new"] : ["new"]))
  }

  @Test func aDayThatWasErasedBeforeItsRestCameBackTakesNoBodyOfIt() throws {
    let scene = try scene()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.settle()
    let backup = scene.origin.store.snapshot()
    _ = try scene.origin.accept(Scene.draft("two"))
    try scene.settle()
    scene.disconnect()
    // A month in which this node was off, and the neighbour's clock stood.
    scene.origin.now = Self.agreed.advanced(byMilliseconds: 1000)
    try scene.origin.restore(from: backup)
    scene.origin.give(.eraseDue(isClockRight: true))
    try scene.origin.finishCommits()
    #expect(try epochs(Scene.sent, at: scene.origin)[0].isErased)
    scene.connect()
    try scene.run(seconds: 5)
    let size = try scene.origin.reader.state(of: Scene.sent).size
    #expect(size == 3)
    #expect(throws: ReadError.erased(stream: Scene.sent, index: 2)) {
      try scene.origin.reader.keptRecord(Scene.sent, at: 2)
    }
    let body = try scene.origin.store.chunk(of: Scene.sent, containing: 2)?.bodies ?? []
    #expect(body.count < 20, "no sealed body is kept")
    #expect(try scene.origin.names(Scene.home) == ["one"])
  }

  @Test func bodiesThatCameBackGoWhenTheirTimeIsOver() throws {
    let scene = try scene()
    let empty = scene.origin.store.snapshot()
    _ = try scene.origin.accept(Scene.draft("old"))
    try scene.settle()
    scene.disconnect()
    try scene.origin.restore(from: empty)
    scene.connect()
    try scene.run(seconds: 3)
    _ = try scene.origin.accept(Scene.draft("of the same day"))
    try scene.run(seconds: 3)
    #expect(try scene.origin.reader.keptRecord(Scene.sent, at: 1) != nil)
    #expect(try scene.origin.names(Scene.home) == ["old", "of the same day"])
    let kept = try epochs(Scene.sent, at: scene.origin)
    for day in 1...3 {
      try pass(scene, to: Scene.start.advanced(byMilliseconds: Int64(day) * Self.day))
      _ = try scene.origin.accept(Scene.draft("of day \(day)"))
      try scene.run(seconds: 3)
    }
    try pass(scene, to: Self.agreed)
    // Of what came back nothing is left: neither key nor body.
    #expect(try epochs(Scene.sent, at: scene.origin)[0].isErased)
    #expect(try scene.origin.store.chunk(of: Scene.sent, containing: 1)?.bodies.isEmpty == true)
    try expectNothingLeft(Array(kept.prefix(1)), at: scene.origin)
    #expect(throws: ReadError.erased(stream: Scene.sent, index: 1)) {
      try scene.origin.reader.keptRecord(Scene.sent, at: 1)
    }
    try expectFlowing(scene)
    #expect(try erasures(Scene.sent, at: scene.origin) == 1)
    #expect(try scene.recipient.names(Scene.sent) == ["of day 1", "of day 2", "of day 3"])
    // A neighbour that lost all of it gets what is left.
    scene.disconnect()
    try scene.recipient.restart(from: TestStore().snapshot())
    scene.connect()
    try scene.run(seconds: 5)
    #expect(try scene.recipient.names(Scene.sent) == ["of day 1", "of day 2", "of day 3"])
    try expectFlowing(scene)
  }

  @Test func aCrashWhileItIsErasedAgainLeavesItErased() throws {
    let scene = try scene()
    _ = try scene.origin.accept(Scene.draft("old"))
    try scene.settle()
    let backup = scene.origin.store.snapshot()
    try pass(scene, to: Self.agreed)
    scene.disconnect()
    try scene.origin.restore(from: backup)
    scene.connect()
    // The commit that takes back what was lost is durable, and nobody was told.
    for _ in 0..<100 where scene.origin.commit?.appends.contains(where: { $0.stream == Scene.sent }) != true {
      try scene.origin.finishCommits()
      try scene.recipient.finishCommits()
      try scene.carry()
    }
    let commit = try #require(scene.origin.commit)
    try scene.origin.store.commit(commit)
    scene.disconnect()
    try scene.origin.restart()
    #expect(try epochs(Scene.sent, at: scene.origin)[0].isErased)
    scene.connect()
    try scene.run(seconds: 5)
    _ = try scene.origin.accept(Scene.draft("new"))
    try scene.run(seconds: 70)
    try expectFlowing(scene)
    #expect(try erasures(Scene.sent, at: scene.origin) == 1)
  }
}

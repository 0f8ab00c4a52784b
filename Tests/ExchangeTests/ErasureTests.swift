import Ledger
import Simulator
import Sodium
import Store
import Terms
import Testing

@testable import Exchange

/// Retention: what is past its days is gone on both sides, at its midnight, and everything else still proves itself.
@Suite struct ErasureTests {
  /// Days that agreements say (`Scene.terms`), and own registers.
  private static let (agreed, home): (Int64, UInt32) = (30, 40)
  private static let day: Int64 = 86_400_000

  private func scene() throws -> Scene { try Scene(rules: SimulatedRules(homeDays: Self.home)) }

  /// Lets both clocks go on to a moment, in steps that a neighbour's word is not needed for, and some seconds at each.
  private func go(_ scene: Scene, to moment: Instant) throws {
    while scene.origin.now < moment {
      let step = min(moment.milliseconds(since: scene.origin.now), 6 * Self.day)
      for party in [scene.origin, scene.recipient] { party.now = party.now.advanced(byMilliseconds: step) }
      try scene.run(seconds: 1)
      for party in [scene.origin, scene.recipient] { party.now = party.now.advanced(byMilliseconds: -1000) }
    }
    try scene.run(seconds: 35)
  }

  /// The midnight at which records of the first day are gone at the neighbour's.
  private static var end: Instant {
    Retention.end(ofDay: CalendarDay(of: Scene.start).daysSinceEpoch, keptDays: UInt32(agreed))
  }

  @Test func aDayIsKeptForItsDaysAndGoesAtTheMidnightAfter() {
    let day = CalendarDay(of: Scene.start)
    #expect(day.description == "2026-11-24")
    #expect(Self.end.description.hasPrefix("2026-12-25T00:00:00"))
  }

  @Test func whatIsPastItsDaysIsGoneOnBothSidesAndTheStreamFlowsOn() throws {
    let scene = try scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("old"))
    try scene.settle()
    let sealed = try #require(try scene.recipient.store.chunk(of: Scene.sent, containing: 1)).bodies
    let old = try EpochVault(store: scene.recipient.store, keys: scene.recipient.keys).epochs(of: Scene.sent)
    #expect(!sealed.isEmpty && old.count == 1 && !old[0].isErased)
    try go(scene, to: Self.end.advanced(byMilliseconds: -60_000))
    #expect(try scene.recipient.names(Scene.sent) == ["old"])
    try go(scene, to: Self.end)

    for party in [scene.origin, scene.recipient] {
      let epochs = try party.reader.vault.epochs(of: Scene.sent)
      #expect(epochs.count == 1 && epochs[0].isErased && epochs[0].box.isEmpty, "\(party.country)")
      #expect(throws: ReadError.erased(stream: Scene.sent, index: 1)) {
        try party.reader.vault.key(of: Scene.sent, at: 1)
      }
      // Nothing of the keys is left in what the store keeps.
      for (key, value) in try party.store.states(prefix: "") {
        #expect(!value.contains(old[0].box) && !value.contains(old[0].wrapped), "\(party.country) \(key)")
      }
    }
    #expect(try scene.recipient.names(Scene.sent).isEmpty)
    #expect(try scene.recipient.store.chunk(of: Scene.sent, containing: 1)?.bodies.isEmpty == true)
    // The own register keeps it for longer.
    #expect(try scene.origin.names(Scene.home) == ["old"])
    // The origin says so in the stream, the recipient in its own log, and what was signed before still fits.
    let entry = try scene.recipient.reader.entry(Scene.sent, at: 2).entry
    #expect(entry.kind == .erased(old[0].number) && entry.commitment == Digest())
    let log = try #require(Retention.log(of: Scene.gt))
    let noted = try scene.recipient.reader.entry(log, at: 0).entry
    #expect(noted.kind == .erased(old[0].number))
    #expect(noted.commitment == Retention.commitment(to: old[0], of: Scene.sent, in: Scene.realm))
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0 && scene.origin.status(Scene.sent)?.flowing == true)
    _ = try scene.origin.accept(Scene.draft("new"))
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["new"])
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)

    try go(scene, to: Self.end.advanced(byMilliseconds: 10 * Self.day))
    #expect(try scene.origin.names(Scene.home) == ["new"])
    let status = try #require(try scene.origin.core.retention(at: scene.origin.now).first { $0.stream == Scene.home })
    #expect(status.days == Self.home && status.erased == 2 && status.due == 0 && status.lastErasure != nil)
  }

  @Test func aNeighbourThatComesTooLateGetsNoBodyAndTheStreamFlows() throws {
    let scene = try scene()
    _ = try scene.origin.accept(Scene.draft("too late"))
    try go(scene, to: Self.end.advanced(byMilliseconds: Self.day))
    _ = try scene.origin.accept(Scene.draft("in time"))
    scene.connect()
    try scene.run(seconds: 3)
    #expect(try scene.recipient.names(Scene.sent) == ["in time"])
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0 && scene.origin.status(Scene.sent)?.problem == "")
    let batches = scene.carried.compactMap(\.batch)
      .filter { $0.stream == Scene.sent }
    let first = try #require(batches.first { $0.first == 0 })
    // Neither the key nor the body of the first two entries.
    #expect(first.bodies.starts(with: [0, 0]))
    #expect(try scene.recipient.reader.vault.epochs(of: Scene.sent)[0].isErased)
    #expect(throws: ReadError.self) { try scene.recipient.reader.record(Scene.sent, at: 1) }
    let log = try #require(Retention.log(of: Scene.gt))
    #expect(try scene.recipient.reader.state(of: log).size == 1)
    // It starts again from what it holds.
    try scene.recipient.restart()
    #expect(try scene.recipient.names(Scene.sent) == ["in time"])
  }

  @Test func aBundleBringsNoBodyThatIsPastItsDays() throws {
    let scene = try scene()
    _ = try scene.origin.accept(Scene.draft("too late"))
    try go(scene, to: Self.end)
    _ = try scene.origin.accept(Scene.draft("in time"))
    scene.recipient.give(
      .bundle(try scene.origin.core.messagesForBundle(to: Scene.gt, byteCount: 1 << 20), from: Scene.sv))
    try scene.recipient.finishCommits()
    #expect(try scene.recipient.names(Scene.sent) == ["in time"])
    #expect(try scene.recipient.reader.state(of: Scene.sent).size == scene.origin.reader.state(of: Scene.sent).size)
  }

  @Test(arguments: ["body", "key"]) func whatIsMissingBeforeItsTimeIsRefused(_ what: String) throws {
    let scene = try scene()
    scene.connect()
    try scene.settle()
    var maker = HandmadeOrigin(scene)
    if what == "key" {
      maker.add(Entry(id: maker.id(), kind: .epoch(100), commitment: SHA256.hash([1])), sealed: [])
    } else {
      try maker.addEpoch()
    }
    maker.add(Entry(id: maker.id(), kind: .record, commitment: SHA256.hash([2])), sealed: [])
    scene.recipient.give(.message(.batch(try maker.batch()), from: Scene.sv))
    try scene.recipient.finishCommits()
    let refusals = scene.recipient.take { if case .refuse(let refusal) = $0 { refusal } else { nil } }
    #expect(refusals.count == 1 && refusals[0].code == .badEntry)
    #expect(refusals[0].reason.contains("time is not over"))
    #expect(try scene.recipient.reader.state(of: Scene.sent).size == 0)
  }

  @Test func anErasedRecordCannotBeCorrectedAndItsReferenceStays() throws {
    let scene = try scene()
    let id = try scene.origin.accept(Scene.draft("old", reference: "R-1"))
    try go(scene, to: Retention.end(ofDay: CalendarDay(of: Scene.start).daysSinceEpoch, keptDays: Self.home))
    #expect(try scene.origin.names(Scene.home).isEmpty)
    for kind in [Entry.Kind.replaces(id), .withdraws(id)] {
      let result = try scene.origin.publishDurably([Scene.draft("late", kind: kind)])
      guard case .refused(_, let problem, _)? = result.first else { return #expect(Bool(false), "\(result)") }
      #expect(problem == "\(id) was erased at the end of its retention")
    }
    // The same and other content alike: what it was cannot be told any more, and a repeated upload brings nothing back.
    for name in ["old", "other"] {
      let result = try scene.origin.publishDurably([Scene.draft(name, reference: "R-1")])
      guard case .refused("reference", let problem, _)? = result.first else { return #expect(Bool(false), "\(result)") }
      #expect(problem.contains("\(id)") && problem.contains("erased"))
    }
  }

  @Test func aCorrectionOfWhatTheNeighbourMayNotKeepStaysAtHome() throws {
    let scene = try scene()
    scene.connect()
    let id = try scene.origin.accept(Scene.draft("old"))
    try scene.settle()
    try go(scene, to: Self.end)
    _ = try scene.origin.accept(Scene.draft("corrected", kind: .replaces(id)))
    try scene.settle()
    #expect(try scene.origin.names(Scene.home) == ["old", "corrected"])
    #expect(try scene.recipient.names(Scene.sent).isEmpty)
  }

  @Test func aClockThatGoesAheadByYearsErasesNothingUntilItIsConfirmed() throws {
    let scene = try scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("old"))
    try scene.run(seconds: 40)
    scene.disconnect()
    let years = 3 * 365 * Self.day
    scene.origin.now = scene.origin.now.advanced(byMilliseconds: years)
    for _ in 0..<100 {
      scene.origin.now = scene.origin.now.advanced(byMilliseconds: 61_000)
      scene.origin.give(.tick)
      try scene.origin.finishCommits()
    }
    #expect(try scene.origin.names(Scene.home) == ["old"])
    #expect(scene.origin.core.erasureObstacle?.words.contains("clock went ahead by 1095 days") == true)
    #expect(scene.origin.log.filter { $0.level == .error && $0.text.contains("clock") }.count == 1)
    // An operator's command does not believe it either, unless it says so.
    scene.origin.give(.eraseDue(isClockRight: false))
    try scene.origin.finishCommits()
    #expect(try scene.origin.names(Scene.home) == ["old"])

    // A new start does not help, nor does waiting.
    try scene.origin.restart()
    for _ in 0..<100 {
      scene.origin.now = scene.origin.now.advanced(byMilliseconds: 61_000)
      scene.origin.give(.tick)
      try scene.origin.finishCommits()
    }
    #expect(try scene.origin.names(Scene.home) == ["old"])
    scene.origin.give(.eraseDue(isClockRight: true))
    try scene.origin.finishCommits()
    #expect(try scene.origin.names(Scene.home).isEmpty && scene.origin.core.erasureObstacle == nil)
  }

  @Test func aNeighboursSignedTimeConfirmsAClockThatWentAhead() throws {
    let scene = try scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("old"))
    try scene.run(seconds: 40)
    scene.disconnect()
    // Both were off for two months.
    for party in [scene.origin, scene.recipient] {
      party.now = party.now.advanced(byMilliseconds: 60 * Self.day)
      party.give(.tick)
      try party.finishCommits()
    }
    #expect(try scene.origin.names(Scene.home) == ["old"])
    scene.connect()
    try scene.run(seconds: 130)
    #expect(try scene.origin.names(Scene.home).isEmpty)
    #expect(try scene.recipient.names(Scene.sent).isEmpty)
    #expect(scene.origin.core.erasureObstacle == nil && scene.recipient.core.erasureObstacle == nil)
  }

  @Test func aCommitThatFailsWhileErasingIsDoneAgain() throws {
    let scene = try scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("old"))
    try scene.settle()
    try go(scene, to: Self.end.advanced(byMilliseconds: -60_000))
    scene.recipient.now = Self.end.advanced(byMilliseconds: 1000)
    scene.recipient.give(.tick)
    #expect(scene.recipient.commit != nil)
    scene.recipient.failCommit(.failed("test"))
    #expect(try scene.recipient.names(Scene.sent) == ["old"])
    // A crash with the commit durable, before anybody was told.
    for _ in 0..<40 where scene.recipient.commit?.erasures.isEmpty != false {
      try scene.recipient.finishCommits()
      scene.recipient.now = scene.recipient.now.advanced(byMilliseconds: 1000)
      scene.recipient.give(.tick)
    }
    let commit = try #require(scene.recipient.commit)
    #expect(!commit.erasures.isEmpty)
    try scene.recipient.store.commit(commit)
    try scene.recipient.restart()
    #expect(try scene.recipient.names(Scene.sent).isEmpty)
    let log = try #require(Retention.log(of: Scene.gt))
    #expect(try scene.recipient.reader.state(of: log).size == 1)
    scene.disconnect()
    scene.connect()
    try go(scene, to: Self.end.advanced(byMilliseconds: 60_000))
    #expect(try scene.recipient.reader.state(of: log).size == 1)
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
  }

  @Test func anotherAgreementBeginsAnotherEpochAndEachIsKeptForItsOwnDays() throws {
    let scene = try scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("first"))
    try scene.settle()
    let second = SHA256.hash(Array("the second agreement".utf8))
    let until = Instant(milliseconds: 1_893_456_000_000)
    var terms = Scene.terms(Scene.sent)
    let former = AgreedStream(
      terms: terms, agreement: Scene.agreement, validFrom: Instant(milliseconds: 0), validUntil: until)
    terms.retentionDays = 10
    try scene.agree([
      former, AgreedStream(terms: terms, agreement: second, validFrom: Instant(milliseconds: 1), validUntil: until),
    ])
    _ = try scene.origin.accept(Scene.draft("second"))
    try scene.run(seconds: 3)
    #expect(try scene.recipient.names(Scene.sent) == ["first", "second"])
    let epochs = try scene.recipient.reader.vault.epochs(of: Scene.sent)
    #expect(epochs.count == 2 && epochs[0].number == epochs[1].number)
    try go(scene, to: Retention.end(ofDay: CalendarDay(of: Scene.start).daysSinceEpoch, keptDays: 10))
    #expect(try scene.recipient.names(Scene.sent) == ["first"])
    try go(scene, to: Self.end)
    #expect(try scene.recipient.names(Scene.sent).isEmpty)
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
  }
}

extension [UInt8] {
  /// Whether these bytes stand somewhere in it.
  func contains(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty, count >= bytes.count else { return false }
    return indices.dropLast(bytes.count - 1).contains { self[$0..<($0 + bytes.count)].elementsEqual(bytes) }
  }
}

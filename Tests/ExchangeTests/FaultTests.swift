import Ledger
import Simulator
import Sodium
import Store
import Terms
import Testing

@testable import Exchange

/// One fault stays where it is: a stream that cannot go on, a store that cannot be read, a peer that asks too much.
@Suite struct FaultTests {
  @Test func oneBrokenStreamDoesNotHoldUpAnother() throws {
    let scene = try Scene()
    // A record of the movements is altered on its way, again and again.
    scene.tamper = { message in
      guard case .batch(let batch) = message, batch.stream == Scene.sent else { return message }
      var bodies = batch.bodies
      if let last = bodies.indices.last { bodies[last] ^= 1 }
      return .batch(
        .init(
          stream: batch.stream, agreement: batch.agreement, version: batch.version, first: batch.first,
          count: batch.count, entries: batch.entries, bodies: bodies, checkpoint: batch.checkpoint))
    }
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("altered"))
    try scene.settle()
    for number in 0..<30 {
      _ = try scene.origin.accept(Scene.draft("note \(number)", dataset: Scene.notes))
      _ = try scene.recipient.accept(Scene.draft("back \(number)"))
      try scene.run(seconds: 1)
      #expect(try scene.recipient.names(Scene.sentNotes).count == number + 1)
      #expect(try scene.origin.names(Scene.back).count == number + 1)
    }
    for party in [scene.origin, scene.recipient] {
      #expect(party.status(Scene.sentNotes)?.flowing == true)
      #expect(party.status(Scene.back)?.flowing == true)
      #expect(party.status(Scene.sent)?.flowing == false)
      #expect(party.status(Scene.sent)?.problem.contains("entry 0") == true)
      #expect(party.log.filter { $0.text.contains("\(Scene.sent)") }.count < 20, "it does not fill the log")
    }
    #expect(try scene.recipient.names(Scene.sent) == [])
    scene.tamper = { $0 }
    try scene.run(seconds: 45)
    #expect(try scene.recipient.names(Scene.sent) == ["altered"])
    #expect(scene.recipient.status(Scene.sent)?.flowing == true)
  }

  @Test func aStreamThatCannotBeReadStopsAloneAndGoesOnWhenItCan() throws {
    let scene = try Scene()
    _ = try scene.origin.accept(Scene.draft("one"))
    _ = try scene.origin.accept(Scene.draft("note", dataset: Scene.notes))
    scene.origin.store.faults.unreadable = Scene.sent
    scene.connect()
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sentNotes) == ["note"])
    #expect(try scene.recipient.names(Scene.sent) == [])
    #expect(scene.origin.status(Scene.sent)?.problem.contains("cannot read") == true)
    #expect(scene.recipient.status(Scene.sent)?.problem.contains("SV cannot read") == true)
    scene.origin.store.faults.unreadable = nil
    try scene.run(seconds: 20)
    #expect(try scene.recipient.names(Scene.sent) == ["one"])
    #expect(scene.origin.status(Scene.sent)?.flowing == true)
    #expect(scene.recipient.status(Scene.sent)?.flowing == true)
  }

  /// Brings the origin into the state in which a commit was durable and reading after it failed.
  private func blinded(_ scene: Scene) throws {
    let origin = scene.origin
    origin.publish([Scene.draft("durable")])
    // A read fails in the midst of the next publish: what is durable is read again when the commit has ended.
    origin.store.faults.reads = .failed("test")
    origin.publish([Scene.draft("lost", reference: "r")])
    try origin.store.commit(try #require(origin.commit))
    origin.commit = nil
    origin.give(.committed)
  }

  @Test func whileTheStoreCannotBeReadNothingIsTakenAndNothingIsSigned() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    try blinded(scene)
    #expect(scene.origin.results.count == 1 && scene.origin.failures.count == 1)
    let token = scene.origin.publish([Scene.draft("refused")])
    #expect(scene.origin.failures[token] != nil)
    // Health and status ask for this.
    #expect(scene.origin.core.storeProblem?.description.contains("cannot be read again") == true)
    // A link that comes up now hears no "as of": this node does not know what its latest is.
    scene.disconnect()
    scene.connect()
    try scene.settle()
    try scene.run(seconds: 7)
    let said = scene.recipient.status(Scene.sent)?.asOf
    #expect(said.map { $0 <= UInt64(Scene.start.seconds) } ?? true)
    // A hello is heard all the same: a neighbour's renewed card comes with it.
    #expect(scene.origin.hellos.count == 2)
    scene.origin.store.faults.reads = nil
    try scene.run(seconds: 20)
    #expect(try scene.recipient.names(Scene.sent) == ["durable"])
    #expect(scene.recipient.status(Scene.sent)?.flowing == true)
    #expect(scene.origin.core.storeProblem == nil)
    #expect(try scene.origin.accept(Scene.draft("goes on")) > RecordID(time: Scene.start, random: (0, 0)))
  }

  @Test func aBundleThatComesWhileTheStateIsReadAgainHarmsNothing() throws {
    let scene = try Scene()
    _ = try scene.recipient.accept(Scene.draft("by hand"))
    let bundle = try scene.recipient.core.messagesForBundle(to: Scene.sv, byteCount: 1 << 20)
    let origin = scene.origin
    origin.publish([Scene.draft("durable")])
    origin.store.faults.reads = .failed("test")
    origin.publish([Scene.draft("lost", reference: "r")])
    origin.store.faults.reads = nil
    // The commit is still under way, and what runs ahead of it is not good any more.
    origin.give(.bundle(bundle, from: Scene.gt))
    try origin.finishCommits()
    try scene.run(seconds: 2)
    #expect(try origin.names(Scene.home) == ["durable"])
    origin.give(.bundle(bundle, from: Scene.gt))
    try origin.finishCommits()
    #expect(try origin.names(Scene.back) == ["by hand"])
  }

  // MARK: Limits

  @Test func publishingIsRefusedWhenTheDiskDoesNotKeepUp() throws {
    let origin = try Scene(rules: HomeRules()).origin
    let body = [UInt8](repeating: 0x61, count: 65_000)
    let draft = Draft(dataset: Scene.movements, version: 1, body: body, reference: nil, kind: .record)
    var taken = 0
    while origin.failures.isEmpty, taken < 2000 {
      origin.publish([draft])
      taken += 1
    }
    #expect(origin.failures.count == 1)
    #expect(origin.core.pendingByteCount >= Core.mostPendingBytes)
    #expect(origin.core.pendingByteCount < Core.mostPendingBytes + 2 * body.count)
    try origin.finishCommits()
    #expect(origin.results.count == taken - 1)
    #expect(origin.core.pendingByteCount == 0)
    _ = try origin.accept(draft)
  }

  @Test func aRecipientWhoseDiskDoesNotKeepUpDropsBatchesAndAsksForThemLater() throws {
    let scene = try Scene(rules: HomeRules())
    scene.recipient.give(.linkUp(Scene.sv))
    let body = [UInt8](repeating: 0x61, count: 65_000)
    let draft = Draft(dataset: Scene.movements, version: 1, body: body, reference: nil, kind: .record)
    while scene.recipient.failures.isEmpty { scene.recipient.publish([draft]) }
    var maker = HandmadeOrigin(scene)
    try maker.addEpoch()
    let batch = try maker.batch()
    scene.recipient.outbox = []
    scene.recipient.give(.message(.batch(batch), from: Scene.sv))
    #expect(scene.recipient.core.pendingByteCount < Core.mostPendingBytes + 2 * body.count)
    try scene.recipient.finishCommits()
    #expect(scene.recipient.status(Scene.sent)?.size == 0)
    scene.recipient.now = Scene.start.advanced(byMilliseconds: Core.gapPatience)
    scene.recipient.give(.tick)
    let resumes = scene.recipient.take { if case .resume(let resume) = $0 { resume.stream } else { nil } }
    #expect(resumes.contains(Scene.sent))
  }

  @Test func anOriginSendsNoMoreThanTheWindowWithoutAReceipt() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    let many = (0..<Int(Core.fewEntries)).map { Scene.draft("n \($0)") }
    for _ in 0..<Core.mostUnreceiptedBatches + 2 { _ = try scene.origin.publishDurably(many) }
    var batches = scene.origin.take(\.batch)
    #expect(batches.count == Core.mostUnreceiptedBatches)
    // Ticks and publishes do not widen it; a receipt does, by as much as it is for.
    for _ in 0..<30 {
      scene.origin.now = scene.origin.now.advanced(byMilliseconds: 1000)
      scene.origin.give(.tick)
      _ = try scene.origin.publishDurably([Scene.draft("more")])
    }
    #expect(scene.origin.take(\.batch).isEmpty)
    for batch in batches.prefix(3) { scene.recipient.give(.message(.batch(batch), from: Scene.sv)) }
    try scene.recipient.finishCommits()
    for message in scene.recipient.take({ $0 }) { scene.origin.give(.message(message, from: Scene.gt)) }
    batches += scene.origin.take(\.batch)
    #expect(batches.count == Core.mostUnreceiptedBatches + 1, "what gathered goes in one batch")
    #expect(batches.last.map { $0.first + UInt64($0.count) } == scene.origin.status(Scene.sent)?.size)
  }

  @Test func aBatchClosesWithItsBytes() throws {
    let scene = try Scene()
    // Long enough that a thousand, the most of a batch, are more bytes than close one.
    let padding = String(repeating: "x", count: 30)
    _ = try scene.origin.publishDurably((0..<2500).map { Scene.draft("n \($0) \(padding)") })
    scene.connect()
    try scene.settle()
    let batches = scene.carried.compactMap(\.batch)
    #expect(batches.allSatisfy { $0.count <= Message.Batch.mostEntries })
    #expect(batches.dropLast().allSatisfy { $0.bodies.count >= Message.Batch.closedAtByteCount })
    #expect(batches.allSatisfy { $0.bodies.count < Message.Batch.closedAtByteCount + 100 })
    #expect(scene.recipient.status(Scene.sent)?.size == 2501)
  }

  @Test func largeBodiesCloseBatchesAndTheWindowInBytes() throws {
    let scene = try Scene()
    let name = Scene.text(60_000, 1)
    for _ in 0..<8 { _ = try scene.origin.publishDurably((0..<20).map { _ in Scene.draft(name) }) }
    scene.connect()
    for message in scene.recipient.take({ $0 }) { scene.origin.give(.message(message, from: Scene.gt)) }
    let batches = scene.origin.take(\.batch)
    for batch in batches { #expect(batch.bodies.count <= Message.Batch.longestBodies) }
    let bytes = batches.reduce(0) { $0 + $1.bodies.count + $1.entries.count }
    #expect(bytes >= Core.mostUnreceiptedBytes)
    #expect(bytes < Core.mostUnreceiptedBytes + Message.Batch.longestBodies + 64_000)
    // All of it arrives nevertheless.
    for batch in batches { scene.recipient.give(.message(.batch(batch), from: Scene.sv)) }
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent).count == 160)
  }

  @Test func messagesWithoutALinkOrOfAnotherCountryDoNothing() throws {
    let scene = try Scene()
    var maker = HandmadeOrigin(scene)
    try maker.addEpoch()
    let batch = try maker.batch()
    scene.recipient.give(.message(.batch(batch), from: Scene.sv))
    #expect(scene.recipient.commit == nil && scene.recipient.outbox.isEmpty)
    scene.recipient.give(.linkUp(Scene.sv))
    let other = try CountryCode("HN")
    scene.recipient.give(.linkUp(other))
    scene.recipient.outbox = []
    scene.recipient.give(.message(.batch(batch), from: other))
    let codes = scene.recipient.take { if case .refuse(let refusal) = $0 { refusal.code } else { nil } }
    #expect(codes == [.unknownStream])
    #expect(scene.recipient.commit == nil)
    // A third country gets nothing of a stream that is not its own.
    _ = try scene.origin.accept(Scene.draft("one"))
    scene.origin.give(.linkUp(other))
    scene.origin.outbox = []
    for stream in [Scene.sent, Scene.home] {
      scene.origin.give(
        .message(
          .resume(.init(stream: stream, agreement: Scene.agreement, size: 0, checkpoint: [])), from: other))
    }
    let others = scene.origin.take { if case .refuse(let refusal) = $0 { refusal.code } else { nil } }
    #expect(others == [.unknownStream, .unknownStream])
    #expect(scene.origin.outbox.isEmpty)
  }

  @Test func anotherVersionOfTheExchangeClosesTheLink() throws {
    let scene = try Scene()
    scene.connect()
    scene.origin.give(.message(.hello(.init(version: 2, time: Scene.start, card: [])), from: Scene.gt))
    #expect(scene.origin.closed.count == 1)
    #expect(scene.origin.status(Scene.sent)?.isLinkUp == false)
  }
}

/// Records that stay at home and are not searched: large ones cost no test its time.
struct HomeRules: RecordRules {
  struct Unread: RecordReading {
    let body: [UInt8]
    func project(under terms: StreamTerms) -> [UInt8] { body }
    func isAdmitted(under terms: StreamTerms) -> Bool { false }
    var searchKeys: [SearchKey] { [] }
    var reference: String? { nil }
  }

  func retentionDays(of dataset: DatasetName) -> UInt32? { nil }
  func read(_ body: [UInt8], of dataset: DatasetName, version: UInt32) -> any RecordReading { Unread(body: body) }
  func verify(_ body: [UInt8], kind: Entry.Kind, terms: StreamTerms) throws(RuleBreach) -> any RecordReading {
    Unread(body: body)
  }
}

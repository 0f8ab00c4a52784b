import Ledger
import Simulator
import Store
import Terms
import Testing

@testable import Exchange

/// Nothing is told before it is durable, and a commit that fails leaves everything as a crash would.
@Suite struct CommitTests {
  @Test func nothingIsToldBeforeItsCommitIsDurable() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    let token = scene.origin.publish([Scene.draft("one")])
    #expect(scene.origin.commit != nil)
    #expect(scene.origin.results[token] == nil)
    // What is sent ahead bears no checkpoint, and says nothing.
    let ahead = scene.origin.take { if case .advance(let batch) = $0 { batch.checkpoint } else { nil } }
    #expect(ahead == [[]] && scene.origin.outbox.isEmpty)
    #expect(scene.origin.status(Scene.home)?.size ?? 0 == 0)
    #expect(scene.origin.status(Scene.sent)?.size == 0)

    try scene.origin.finishCommits()
    #expect(scene.origin.results[token]?.count == 1)
    #expect(scene.origin.status(Scene.sent)?.size == 2)
    let batches = scene.origin.take(\.batch)
    let batch = try #require(batches.first)
    #expect((batches.count, batch.first, batch.count) == (1, 0, 2))

    // The recipient: no receipt and no news of it before its own commit.
    scene.recipient.give(.message(.batch(batch), from: Scene.sv))
    #expect(scene.recipient.commit != nil)
    #expect(scene.recipient.outbox.isEmpty)
    #expect(scene.recipient.arrived.isEmpty)
    #expect(scene.recipient.status(Scene.sent)?.size == 0)
    try scene.recipient.finishCommits()
    #expect(scene.recipient.arrived.map(\.range) == [0..<2])
    let receipts = scene.recipient.take { if case .receipt(_, let note) = $0 { note } else { nil } }
    #expect(try SignedCheckpoint(try #require(receipts.first)).checkpoint.size == 2)
  }

  @Test func whatArrivesDuringACommitGathersInTheNextOne() throws {
    let origin = try Scene().origin
    let first = origin.publish([Scene.draft("one")])
    let commit = try #require(origin.commit)
    origin.commit = nil
    let others = (0..<20).map { origin.publish([Scene.draft("more \($0)")]) }
    #expect(origin.commit == nil, "one commit is under way at a time")
    try origin.store.commit(commit)
    origin.give(.committed)
    #expect(origin.results.keys.sorted() == [first])
    try origin.store.commit(try #require(origin.commit))
    origin.commit = nil
    origin.give(.committed)
    #expect(origin.results.keys.sorted() == [first] + others)
    #expect(origin.commit == nil)
  }

  @Test func whatIsPublishedTogetherIsOneCommitAndAnsweredApart() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    let origin = scene.origin
    let same = Scene.draft("two", reference: "r")
    let tokens = origin.publish(together: [[Scene.draft("one")], [same, Scene.draft("three")], [same]])
    #expect(origin.results.isEmpty)
    try origin.store.commit(try #require(origin.commit))
    origin.commit = nil
    origin.give(.committed)
    #expect(origin.commit == nil)
    #expect(tokens.map { origin.results[$0]?.count } == [1, 2, 1])
    guard case .accepted(let id)? = origin.results[tokens[1]]?.first else { throw Scene.Unexpected.notAccepted }
    #expect(origin.results[tokens[2]] == [.duplicate(id)])
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
  }

  @Test func oneRequestThatIsNotTakenDoesNotHoldUpTheOthers() throws {
    let origin = try Scene().origin
    origin.give(.room(.full("test")))
    var line = Scene.draft("a lookup's line")
    line = Draft(
      dataset: line.dataset, version: line.version, body: line.body, reference: nil, kind: .record,
      mayUseReserve: true)
    let tokens = origin.publish(together: [[Scene.draft("one")], [line], [Scene.draft("two")]])
    try origin.finishCommits()
    #expect(origin.failures == [tokens[0]: .full("test"), tokens[2]: .full("test")])
    #expect(origin.results.keys.sorted() == [tokens[1]])
    #expect(try origin.names(Scene.home) == ["a lookup's line"])
  }

  @Test func aFailedCommitIsAsACrash() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("kept"))
    try scene.settle()
    let (token, behind) = (scene.origin.publish([Scene.draft("lost", reference: "r")]), UInt64(3))
    let lost = try #require(scene.origin.commit)
    #expect(scene.origin.publish([Scene.draft("lost behind")]) == behind)
    scene.origin.failCommit(.full("test"))
    #expect(scene.origin.failures == [token: .full("test"), behind: .full("test")])
    #expect(scene.origin.results[token] == nil)
    #expect(scene.origin.core.storeProblem == .full("test"))
    #expect(scene.origin.status(Scene.sent)?.size == 2)
    #expect(try scene.origin.names(Scene.home) == ["kept"])
    // What failed can be published again, and is no duplicate of what never was.
    let again = try scene.origin.accept(Scene.draft("lost", reference: "r"))
    try scene.run(seconds: 20)
    #expect(scene.origin.core.storeProblem == nil)
    #expect(try scene.recipient.records(Scene.sent).map(\.entry.id).last == again)
    #expect(try scene.recipient.names(Scene.sent) == ["kept", "lost"])
    #expect(scene.origin.status(Scene.sent)?.flowing == true)
    #expect(!lost.isEmpty)
  }

  @Test func aRecipientWhoseCommitFailsGivesNoReceiptAndAsksAgain() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    _ = try scene.origin.accept(Scene.draft("one"))
    for message in scene.origin.take({ $0 }) { scene.recipient.give(.message(message, from: Scene.sv)) }
    #expect(scene.recipient.commit != nil)
    scene.recipient.failCommit()
    #expect(scene.recipient.take { if case .receipt = $0 { $0 } else { nil } }.isEmpty)
    #expect(scene.recipient.status(Scene.sent)?.flowing == false)
    #expect(scene.recipient.status(Scene.sent)?.lagRecords == 2)
    try scene.run(seconds: 12)
    #expect(try scene.recipient.names(Scene.sent) == ["one"])
    #expect(scene.recipient.status(Scene.sent)?.flowing == true)
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
  }

  @Test(arguments: [false, true])
  func aCrashOnEitherSideOfTheFsyncLosesNothingAndDoublesNothing(isAfter: Bool) throws {
    let scene = try Scene()
    let draft = Scene.draft("one", reference: "r")
    scene.origin.publish([draft])
    if isAfter { try scene.origin.store.commit(try #require(scene.origin.commit)) }
    try scene.origin.restart()
    let result = try #require(scene.origin.publishDurably([draft]).first)
    if case .duplicate = result { #expect(isAfter) } else { #expect(!isAfter) }
    #expect(try scene.origin.names(Scene.home) == ["one"])
    scene.connect()
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one"])
  }

  @Test func receiptsAndAsOfThatWereHeardOutliveAFailedCommit() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.settle()
    #expect(scene.origin.status(Scene.sent)?.receiptSize == 2)
    let asOf = scene.recipient.status(Scene.sent)?.asOf
    #expect(try scene.origin.reader.state(of: Scene.sent).receipt == nil, "it is in memory alone so far")
    for party in [scene.origin, scene.recipient] {
      party.publish([Scene.draft("fails", crossing: "b")])
      party.failCommit()
    }
    #expect(scene.origin.status(Scene.sent)?.receiptSize == 2)
    #expect(scene.recipient.status(Scene.sent)?.asOf == asOf)
  }

  @Test func receiptsBecomeDurableAndAreFoundByTheReader() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.run(seconds: 6)
    let state = try scene.origin.reader.state(of: Scene.sent)
    let receipt = try #require(state.receipt)
    #expect(receipt.checkpoint.size == 2)
    #expect(receipt.checkpoint.root == state.frontier.root)
    let key = NoteKey(.receipt, of: Scene.gt, in: Scene.realm, key: scene.recipient.keys.receipt.verifyingKey)
    #expect(try receipt.note.isSigned(by: key))
    // And of the recipient: the origin's checkpoint with its "as of".
    let held = try #require(try scene.recipient.reader.state(of: Scene.sent).checkpoint)
    let asOf = NoteKey(.receipt, of: Scene.sv, in: Scene.realm, key: scene.origin.keys.receipt.verifyingKey)
    #expect(try held.isSigned(byLog: [scene.origin.keys.log.verifyingKey]))
    #expect(try held.note.isSigned(by: asOf))
    try scene.origin.restart()
    #expect(scene.origin.status(Scene.sent)?.receiptSize == 2)
  }
}

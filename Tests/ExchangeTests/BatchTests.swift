import Ledger
import Simulator
import Sodium
import Terms
import Testing

@testable import Exchange

/// What a recipient takes and what it refuses, each fault by its name. A refused batch leaves nothing behind.
@Suite struct BatchTests {
  /// A batch of three entries (an epoch, two records) with one fault.
  enum Fault: String, CaseIterable {
    case wrongRoot, wrongSize, anotherLogsCheckpoint, forgedSignature, anotherKey, noAsOf, noCheckpoint
    case outsideTheFilter, fieldNotAgreed, otherAgreement, otherVersion, unknownStream, ofAnotherOrigin
    case idsDoNotRise, equalIds, bodyTooLong, bodyOfAnotherKey, bodyNotCommittedTo, noEpoch, epochKeyForAnother
    case epochKeyNotCommittedTo, replacesTheFuture, withdrawsItself, erasureWithABody, looseBytes, fewerThanClaimed
    case moreThanClaimed
  }

  private func batch(_ fault: Fault, _ scene: Scene) throws -> Message.Batch {
    var maker = HandmadeOrigin(scene)
    if fault == .otherAgreement { maker.context = context(SHA256.hash([9]), 1) }
    if fault == .otherVersion { maker.context = context(Scene.agreement, 2) }
    switch fault {
    case .noEpoch:
      maker.epoch = try EpochKey(number: 1, master: SymmetricKey(scene.origin.entropy))
      try maker.addRecord()
    case .epochKeyForAnother: try maker.addEpoch(to: scene.origin.keys.sealing.publicKey)
    case .epochKeyNotCommittedTo: try maker.addEpoch(commitment: Digest())
    default: try maker.addEpoch()
    }
    try maker.addRecord(["crossing": "a1", "name": "good"])
    let (before, now) = (maker.id(), maker.id())
    switch fault {
    case .outsideTheFilter: try maker.addRecord(["crossing": "b1", "name": "bad"])
    case .fieldNotAgreed: try maker.addRecord(["crossing": "a1", "secret": "bad"])
    case .idsDoNotRise:
      try maker.addRecord(id: now)
      try maker.addRecord(id: before)
    case .equalIds:
      try maker.addRecord(id: now)
      try maker.addRecord(id: now)
    case .bodyTooLong: try maker.addRecord(body: [UInt8](repeating: 0x61, count: Core.longestBody + 1))
    case .bodyOfAnotherKey:
      try maker.addRecord(
        sealedUnder: try EpochKey(number: 20_781, master: SymmetricKey(scene.origin.entropy)))
    case .bodyNotCommittedTo: try maker.addRecord(claims: Array("something else".utf8))
    case .replacesTheFuture: try maker.addRecord(id: before, kind: .replaces(now))
    case .withdrawsItself: try maker.addRecord(id: now, kind: .withdraws(now))
    case .erasureWithABody:
      maker.add(Entry(id: now, kind: .erased(20_000), commitment: Digest()), sealed: [1])
    default: try maker.addRecord(["crossing": "a1", "name": "bad"])
    }
    if fault == .looseBytes { maker.addLooseBytes() }
    return switch fault {
    case .wrongRoot: try maker.batch(checkpoint: maker.checkpoint(root: .empty))
    case .wrongSize: try maker.batch(checkpoint: maker.checkpoint(size: 4))
    case .anotherLogsCheckpoint: try maker.batch(checkpoint: maker.checkpoint(origin: "istmo.example/SV/GT/notes"))
    case .forgedSignature: try maker.batch(bytes: forged(maker.checkpoint()))
    case .anotherKey: try maker.batch(checkpoint: maker.checkpoint(logKeyOf: scene.recipient))
    case .noAsOf: try maker.batch(checkpoint: maker.checkpoint(hasAsOf: false))
    case .noCheckpoint: try maker.batch(bytes: [])
    case .unknownStream: try maker.batch(stream: StreamName("SV/GT/unheard-of"))
    case .ofAnotherOrigin: try maker.batch(stream: StreamName("HN/GT/movements"))
    case .fewerThanClaimed: try maker.batch(count: 4)
    case .moreThanClaimed: try maker.batch(count: 2)
    default: try maker.batch()
    }
  }

  private func context(_ agreement: Digest, _ version: UInt32) -> EntryContext {
    EntryContext(
      origin: Scene.sent.checkpointOrigin(in: Scene.realm), agreement: agreement, version: version)
  }

  /// The note with another signature of the log's key, everything else as it was.
  private func forged(_ signed: SignedCheckpoint) throws -> [UInt8] {
    var bytes = signed.bytes
    let dash = try #require(bytes.firstIndex(of: 0xE2))
    let end = try #require(bytes[dash...].firstIndex(of: 0x0A))
    bytes[end - 20] = bytes[end - 20] == 0x41 ? 0x42 : 0x41
    return bytes
  }

  private func expected(_ fault: Fault) -> (code: Message.Refusal.Code, index: UInt64, words: String) {
    switch fault {
    case .wrongRoot, .wrongSize, .anotherLogsCheckpoint: (.badEntry, 0, "not that of the entries sent")
    case .forgedSignature, .anotherKey, .noAsOf, .noCheckpoint:
      (.badSignature, 0, "not signed by the keys of SV's card")
    case .outsideTheFilter: (.badEntry, 2, "filter")
    case .fieldNotAgreed: (.badEntry, 2, "field secret is not agreed")
    case .otherAgreement, .otherVersion: (.agreementDiffers, 0, "agreement that is not known")
    case .unknownStream, .ofAnotherOrigin: (.unknownStream, 0, "no agreement")
    case .idsDoNotRise, .equalIds: (.badEntry, 3, "does not come after")
    case .bodyTooLong: (.badEntry, 2, "longer than 64 KiB")
    case .bodyOfAnotherKey: (.badEntry, 2, "does not open")
    case .bodyNotCommittedTo: (.badEntry, 2, "not the one it commits to")
    case .noEpoch: (.badEntry, 0, "before any epoch")
    case .epochKeyForAnother: (.badEntry, 0, "not sealed to this node")
    case .epochKeyNotCommittedTo: (.badEntry, 0, "not the one it commits to")
    case .replacesTheFuture: (.badEntry, 2, "replaces a later record")
    case .withdrawsItself: (.badEntry, 2, "withdraws a later record")
    case .erasureWithABody: (.badEntry, 2, "erasure with a body")
    case .looseBytes: (.badEntry, 0, "after its last body")
    case .fewerThanClaimed, .moreThanClaimed: (.badEntry, 0, "cannot be read")
    }
  }

  @Test(arguments: Fault.allCases)
  func eachFaultIsRefusedByName(_ fault: Fault) throws {
    let scene = try Scene()
    let recipient = scene.recipient
    recipient.give(.linkUp(Scene.sv))
    recipient.outbox = []
    recipient.give(.message(.batch(try batch(fault, scene)), from: Scene.sv))
    let refusals = recipient.take { if case .refuse(let refusal) = $0 { refusal } else { nil } }
    let (code, index, words) = expected(fault)
    #expect(refusals.count == 1)
    #expect(refusals.first?.code == code)
    #expect(refusals.first?.index == index)
    #expect(refusals.first?.reason.contains(words) == true, "\(refusals)")
    #expect(refusals.first.map { !$0.reason.contains("bad") } == true, "a reason holds no value of a record")
    #expect(recipient.commit == nil)
    #expect(recipient.status(Scene.sent)?.size == 0)
    let concernsTheStream = code != .unknownStream
    #expect(recipient.status(Scene.sent)?.problem.isEmpty == !concernsTheStream)

    // The right batch is taken afterwards, and puts it right.
    var maker = HandmadeOrigin(scene)
    try maker.addEpoch()
    for name in ["good", "better", "best"] { try maker.addRecord(["crossing": "a1", "name": name]) }
    recipient.give(.message(.batch(try maker.batch()), from: Scene.sv))
    try recipient.finishCommits()
    #expect(try recipient.names(Scene.sent) == ["good", "better", "best"])
    #expect(recipient.status(Scene.sent)?.problem == "")
  }

  @Test func anAsOfThatTheOriginDidNotSignIsForgottenAndWhatItCameWithIsKept() throws {
    var (scene, maker) = try linked()
    let recipient = scene.recipient
    try maker.addRecord(["crossing": "a1", "name": "good"])
    // The line of the receipt key with a signature of another text.
    var signed = try maker.checkpoint(hasAsOf: false)
    let key = NoteKey(.receipt, of: Scene.sv, in: Scene.realm, key: maker.party.keys.receipt.verifyingKey)
    signed.add(Cosignature.sign("another\n", at: recipient.now, with: maker.party.keys.receipt, as: key))
    recipient.outbox = []
    recipient.give(.message(.batch(try maker.batch(checkpoint: signed)), from: Scene.sv))
    try recipient.finishCommits()
    let refusals = recipient.take { if case .refuse(let refusal) = $0 { refusal.code } else { nil } }
    #expect(refusals == [.badSignature])
    #expect(recipient.status(Scene.sent)?.problem.contains("not signed by the keys of SV's card") == true)
    #expect(recipient.status(Scene.sent)?.asOf == nil)
    #expect(try recipient.names(Scene.sent) == ["good"])
    // What is kept holds for everybody who reads it.
    let kept = try #require(try recipient.reader.state(of: Scene.sent).checkpoint)
    #expect(try kept.isSigned(byLog: [maker.party.keys.log.verifyingKey]) && kept.note.time(of: key) == nil)
    // The next good word settles it.
    recipient.give(.message(.asOf(stream: Scene.sent, note: try maker.checkpoint().bytes), from: Scene.sv))
    #expect(recipient.status(Scene.sent)?.problem == "" && recipient.status(Scene.sent)?.asOf != nil)
  }

  @Test func oneReceiptStandsForBatchesThatCameTogether() throws {
    var (scene, maker) = try linked()
    let recipient = scene.recipient
    var sizes: [UInt64] = []
    for number in 0..<6 {
      try maker.addRecord(["crossing": "a1", "name": "\(number)"])
      recipient.give(.message(.batch(try maker.batch()), from: Scene.sv))
      // The commit under way ends while the next one gathers.
      let under = recipient.commit
      recipient.commit = nil
      try maker.addRecord(["crossing": "a1", "name": "\(number) more"])
      recipient.give(.message(.batch(try maker.batch()), from: Scene.sv))
      if let under {
        try recipient.store.commit(under)
        recipient.give(.committed)
      }
      sizes += try receipts(recipient)
    }
    #expect(sizes.count == 1, "the first one: \(sizes)")
    try recipient.finishCommits()
    #expect(try receipts(recipient) == [13])
  }

  /// A recipient whose link is up, and an origin that has announced an epoch's key.
  private func linked() throws -> (scene: Scene, maker: HandmadeOrigin) {
    let scene = try Scene()
    scene.recipient.give(.linkUp(Scene.sv))
    var maker = HandmadeOrigin(scene)
    try maker.addEpoch()
    return (scene, maker)
  }

  private func receipts(_ party: Party) throws -> [UInt64] {
    try party.take { if case .receipt(_, let note) = $0 { note } else { nil } }
      .map { try SignedCheckpoint($0).checkpoint.size }
  }

  @Test func theLongestBodyIsTaken() throws {
    var (scene, maker) = try linked()
    let name = String(repeating: "n", count: Core.longestBody - "crossing=a1\nname=\n".utf8.count)
    try maker.addRecord(["crossing": "a1", "name": name])
    scene.recipient.give(.message(.batch(try maker.batch()), from: Scene.sv))
    try scene.recipient.finishCommits()
    #expect(try scene.recipient.names(Scene.sent) == [name])
  }

  @Test(arguments: ["expired", "paused", "not yet"])
  func nothingIsTakenOutsideTheAgreementsForce(_ why: String) throws {
    let scene = try Scene()
    switch why {
    case "expired": try scene.agree(until: Scene.start)
    case "paused": try scene.agree(paused: "paused by its operator")
    default: scene.recipient.now = Instant(milliseconds: -1)
    }
    scene.recipient.give(.linkUp(Scene.sv))
    var maker = HandmadeOrigin(scene)
    try maker.addEpoch()
    scene.recipient.outbox = []
    scene.recipient.give(.message(.batch(try maker.batch()), from: Scene.sv))
    let codes = scene.recipient.take { if case .refuse(let refusal) = $0 { refusal.code } else { nil } }
    #expect(codes == [.notInForce])
    #expect(scene.recipient.commit == nil)
  }

  @Test func aReplayedBatchIsHeldOnce() throws {
    var (scene, maker) = try linked()
    try maker.addRecord()
    let first = try maker.batch()
    try maker.addRecord()
    let second = try maker.batch()
    for batch in [first, first, second, first, second, second] {
      scene.recipient.give(.message(.batch(batch), from: Scene.sv))
    }
    try scene.recipient.finishCommits()
    for batch in [first, second] { scene.recipient.give(.message(.batch(batch), from: Scene.sv)) }
    try scene.recipient.finishCommits()
    #expect(scene.recipient.status(Scene.sent)?.size == 3)
    #expect(try scene.recipient.records(Scene.sent).count == 2)
    #expect(scene.recipient.take { if case .refuse(let refusal) = $0 { refusal } else { nil } }.isEmpty)
  }

  /// A batch may begin before the recipient's end; what is held is passed over, what is new is taken.
  @Test(arguments: [false, true])
  func anOverlapMustBeWhatIsHeld(isOther: Bool) throws {
    var (scene, maker) = try linked()
    try maker.addRecord(["crossing": "a1", "name": "one"])
    let start = maker
    let first = try maker.batch()
    scene.recipient.give(.message(.batch(first), from: Scene.sv))
    try scene.recipient.finishCommits()
    // The same beginning with a third entry, or another second entry before it.
    var again = start
    if isOther {
      again = HandmadeOrigin(scene)
      try again.addEpoch()
      try again.addRecord(["crossing": "a1", "name": "other"])
    }
    try again.addRecord(["crossing": "a1", "name": "two"])
    scene.recipient.outbox = []
    scene.recipient.give(.message(.batch(try again.batch()), from: Scene.sv))
    try scene.recipient.finishCommits()
    #expect(try scene.recipient.names(Scene.sent) == (isOther ? ["one"] : ["one", "two"]))
    let refusals = scene.recipient.take { if case .refuse(let refusal) = $0 { refusal.code } else { nil } }
    #expect(refusals == (isOther ? [.badEntry] : []))
  }

  @Test func aGapIsAskedForAndNothingBehindItIsTaken() throws {
    var (scene, maker) = try linked()
    let first = try maker.batch()
    try maker.addRecord()
    let second = try maker.batch()
    scene.recipient.now = Scene.start.advanced(byMilliseconds: Core.gapPatience)
    scene.recipient.outbox = []
    scene.recipient.give(.message(.batch(second), from: Scene.sv))
    #expect(scene.recipient.commit == nil)
    let resumes = scene.recipient.take { if case .resume(let resume) = $0 { resume } else { nil } }
    #expect(resumes.map(\.size) == [0])
    // Not again at once: what is on its way may fill it.
    scene.recipient.give(.message(.batch(second), from: Scene.sv))
    #expect(scene.recipient.outbox.isEmpty)
    scene.recipient.give(.message(.batch(first), from: Scene.sv))
    scene.recipient.give(.message(.batch(second), from: Scene.sv))
    try scene.recipient.finishCommits()
    #expect(scene.recipient.status(Scene.sent)?.size == 2)
  }

  @Test func anOriginGoesOnFromTheRefusedEntryAndItsProblemIsShown() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    _ = try scene.origin.accept(Scene.draft("one"))
    _ = try scene.origin.accept(Scene.draft("two"))
    try scene.settle()
    // The neighbour refuses entry 2 though it is good: what comes before it is receipted, the reason is shown.
    scene.recipient.outbox.append(
      .refuse(.init(stream: Scene.sent, code: .badEntry, index: 4, reason: "entry 4 breaks the agreement")))
    try scene.settle()
    #expect(scene.origin.status(Scene.sent)?.problem == "GT says: entry 4 breaks the agreement")
    #expect(scene.origin.status(Scene.sent)?.flowing == false)
    _ = try scene.origin.accept(Scene.draft("three"))
    _ = try scene.origin.accept(Scene.draft("four"))
    try scene.settle()
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
    // When it asks again, all is sent, and a receipt beyond the entry settles it.
    try scene.run(seconds: 45)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three", "four"])
    #expect(scene.origin.status(Scene.sent)?.problem == "")
    #expect(scene.origin.status(Scene.sent)?.flowing == true)
  }
}

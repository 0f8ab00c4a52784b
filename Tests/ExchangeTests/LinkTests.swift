import Ledger
import Simulator
import Sodium
import Terms
import Testing

@testable import Exchange

/// What goes over a link when nothing happens, when messages are lost, and what is believed of what comes.
@Suite struct LinkTests {
  private func asOfs(_ scene: Scene) throws -> [(size: UInt64, time: UInt64)] {
    let key = NoteKey(.receipt, of: Scene.sv, in: Scene.realm, key: scene.origin.keys.receipt.verifyingKey)
    return try scene.carried.compactMap { message in
      guard case .asOf(Scene.sent, let note) = message else { return nil }
      let signed = try SignedCheckpoint(note)
      #expect(try signed.isSigned(byLog: [scene.origin.keys.log.verifyingKey]))
      return (signed.checkpoint.size, try #require(try signed.note.time(of: key)))
    }
  }

  /// A pair with one record, as long as nothing has happened since both hold it.
  private func idle(seconds: Int) throws -> Scene {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.settle()
    scene.carried = []
    try scene.run(seconds: seconds)
    return scene
  }

  @Test func anIdleOriginSaysAsOfEveryFiveSeconds() throws {
    let scene = try idle(seconds: 60)
    let said = try asOfs(scene)
    #expect(said.count == 12)
    #expect(said.allSatisfy { $0.size == 2 })
    for (earlier, later) in zip(said, said.dropFirst()) { #expect(later.time - earlier.time == 5) }
    // The recipient's "as of" follows, and is durable soon.
    let now = UInt64(scene.recipient.now.seconds)
    #expect(scene.recipient.status(Scene.sent)?.asOf.map { now - $0 < 5 } == true)
    let durable = try #require(try scene.recipient.reader.state(of: Scene.sent).checkpoint)
    let key = NoteKey(.receipt, of: Scene.sv, in: Scene.realm, key: scene.origin.keys.receipt.verifyingKey)
    let durableTime = try #require(try durable.note.time(of: key))
    #expect(now - durableTime < 15)
  }

  /// An origin that read its state again may have passed over a receipt.
  @Test func aReceiptIsGivenAgainLessAndLessOften() throws {
    let scene = try idle(seconds: 240)
    func times() throws -> [UInt64] {
      let key = NoteKey(.receipt, of: Scene.gt, in: Scene.realm, key: scene.recipient.keys.receipt.verifyingKey)
      return try scene.carried.compactMap {
        guard case .receipt(Scene.sent, let note) = $0 else { return nil }
        return try SignedCheckpoint(note).note.time(of: key)
      }
    }
    let given = try times()
    #expect(zip(given, given.dropFirst()).map { $1 - $0 } == [10, 20, 40, 60, 60], "\(given)")
    let now = UInt64(scene.recipient.now.seconds)
    #expect(scene.origin.status(Scene.sent)?.receiptTime.map { now - $0 <= 60 } == true)
    // What is new has its receipt at once, and again soon.
    scene.carried = []
    _ = try scene.origin.accept(Scene.draft("two"))
    try scene.run(seconds: 11)
    #expect(try times().count >= 2)
  }

  /// What was verified once stands for the same signature alone.
  @Test func anAsOfWithAnotherLogSignatureIsRefused() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.run(seconds: 11)
    let notes = scene.carried.compactMap { if case .asOf(Scene.sent, let note) = $0 { note } else { nil } }
    let good = try SignedNote(try #require(notes.last))
    func forged(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
      var note = try SignedNote(text: good.text)
      for line in good.signatures {
        var bytes = line.bytes
        if line.name == Scene.sent.checkpointOrigin(in: Scene.realm) { change(&bytes) }
        if !bytes.isEmpty { note.add(.init(name: line.name, id: line.id, bytes: bytes)) }
      }
      return note.bytes
    }
    scene.recipient.give(.message(.asOf(stream: Scene.sent, note: good.bytes), from: Scene.sv))
    #expect(scene.recipient.status(Scene.sent)?.problem.isEmpty == true)
    for bad in [try forged { $0[7] ^= 1 }, try forged { $0 = [] }] {
      scene.recipient.give(.message(.asOf(stream: Scene.sent, note: bad), from: Scene.sv))
      #expect(scene.recipient.status(Scene.sent)?.problem.contains("not signed") == true)
      scene.recipient.give(.message(.asOf(stream: Scene.sent, note: good.bytes), from: Scene.sv))
      #expect(scene.recipient.status(Scene.sent)?.problem.isEmpty == true)
    }
  }

  @Test func anEmptyStreamHasAnAsOfToo() throws {
    let scene = try Scene()
    scene.connect()
    try scene.run(seconds: 10)
    let said = try asOfs(scene)
    #expect(said.count >= 2 && said.allSatisfy { $0.size == 0 })
    #expect(scene.recipient.status(Scene.sent)?.flowing == true)
    #expect(scene.recipient.status(Scene.sent)?.asOf != nil)
  }

  @Test func aSilentOriginIsAskedAgainLessAndLessOften() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    scene.tamper = { message in
      if case .asOf = message { return nil }
      if case .batch = message { return nil }
      return message
    }
    scene.carried = []
    var asked: [Int] = []
    for second in 1...150 {
      try scene.run(seconds: 1)
      let resumes = scene.carried.filter {
        if case .resume(let resume) = $0 { resume.stream == Scene.sent } else { false }
      }
      if !resumes.isEmpty { asked.append(second) }
      scene.carried = []
    }
    let steps = zip(asked, asked.dropFirst()).map { $1 - $0 }
    #expect(asked.first.map { $0 >= Int(Core.silence) / 1000 } == true)
    #expect(steps == steps.sorted() && steps.last == Int(Core.longestPatience) / 1000)
    #expect(scene.recipient.status(Scene.sent)?.flowing == false)
    scene.tamper = { $0 }
    try scene.run(seconds: 5)
    #expect(scene.recipient.status(Scene.sent)?.flowing == true)
  }

  /// Every second message is lost, of both directions and all kinds but the greeting.
  @Test func whatIsLostIsSentAgain() throws {
    let scene = try Scene()
    scene.connect()
    try scene.settle()
    var dice = Dice(5)
    scene.tamper = { Bool.random(using: &dice) ? $0 : nil }
    for number in 0..<60 {
      _ = try scene.origin.accept(Scene.draft("\(number)"))
      try scene.run(seconds: 1)
    }
    scene.tamper = { $0 }
    try scene.run(seconds: 60)
    #expect(try scene.recipient.names(Scene.sent) == (0..<60).map { "\($0)" })
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 0)
    #expect(scene.origin.status(Scene.sent)?.flowing == true)
  }

  @Test func aNewLinkGoesOnWhereTheRecipientStands() throws {
    let scene = try Scene()
    scene.connect()
    for name in ["one", "two"] { _ = try scene.origin.accept(Scene.draft(name)) }
    try scene.settle()
    scene.disconnect()
    _ = try scene.origin.accept(Scene.draft("three"))
    #expect(scene.origin.status(Scene.sent)?.isLinkUp == false)
    #expect(scene.origin.status(Scene.sent)?.lagRecords == 1)
    scene.carried = []
    scene.connect()
    try scene.settle()
    let batches = scene.carried.compactMap(\.batch)
    #expect(batches.map(\.first) == [3] && batches.map(\.count) == [1])
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two", "three"])
  }

  // MARK: Receipts

  @Test func aReceiptIsCountedOnlyWhenItIsTrue() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one"))
    scene.recipient.outbox = []
    let state = try scene.origin.reader.state(of: Scene.sent)
    let (root, origin) = (state.frontier.root, Scene.sent.checkpointOrigin(in: Scene.realm))
    func receipt(
      _ size: UInt64, _ root: RootHash, by party: Party, name: String = "istmo.example/GT", origin: String = origin
    ) throws -> Message {
      var note = try SignedNote(text: Checkpoint(origin: origin, size: size, root: root).text)
      let key = try NoteKey(name: name, kind: .cosignature, key: party.keys.receipt.verifyingKey)
      note.add(Cosignature.sign(note.text, at: Scene.start, with: party.keys.receipt, as: key))
      return .receipt(stream: Scene.sent, note: note.bytes)
    }
    let bad = [
      try receipt(2, .empty, by: scene.recipient), try receipt(1, root, by: scene.recipient),
      try receipt(3, root, by: scene.recipient), try receipt(UInt64(Int64.max), root, by: scene.recipient),
      try receipt(2, root, by: scene.origin), try receipt(2, root, by: scene.origin, name: "istmo.example/SV"),
      try receipt(2, root, by: scene.recipient, origin: "istmo.example/SV/GT/notes"),
      .receipt(
        stream: Scene.sent,
        note: try state.ownCheckpoint(of: Scene.sent, in: Scene.realm, scene.origin.keys).bytes),
      .receipt(stream: Scene.sent, note: []),
    ]
    for message in bad {
      scene.origin.give(.message(message, from: Scene.gt))
      #expect(scene.origin.status(Scene.sent)?.receiptSize == 0)
    }
    // A true one, from another country, or for another stream.
    let good = try receipt(2, root, by: scene.recipient)
    scene.origin.give(.message(good, from: try CountryCode("HN")))
    if case .receipt(_, let note) = good {
      scene.origin.give(.message(.receipt(stream: Scene.sentNotes, note: note), from: Scene.gt))
      scene.origin.give(.message(.receipt(stream: Scene.home, note: note), from: Scene.gt))
    }
    #expect(scene.origin.status(Scene.sent)?.receiptSize == 0)
    scene.origin.give(.message(good, from: Scene.gt))
    #expect(scene.origin.status(Scene.sent)?.receiptSize == 2)
    #expect(scene.origin.status(Scene.sent)?.receiptTime == UInt64(Scene.start.seconds))
    // An earlier one does not take it back.
    let first = try Frontier(size: 1, from: scene.origin.reader.tree(Scene.sent)).root
    scene.origin.give(.message(try receipt(1, first, by: scene.recipient), from: Scene.gt))
    #expect(scene.origin.status(Scene.sent)?.receiptSize == 2)
  }

  @Test func anAsOfDoesNotGoBackInTime() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.run(seconds: 6)
    let notes = scene.carried.compactMap { if case .asOf(Scene.sent, let note) = $0 { note } else { nil } }
    let latest = scene.recipient.status(Scene.sent)?.asOf
    for note in notes { scene.recipient.give(.message(.asOf(stream: Scene.sent, note: note), from: Scene.sv)) }
    #expect(scene.recipient.status(Scene.sent)?.asOf == latest)
    // One from a clock that was wrong gives way to a right one.
    scene.origin.now = scene.origin.now.advanced(byMilliseconds: 86_400_000)
    scene.origin.give(.tick)
    try scene.settle()
    #expect(scene.recipient.status(Scene.sent)?.neighbourSkew.map { $0 > Core.tolerableSkew } == true)
    scene.origin.now = scene.recipient.now
    try scene.run(seconds: 6)
    let now = UInt64(scene.recipient.now.seconds)
    #expect(scene.recipient.status(Scene.sent)?.asOf.map { $0 <= now } == true)
    #expect(scene.recipient.status(Scene.sent)?.neighbourSkew.map { abs($0) < 2000 } == true)
  }

  // MARK: Agreements

  @Test func theStreamWaitsUntilBothHoldTheSameAgreement() throws {
    let scene = try Scene()
    scene.connect()
    _ = try scene.origin.accept(Scene.draft("one"))
    try scene.settle()
    let former = scene.origin.neighbours.flatMap(\.streams)
    let renewed = SHA256.hash(Array("the next agreement".utf8))
    try scene.agree(renewed, at: [scene.origin], former: former)
    _ = try scene.origin.accept(Scene.draft("two"))
    try scene.run(seconds: 3)
    #expect(try scene.recipient.names(Scene.sent) == ["one"])
    try scene.run(seconds: 20)
    #expect(scene.origin.status(Scene.sent)?.problem.contains("another agreement") == true)
    #expect(scene.recipient.status(Scene.sent)?.problem.isEmpty == false)
    try scene.agree(renewed, at: [scene.recipient], former: former)
    try scene.run(seconds: 45)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    let contexts = try (0..<3).map { try scene.recipient.reader.entry(Scene.sent, at: $0).context.agreement }
    #expect(contexts == [Scene.agreement, Scene.agreement, renewed])
    for party in [scene.origin, scene.recipient] { #expect(party.status(Scene.sent)?.flowing == true) }
  }

  // MARK: By hand

  @Test func aBundleReplicatesWithoutALinkAndReceiptsComeBackInTheNextOne() throws {
    let scene = try Scene()
    for name in ["one", "two"] { _ = try scene.origin.accept(Scene.draft(name)) }
    let bundle = try scene.origin.core.messagesForBundle(to: Scene.gt, byteCount: 1 << 20)
    scene.recipient.give(.bundle(bundle, from: Scene.sv))
    #expect(scene.recipient.outbox.isEmpty)
    try scene.recipient.finishCommits()
    #expect(scene.recipient.outbox.isEmpty)
    #expect(try scene.recipient.names(Scene.sent) == ["one", "two"])
    // A second import of the same bundle brings nothing new.
    scene.recipient.give(.bundle(bundle, from: Scene.sv))
    try scene.recipient.finishCommits()
    #expect(scene.recipient.status(Scene.sent)?.size == 3)
    let answer = try scene.recipient.core.messagesForBundle(to: Scene.sv, byteCount: 1 << 20)
    scene.origin.give(.bundle(answer, from: Scene.gt))
    try scene.origin.finishCommits()
    #expect(scene.origin.status(Scene.sent)?.receiptSize == 3)
    #expect(scene.origin.status(Scene.sent)?.isLinkUp == false)
    let rest = try scene.origin.core.messagesForBundle(to: Scene.gt, byteCount: 1 << 20)
    #expect(!rest.contains { if case .batch = $0 { true } else { false } })
  }
}

import Ledger
import Sodium
import Terms
import Testing

@testable import Exchange

/// Attachments between two nodes: whole and as the digest says, or not at all; little at a time; and an end to everything.
@Suite struct AttachmentTests {
  private static let piece = AttachmentExchange.pieceByteCount

  private func isWhole(_ scene: AttachmentScene, _ token: UInt64, _ digest: Digest) -> Bool {
    scene.asker.answers[token] == .some(nil) && scene.asker.held[digest] == scene.owner.held[digest]
      && scene.asker.held[digest] != nil
  }

  @Test(arguments: [1, 100, piece - 1, piece, piece + 1, 10 * piece, 11 * piece + 5])
  func anAttachmentArrivesWholeAndBothSidesAreDone(_ count: Int) throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(count)
    let token = try scene.ask(digest, byteCount: UInt64(count))
    try scene.settle()
    #expect(isWhole(scene, token, digest))
    #expect(scene.owner.openReaders == 0 && scene.asker.writing.isEmpty)
    #expect(scene.owner.log.count == 1 && scene.owner.log[0].contains("GT fetches"), "\(scene.owner.log)")
    #expect(!scene.owner.log[0].contains(digest.description))
    // What went over the link shows nothing of it.
    let clear = try #require(scene.owner.held[digest]).prefix(16)
    let carried = scene.carried.flatMap(\.payload)
    #expect(count < 16 || !carried.indices.contains { carried[$0...].starts(with: clear) })
  }

  @Test func noMoreIsUnderWayThanTheOtherSideHasTaken() throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(20 * Self.piece)
    scene.asker.isDiskSlow = true
    let token = try scene.ask(digest)
    var underWay = 0
    var most = 0
    while true {
      try scene.settle()
      let pieces = scene.carried.count { if case .piece = $0 { true } else { false } }
      let taken = scene.carried.count { if case .taken = $0 { true } else { false } }
      underWay = pieces - taken
      most = max(most, underWay)
      if scene.asker.answers[token] != nil { break }
      try scene.asker.work()
    }
    #expect(most == Int(AttachmentExchange.mostUntaken))
    #expect(isWhole(scene, token, digest))
  }

  @Test func oneGoesAtATimeAndTheOthersWaitTheirTurn() throws {
    let scene = try AttachmentScene()
    let digests = (0..<3).map { scene.hold(3 * Self.piece, seed: 10 + UInt64($0)) }
    let tokens = try digests.map { try scene.ask($0) }
    let again = try scene.ask(digests[0])
    #expect(scene.asker.outbox.count == 1)
    try scene.settle()
    for (token, digest) in zip(tokens, digests) { #expect(isWhole(scene, token, digest)) }
    #expect(isWhole(scene, again, digests[0]))
    #expect(scene.carried.count { if case .fetch = $0 { true } else { false } } == 3)
    // The number of those that wait is bounded.
    scene.tamper = { _ in nil }
    for number in 0...AttachmentExchange.mostWaiting {
      try scene.ask(scene.hold(10, seed: 100 + UInt64(number)), index: UInt64(number))
    }
    let last = try scene.ask(scene.hold(10, seed: 99), index: 99)
    #expect(scene.asker.answers[last] == .some(.busy(Scene.sv)))
  }

  @Test func aHostileOriginsBytesAreNeverGivenAsTheAttachment() throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(2 * Self.piece)
    // Other bytes of the same size; a bit flipped; the right size in the record and another one sent.
    scene.owner.instead = SeededEntropy(seed: 8).bytes(2 * Self.piece)
    let other = try scene.ask(digest, byteCount: UInt64(2 * Self.piece))
    try scene.settle()
    #expect(scene.asker.answers[other] == .some(.otherContent(Scene.sv)))
    scene.owner.instead = SeededEntropy(seed: 8).bytes(100)
    let short = try scene.ask(digest, byteCount: UInt64(2 * Self.piece))
    try scene.settle()
    let expected = AttachmentFailure.otherSize(Scene.sv, expected: UInt64(2 * Self.piece), found: 100)
    #expect(scene.asker.answers[short] == .some(expected))
    #expect(scene.asker.held.isEmpty && scene.asker.writing.isEmpty)
    // Both sides are free again.
    scene.owner.instead = nil
    let good = try scene.ask(digest)
    try scene.settle()
    #expect(isWhole(scene, good, digest))
  }

  /// What a hostile or broken owner may do to its messages.
  private static var changes: [(String, (AttachmentMessage) -> AttachmentMessage?)] {
    [
      ("altered", piece(1) { .piece(request: $0, number: 1, sealed: [$1[0] ^ 1] + $1.dropFirst()) }),
      ("numbered otherwise", piece(1) { .piece(request: $0, number: 2, sealed: $1) }),
      ("left out", piece(1) { _, _ in nil }),
      ("too long", begin { request, _, header in .begin(request: request, byteCount: 101 << 20, header: header) }),
      ("empty", begin { request, _, header in .begin(request: request, byteCount: 0, header: header) }),
      ("less than told", begin { .begin(request: $0, byteCount: $1 + 1, header: $2) }),
      ("more than told", begin { request, _, header in .begin(request: request, byteCount: 40_000, header: header) }),
      ("another header", begin { .begin(request: $0, byteCount: $1, header: [$2[0] ^ 1] + $2.dropFirst()) }),
    ]
  }

  private static func piece(
    _ wanted: UInt32, _ change: @escaping (UInt64, [UInt8]) -> AttachmentMessage?
  ) -> (AttachmentMessage) -> AttachmentMessage? {
    { message in
      guard case .piece(let request, wanted, let sealed) = message else { return message }
      return change(request, sealed)
    }
  }

  private static func begin(
    _ change: @escaping (UInt64, UInt64, [UInt8]) -> AttachmentMessage?
  ) -> (AttachmentMessage) -> AttachmentMessage? {
    { message in
      guard case .begin(let request, let byteCount, let header) = message else { return message }
      return change(request, byteCount, header)
    }
  }

  @Test func alteredDoubledExchangedAndTooManyPiecesEndTheTransfer() throws {
    for (what, change) in Self.changes {
      let scene = try AttachmentScene()
      let digest = scene.hold(3 * Self.piece)
      scene.tamper = change
      let token = try scene.ask(digest)
      try scene.run(seconds: 1)
      let answer = try #require(scene.asker.answers[token], "\(what)")
      #expect(answer != nil && scene.asker.held.isEmpty && scene.asker.writing.isEmpty, "\(what): \(answer as Any)")
      #expect(scene.owner.openReaders == 0, "\(what)")
      scene.tamper = { $0 }
      let again = try scene.ask(digest)
      try scene.settle()
      #expect(isWhole(scene, again, digest), "\(what)")
    }
  }

  @Test func piecesThatNobodyAskedForAreNotKept() throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(10 * Self.piece)
    try scene.asker.give(
      .message(.begin(request: 1, byteCount: 10, header: [UInt8](repeating: 1, count: 24)), from: Scene.sv))
    try scene.asker.give(
      .message(.piece(request: 1, number: 0, sealed: [UInt8](repeating: 0, count: 50)), from: Scene.sv))
    try scene.asker.give(
      .message(.piece(request: 1, number: 0, sealed: [UInt8](repeating: 0, count: 50)), from: Scene.gt))
    #expect(scene.asker.writing.isEmpty && scene.asker.outbox.isEmpty)
    // More than the window, while the disk does not keep up.
    scene.asker.isDiskSlow = true
    let token = try scene.ask(digest)
    try scene.settle()
    try scene.asker.give(
      .message(.piece(request: 1, number: 4, sealed: [UInt8](repeating: 0, count: Self.piece + 17)), from: Scene.sv))
    #expect(scene.asker.answers[token] == .some(.broken(Scene.sv)))
  }

  @Test func whatTheOwnerRefusesIsSaidInItsWords() throws {
    for known in AttachmentRefusal.Known.allCases {
      let scene = try AttachmentScene()
      scene.owner.refusal = AttachmentRefusal(known, "una razón")
      let token = try scene.ask(SHA256.hash([5]))
      try scene.settle()
      let failure = try #require(scene.asker.answers[token])
      #expect(failure == .refused(Scene.sv, AttachmentRefusal(known, "una razón")))
      #expect(failure?.description == "SV says: una razón")
      #expect(scene.owner.log.count == 1)
    }
    // A reason of a later version is shown as well.
    let payload = AttachmentMessage.end(request: 1, AttachmentRefusal(code: 200, reason: "otra")).payload
    #expect(
      try AttachmentMessage(type: 0x24, payload: payload)
        == .end(request: 1, AttachmentRefusal(code: 200, reason: "otra")))
  }

  @Test func aSecondWishOfTheSameNeighbourIsToldThatItIsBusy() throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(9 * Self.piece)
    for request in [UInt64(1), 2] {
      try scene.owner.give(
        .message(
          .fetch(request: request, AttachmentPlace(stream: Scene.sent, index: 1, digest: digest)), from: Scene.gt))
    }
    let ends = scene.owner.outbox.compactMap { if case .end(let r, let why) = $0 { (r, why.known) } else { nil } }
    #expect(ends.count == 1 && ends[0].0 == 2 && ends[0].1 == .busy)
    #expect(scene.owner.openReaders == 1)
    // It is never taken: the owner gives up by itself.
    scene.owner.outbox = []
    try scene.run(seconds: 31)
    #expect(scene.owner.openReaders == 0)
  }

  @Test func withoutALinkOrWithANodeOfBeforeTheAnswerSaysSo() throws {
    let scene = try AttachmentScene(linked: false)
    let down = try scene.ask(scene.hold(10))
    #expect(scene.asker.answers[down] == .some(.linkDown(Scene.sv)))
    // A node that says hello once gets no message that it would end the link for.
    try scene.connect(isAble: false)
    let old = try scene.ask(scene.hold(10))
    try scene.run(seconds: 6)
    #expect(scene.asker.answers[old] == .some(.notUnderstood(Scene.sv)))
    #expect(scene.carried.isEmpty)
    // One that says it a moment after the link came up is asked then.
    try scene.disconnect()
    try scene.connect(isAble: false)
    let digest = scene.hold(10)
    let soon = try scene.ask(digest)
    try scene.asker.give(.isAble(Scene.sv))
    try scene.settle()
    #expect(isWhole(scene, soon, digest))
  }

  @Test func aLinkThatEndsInTheMiddleEndsWhatWaits() throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(20 * Self.piece)
    let first = try scene.ask(digest)
    let second = try scene.ask(scene.hold(10, seed: 4))
    for _ in 0..<9 { _ = try scene.step() }
    #expect(!scene.asker.writing.isEmpty && scene.owner.openReaders == 1)
    try scene.disconnect()
    for token in [first, second] { #expect(scene.asker.answers[token] == .some(.gone(Scene.sv))) }
    #expect(scene.asker.writing.isEmpty && scene.owner.openReaders == 0 && scene.asker.held.isEmpty)
    try scene.connect()
    let again = try scene.ask(digest)
    try scene.settle()
    #expect(isWhole(scene, again, digest))
  }

  @Test func silenceEndsATransferOnBothSides() throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(20 * Self.piece)
    let token = try scene.ask(digest)
    for _ in 0..<9 { _ = try scene.step() }
    scene.tamper = { _ in nil }
    try scene.run(seconds: 29)
    #expect(scene.asker.answers[token] == nil)
    try scene.run(seconds: 2)
    #expect(scene.asker.answers[token] == .some(.tooSlow(Scene.sv)))
    #expect(scene.owner.openReaders == 0 && scene.asker.writing.isEmpty)
    // A clock that was set back keeps nothing open either.
    scene.tamper = { $0 }
    let late = try scene.ask(digest)
    _ = try scene.step()
    for party in [scene.owner, scene.asker] { party.now = party.now.advanced(byMilliseconds: -86_400_000) }
    scene.tamper = { _ in nil }
    try scene.run(seconds: 1)
    #expect(scene.asker.answers[late] == .some(.tooSlow(Scene.sv)))
  }

  @Test func aDiskThatFailsAtTheAskerEndsTheTransferThereAndAtTheOwner() throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(20 * Self.piece)
    scene.asker.diskProblem = .full("test")
    let token = try scene.ask(digest)
    try scene.settle()
    #expect(scene.asker.answers[token] == .some(.store(.full("test"))))
    #expect(scene.owner.openReaders == 0 && scene.asker.writing.isEmpty)
  }

  @Test func messagesHaveOneFormAndAnyOtherIsRefused() throws {
    let scene = try AttachmentScene()
    let digest = scene.hold(2 * Self.piece)
    try scene.ask(digest)
    try scene.settle()
    let asked = AttachmentPlace(stream: Scene.sent, question: [UInt8](repeating: 7, count: 300), digest: digest)
    let samples =
      scene.carried + [
        .fetch(request: 7, asked),
        .stop(request: 5), .end(request: 6, AttachmentRefusal(.busy, String(repeating: "ñ", count: 250))),
      ]
    #expect(Set(samples.map(\.type)) == Set(AttachmentMessage.types))
    for message in samples {
      let payload = message.payload
      #expect(try AttachmentMessage(type: message.type, payload: payload) == message)
      for length in stride(from: 0, to: payload.count, by: max(1, payload.count / 200)) {
        #expect(throws: ByteError.self) {
          try AttachmentMessage(type: message.type, payload: Array(payload.prefix(length)))
        }
      }
      #expect(throws: ByteError.self) { try AttachmentMessage(type: message.type, payload: payload + [0]) }
    }
    for type in UInt8.min...UInt8.max where !AttachmentMessage.types.contains(type) {
      #expect(throws: ByteError.self) { try AttachmentMessage(type: type, payload: samples[0].payload) }
    }
    let long = AttachmentMessage.piece(request: 1, number: 1, sealed: [UInt8](repeating: 0, count: Self.piece + 18))
    #expect(throws: ByteError.self) { try AttachmentMessage(type: long.type, payload: long.payload) }
    // What this version does not know is passed over only where its sender knows that.
    for type in UInt8.min...UInt8.max {
      #expect(Message.mayBePassedOver(type) == (type >= 0x20 && !(0x30...0x33).contains(type)))
    }
  }

  @Test(arguments: 0..<4)
  func alteredMessagesHarmNothing(seed: UInt64) throws {
    var dice = Dice(seed)
    let samples: [AttachmentMessage]
    do {
      let scene = try AttachmentScene()
      try scene.ask(scene.hold(2 * Self.piece))
      try scene.settle()
      samples = scene.carried + [.stop(request: 1), .end(request: 1, AttachmentRefusal(.busy, "a"))]
    }
    let scene = try AttachmentScene()
    let digest = scene.hold(2 * Self.piece)
    for _ in 0..<300 {
      let sample = samples[Int.random(in: 0..<samples.count, using: &dice)]
      try scene.ask(digest)
      guard let message = try? AttachmentMessage(type: sample.type, payload: dice.altered(sample.payload)) else {
        continue
      }
      try scene.asker.give(.message(message, from: Scene.sv))
      try scene.owner.give(.message(message, from: Scene.gt))
      try scene.settle()
    }
    for (kept, bytes) in scene.asker.held { #expect(SHA256.hash(bytes) == kept) }
    try scene.disconnect()
    #expect(scene.owner.openReaders == 0 && scene.asker.writing.isEmpty)
  }
}

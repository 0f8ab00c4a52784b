import Link
import Noise
import Sodium
import Terms
import Testing

struct ChannelTests {
  private let salvador: Party
  private let guatemala: Party

  init() throws {
    salvador = try Party("SV", SeededEntropy(seed: 1))
    guatemala = try Party("GT", SeededEntropy(seed: 2))
  }

  private func message(_ type: UInt8, _ count: Int) -> LinkMessage {
    LinkMessage(type: type, payload: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
  }

  @Test func bothSidesLearnWhoTheOtherIs() throws {
    var ends = try Ends(salvador, guatemala)
    let events = try ends.settle()
    #expect(events.initiator.first == .established(guatemala.country, guatemala.key.publicKey))
    #expect(events.responder.first == .established(salvador.country, salvador.key.publicKey))
    let (one, other) = (ends.initiator.isEstablished, ends.responder.isEstablished)
    #expect(one && other)
  }

  @Test func theFirstBytesAreThoseOfTheProtocol() throws {
    var ends = try Ends(salvador, guatemala)
    let first = try ends.initiator.takeOutput()
    #expect(Array(first.prefix(12)) == Array("ISTMO\u{1}SVGT\u{0}\u{60}".utf8))
    #expect(first.count == 10 + 2 + 96)
    #expect(try ends.responder.feed(first).isEmpty)
    let answer = try ends.responder.takeOutput()
    #expect(Array(answer.prefix(2)) == [0, 48])
    #expect(answer.count == 2 + 48)
    _ = try ends.initiator.feed(answer)
    // The confirming ping: a header of 4 bytes, 8 bytes, a tag.
    #expect(try ends.initiator.takeOutput().count == 2 + 4 + 8 + 16)
  }

  @Test(arguments: [0, 1, 100, 16_363, 16_364, 16_365, 65_536, ChannelLimits.payloadByteLimit])
  func aMessageOfAnyAllowedLengthArrivesWhole(count: Int) throws {
    var ends = try Ends(salvador, guatemala)
    _ = try ends.settle()
    let (small, large) = (message(0x10, 3), message(0x11, count))
    for one in [small, large, small] {
      try ends.initiator.send(one)
      try ends.responder.send(one)
    }
    let events = try ends.settle()
    let expected = [small, large, small].map { ChannelEvent.message($0) }
    #expect(events.responder == expected)
    #expect(events.initiator == expected)
    let waiting = ends.initiator.queuedByteCount
    #expect(waiting == 0)
  }

  @Test func oneByteAtATimeIsEnough() throws {
    var ends = try Ends(salvador, guatemala)
    for byte in try ends.initiator.takeOutput() { #expect(try ends.responder.feed([byte]).isEmpty) }
    var events: [ChannelEvent] = []
    for byte in try ends.responder.takeOutput() { events += try ends.initiator.feed([byte]) }
    try ends.initiator.send(message(0x20, 300))
    for byte in try ends.initiator.takeOutput() { events += try ends.responder.feed([byte]) }
    #expect(
      events == [
        .established(guatemala.country, guatemala.key.publicKey),
        .established(salvador.country, salvador.key.publicKey), .message(message(0x20, 300)),
      ])
  }

  @Test func aPingIsAnsweredWithItsBytes() throws {
    var ends = try Ends(salvador, guatemala)
    _ = try ends.settle()
    ends.responder.ping(0x0102_0304_0506_0708)
    #expect(try ends.settle().responder == [.pong(0x0102_0304_0506_0708)])
  }

  @Test func aFloodOfPingsLeavesOneAnswerWaiting() throws {
    var ends = try Ends(salvador, guatemala)
    _ = try ends.settle()
    for token in 1...10_000 {
      ends.initiator.ping(UInt64(token))
      _ = try ends.responder.feed(try ends.initiator.takeOutput())
      let waiting = ends.responder.queuedByteCount
      #expect(waiting <= 12)
    }
  }

  @Test func whatCannotBeSentIsRefusedAndTheChannelLivesOn() throws {
    var ends = try Ends(salvador, guatemala)
    #expect(throws: ChannelError.notEstablished) { try ends.initiator.send(message(0x10, 1)) }
    _ = try ends.settle()
    #expect(throws: ChannelError.reservedType(1)) { try ends.initiator.send(message(1, 8)) }
    let tooLong = ChannelLimits.payloadByteLimit + 1
    #expect(throws: ChannelError.messageTooLong(tooLong)) { try ends.initiator.send(message(0x10, tooLong)) }
    try ends.initiator.send(message(0x10, 1))
    #expect(try ends.settle().responder == [.message(message(0x10, 1))])
  }

  @Test func aSecondKeyOfTheSameNodeStillAnswersDuringARotation() throws {
    let new = StaticKey(ExchangeKey(SystemEntropy()))
    let rotated = LinkIdentity(
      realm: guatemala.identity.realm, country: guatemala.country, key: new, previous: guatemala.key)
    for key in [new, guatemala.key] {
      var initiator = try Channel(
        dialling: guatemala.country, key: key.publicKey, as: salvador.identity, SystemEntropy())
      var responder = Channel(
        answering: [salvador.country: [new.publicKey, salvador.key.publicKey]], as: rotated, SystemEntropy())
      _ = try responder.feed(try initiator.takeOutput())
      #expect(
        try initiator.feed(try responder.takeOutput()) == [.established(guatemala.country, key.publicKey)])
    }
  }

  @Test func keysChangeOnBothSidesInALongConversation() throws {
    var ends = try Ends(salvador, guatemala)
    _ = try ends.settle()
    for index in 0..<(Int(Transport.rekeyInterval) + 100) {
      try ends.initiator.send(message(0x30, index % 40))
      #expect(try ends.responder.feed(try ends.initiator.takeOutput()) == [.message(message(0x30, index % 40))])
    }
    let frames = ends.responder.openedFrameCount
    #expect(frames > Transport.rekeyInterval)
  }
}

import Link
import Noise
import Sodium
import Terms
import Testing

struct ChannelFaultTests {
  private let salvador: Party
  private let guatemala: Party
  private let honduras: Party

  init() throws {
    salvador = try Party("SV", SeededEntropy(seed: 1))
    guatemala = try Party("GT", SeededEntropy(seed: 2))
    honduras = try Party("HN", SeededEntropy(seed: 3))
  }

  /// What Guatemala says to these first bytes.
  private func refusal(_ bytes: [UInt8]) -> ChannelError? {
    var channel = Channel(
      answering: [salvador.country: [salvador.key.publicKey]], as: guatemala.identity, SeededEntropy(seed: 4))
    do throws(ChannelError) {
      _ = try channel.feed(bytes)
      return nil
    } catch {
      let (room, waiting) = (channel.room, channel.queuedByteCount)
      #expect(room == 0 && waiting == 0)
      #expect(throws: ChannelError.ended) { try channel.next() }
      return error
    }
  }

  private func hello(_ from: Party, to: Party, key: StaticKey? = nil) throws -> [UInt8] {
    var channel = try Channel(
      dialling: to.country, key: (key ?? to.key).publicKey, as: from.identity, SeededEntropy(seed: 6))
    return try channel.takeOutput()
  }

  @Test func aStrangerIsRefusedAtItsFirstWrongByte() {
    #expect(refusal(Array("G".utf8)) == .notIstmo)
    #expect(refusal(Array("GET / HTTP/1.1\r\n".utf8)) == .notIstmo)
    #expect(refusal([0x16, 3, 1]) == .notIstmo)
    #expect(refusal(Array("IST".utf8)) == nil)
    #expect(refusal(Array("ISTMO".utf8) + [2]) == .unknownVersion(2))
    #expect(refusal(Array("ISTMO\u{1}svGT".utf8)) == .malformedPreamble)
    #expect(refusal(Array("ISTMO\u{1}".utf8) + [0xFF, 0xFE, 0x47, 0x54]) == .malformedPreamble)
  }

  @Test func whoIsNotExpectedIsRefusedByName() throws {
    #expect(refusal(try hello(salvador, to: honduras)) == .notForUs(honduras.country))
    #expect(refusal(try hello(honduras, to: guatemala)) == .notANeighbour(honduras.country))
    let impostor = try Party("SV", SeededEntropy(seed: 7))
    #expect(
      refusal(try hello(impostor, to: guatemala)) == .keyNotAllowed(salvador.country, impostor.key.publicKey))
    #expect(
      refusal(try hello(salvador, to: guatemala, key: honduras.key))
        == .handshake(.doesNotOpen(part: "the initiator's static key")))
    let elsewhere = try Party("SV", realm: "other.test", SeededEntropy(seed: 1))
    #expect(
      refusal(try hello(elsewhere, to: guatemala)) == .handshake(.doesNotOpen(part: "the initiator's static key")))
  }

  @Test func aKeyOfLowOrderIsRefused() throws {
    let preamble = try hello(salvador, to: guatemala).prefix(12)
    #expect(refusal(preamble + [UInt8](repeating: 0, count: 96)) == .handshake(.weakPublicKey))
    let zero = ExchangePublicKey(Digest())
    #expect(throws: ChannelError.handshake(.weakPublicKey)) {
      var channel = try Channel(dialling: guatemala.country, key: zero, as: salvador.identity, SystemEntropy())
      _ = try channel.takeOutput()
    }
  }

  @Test func aFrameOfAnImpossibleLengthIsRefusedBeforeItsBytesArrive() throws {
    let preamble = try hello(salvador, to: guatemala).prefix(10)
    for length in [0, 95, 97, 65_535] {
      let bytes = preamble + [UInt8(length >> 8), UInt8(length & 0xFF)]
      #expect(refusal(Array(bytes)) == .frameLength(found: length, expected: 96...96))
    }
    for length in [0, 16] {
      var ends = try Ends(salvador, guatemala)
      _ = try ends.settle()
      #expect(throws: ChannelError.frameLength(found: length, expected: 17...65_535)) {
        _ = try ends.responder.feed([0, UInt8(length)])
      }
    }
  }

  @Test func aReplayedConversationNeverComesUp() throws {
    var ends = try Ends(salvador, guatemala)
    let first = try ends.initiator.takeOutput()
    _ = try ends.responder.feed(first)
    _ = try ends.initiator.feed(try ends.responder.takeOutput())
    try ends.initiator.send(LinkMessage(type: 0x10, payload: [1, 2, 3]))
    let second = try ends.initiator.takeOutput()
    #expect(try ends.responder.feed(second).count == 2)

    var again = Channel(
      answering: [salvador.country: [salvador.key.publicKey]], as: guatemala.identity, SeededEntropy(seed: 99))
    #expect(try again.feed(first).isEmpty, "a replayed first message alone proves nothing")
    #expect(throws: ChannelError.frameDoesNotOpen) { _ = try again.feed(second) }
    #expect(throws: ChannelError.frameDoesNotOpen) { _ = try ends.responder.feed(second) }
  }

  @Test func aMessageOverTheLimitIsRefusedAtItsHeader() throws {
    // A peer of another make that does not keep the limit.
    let entropy = SeededEntropy(seed: 8)
    let preamble = Array("ISTMO\u{1}SVGT".utf8)
    let prologue = Array("\u{C}istmo link 1\u{A}istmo.test".utf8) + preamble
    var handshake = HandshakeState(initiator: salvador.key, to: guatemala.key.publicKey, prologue: prologue)
    var responder = Channel(
      answering: [salvador.country: [salvador.key.publicKey]], as: guatemala.identity, entropy)
    let first = try handshake.write(entropy)
    _ = try responder.feed(preamble + [0, 96] + first)
    _ = try handshake.read(try responder.takeOutput().dropFirst(2))
    var transport = try handshake.split()
    func frame(_ plain: [UInt8]) throws -> [UInt8] {
      var out = [UInt8](repeating: 0, count: plain.count + 16)
      var failure: NoiseError?
      plain.withUnsafeBytes { p in
        out.withUnsafeMutableBytes { o in
          do throws(NoiseError) { try transport.seal(p, into: o) } catch { failure = error }
        }
      }
      if let failure { throw failure }
      return [UInt8(out.count >> 8), UInt8(out.count & 0xFF)] + out
    }
    #expect(try responder.feed(try frame([0x10, 0, 0, 0])).count == 2)
    #expect(throws: ChannelError.messageTooLong(0x10_0001)) { _ = try responder.feed(try frame([0x10, 0x10, 0, 1])) }
  }

  @Test func whatIsBufferedStaysBounded() throws {
    var ends = try Ends(salvador, guatemala)
    _ = try ends.settle()
    // A frame that never ends.
    var taken = ends.responder.receive([0xFF, 0xFF])
    for _ in 0..<1000 { taken += ends.responder.receive([UInt8](repeating: 7, count: 4096)) }
    #expect(taken <= 2 * 65_537)
    var fresh = Channel(answering: [:], as: guatemala.identity, SystemEntropy())
    #expect(fresh.receive([UInt8](repeating: 0x49, count: 1 << 20)) <= 256)
  }
}

import Foundation
import Link
import Noise
import Sodium
import Terms
import Testing

/// Bytes that were changed on the way, in both roles and at every stage: an error or silence, never a trap, never a
/// message that was not sent. ISTMO_FUZZ_ROUNDS makes it longer.
struct ChannelFuzzTests {
  private static let rounds = ProcessInfo.processInfo.environment["ISTMO_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 150

  @Test func changedBytesNeverTrapAndNeverBecomeAMessage() throws {
    let salvador = try Party("SV", SeededEntropy(seed: 1))
    let guatemala = try Party("GT", SeededEntropy(seed: 2))
    for seed in 0..<UInt64(Self.rounds) {
      let entropy = SeededEntropy(seed: seed)
      func pick(_ limit: Int) -> Int { Int(entropy.uint64() % UInt64(max(1, limit))) }
      func change(_ bytes: [UInt8], _ really: Bool) -> [UInt8] { really ? Mutation.change(bytes, pick) : bytes }
      var ends = try Ends(salvador, guatemala, seed: seed)
      let sent = (0..<4).map { _ in LinkMessage(type: 0x10 + UInt8(pick(200)), payload: entropy.bytes(pick(20_000))) }
      // Which flight is changed: 0 hello, 1 answer, 2 messages to the responder, 3 messages to the initiator.
      let flight = pick(4)
      var received: [ChannelEvent] = []
      do {
        received += try ends.responder.feed(change(try ends.initiator.takeOutput(), flight == 0))
        received += try ends.initiator.feed(change(try ends.responder.takeOutput(), flight == 1))
        received += try ends.responder.feed(try ends.initiator.takeOutput())
        for message in sent {
          try ends.initiator.send(message)
          try ends.responder.send(message)
        }
        received += try ends.responder.feed(change(try ends.initiator.takeOutput(), flight == 2))
        received += try ends.initiator.feed(change(try ends.responder.takeOutput(), flight == 3))
      } catch {
        #expect(flight < 4)  // refused, as it may be
      }
      for case .message(let message) in received { #expect(sent.contains(message), "seed \(seed)") }
    }
  }

  @Test func noiseOfAnyKindNeverTraps() throws {
    let guatemala = try Party("GT", SeededEntropy(seed: 2))
    let salvador = try Party("SV", SeededEntropy(seed: 1))
    for seed in 0..<UInt64(Self.rounds) {
      let entropy = SeededEntropy(seed: seed &+ 1_000_000)
      var responder = Channel(
        answering: [salvador.country: [salvador.key.publicKey]], as: guatemala.identity, entropy)
      let start = seed.isMultiple(of: 2) ? Array("ISTMO\u{1}SVGT\u{0}\u{60}".utf8) : []
      let noise = start + entropy.bytes(200 + Int(entropy.uint64() % 2000))
      #expect(throws: ChannelError.self, "seed \(seed)") { _ = try responder.feed(noise) }
      var initiator = try Channel(
        dialling: guatemala.country, key: guatemala.key.publicKey, as: salvador.identity, entropy)
      _ = try? initiator.feed(noise)
      let isEstablished = initiator.isEstablished
      #expect(!isEstablished)
    }
  }
}

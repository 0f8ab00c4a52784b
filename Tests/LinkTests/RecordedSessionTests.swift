import Foundation
import Link
import Noise
import Sodium
import Terms
import Testing

/// A whole session as a listener would record it, changed at seeded places and played to a channel in either role: an
/// error or silence, never a trap, never a message that was not sent, never one out of order.
/// ISTMO_FUZZ_ROUNDS makes it longer.
struct RecordedSessionTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["ISTMO_FUZZ_ROUNDS"].flatMap { Int($0) }.map { $0 * 10 } ?? 1000

  private let salvador: Party
  private let guatemala: Party
  /// All bytes in each direction, and the messages in them.
  private let forth: [UInt8]
  private let back: [UInt8]
  private let sent: [LinkMessage]

  init() throws {
    salvador = try Party("SV", SeededEntropy(seed: 1))
    guatemala = try Party("GT", SeededEntropy(seed: 2))
    var initiator = try Self.initiator(salvador, guatemala)
    var responder = Self.responder(salvador, guatemala)
    let content = SeededEntropy(seed: 77)
    sent = [0, 1, 40, 300, 17_000, 5, 900].enumerated().map { index, count in
      LinkMessage(type: 0x10 + UInt8(index), payload: content.bytes(count))
    }
    var (forth, back): ([UInt8], [UInt8]) = ([], [])
    func exchange(_ initiator: inout Channel, _ responder: inout Channel) throws {
      while true {
        let (there, here) = (try initiator.takeOutput(), try responder.takeOutput())
        if there.isEmpty, here.isEmpty { return }
        forth += there
        back += here
        _ = try responder.feed(there)
        _ = try initiator.feed(here)
      }
    }
    try exchange(&initiator, &responder)
    for (index, message) in sent.enumerated() {
      try initiator.send(message)
      try responder.send(message)
      if index.isMultiple(of: 2) {
        initiator.ping(UInt64(index))
        responder.ping(UInt64(index))
        try exchange(&initiator, &responder)
      }
    }
    try exchange(&initiator, &responder)
    (self.forth, self.back) = (forth, back)
  }

  // The same seeds make the same keys, so that a recording opens again.
  private static func initiator(_ from: Party, _ to: Party) throws -> Channel {
    try Channel(dialling: to.country, key: to.key.publicKey, as: from.identity, SeededEntropy(seed: 5))
  }

  private static func responder(_ from: Party, _ to: Party) -> Channel {
    Channel(answering: [from.country: [from.key.publicKey]], as: to.identity, SeededEntropy(seed: 6))
  }

  /// Plays bytes in pieces; gives the messages that came out and the error that ended it.
  private func play(
    _ bytes: [UInt8], to channel: inout Channel, _ pick: (Int) -> Int
  ) -> (messages: [LinkMessage], error: ChannelError?) {
    var messages: [LinkMessage] = []
    var rest = bytes[...]
    do throws(ChannelError) {
      while !rest.isEmpty {
        let piece = rest.prefix(1 + pick(pick(2) == 0 ? 40 : 9000))
        rest = rest.dropFirst(piece.count)
        for case .message(let message) in try channel.feed(Array(piece)) { messages.append(message) }
        _ = try channel.takeOutput()
        #expect(channel.room > 0)
      }
      return (messages, nil)
    } catch {
      let (room, waiting, isUp) = (channel.room, channel.queuedByteCount, channel.isEstablished)
      #expect(room == 0 && waiting == 0 && !isUp)
      return (messages, error)
    }
  }

  @Test func theRecordingItselfPlaysToTheEndInBothRoles() throws {
    var responder = Self.responder(salvador, guatemala)
    #expect(play(forth, to: &responder) { $0 / 2 } == (sent, nil))
    var initiator = try Self.initiator(salvador, guatemala)
    _ = try initiator.takeOutput()
    #expect(play(back, to: &initiator) { $0 / 2 } == (sent, nil))
  }

  @Test func aChangedRecordingNeverTrapsAndNeverSaysWhatWasNotSent() throws {
    var refused: [String: Int] = [:]
    for seed in 0..<UInt64(Self.rounds) {
      let entropy = SeededEntropy(seed: seed &+ 5_000_000)
      func pick(_ limit: Int) -> Int { Int(entropy.uint64() % UInt64(max(1, limit))) }
      for isForth in [true, false] {
        let original = isForth ? forth : back
        let changed = Mutation.change(original, pick)
        let (messages, error): ([LinkMessage], ChannelError?)
        if isForth {
          var responder = Self.responder(salvador, guatemala)
          (messages, error) = play(changed, to: &responder, pick)
        } else {
          var initiator = try Self.initiator(salvador, guatemala)
          _ = try initiator.takeOutput()
          (messages, error) = play(changed, to: &initiator, pick)
        }
        #expect(messages == Array(sent.prefix(messages.count)), "seed \(seed)")
        // Whatever is not merely cut off is noticed, or still waits for the rest of a frame.
        if let error { refused["\(error)".split(separator: ":").first.map(String.init) ?? "", default: 0] += 1 }
        if changed != original, error == nil { #expect(messages.count <= sent.count) }
      }
    }
    // The changes reach every stage: strangers, handshakes, frames.
    #expect(refused.keys.count >= 4, "\(refused)")
  }
}

/// Ways in which bytes are changed on the line.
enum Mutation {
  /// One to three changes; places near the front, where the handshake is, are chosen more often.
  static func change(_ bytes: [UInt8], _ pick: (Int) -> Int) -> [UInt8] {
    var bytes = bytes
    for _ in 0...pick(3) where !bytes.isEmpty {
      let at = pick(pick(2) == 0 ? min(bytes.count, 220) : bytes.count)
      switch pick(8) {
      case 0: bytes[at] ^= 1 << UInt8(pick(8))
      case 1: bytes[at] = UInt8(pick(256))
      case 2: bytes.removeSubrange(at...)
      case 3: bytes.remove(at: at)
      case 4: bytes.insert(UInt8(pick(256)), at: at)
      case 5: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 1 + pick(500))], at: at)
      case 6: bytes.removeSubrange(at..<min(bytes.count, at + 1 + pick(500)))
      default:
        let other = pick(bytes.count)
        bytes.swapAt(at, other)
      }
    }
    return bytes
  }
}

import Foundation
import Link
import Noise
import Sodium
import Synchronization
import Terms
import Testing

/// What a link holds for a neighbour that takes its time, and what is left of it when the line breaks.
@Suite(.serialized) struct FlowTests {
  private let salvador: Party
  private let guatemala: Party
  private let honduras: Party

  init() throws {
    salvador = try Party("SV")
    guatemala = try Party("GT")
    honduras = try Party("HN")
  }

  /// What may wait to be sent by the default options: a full outbox and the one message that filled it.
  private static let mostQueued = (4 << 20) + ChannelLimits.payloadByteLimit + 16
  /// A queue's memory grows by doubling, and taken bytes stay in it until they are more than those that are left.
  private static let mostMemory = 4 * mostQueued

  /// Sends megabytes whenever there is room, until `total` bytes are on their way.
  private func pump(_ total: Int, to country: CountryCode, _ counters: Counters) -> @Sendable (LinkReactor) -> Void {
    let payload = [UInt8](repeating: 0xA5, count: 1 << 20)
    return { reactor in
      while counters.sent.load() < total, reactor.send(LinkMessage(type: 0x20, payload: payload), to: country) {
        counters.sent.add(payload.count)
        counters.queued.raise(to: reactor.queuedBytes(to: country))
        counters.memory.raise(to: reactor.memoryByteCount(of: country))
      }
    }
  }

  @Test func aSlowReaderHoldsItsSenderBackInBoundedMemory() throws {
    let (one, other) = try Station.linked(salvador, guatemala)
    let (gt, sv) = (guatemala.country, salvador.country)
    let total = 32 << 20
    let (sending, receiving) = (Counters(), Counters())
    let pump = pump(total, to: gt, sending)
    one.probe.onWritable.withLock { slot in slot = { [reactor = one.reactor] _ in pump(reactor) } }
    // The reader pauses after each message for a moment.
    other.probe.onMessage.withLock { slot in
      slot = { [reactor = other.reactor] _, _ in
        reactor.pauseReading(sv)
        receiving.memory.raise(to: reactor.memoryByteCount(of: sv))
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(3)) {
          reactor.perform { reactor.resumeReading(sv) }
        }
      }
    }
    one.reactor.perform { [reactor = one.reactor] in pump(reactor) }
    #expect(eventually(120) { other.probe.notes.withLock { $0.messageBytes } == total })
    #expect(sending.queued.load() > 4 << 20, "the reader was slow enough to fill the outbox")
    #expect(sending.queued.load() <= Self.mostQueued)
    #expect(sending.memory.load() <= Self.mostMemory)
    // A receiver keeps one message, and of the rest at most two frames.
    #expect((1...(4 << 20)).contains(receiving.memory.load()))
    #expect(one.isUp(gt) && other.isUp(sv))
  }

  @Test func aNeighbourThatStopsReadingHoldsUpNobodyElse() throws {
    var options = LinkOptions.quick
    options.silenceLimit = .seconds(6)
    let (one, other) = try Station.linked(salvador, guatemala, options: options)
    let (gt, sv, hn) = (guatemala.country, salvador.country, honduras.country)
    one.reactor.update(neighbours: [
      other.asNeighbour, Neighbour(country: hn, transportKeys: [honduras.key.publicKey], endpoint: nil),
    ])
    var deaf: HandPeer?
    let came = eventually {
      deaf = try? HandPeer.linked(honduras, to: one)
      return deaf != nil
    }
    #expect(came)
    let counters = Counters()
    let pump = pump(.max, to: hn, counters)
    one.probe.onWritable.withLock { slot in
      slot = { [reactor = one.reactor] country in if country == hn { pump(reactor) } }
    }
    one.reactor.perform { [reactor = one.reactor] in pump(reactor) }
    // It says something now and then, so it is not dead; only that it never reads.
    for round in 0..<20 {
      try deaf?.client.send(deaf?.sealed(LinkMessage(type: 0x21, payload: [UInt8(round)])) ?? [])
      #expect(one.ask { $0.send(LinkMessage(type: 0x22, payload: [UInt8(round)]), to: gt) } == true)
      #expect(other.ask { $0.send(LinkMessage(type: 0x23, payload: [UInt8(round)]), to: sv) } == true)
      usleep(20_000)
    }
    #expect(eventually { other.probe.notes.withLock { $0.messageCount } == 20 })
    #expect(eventually { one.probe.notes.withLock { $0.messageCount } == 40 })
    let isRefused = one.ask {
      pump($0)
      return !$0.send(LinkMessage(type: 0x20, payload: []), to: hn)
    }
    #expect(isRefused == true, "its outbox is full")
    #expect(counters.queued.load() <= Self.mostQueued)
    #expect(counters.memory.load() <= Self.mostMemory)
    #expect(one.isUp(gt) && one.isUp(hn))
    // Once it is silent too, it is dropped, and what waited for it is gone.
    #expect(eventually { !one.isUp(hn) })
    #expect(one.probe.notes.withLock { $0.down.contains { $0.0 == hn && $0.1 == .silent } })
    #expect(one.ask { $0.memoryByteCount(of: hn) } == 0)
    #expect(one.isUp(gt))
  }

  @Test func afterABrokenLineMessagesAreWholeInOrderAndOfTheNewConnectionAlone() throws {
    let (one, other) = try Station.linked(salvador, guatemala)
    let gt = guatemala.country
    // Each message carries its number, and is long enough to be cut in the middle.
    let next = Counters()
    let fill: @Sendable (LinkReactor) -> Void = { reactor in
      while true {
        let number = UInt8(truncatingIfNeeded: next.sent.load())
        guard reactor.send(LinkMessage(type: 0x20, payload: [UInt8](repeating: number, count: 700_000)), to: gt) else {
          return
        }
        next.sent.add(1)
      }
    }
    let seen = Mutex<[UInt8]>([])
    other.probe.onMessage.withLock { slot in
      slot = { message, _ in
        #expect(message.payload.count == 700_000 && Set(message.payload).count == 1)
        if let number = message.payload.first { seen.withLock { $0.append(number) } }
      }
    }
    for round in 0..<10 {
      one.reactor.perform { [reactor = one.reactor] in fill(reactor) }
      _ = eventually { seen.withLock { $0.count } > round }
      let ups = (one.probe.upCount, other.probe.upCount)
      let closer = round.isMultiple(of: 2) ? one : other
      let country = round.isMultiple(of: 2) ? gt : salvador.country
      closer.reactor.perform { [reactor = closer.reactor] in reactor.close(country, reason: "a broken line") }
      #expect(eventually { one.probe.upCount > ups.0 && other.probe.upCount > ups.1 })
      #expect(eventually { one.isUp(gt) && other.isUp(salvador.country) })
    }
    // Some were lost with their connections, none came twice, none out of order.
    let numbers = seen.withLock { $0 }
    #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
    #expect(numbers.count >= 10)
    #expect(next.sent.load() < 256)
  }
}

/// Numbers that several threads touch.
final class Counters: Sendable {
  final class Number: Sendable {
    private let value = Mutex(0)
    func load() -> Int { value.withLock { $0 } }
    func add(_ more: Int) { value.withLock { $0 += more } }
    func raise(to least: Int) { value.withLock { $0 = max($0, least) } }
  }
  let sent = Number()
  let queued = Number()
  let memory = Number()
}

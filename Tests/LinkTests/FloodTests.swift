import Foundation
import Glibc
@testable import Link
import Noise
import Sodium
import Terms
import Testing

/// Many connections at once cost a bounded number of places and handshakes, and leave room for those who have a right.
@Suite(.serialized) struct FloodTests {
  // MARK: The rule, without a network

  private func key(_ number: Int) -> AddressKey { AddressKey(high: 0, low: UInt64(number)) }

  @Test func placesAreBoundedForOneAddressAndForAll() {
    var admission = Admission(AdmissionLimits(), now: 0)
    for _ in 0..<8 { #expect(admission.admit(key(1), now: 0) == nil) }
    #expect(admission.admit(key(1), now: 0) == .tooManyFromAddress)
    var admitted = 8
    for number in 2..<100 where admission.admit(key(number), now: 0) == nil { admitted += 1 }
    #expect(admitted == 64)
    #expect(admission.admit(key(1000), now: 0) == .tooManyHalfOpen)
    admission.release(key(1))
    #expect(admission.admit(key(1000), now: 0) == nil)
    #expect(admission.halfOpenCount == 64)
  }

  @Test func handshakesASecondAreBoundedForOneAddressAndForAll() {
    var admission = Admission(AdmissionLimits(), now: 0)
    var admitted = [0, 0]
    // Ten seconds of a flood from one address, each connection closed at once; another address comes now and then.
    for millisecond in Int64(0)..<10_000 {
      if admission.admit(key(1), now: millisecond) == nil {
        admitted[0] += 1
        admission.release(key(1))
      }
      if millisecond % 500 == 0, admission.admit(key(2), now: millisecond) == nil {
        admitted[1] += 1
        admission.release(key(2))
      }
    }
    #expect((100...(32 + 81)).contains(admitted[0]))
    #expect(admitted[1] == 20, "who comes twice a second is always let in")
    // The same from very many addresses: what all have together is bounded.
    var total = 0
    for millisecond in Int64(20_000)..<30_000 {
      let from = key(Int(millisecond) + 100)
      if admission.admit(from, now: millisecond) == nil {
        total += 1
        admission.release(from)
      }
    }
    #expect((600...(128 + 641)).contains(total))
    #expect(admission.addressCount <= AdmissionLimits().addressLimit)
  }

  @Test func aClockThatStandsStillOrGoesBackAdmitsNoMore() {
    var admission = Admission(AdmissionLimits(), now: 1_000_000)
    var admitted = 0
    for step in 0..<1000 where admission.admit(key(1), now: 1_000_000 - Int64(step)) == nil {
      admitted += 1
      admission.release(key(1))
    }
    #expect(admitted == 32)
  }

  @Test func anIPv6NetworkCountsAsOneAddress() throws {
    func key(_ text: String) throws -> AddressKey { try #require(SocketAddress.resolve(text).first).key }
    #expect(try key("[2001:db8:1:2::1]:1") == key("[2001:db8:1:2:ffff::9]:2"))
    #expect(try key("[2001:db8:1:2::1]:1") != key("[2001:db8:1:3::1]:1"))
    #expect(try key("[::ffff:192.0.2.7]:1") == key("192.0.2.7:1"))
    #expect(try key("192.0.2.7:1") != key("192.0.2.8:1"))
  }

  // MARK: The port

  @Test func aFloodOfConnectionsFindsBoundedPlacesAndTheNeighbourItsOwn() throws {
    let (salvador, guatemala) = (try Party("SV"), try Party("GT"))
    var options = LinkOptions.quick
    options.admission = AdmissionLimits()
    options.handshakeLimit = .seconds(10)
    let node = try Station(
      guatemala,
      neighbours: [Neighbour(country: salvador.country, transportKeys: [salvador.key.publicKey], endpoint: nil)],
      options: options)
    // 30 connections each from six addresses that say nothing.
    let flood = try (0..<180).map { try RawClient(port: node.port, from: UInt8(2 + $0 % 6)) }
    #expect(eventually { node.probe.logged("too many unproven connections from this address") })
    let open = try #require(node.ask { $0.connectionCount })
    #expect(open <= 48, "8 places for each address")
    // A flood from everywhere: all together have 64 places.
    let wide = try (0..<100).map { try RawClient(port: node.port, from: UInt8(10 + $0)) }
    #expect(eventually { node.probe.logged("too many unproven connections") && node.ask { $0.acceptsLeft } == 64 })
    #expect(try #require(node.ask { $0.connectionCount }) <= 64)
    // When the silent ones have run out of time the neighbour gets in, though others keep coming.
    var peer: HandPeer?
    var more: [RawClient] = []
    #expect(
      eventually(30) {
        if more.count < 200, let client = try? RawClient(port: node.port, from: 2) { more.append(client) }
        peer = try? HandPeer.linked(salvador, to: node)
        return peer != nil
      })
    #expect(node.isUp(salvador.country))
    #expect(node.ask { $0.admission.halfOpenCount } ?? .max <= 64)
    // The log did not grow with the flood.
    #expect(node.probe.notes.withLock { $0.log.count } < 300)
    _ = (flood.count, wide.count)
  }

  @Test func anUnknownKeyIsRefusedBeforeTheNodeMakesAnyOfItsOwn() throws {
    let (salvador, guatemala, impostor) = (try Party("SV"), try Party("GT"), try Party("SV"))
    let drawn = CountingEntropy()
    var responder = Channel(
      answering: [salvador.country: [salvador.key.publicKey]], as: guatemala.identity, drawn)
    var initiator = try Channel(
      dialling: guatemala.country, key: guatemala.key.publicKey, as: impostor.identity, SystemEntropy())
    var hello = try initiator.takeOutput()
    // Even the last tag of the message is not looked at: the key alone decides, after one key agreement.
    hello[hello.count - 1] ^= 1
    #expect(throws: ChannelError.keyNotAllowed(salvador.country, impostor.key.publicKey)) {
      _ = try responder.feed(hello)
    }
    #expect(drawn.count.load() == 0, "no key of this node was made for it")
    let waiting = responder.queuedByteCount
    #expect(waiting == 0, "and nothing said")
  }
}

/// Counts what is drawn.
final class CountingEntropy: Entropy {
  let count = Counters.Number()
  private let source = SystemEntropy()
  func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    count.add(buffer.count)
    source.fill(buffer)
  }
}

import Foundation
import Glibc
import Link
import Noise
import Sodium
import Terms
import Testing

/// What strangers may say to the port of a node that has a neighbour. Whatever it is: a closed connection, a line in the
/// log, and the neighbour's link goes on.
@Suite(.serialized) struct PortFaultTests {
  private let salvador: Party
  private let guatemala: Party
  private let one: Station
  private let other: Station

  init() throws {
    salvador = try Party("SV")
    guatemala = try Party("GT")
    (one, other) = try Station.linked(salvador, guatemala)
  }

  /// A connection to the port at which nothing was said yet.
  private func stranger() throws -> RawClient { try RawClient(port: other.port) }

  /// What the neighbour says first.
  private func hello(_ party: Party, key: StaticKey? = nil, to country: CountryCode? = nil) throws -> [UInt8] {
    var channel = try Channel(
      dialling: country ?? guatemala.country, key: (key ?? guatemala.key).publicKey, as: party.identity, SystemEntropy()
    )
    return try channel.takeOutput()
  }

  /// The neighbour's link still carries messages, and nothing of the stranger is left.
  private func expectUnharmed() {
    let gt = guatemala.country
    let before = other.probe.notes.withLock { $0.messageCount }
    #expect(eventually { other.ask { $0.connectionCount } == 1 })
    #expect(one.ask { $0.send(LinkMessage(type: 0x10, payload: [1]), to: gt) } == true)
    #expect(eventually { other.probe.notes.withLock { $0.messageCount } == before + 1 })
  }

  @Test func garbageIsClosedWithoutAWordAndLogged() throws {
    let entropy = SeededEntropy(seed: 1)
    for index in 0..<20 {
      let client = try stranger()
      client.send(index == 0 ? Array("GET / HTTP/1.1\r\nHost: node\r\n\r\n".utf8) : entropy.bytes(1 + index * 50))
      #expect(client.wasClosedSilently, "\(index)")
    }
    #expect(eventually { other.probe.logged("does not speak Istmo's link protocol") })
    expectUnharmed()
  }

  @Test func aCutHandshakeIsForgottenAtOnce() throws {
    let whole = try hello(salvador)
    for count in [0, 1, 9, 10, 11, 12, 50, whole.count - 1] {
      let client = try stranger()
      client.send(Array(whole.prefix(count)))
      client.finish()
      #expect(client.wasClosedSilently, "\(count)")
    }
    expectUnharmed()
  }

  @Test func anOversizedFirstFrameIsRefusedAtItsLength() throws {
    for length in [UInt8](arrayLiteral: 0xFF, 0x01) {
      let client = try stranger()
      client.send(Array(try hello(salvador).prefix(10)) + [length, length])
      #expect(client.wasClosedSilently)
    }
    #expect(eventually { other.probe.logged("a frame of 65535 bytes where 96 to 96 may stand") })
    expectUnharmed()
  }

  @Test func oneByteAtATimeRunsOutOfTime() throws {
    // The hello has 108 bytes; at this pace it is not over when the time for it is.
    let client = try stranger()
    var said = 0
    for byte in try hello(salvador) {
      guard client.send([byte]) else { break }
      said += 1
      usleep(50_000)
    }
    #expect(client.wasClosedSilently)
    #expect(said < 108)
    #expect(eventually { other.probe.logged("the handshake was not finished in time") })
    expectUnharmed()
  }

  @Test func whoSaysNothingIsClosed() throws {
    let client = try stranger()
    #expect(client.wasClosedSilently)
    #expect(eventually { other.probe.logged("the handshake was not finished in time") })
    expectUnharmed()
  }

  @Test func replayedBytesNeverMakeALink() throws {
    // What a listener on the line has of an earlier, good session of this neighbour.
    let entropy = SystemEntropy()
    var initiator = try Channel(
      dialling: guatemala.country, key: guatemala.key.publicKey, as: salvador.identity, entropy)
    var responder = Channel(
      answering: [salvador.country: [salvador.key.publicKey]], as: guatemala.identity, entropy)
    var recorded = try initiator.takeOutput()
    _ = try responder.feed(recorded)
    _ = try initiator.feed(try responder.takeOutput())
    try initiator.send(LinkMessage(type: 0x10, payload: [1, 2, 3]))
    let rest = try initiator.takeOutput()
    #expect(try responder.feed(rest).count == 2)
    recorded += rest

    let before = other.probe.notes.withLock { ($0.up.count, $0.messageCount) }
    let hello = try stranger()
    hello.send(Array(recorded.prefix(108)))
    #expect(hello.receive()?.count == 50, "the answer that only the neighbour could use")
    #expect(hello.wasClosedSilently)
    // The node's own key of this handshake is another one: what followed does not open.
    let whole = try stranger()
    whole.send(recorded)
    while let bytes = whole.receive(), !bytes.isEmpty { #expect(bytes.count == 50) }
    #expect(eventually { other.probe.logged("a frame does not open") })
    #expect(eventually { other.probe.logged("the handshake was not finished in time") })
    #expect(other.probe.notes.withLock { ($0.up.count, $0.messageCount) } == before)
    expectUnharmed()
  }

  @Test func whoeverIsNotTheNeighbourIsToldNothingAndNamedInTheState() throws {
    let impostor = try Party("SV")
    let elsewhere = try Party("SV", realm: "other.test")
    let cases: [(bytes: [UInt8], named: String, isOfTheNeighbour: Bool)] = [
      (try hello(impostor), "presented the transport key \(impostor.key.publicKey)", true),
      (try hello(salvador, to: CountryCode("HN")), "wants to speak with HN", false),
      (try hello(Party("PA")), "PA is no neighbour", false),
      (try hello(elsewhere), "the initiator's static key does not open", true),
      (try hello(salvador, key: salvador.key), "the initiator's static key does not open", true),
    ]
    for (bytes, named, isOfTheNeighbour) in cases {
      let client = try stranger()
      client.send(bytes)
      #expect(client.wasClosedSilently, "\(named)")
      #expect(eventually { other.probe.logged(named) }, "\(named)")
      let isNamed = eventually(isOfTheNeighbour ? 15 : 0) {
        other.reactor.states()[salvador.country]?.lastRefusal?.description.contains(named) == true
      }
      #expect(isNamed == isOfTheNeighbour, "what another country says is no news of this one: \(named)")
    }
    expectUnharmed()
  }

  @Test func theNeighbourItselfIsHeldToTheProtocolOnceItIsUp() throws {
    for bytes in [[0, 16], [0, 0], [0, 17] + [UInt8](repeating: 9, count: 17)] as [[UInt8]] {
      one.reactor.update(neighbours: [])
      #expect(eventually { !other.isUp(salvador.country) })
      let peer = try #require(try HandPeer.linked(salvador, to: other))
      peer.client.send(bytes)
      while try peer.listen() {}
      #expect(eventually { other.probe.notes.withLock { $0.down.last?.1 }?.description.contains("a frame") == true })
    }
    one.reactor.update(neighbours: [other.asNeighbour])
    #expect(eventually { one.isUp(guatemala.country) && other.isUp(salvador.country) })
    expectUnharmed()
  }
}

import Foundation
import Glibc
import Link
import Noise
import Sodium
import Terms
import Testing

/// A neighbour that is there, one that is no longer there, and one that only seems to be there.
@Suite(.serialized) struct KeepAliveTests {
  private let salvador: Party
  private let guatemala: Party
  private let node: Station

  init() throws {
    salvador = try Party("SV")
    guatemala = try Party("GT")
    node = try Station(
      guatemala,
      neighbours: [Neighbour(country: salvador.country, transportKeys: [salvador.key.publicKey], endpoint: nil)])
  }

  private var lastEnd: LinkFailure? { node.probe.notes.withLock { $0.down.last?.1 } }

  @Test func aNeighbourThatAnswersPingsStaysLinked() throws {
    let peer = try #require(try HandPeer.linked(salvador, to: node))
    // Three times the silence that ends a link: only the answers keep it.
    let end = Date().addingTimeInterval(6)
    while Date() < end { #expect(try peer.listen()) }
    #expect(node.isUp(salvador.country))
    #expect(node.reactor.states()[salvador.country]?.roundTripMilliseconds != nil)
  }

  @Test func aNeighbourThatFallsSilentIsDropped() throws {
    let peer = try #require(try HandPeer.linked(salvador, to: node))
    // Its connection stays open, as that of a machine without power does.
    #expect(eventually { !node.isUp(salvador.country) })
    #expect(lastEnd == .silent)
    #expect(eventually { node.ask { $0.connectionCount } == 0 })
    _ = peer
  }

  @Test func aFrameThatNeverEndsIsNoSignOfLife() throws {
    let peer = try #require(try HandPeer.linked(salvador, to: node))
    let frame = try peer.sealed(LinkMessage(type: 0x10, payload: [UInt8](repeating: 1, count: 10_000)))
    for byte in frame {
      guard node.isUp(salvador.country), peer.client.send([byte]) else { break }
      usleep(50_000)
    }
    #expect(eventually { !node.isUp(salvador.country) })
    #expect(lastEnd == .silent)
    #expect(node.probe.notes.withLock { $0.messageCount } == 0)
  }

  @Test func aPongThatNobodyAskedForSaysNothingOfTheLine() throws {
    // A peer of another make: its frames are made by hand, so that it can send what a channel never would.
    let entropy = SystemEntropy()
    let preamble = Array("ISTMO\u{1}SVGT".utf8)
    let prologue = Array("\u{C}istmo link 1\u{A}istmo.test".utf8) + preamble
    var handshake = HandshakeState(initiator: salvador.key, to: guatemala.key.publicKey, prologue: prologue)
    let client = try RawClient(port: node.port)
    client.send(preamble + [0, 96] + (try handshake.write(entropy)))
    _ = try handshake.read(try #require(client.receive()).dropFirst(2))
    var transport = try handshake.split()
    for token in [UInt64(1), 1 << 40, .max] {
      let pong = [1, 0, 0, 8] + withUnsafeBytes(of: token.bigEndian) { Array($0) }
      var out = [UInt8](repeating: 0, count: pong.count + 16)
      try out.withUnsafeMutableBytes { out in try pong.withUnsafeBytes { try transport.seal($0, into: out) } }
      client.send([0, UInt8(out.count)] + out)
    }
    #expect(eventually { node.isUp(salvador.country) })
    usleep(50_000)
    #expect(node.isUp(salvador.country))
    #expect(node.reactor.states()[salvador.country]?.roundTripMilliseconds == nil)
  }
}

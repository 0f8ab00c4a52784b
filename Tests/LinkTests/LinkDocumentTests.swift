import Foundation
@testable import Link
@testable import Noise
import Sodium
import Terms
import Testing

/// Every value of `Docs/protocol/link.md` follows from its text and is what the code does.
@Suite struct LinkDocumentTests {
  private let page: String
  /// The blocks of the page by name.
  private let blocks: [String: [UInt8]]

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    page = try String(contentsOf: root.appending(path: "Docs/protocol/link.md"), encoding: .utf8)
    var blocks: [String: [UInt8]] = [:]
    for block in page.matches(of: /(?m)^```text ([a-z-]+)\n([0-9a-f\n]+)```$/) {
      let bytes = try #require([UInt8](hex: block.2.split(separator: "\n").joined()))
      try #require(blocks.updateValue(bytes, forKey: String(block.1)) == nil, "\(block.1) stands twice")
    }
    self.blocks = blocks
  }

  private func block(_ name: String) throws -> [UInt8] { try #require(blocks[name], "no block \(name)") }

  private func party(_ country: String, _ role: String) throws -> LinkIdentity {
    let key = StaticKey(try ExchangeKey(SecretBytes(copying: try block("\(role)-static-secret"))))
    #expect(try key.publicKey.bytes.bytes == block("\(role)-static"))
    return LinkIdentity(realm: try Realm("istmo.sieca.int"), country: try CountryCode(country), key: key)
  }

  @Test func theSessionOnThePageIsTheOneThatTheCodeMakes() throws {
    let (salvador, guatemala) = (try party("SV", "initiator"), try party("GT", "responder"))
    var initiator = try Channel(
      dialling: guatemala.country, key: guatemala.keys[0].publicKey, as: salvador,
      Ephemeral(bytes: try block("initiator-ephemeral-secret")))
    var responder = Channel(
      answering: [salvador.country: [salvador.keys[0].publicKey]], as: guatemala,
      Ephemeral(bytes: try block("responder-ephemeral-secret")))

    let hello = try initiator.takeOutput()
    #expect(try hello == block("preamble") + block("first"))
    _ = try responder.feed(hello)
    let second = try responder.takeOutput()
    #expect(try second == block("second"))
    _ = try initiator.feed(second)
    let confirmation = try initiator.takeOutput()
    #expect(try confirmation == block("confirmation"))
    _ = try responder.feed(confirmation)
    let pong = try responder.takeOutput()
    #expect(try pong == block("pong"))
    let message = LinkMessage(type: 0x42, payload: Array("salud".utf8))
    try responder.send(message)
    let sealed = try responder.takeOutput()
    #expect(try sealed == block("message"))
    #expect(try initiator.feed(pong + sealed) == [.pong(0), .message(message)])

    var frames: [[UInt8]] = []
    for _ in 1...(1 << 14) {
      try initiator.send(message)
      frames.append(try initiator.takeOutput())
    }
    #expect(try frames[(1 << 14) - 2] == block("last-of-first-key"))
    #expect(try frames[(1 << 14) - 1] == block("first-of-second-key"))
    #expect(try responder.feed(frames.flatMap { $0 }).count == 1 << 14)
  }

  @Test func prologueAndHashAreThoseOfThePage() throws {
    let (salvador, guatemala) = (try party("SV", "initiator"), try party("GT", "responder"))
    let preamble = Preamble(initiator: salvador.country, responder: guatemala.country)
    let prologue = preamble.prologue(realm: salvador.realm)
    #expect(try prologue == block("prologue"))
    var initiator = HandshakeState(
      initiator: salvador.keys[0], to: guatemala.keys[0].publicKey, prologue: prologue)
    _ = try initiator.write(Ephemeral(bytes: try block("initiator-ephemeral-secret")))
    _ = try initiator.read(try block("second").dropFirst(2))
    #expect(try initiator.handshakeHash.bytes == block("hash"))
  }

  @Test func everyLimitOfThePageIsThatOfTheCode() throws {
    let (options, admission) = (LinkOptions(), AdmissionLimits())
    let known: [String: Int64] = [
      "Preamble.byteCount": Int64(Preamble.byteCount),
      "HandshakeState.firstMessageByteCount": Int64(HandshakeState.firstMessageByteCount),
      "HandshakeState.secondMessageByteCount": Int64(HandshakeState.secondMessageByteCount),
      "CipherState.messageByteLimit": Int64(CipherState.messageByteLimit),
      "Transport.plaintextByteLimit": Int64(Transport.plaintextByteLimit),
      "Transport.rekeyInterval": Int64(Transport.rekeyInterval),
      "ChannelLimits.framePlaintextByteCount": Int64(ChannelLimits.framePlaintextByteCount),
      "ChannelLimits.payloadByteLimit": Int64(ChannelLimits.payloadByteLimit),
      "ChannelLimits.unprovenInboxByteLimit": Int64(ChannelLimits.unprovenInboxByteLimit),
      "ChannelLimits.inboxByteLimit": Int64(ChannelLimits.inboxByteLimit),
      "LinkIdentity.keyLimit": Int64(LinkIdentity.keyLimit),
      "LinkOptions.pingInterval": options.pingInterval.components.seconds,
      "LinkOptions.silenceLimit": options.silenceLimit.components.seconds,
      "LinkOptions.handshakeLimit": options.handshakeLimit.components.seconds,
      "LinkOptions.firstDelay": options.firstDelay.components.seconds,
      "LinkOptions.longestDelay": options.longestDelay.components.seconds,
      "AdmissionLimits.halfOpen": Int64(admission.halfOpen),
      "AdmissionLimits.halfOpenPerAddress": Int64(admission.halfOpenPerAddress),
      "AdmissionLimits.perSecond": Int64(admission.perSecond),
      "AdmissionLimits.burst": Int64(admission.burst),
      "AdmissionLimits.perSecondPerAddress": Int64(admission.perSecondPerAddress),
      "AdmissionLimits.burstPerAddress": Int64(admission.burstPerAddress),
      "AdmissionLimits.addressLimit": Int64(admission.addressLimit),
      "AdmissionLimits.acceptsPerTick": Int64(admission.acceptsPerTick),
    ]
    let rows = page.matches(of: /(?m)^\| `([A-Za-z.]+)` \| (\d+)\b.*\|$/)
    for row in rows { #expect(Int64(row.2) == known[String(row.1)], "\(row.1)") }
    #expect(Set(rows.map { String($0.1) }) == Set(known.keys))
  }
}

/// Hands out the bytes of a made-up ephemeral key.
private struct Ephemeral: Entropy {
  let bytes: [UInt8]
  func fill(_ buffer: UnsafeMutableRawBufferPointer) { buffer.copyBytes(from: bytes.prefix(buffer.count)) }
}

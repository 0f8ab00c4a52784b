import Glibc
import Link
import Noise
import Sodium
import Terms
import Testing

/// A neighbour that a test drives by hand: a channel on a plain socket, which reads and answers only when told to.
final class HandPeer {
  let client: RawClient
  private var channel: Channel
  private(set) var events: [ChannelEvent] = []

  /// Connects and says its hello.
  init(_ party: Party, to station: Station, key: StaticKey? = nil) throws {
    client = try RawClient(port: station.port)
    channel = try Channel(
      dialling: station.party.country, key: (key ?? station.party.key).publicKey, as: party.identity, SystemEntropy())
    try speak()
  }

  /// Connects and completes the handshake; nil when it is not let in.
  static func linked(_ party: Party, to station: Station) throws -> HandPeer? {
    let peer = try HandPeer(party, to: station)
    let isLinked =
      try peer.listen()
      && peer.events.first == .established(station.party.country, station.party.key.publicKey)
      && eventually { station.isUp(party.country) }
    return isLinked ? peer : nil
  }

  /// Sends what the channel has to say.
  func speak() throws { client.send(try channel.takeOutput()) }

  /// Reads once and answers; false when the other side has closed the connection or said nothing for 5 seconds.
  func listen() throws -> Bool {
    guard let bytes = client.receive(), !bytes.isEmpty else { return false }
    events += try channel.feed(bytes)
    try speak()
    return true
  }

  /// The bytes of a message, sealed in their turn, for the test to send as it likes.
  func sealed(_ message: LinkMessage) throws -> [UInt8] {
    try channel.send(message)
    return try channel.takeOutput()
  }
}

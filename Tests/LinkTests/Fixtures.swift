import Link
import Noise
import Sodium
import Terms
import Testing

/// A made-up country with its key, for tests.
struct Party {
  let country: CountryCode
  let key: StaticKey
  let identity: LinkIdentity

  init(_ code: String, realm: String = "istmo.test", _ entropy: some Entropy = SystemEntropy()) throws {
    country = try CountryCode(code)
    key = StaticKey(ExchangeKey(entropy))
    identity = LinkIdentity(realm: try Realm(realm), country: country, key: key)
  }
}

/// The same moment again and again: what depends on the time of day is not tested with it.
struct StillClock: Clock {
  func now() -> Instant { Instant(milliseconds: 1_790_000_000_000) }
}

extension Channel {
  mutating func receive(_ bytes: [UInt8]) -> Int { bytes.withUnsafeBytes { receive($0) } }

  /// Feeds all bytes, however little is taken at a time, and collects the events.
  mutating func feed(_ bytes: [UInt8]) throws(ChannelError) -> [ChannelEvent] {
    var events: [ChannelEvent] = []
    var rest = bytes[...]
    repeat {
      let taken = receive(Array(rest))
      rest = rest.dropFirst(taken)
      while let event = try next() { events.append(event) }
    } while !rest.isEmpty
    return events
  }
}

/// Two ends of one connection without a network.
struct Ends: ~Copyable {
  var initiator: Channel
  var responder: Channel

  init(_ a: Party, _ b: Party, seed: UInt64 = 5) throws {
    let entropy = SeededEntropy(seed: seed)
    initiator = try Channel(dialling: b.country, key: b.key.publicKey, as: a.identity, entropy)
    responder = Channel(answering: [a.country: [a.key.publicKey]], as: b.identity, entropy)
  }

  /// Carries bytes both ways until nothing moves.
  mutating func settle() throws -> (initiator: [ChannelEvent], responder: [ChannelEvent]) {
    var events: (initiator: [ChannelEvent], responder: [ChannelEvent]) = ([], [])
    while true {
      let forth = try initiator.takeOutput()
      if !forth.isEmpty { events.responder += try responder.feed(forth) }
      let back = try responder.takeOutput()
      if !back.isEmpty { events.initiator += try initiator.feed(back) }
      if forth.isEmpty, back.isEmpty { return events }
    }
  }
}

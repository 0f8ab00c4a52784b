import Noise
import Sodium
import Terms

/// Who a node is on the link.
public struct LinkIdentity: Sendable {
  /// The federation.
  public let realm: Realm
  /// This node's country.
  public let country: CountryCode
  /// This node's transport keys, the current one first. During a rotation the old one follows: it still answers, but no
  /// longer dials. At most two are used (`keyLimit`).
  public let keys: [StaticKey]

  /// Keys tried for one incoming handshake: the current one and, during a rotation, the one before.
  public static let keyLimit = 2

  /// An identity with its current key and, during a rotation, the one before.
  public init(realm: Realm, country: CountryCode, key: StaticKey, previous: StaticKey? = nil) {
    self.realm = realm
    self.country = country
    keys = [key] + (previous.map { [$0] } ?? [])
  }
}

/// What a channel reports.
public enum ChannelEvent: Hashable, Sendable {
  /// The other side has proven that it is this country, with this key. Comes once, before any message.
  case established(CountryCode, ExchangePublicKey)
  /// A message for the layer above.
  case message(LinkMessage)
  /// The answer to a ping, with its 8 bytes as a number.
  case pong(UInt64)
}

/// One connection of the link as a pure state machine: bytes in, events out; messages in, bytes out. It knows no socket,
/// clock or thread. Docs/protocol/link.md gives every byte.
///
/// Feed what arrived with `receive`, then call `next()` until it gives nil; what is to be sent comes from `withOutput`.
/// It keeps at most two frames and one message of what arrived. What waits to be sent is `queuedByteCount`, which the
/// caller keeps in bounds.
public struct Channel: ~Copyable, Sendable {
  enum Phase { case preamble, first, second, confirmation, open, ended }

  let identity: LinkIdentity
  let entropy: any Entropy
  /// Who may connect, by country. Only a responder asks it.
  let allowed: [CountryCode: [ExchangePublicKey]]
  var phase: Phase
  var preamble: Preamble?
  var handshake: HandshakeState?
  var transport: Transport?
  /// The other side's key, as soon as the handshake names it.
  var peerKey: ExchangePublicKey?

  var inbox = ByteQueue()
  var opened = ByteQueue()
  var pending = ByteQueue()
  var sealed = ByteQueue()
  // Positions in the outgoing plaintext where the last queued ping and pong end: one of each waits at most.
  var queuedTotal: UInt64 = 0
  var sealedTotal: UInt64 = 0
  var pingEnd: UInt64 = 0
  var pongEnd: UInt64 = 0

  /// Whether this side opened the connection.
  public let isInitiator: Bool
  /// Frames that opened: rises with every sign of life.
  public private(set) var openedFrameCount: UInt64 = 0

  /// The side that opens a connection to `country`, whose transport key is `key`. Its first bytes are ready at once.
  /// - Throws: `ChannelError.handshake` when `key` is of low order.
  public init(
    dialling country: CountryCode, key: ExchangePublicKey, as identity: LinkIdentity, _ entropy: some Entropy
  ) throws(ChannelError) {
    self.identity = identity
    self.entropy = entropy
    allowed = [:]
    isInitiator = true
    peerKey = key
    let preamble = Preamble(initiator: identity.country, responder: country)
    self.preamble = preamble
    guard let own = identity.keys.first else { throw .ended }
    var handshake = HandshakeState(initiator: own, to: key, prologue: preamble.prologue(realm: identity.realm))
    let first: [UInt8]
    do throws(NoiseError) { first = try handshake.write(entropy) } catch { throw .handshake(error) }
    self.handshake = consume handshake
    phase = .second
    sealed.append(preamble.bytes)
    appendFrame(first)
  }

  /// The side that a stranger connected to. Only the listed keys of the listed countries get an answer.
  public init(
    answering allowed: [CountryCode: [ExchangePublicKey]], as identity: LinkIdentity, _ entropy: some Entropy
  ) {
    self.identity = identity
    self.entropy = entropy
    self.allowed = allowed
    isInitiator = false
    phase = .preamble
  }

  /// Whether the other side has proven itself and nothing has failed since.
  public var isEstablished: Bool { phase == .open }

  /// The country at the other end: as dialled, or as a responder's peer claims until it is established.
  public var peer: CountryCode? { isInitiator ? preamble?.responder : preamble?.initiator }

  /// How many bytes `receive` takes now. Never 0 after `next()` gave nil on a living channel.
  public var room: Int {
    switch phase {
    case .ended: 0
    case .preamble, .first, .second: max(0, ChannelLimits.unprovenInboxByteLimit - inbox.count)
    case .confirmation, .open: max(0, ChannelLimits.inboxByteLimit - inbox.count)
    }
  }

  /// Bytes that wait to be sent: messages not yet sealed, and sealed bytes not yet taken.
  public var queuedByteCount: Int { pending.count + sealed.count }

  /// Bytes of memory that all queues of this connection hold on to, in both directions.
  public var memoryByteCount: Int {
    inbox.memoryByteCount + opened.memoryByteCount + pending.memoryByteCount + sealed.memoryByteCount
  }

  /// Takes at most `room` of the bytes that arrived and returns how many.
  public mutating func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    let count = min(room, bytes.count)
    inbox.append(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    return count
  }

  /// The next event, or nil when more bytes are needed.
  /// - Throws: `ChannelError`; the channel is then dead and only ever throws again.
  public mutating func next() throws(ChannelError) -> ChannelEvent? {
    do throws(ChannelError) {
      while true {
        switch phase {
        case .ended: throw .ended
        case .preamble: guard try readPreamble() else { return nil }
        case .first: guard try readFirst() else { return nil }
        case .second: return try readSecond()
        case .confirmation: return try readConfirmation()
        case .open:
          if let event = try readMessage() { return event }
          guard try openFrame() else { return nil }
        }
      }
    } catch {
      end()
      throw error
    }
  }

  /// Opens the next frame into `opened`; false when it is not complete.
  mutating func openFrame() throws(ChannelError) -> Bool {
    let least = Transport.overhead + 1
    guard let count = try frame(least...CipherState.messageByteLimit) else { return false }
    let plainCount = count - Transport.overhead
    var isOpen = false
    inbox.withBytes { all in
      let sealed = UnsafeRawBufferPointer(rebasing: all[2..<(2 + count)])
      opened.append(count: plainCount) { out in
        do {
          try transport?.open(sealed, into: out)
          isOpen = transport != nil
        } catch { isOpen = false }
      }
    }
    guard isOpen else { throw .frameDoesNotOpen }
    inbox.drop(2 + count)
    openedFrameCount += 1
    return true
  }

  /// The length of the complete frame at the inbox's front, or nil when it is not complete yet.
  func frame(_ expected: ClosedRange<Int>) throws(ChannelError) -> Int? {
    guard inbox.count >= 2 else { return nil }
    let count = inbox.withBytes { Int($0[0]) << 8 | Int($0[1]) }
    guard expected.contains(count) else { throw .frameLength(found: count, expected: expected) }
    return inbox.count >= 2 + count ? count : nil
  }

  mutating func end() {
    phase = .ended
    handshake = nil
    transport = nil
    inbox = ByteQueue()
    opened = ByteQueue()
    pending = ByteQueue()
    sealed = ByteQueue()
  }
}

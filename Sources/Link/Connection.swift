import Sodium
import Terms

/// One TCP connection with its channel, on the reactor's thread.
final class Connection {
  enum Phase {
    /// Dialled, not connected yet.
    case connecting
    /// Connected, not proven.
    case handshaking
    /// Proven, and the link of its country.
    case up
    case closed
  }

  struct Interest: Hashable {
    let read: Bool
    let write: Bool
  }

  let id: UInt64
  let address: SocketAddress
  let began: Int64
  var descriptor: Descriptor?
  var channel: Channel
  var phase: Phase
  var upAt: Int64 = 0
  var heardAt: Int64 = 0
  var pingedAt: Int64 = 0
  /// What the last ping carried: the time, so that it differs from the one before.
  var pingToken: UInt64?
  var heardFrames: UInt64 = 0
  /// What epoll was last told.
  var interest = Interest(read: true, write: false)
  /// Waits for its turn in the reactor's round.
  var isDirty = false
  /// The socket was full: wait until it can be written.
  var isBlocked = false
  /// The layer above asked for no more messages for now.
  var isPaused = false
  /// The outbox has been at the low-water mark since `writable` was last called.
  var owesWritable = false

  init(
    id: UInt64, address: SocketAddress, descriptor: consuming Descriptor, channel: consuming Channel, phase: Phase,
    now: Int64
  ) {
    self.id = id
    self.address = address
    began = now
    heardAt = now
    self.descriptor = consume descriptor
    self.channel = channel
    self.phase = phase
  }

  var isOpen: Bool { phase != .closed }
  var isUnprovenInbound: Bool { phase == .handshaking && !channel.isInitiator }
  var number: Int32? { descriptor?.number }
}

/// What the reactor knows of one neighbour, on the reactor's thread.
final class Link {
  struct Candidate {
    let address: SocketAddress
    let key: ExchangePublicKey
  }

  var neighbour: Neighbour
  var state: LinkState
  var backoff: Backoff
  /// The proven connection.
  var current: Connection?
  var currentKey: ExchangePublicKey?
  /// The attempt under way.
  var dialling: Connection?
  /// Addresses and keys not yet tried in this round.
  var candidates: [Candidate] = []
  /// A name is being resolved; a result that carries another number is of an earlier endpoint.
  var isResolving = false
  var generation = 0
  /// When to dial next, in the reactor's milliseconds; nil while linked, dialling, or without an endpoint.
  var dialAt: Int64?

  init(_ neighbour: Neighbour, backoff: Backoff) {
    self.neighbour = neighbour
    self.backoff = backoff
    state = LinkState(
      country: neighbour.country, phase: .down, isInitiator: false, bytesIn: 0, bytesOut: 0, queuedBytes: 0)
  }
}

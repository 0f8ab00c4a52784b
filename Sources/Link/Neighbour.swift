import Sodium
import Terms

/// A country that this node links with.
public struct Neighbour: Hashable, Sendable {
  /// The country.
  public let country: CountryCode
  /// Its transport keys, the newest first; several during a rotation's overlap. None: nobody gets in, nobody is dialled.
  public let transportKeys: [ExchangePublicKey]
  /// Where it listens, as `host:port` or `[address]:port`; nil when it only ever dials us.
  public let endpoint: String?

  /// A neighbour with its keys and the place where it listens.
  public init(country: CountryCode, transportKeys: [ExchangePublicKey], endpoint: String?) {
    self.country = country
    self.transportKeys = transportKeys
    self.endpoint = endpoint
  }
}

/// Why a connection ended or never came to be.
public enum LinkFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The protocol was broken.
  case channel(ChannelError)
  /// The other side closed the connection.
  case closedByPeer
  /// This node closed the link, and why.
  case closedHere(String)
  /// The operating system refused a call.
  case system(call: String, code: Int32)
  /// An endpoint names no address.
  case notResolved(endpoint: String, problem: String)
  /// The other side did not finish the handshake in time.
  case handshakeTooSlow
  /// Nothing was heard for too long.
  case silent
  /// Another connection with the same country took this one's place.
  case replaced
  /// The country is no longer a neighbour, or its key no longer counts.
  case removed
  /// The node stops.
  case stopped

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .channel(let error): "\(error)"
    case .closedByPeer: "the other side closed the connection"
    case .closedHere(let reason): reason
    case .system(let call, let code): "\(call): \(Socket.message(code))"
    case .notResolved(let endpoint, let problem): "\(endpoint) names no address: \(problem)"
    case .handshakeTooSlow: "the handshake was not finished in time"
    case .silent: "nothing was heard for too long"
    case .replaced: "another connection with the same country took its place"
    case .removed: "the country is no longer a neighbour, or its key no longer counts"
    case .stopped: "the node stops"
    }
  }
}

/// What the link with one neighbour is doing.
public struct LinkState: Hashable, Sendable {
  /// Something that did not work, and where.
  public struct Failure: Hashable, Sendable, CustomStringConvertible {
    /// The address; nil of a connection that had been up.
    public let address: String?
    /// Why.
    public let reason: LinkFailure

    /// One sentence for a person.
    public var description: String { address.map { "\($0): \(reason)" } ?? "\(reason)" }
  }

  /// How far a link has come.
  public enum Phase: String, Hashable, Sendable {
    /// No connection, and none under way.
    case down
    /// A connection is being made.
    case dialling
    /// Both sides have proven themselves.
    case up
  }

  /// The neighbour.
  public var country: CountryCode
  /// How far the link has come.
  public var phase: Phase
  /// Since when the link is up.
  public var upSince: Instant?
  /// When the neighbour last gave a sign of life.
  public var lastHeard: Instant?
  /// Whether this node opened the connection.
  public var isInitiator: Bool
  /// Bytes received since the node started, all connections together.
  public var bytesIn: UInt64
  /// Bytes sent since the node started, all connections together.
  public var bytesOut: UInt64
  /// Bytes waiting to be sent.
  public var queuedBytes: Int
  /// The last ping's round trip in milliseconds.
  public var roundTripMilliseconds: Int64?
  /// Why the last connection ended or the last attempt failed, and at which address it was tried.
  public var lastFailure: Failure?
  /// When that was.
  public var lastFailureAt: Instant?
  /// The last connection from outside that claimed to be this country and was refused, with its address and the reason.
  public var lastRefusal: Failure?
  /// When the next attempt to connect is due.
  public var nextDial: Instant?
}

/// Told what happens on the links. Every call comes on the reactor's thread and must return soon: while it runs, no link
/// moves.
public protocol LinkDelegate: AnyObject, Sendable {
  /// A link is up. Nothing from an earlier connection arrives after this.
  func linkUp(_ country: CountryCode)
  /// A link is down. What was queued on it is gone.
  func linkDown(_ country: CountryCode, reason: LinkFailure)
  /// A message arrived.
  func received(_ message: LinkMessage, from country: CountryCode)
  /// The outbox, having been at or above the low-water mark, has fallen below it.
  func writable(_ country: CountryCode)
  /// Comes at every tick, ten times a second unless the options say otherwise.
  func tick(_ now: Instant)
}

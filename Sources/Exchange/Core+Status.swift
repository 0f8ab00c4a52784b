import Ledger
import Terms

/// How one stream stands, for `status`: computed from what is durable and from what the neighbour signed or said.
public struct StreamStatus: Hashable, Sendable {
  /// Which way a stream goes, seen from this node.
  public enum Direction: String, Hashable, Sendable, CaseIterable {
    /// The country's own register.
    case home
    /// To a neighbour.
    case outgoing
    /// From a neighbour.
    case incoming
  }

  /// The stream.
  public let stream: StreamName
  /// Which way it goes.
  public let direction: Direction
  /// Whether an agreement names it now; always true of a home stream.
  public let isAgreed: Bool
  /// Why it may not flow though it is agreed: paused, expired, not yet valid; nil while it may.
  public let obstacle: AgreedStream.Obstacle?
  /// Whether the link to the neighbour is up; always true of a home stream.
  public let isLinkUp: Bool
  /// Entries that are durable here.
  public let size: UInt64
  /// Entries that the recipient signed to hold durably; of an incoming stream those that this node may sign.
  public let receiptSize: UInt64
  /// When the recipient signed that, by its clock, in seconds since 1970; nil before the first receipt.
  public let receiptTime: UInt64?
  /// The time of the origin's latest "as of" on what is held, by its clock, in seconds since 1970 (incoming streams).
  public let asOf: UInt64?
  /// Entries that are behind. Outgoing: durable here and without a receipt. Incoming: spoken of by the origin and not
  /// durable here.
  public let lagRecords: UInt64
  /// For how long. Outgoing: since the moment in the id of the oldest entry without a receipt. Incoming: since this node
  /// first heard of something that it does not hold yet, without a moment in between in which it held all it had heard of.
  /// 0 when nothing is behind; at least 1 when something is.
  public let lagMilliseconds: Int64
  /// The last thing that went wrong and was not put right since; empty when nothing is wrong.
  public let problem: String
  /// The same by its parts; nil when nothing is wrong.
  public var trouble: StreamTrouble?
  /// Why the stream stopped for good; empty while it has not.
  public let halted: String
  /// The neighbour's clock minus this node's, in milliseconds, as last seen on this link; nil when it has not been seen.
  public let neighbourSkew: Int64?
  /// Whether it does what was agreed: agreed and in force, link up, not stopped, nothing wrong, and the other side heard
  /// of lately: an incoming stream's origin said something valid, an outgoing stream's recipient asked for it and, while
  /// something is behind, goes on giving receipts.
  public let flowing: Bool
}

extension Core {
  /// How every stream stands at a moment, in order of name.
  public func status(at time: Instant) -> [StreamStatus] {
    let all = homes.values.map { status(home: $0) } + outgoing.values.map { status(outgoing: $0, at: time) }
    return (all + incoming.values.map { status(incoming: $0, at: time) }).sorted { $0.stream < $1.stream }
  }

  /// The recipient's latest receipt for an outgoing stream. It may not be durable here yet; it is signed all the same.
  public func receipt(for stream: StreamName) -> SignedCheckpoint? { outgoing[stream]?.head.receipt }

  private func status(home stream: OwnStream) -> StreamStatus {
    StreamStatus(
      stream: stream.name, direction: .home, isAgreed: true, obstacle: nil, isLinkUp: true, size: stream.durable.size,
      receiptSize: stream.durable.size, receiptTime: nil, asOf: nil, lagRecords: 0, lagMilliseconds: 0, problem: "",
      halted: stream.head.halted, neighbourSkew: nil, flowing: stream.head.halted.isEmpty)
  }

  private func status(outgoing stream: OwnStream, at time: Instant) -> StreamStatus {
    let name = stream.name
    let session = sessions[name.recipient]
    let obstacle = stream.agreed?.hindrance(at: time)
    let receipt = stream.durable.receipt
    let receipted = receipt?.checkpoint.size ?? 0
    let lag = stream.lag
    var lagMilliseconds: Int64 = 0
    if lag > 0 {
      let oldest = try? reader.entry(name, at: receipted).entry.id.time
      lagMilliseconds = max(1, oldest.map { time.milliseconds(since: $0) } ?? 1)
    }
    // It takes what is sent, and no receipt comes of it: its disk may be full. What it says meanwhile proves nothing.
    let isOwed = session?.sending[name] != nil && lag > 0 && (stream.owedSince.map { !isRecent($0, at: time) } ?? false)
    var (problem, trouble) = (stream.problem, stream.problem.isEmpty ? nil : stream.trouble)
    if problem.isEmpty, isOwed {
      problem = "\(name.recipient) takes it and gives no receipt; ask its operator why"
      trouble = .noReceipt(name.recipient)
    }
    let isFlowing =
      stream.agreed != nil && obstacle == nil && session?.sending[name] != nil && problem.isEmpty
      && stream.head.halted.isEmpty
    return StreamStatus(
      stream: name, direction: .outgoing, isAgreed: stream.agreed != nil, obstacle: obstacle, isLinkUp: session != nil,
      size: stream.durable.size, receiptSize: receipted,
      receiptTime: receipt.flatMap { signedTime(of: $0, on: name, by: name.recipient) }, asOf: nil, lagRecords: lag,
      lagMilliseconds: lagMilliseconds, problem: problem, trouble: trouble, halted: stream.head.halted,
      neighbourSkew: session?.skew,
      flowing: isFlowing)
  }

  private func status(incoming stream: HeldStream, at time: Instant) -> StreamStatus {
    let name = stream.name
    let session = sessions[name.origin]
    let obstacle = stream.agreed?.hindrance(at: time)
    let lag = max(stream.announced, stream.durable.size) - stream.durable.size
    let isHeard = stream.heardAt.map { isRecent($0, at: time) } ?? false
    let isFlowing =
      stream.agreed != nil && obstacle == nil && session != nil && isHeard && stream.problem.isEmpty
      && stream.head.halted.isEmpty && storeProblem == nil
    return StreamStatus(
      stream: name, direction: .incoming, isAgreed: stream.agreed != nil, obstacle: obstacle, isLinkUp: session != nil,
      size: stream.durable.size, receiptSize: stream.durable.checkpoint?.checkpoint.size ?? 0, receiptTime: nil,
      asOf: stream.durable.checkpoint.flatMap { signedTime(of: $0, on: name, by: name.origin) }, lagRecords: lag,
      lagMilliseconds: lag == 0 ? 0 : max(1, stream.announcedAt.map { time.milliseconds(since: $0) } ?? 1),
      problem: stream.problem, trouble: stream.problem.isEmpty ? nil : stream.trouble, halted: stream.head.halted,
      neighbourSkew: session?.skew, flowing: isFlowing)
  }

  /// Whether a moment lies no longer back than a link may be silent; a clock that was set back makes it old.
  private func isRecent(_ moment: Instant, at time: Instant) -> Bool {
    abs(max(time.milliseconds(since: moment), -.max)) <= Core.silence
  }

  private func signedTime(of note: SignedCheckpoint, on name: StreamName, by country: CountryCode) -> UInt64? {
    neighbours[country].flatMap { receiptTime(note, on: name, of: $0) }
  }
}

import Exchange
import Terms

/// What waits for the core's thread, and who waits for an answer. What this node's own users wait for goes before what a neighbour sent:
/// a link brings more than a second's work at once when it comes back after days, and a lookup waits for its line in the log. So does what
/// operators decide, for a suspension must not come after what it is to stop, and whoever asks next must see it. What neighbours sent
/// stays in order, and goes on however many users there are.
struct WorkQueue {
  /// One thing to do.
  enum Work {
    case input(Core.Input, byteCount: Int, from: CountryCode?)
    case inspect(@Sendable (Core) -> Void)
    case stop
  }

  /// Batches of neighbours that are taken after one was put off, before one is again.
  static let batchesAfterWaiting = 4

  /// Of this node's users and operators and its disk.
  private var own: [Work] = []
  /// Of links and time.
  private var outside = Fifo<Work>()
  /// How often the batch that is next was put off, and how many are not to be.
  private var (putOff, credit) = (0, 0)

  /// Rests between batches.
  var respite = Respite()
  var replies: [UInt64: Engine.PublishReply] = [:]
  var nextToken: UInt64 = 1
  var waitingBytes: [CountryCode: Int] = [:]
  var paused: Set<CountryCode> = []
  var isStopped = false

  mutating func add(_ work: Work) {
    switch work {
    case .input(.publish(let requests), _, _): add(requests)
    case .input(.committed, _, _), .input(.commitFailed, _, _), .inspect: own.append(work)
    case .input(.neighbours, _, _), .input(.eraseDue, _, _), .input(.goOn, _, _), .input(.bundle, _, _):
      own.append(work)
    case .input, .stop: outside.append(work)
    }
  }

  /// What is published in one go is one input.
  private mutating func add(_ requests: [Core.PublishRequest]) {
    guard case .input(.publish(var together), _, _)? = own.last else {
      return own.append(.input(.publish(requests), byteCount: 0, from: nil))
    }
    own.removeLast()
    together += requests
    own.append(.input(.publish(together), byteCount: 0, from: nil))
  }

  /// Whether anything waits that `takeOwn` gives.
  var hasOwn: Bool { !own.isEmpty }

  /// How much waits of links and time.
  var outsideCount: Int { outside.count }

  /// All that users wait for, and what became of the commit under way.
  mutating func takeOwn() -> [Work] {
    defer { own = [] }
    return own
  }

  /// One of the rest. A batch is put off while the core rests, and while users wait for the commit after the one under way, so that theirs
  /// has no batch in it; then some are not.
  mutating func takeOutside(whileUsersWait usersWait: Bool, at now: UInt64) -> Work? {
    switch outside.first {
    case .input(.message(.batch, _), _, _)?:
      guard !respite.holdsBack(at: now) else { return nil }
      guard !usersWait || credit > 0 else {
        putOff += 1
        return nil
      }
      credit = max(0, credit - 1)
    case .input(.sendMore, _, _)?:
      guard !respite.holdsBack(at: now) else { return nil }
    default: break
    }
    return outside.popFirst()
  }

  /// The commit under way has ended: what was put off is no longer.
  /// - Returns: how often that was; so many turns are still to be had.
  mutating func commitEnded() -> Int {
    if putOff > 0 { credit = Self.batchesAfterWaiting }
    defer { putOff = 0 }
    return putOff
  }
}

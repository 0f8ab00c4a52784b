import Dispatch
import Exchange
import Foundation
import Synchronization
import Terms

/// Where the engine's messages go: the link, or nothing while there is none.
public protocol EngineLink: AnyObject, Sendable {
  /// Hands a message to the neighbour's link.
  func send(_ message: Message, to country: CountryCode)
  /// Closes the neighbour's link.
  func close(_ country: CountryCode, reason: String)
  /// Stops and goes on reading from a neighbour that sends faster than the disk takes.
  func setReading(_ reading: Bool, from country: CountryCode)
}

/// What the engine tells of, beside results.
public protocol EngineObserver: AnyObject, Sendable {
  /// Something an operator should see.
  func engine(logs event: Core.LogEvent)
  /// A neighbour said hello, with its card.
  func engine(heard hello: Message.Hello, from country: CountryCode)
  /// New records of a neighbour are durable.
  func engine(arrived stream: StreamName, range: Range<UInt64>)
  /// A commit is durable; told on the thread that made it, before the next.
  func engine(made commit: Commit)
}

/// Runs the core and its commits, one each at a time, the core going on while the disk works. Each has a thread of its own. But a thread that
/// has something for the core and nothing better to do takes the core's turn itself when it is free (`Help`): of what an idle node takes
/// for one record, waking one thread after another is a third. What this node's own users wait for goes before what a neighbour sent
/// (`WorkQueue`).
public final class Engine: Sendable {
  /// What was asked for as a whole failed.
  public typealias PublishReply = @Sendable (Result<[PublishResult], StoreError>) -> Void

  /// What a thread that hands something over does of the engine's work when nobody else is at it.
  enum Help {
    /// Nothing: it has others to serve.
    case none
    /// Runs the core, a fraction of a millisecond.
    case core
    /// Runs the core and waits for the disk with the commit that comes of it.
    case commit
  }

  /// Received and not yet handled, in bytes, beyond which a neighbour is not read from, and below which it is again.
  static let (pauseReadingAt, resumeReadingAt) = (8 << 20, 2 << 20)
  /// Messages shorter than this, in bytes, are handled by the link's thread when the core is idle: they are about one record.
  static let smallMessage = 4 << 10
  /// Up to so many drafts somebody waits for the answer: a page logs a lookup of each person it shows. Who uploads more waits for the end.
  static let fewDrafts = 128
  /// How often the core is told that time goes by, in milliseconds.
  let tickInterval: Int
  let queue = Mutex(WorkQueue())
  let turn: Mutex<CoreTurn>
  let wake = DispatchSemaphore(value: 0)
  let commits: CommitLine
  /// A thread that helped made a commit, and the core was not woken for it.
  let isLeft = Atomic(false)
  /// Something waits in the core for the commit under way to end.
  let isAwaited = Atomic(false)
  private let ended = DispatchGroup()
  let clock: any Clock
  let shortage: @Sendable () -> StoreError?
  /// Those that the core checks batches with, when it was given any.
  let processors: SpareProcessors?
  private let link = Mutex<WeakLink>(WeakLink())
  private let watcher = Mutex<WeakObserver>(WeakObserver())
  /// Counters for `/metrics`.
  public let counters = EngineCounters()
  /// Reads what is durable.
  public let reader: LogReader

  private struct WeakLink { weak var value: (any EngineLink)? }
  private struct WeakObserver { weak var value: (any EngineObserver)? }

  /// Starts the threads. `processors` are those of the core. `shortage` tells why the disk has no room for more records; nil while it has.
  public init(
    core: sending Core, store: any Store, clock: any Clock, observer: (any EngineObserver)?, tickInterval: Int = 1000,
    processors: SpareProcessors? = nil, shortage: @escaping @Sendable () -> StoreError? = { nil }
  ) {
    self.tickInterval = tickInterval
    self.clock = clock
    self.shortage = shortage
    self.processors = processors
    reader = core.reader
    turn = Mutex(CoreTurn(core, nextTick: .now() + .milliseconds(tickInterval)))
    commits = CommitLine(store)
    watcher.withLock { $0.value = observer }
    start("istmo-core") { [self] in runCore() }
    start("istmo-commit") { [self] in commits.run { made($0, $1) } }
  }

  private func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    ended.enter()
    let thread = Thread { [ended] in
      body()
      ended.leave()
    }
    thread.name = name
    thread.start()
  }

  /// Sets where messages go.
  public func attach(_ link: any EngineLink) { self.link.withLock { $0.value = link } }

  /// Publishes records; the reply comes when they are durable. It never comes before the core will hear of the commit: who inspects it then
  /// finds the records.
  ///
  /// Without `mayWait` this returns at once, and the reply comes on one of the engine's threads, where it must not block, and never before
  /// this returns, as a caller may hold a lock that the reply takes. With `mayWait` this thread may do the engine's work for it, and the
  /// reply may come before this returns: the caller must hold no lock that the reply or an observer takes, and calls `goOn` when it has
  /// passed the reply on.
  public func publish(_ drafts: [Draft], mayWait: Bool = false, reply: @escaping PublishReply) {
    let isStopped = queue.withLock { queue in
      if queue.isStopped { return true }
      let token = queue.nextToken
      queue.nextToken += 1
      if drafts.count <= Self.fewDrafts { queue.respite.asked(at: DispatchTime.now().uptimeNanoseconds) }
      queue.replies[token] = reply
      queue.add(.input(.publish([.init(token: token, drafts: drafts)]), byteCount: 0, from: nil))
      return false
    }
    if isStopped {
      DispatchQueue.global().async { reply(.failure(.failed("the node is stopping"))) }
    } else {
      advance(mayWait ? .commit : .none)
    }
  }

  /// Publishes records and waits until they are durable.
  public func publish(_ drafts: [Draft]) throws(StoreError) -> [PublishResult] {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<[PublishResult], StoreError>?>(nil)
    publish(drafts, mayWait: true) { value in
      result.withLock { $0 = value }
      done.signal()
    }
    done.wait()
    goOn()
    guard let value = result.withLock({ $0 }) else { throw .failed("no answer") }
    return try value.get()
  }

  /// Has the core go on after what this thread published with `mayWait`, on this thread where that is free: neighbours are told. It is not
  /// done before the reply is passed on, because a thread that wakes, or works, may keep the one from running that waits for the answer.
  /// Should nobody call it, whatever comes next for the core does it first, or the next tick.
  public func goOn() {
    if isLeft.exchange(false, ordering: .acquiringAndReleasing) { advance(.core) }
  }

  /// Hands an input to the core.
  public func enqueue(_ input: Core.Input) { add(.input(input, byteCount: 0, from: nil)) }

  /// Hands what an operator decided to the core, and waits until what comes of it is durable.
  public func carryOut(_ input: Core.Input) throws(StoreError) {
    enqueue(input)
    // It waits behind the commit that is under way, or behind the one with what came of the input.
    _ = try publish([])
  }

  /// Hands a received message to the core; reading pauses when too much waits.
  public func enqueue(_ message: Message, byteCount: Int, from country: CountryCode) {
    let (mustPause, isOnlyOne) = queue.withLock { queue in
      queue.add(.input(.message(message, from: country), byteCount: byteCount, from: country))
      queue.waitingBytes[country, default: 0] += byteCount
      return (
        queue.waitingBytes[country, default: 0] > Self.pauseReadingAt && queue.paused.insert(country).inserted,
        queue.outsideCount == 1
      )
    }
    if mustPause { currentLink?.setReading(false, from: country) }
    advance(isOnlyOne && byteCount < Self.smallMessage ? .commit : .none, takesMessage: true)
    goOn()
  }

  /// Looks at the core in its turn and waits for the answer.
  public func inspect<R: Sendable>(_ look: @escaping @Sendable (Core) -> R) -> R? {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<R?>(nil)
    let isStopped = queue.withLock { queue in
      if queue.isStopped { return true }
      queue.add(
        .inspect { core in
          let value = look(core)
          result.withLock { $0 = value }
          done.signal()
        })
      return false
    }
    if isStopped { return nil }
    advance(.core)
    done.wait()
    return result.withLock { $0 }
  }

  /// Ends the threads. What was accepted is durable; what still waits gets an answer that it was not stored.
  public func stop() {
    add(.stop)
    ended.wait()
    let waiting = queue.withLock { queue in
      let replies = queue.replies
      queue.replies = [:]
      return replies
    }
    for reply in waiting.values { reply(.failure(.failed("the node is stopping"))) }
  }

  var currentLink: (any EngineLink)? { link.withLock { $0.value } }

  var observer: (any EngineObserver)? { watcher.withLock { $0.value } }

  private func add(_ work: WorkQueue.Work) {
    queue.withLock { $0.add(work) }
    wake.signal()
  }
}

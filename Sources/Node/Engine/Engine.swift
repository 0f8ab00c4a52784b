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

/// Runs the core on one thread and its commits on another, so that records are checked and hashed while the disk works. What
/// this node's own users wait for goes before what a neighbour sent (`WorkQueue`).
public final class Engine: Sendable {
  /// What was asked for as a whole failed.
  public typealias PublishReply = @Sendable (Result<[PublishResult], StoreError>) -> Void

  /// Received and not yet handled, in bytes, beyond which a neighbour is not read from, and below which it is again.
  static let (pauseReadingAt, resumeReadingAt) = (8 << 20, 2 << 20)

  /// How often the core is told that time goes by, in milliseconds.
  static let tickInterval = 1000

  private let queue = Mutex(WorkQueue())
  private let wake = DispatchSemaphore(value: 0)
  private let commits = Mutex<[(commit: Commit, telling: [Core.Published])]>([])
  private let commitWake = DispatchSemaphore(value: 0)
  private let ended = DispatchGroup()
  private let store: any Store
  private let clock: any Clock
  private let shortage: @Sendable () -> StoreError?
  private let link = Mutex<WeakLink>(WeakLink())
  private let observer = Mutex<WeakObserver>(WeakObserver())
  /// Counters for `/metrics`.
  public let counters = EngineCounters()
  /// Reads what is durable.
  public let reader: LogReader

  private struct WeakLink { weak var value: (any EngineLink)? }
  private struct WeakObserver { weak var value: (any EngineObserver)? }

  /// Starts the threads. `shortage` tells why the disk has no room for more records; nil while it has.
  public init(
    core: sending Core, store: any Store, clock: any Clock, observer: (any EngineObserver)?,
    shortage: @escaping @Sendable () -> StoreError? = { nil }
  ) {
    self.store = store
    self.clock = clock
    self.shortage = shortage
    reader = core.reader
    self.observer.withLock { $0.value = observer }
    let handover = Handover(core)
    ended.enter()
    let coreThread = Thread { [self] in
      runCore(handover.core)
      ended.leave()
    }
    coreThread.name = "istmo-core"
    coreThread.start()
    ended.enter()
    let commitThread = Thread { [self] in
      runCommits()
      ended.leave()
    }
    commitThread.name = "istmo-commit"
    commitThread.start()
  }

  /// Hands the core, which is confined to one thread, to that thread.
  private struct Handover: @unchecked Sendable { let core: Core; init(_ core: Core) { self.core = core } }
  // @unchecked: the core came in as `sending`; nobody else holds it, and only the core thread touches it from now on.

  /// Sets where messages go.
  public func attach(_ link: any EngineLink) { self.link.withLock { $0.value = link } }

  /// Publishes records; the reply comes when they are durable, on one of the engine's threads: it must not block. It never comes
  /// before this returns, as a caller may hold a lock that the reply takes, and never before the core will hear of the commit: who
  /// inspects it then finds the records.
  public func publish(_ drafts: [Draft], reply: @escaping PublishReply) {
    let isStopped = queue.withLock { queue in
      if queue.isStopped { return true }
      let token = queue.nextToken
      queue.nextToken += 1
      queue.replies[token] = reply
      queue.add(.input(.publish([.init(token: token, drafts: drafts)]), byteCount: 0, from: nil))
      return false
    }
    if isStopped {
      DispatchQueue.global().async { reply(.failure(.failed("the node is stopping"))) }
    } else {
      wake.signal()
    }
  }

  /// Publishes records and waits until they are durable.
  public func publish(_ drafts: [Draft]) throws(StoreError) -> [PublishResult] {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<[PublishResult], StoreError>?>(nil)
    publish(drafts) { value in
      result.withLock { $0 = value }
      done.signal()
    }
    done.wait()
    guard let value = result.withLock({ $0 }) else { throw .failed("no answer") }
    return try value.get()
  }

  /// Hands an input to the core.
  public func enqueue(_ input: Core.Input) { add(.input(input, byteCount: 0, from: nil)) }

  /// Hands a received message to the core; reading pauses when too much waits.
  public func enqueue(_ message: Message, byteCount: Int, from country: CountryCode) {
    let mustPause = queue.withLock { queue in
      queue.add(.input(.message(message, from: country), byteCount: byteCount, from: country))
      queue.waitingBytes[country, default: 0] += byteCount
      return queue.waitingBytes[country, default: 0] > Self.pauseReadingAt && queue.paused.insert(country).inserted
    }
    if mustPause { currentLink?.setReading(false, from: country) }
    wake.signal()
  }

  /// Looks at the core on its own thread and waits for the answer.
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
    wake.signal()
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

  private var currentLink: (any EngineLink)? { link.withLock { $0.value } }

  private func add(_ work: WorkQueue.Work) {
    queue.withLock { $0.add(work) }
    wake.signal()
  }

  // MARK: Threads

  private func runCore(_ core: Core) {
    var isStopping = false
    var commitsUnderWay = 0
    var nextTick = DispatchTime.now() + .milliseconds(Self.tickInterval)
    var due = DispatchTime.distantFuture
    func handle(_ input: Core.Input) {
      let effects = core.handle(input, at: clock.now())
      for effect in effects {
        switch effect {
        case .commit: commitsUnderWay += 1
        case .remind(let milliseconds): due = .now() + .milliseconds(Int(milliseconds))
        default: break
        }
      }
      perform(effects)
      if case .proceed? = effects.last { handle(.proceed) }
    }
    func take(_ work: WorkQueue.Work) {
      switch work {
      case .input(let input, let byteCount, let country):
        switch input {
        case .committed, .commitFailed:
          commitsUnderWay -= 1
          for _ in 0..<queue.withLock({ $0.commitEnded() }) { wake.signal() }
          handle(.room(shortage()))
        default: break
        }
        handle(input)
        if let country { handled(byteCount, from: country) }
      case .inspect(let look): look(core)
      case .stop:
        // What is under way is finished first: its publishers are told the truth.
        queue.withLock { $0.isStopped = true }
        isStopping = true
      }
    }
    handle(.room(shortage()))
    while !(isStopping && commitsUnderWay == 0) {
      _ = wake.wait(timeout: min(nextTick, due))
      if DispatchTime.now() >= due {
        due = .distantFuture
        handle(.due)
      }
      if !isStopping, DispatchTime.now() >= nextTick {
        handle(.room(shortage()))
        handle(.tick)
        nextTick = .now() + .milliseconds(Self.tickInterval)
      }
      for work in queue.withLock({ $0.takeOwn() }) { take(work) }
      if let work = queue.withLock({ $0.takeOutside(whileUsersWait: core.publishersWait) }) { take(work) }
    }
    // What came between the last batch and the moment from which nothing more was taken waits for its answer. Records are
    // answered by `stop`.
    for case .inspect(let look) in queue.withLock({ $0.takeOwn() }) { look(core) }
    commitWake.signal()
  }

  private func handled(_ byteCount: Int, from country: CountryCode) {
    let mustResume = queue.withLock { queue in
      queue.waitingBytes[country, default: 0] -= byteCount
      return queue.waitingBytes[country, default: 0] < Self.resumeReadingAt && queue.paused.remove(country) != nil
    }
    if mustResume { currentLink?.setReading(true, from: country) }
  }

  private func runCommits() {
    while true {
      commitWake.wait()
      // Woken without a commit: the engine has stopped.
      guard let (commit, telling) = commits.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
      do throws(StoreError) {
        let start = DispatchTime.now()
        try store.commit(commit)
        counters.committed(commit, nanoseconds: DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds)
        enqueue(.committed)
        for published in telling { tell(published) }
        observer.withLock { $0.value }?.engine(made: commit)
      } catch {
        counters.commitFailed()
        enqueue(.commitFailed(error))
      }
    }
  }

  private func tell(_ published: Core.Published) {
    counters.published(published.results)
    queue.withLock { $0.replies.removeValue(forKey: published.token) }?(.success(published.results))
  }

  private func perform(_ effects: [Core.Effect]) {
    for effect in effects {
      switch effect {
      case .commit(let commit, let telling):
        commits.withLock { $0.append((commit, telling)) }
        commitWake.signal()
      case .send(let message, let country): currentLink?.send(message, to: country)
      case .published(let published): tell(published)
      case .failed(let token, let error):
        queue.withLock { $0.replies.removeValue(forKey: token) }?(.failure(error))
      case .hello(let hello, let country): observer.withLock { $0.value }?.engine(heard: hello, from: country)
      case .arrived(let stream, let range):
        counters.arrived(range.count)
        observer.withLock { $0.value }?.engine(arrived: stream, range: range)
      case .proceed, .remind: break  // `runCore` gives what they ask for.
      case .close(let country, let reason): currentLink?.close(country, reason: reason)
      case .log(let event): observer.withLock { $0.value }?.engine(logs: event)
      }
    }
  }
}

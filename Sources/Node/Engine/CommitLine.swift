import Dispatch
import Exchange
import Synchronization
import Terms

/// The core's commits on their way to the disk, one at a time: made by a thread of their own, or by somebody who waits for one anyway.
final class CommitLine: Sendable {
  /// A commit with what its publishers are told when it is durable.
  struct Order: Sendable {
    let commit: Commit
    let telling: [Core.Published]
  }

  /// What became of one.
  enum Outcome {
    /// It is durable, after so many nanoseconds.
    case durable(nanoseconds: UInt64)
    case failed(StoreError)
  }

  /// A disk that takes longer, in nanoseconds, is left to the thread of its own: whoever helps has others to serve after it.
  static let quickNanoseconds: UInt64 = 2_000_000

  /// A message that leaves when the commit under way is durable.
  struct Follower: Sendable {
    let message: Message
    let country: CountryCode
  }

  /// What follows the commit under way, and what became of that.
  private struct Following {
    var waiting: [Follower] = []
    var isDurable: Bool?
  }

  private let store: any Store
  private let waiting = Mutex<[Order]>([])
  private let following = Mutex(Following())
  /// Held from a commit's beginning until everybody was told of it.
  private let hand = Mutex(())
  private let bell = DispatchSemaphore(value: 0)
  private let isStopped = Atomic(false)
  private let quick = Atomic(true)

  init(_ store: any Store) { self.store = store }

  /// Whether the last commit was quick.
  var areQuick: Bool { quick.load(ordering: .relaxed) }

  /// Adds one; `wake` or `makeHere` has it made.
  func add(_ order: Order) {
    following.withLock { $0 = Following() }
    waiting.withLock { $0.append(order) }
  }

  /// Has a message leave with the commit that was added last.
  /// - Returns: whether that is durable already, and the caller sends it.
  func follow(_ follower: Follower) -> Bool {
    following.withLock { following in
      if following.isDurable == nil { following.waiting.append(follower) }
      return following.isDurable ?? false
    }
  }

  /// Notes what became of the commit.
  /// - Returns: what leaves now.
  func settle(isDurable: Bool) -> [Follower] {
    following.withLock { following in
      defer { following = Following(isDurable: isDurable) }
      return isDurable ? following.waiting : []
    }
  }

  /// Has the thread make what waits.
  func wake() { bell.signal() }

  /// Ends the thread once nothing waits.
  func stop() {
    isStopped.store(true, ordering: .sequentiallyConsistent)
    bell.signal()
  }

  /// The thread.
  func run(_ made: (Order, Outcome) -> Void) {
    while !isStopped.load(ordering: .sequentiallyConsistent) {
      bell.wait()
      hand.withLock { _ in _ = makeAll(made) }
    }
  }

  /// Makes what waits on this thread, unless another is at it: then that is left to the thread.
  /// - Returns: whether there was something and it was made.
  func makeHere(_ made: (Order, Outcome) -> Void) -> Bool {
    if let any = hand.withLockIfAvailable({ _ in makeAll(made) }) { return any }
    bell.signal()
    return false
  }

  private func makeAll(_ made: (Order, Outcome) -> Void) -> Bool {
    var any = false
    while let order = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
      any = true
      let start = DispatchTime.now().uptimeNanoseconds
      do throws(StoreError) {
        try store.commit(order.commit)
        let took = DispatchTime.now().uptimeNanoseconds - start
        quick.store(took < Self.quickNanoseconds, ordering: .relaxed)
        made(order, .durable(nanoseconds: took))
      } catch {
        quick.store(false, ordering: .relaxed)
        made(order, .failed(error))
      }
    }
    return any
  }
}

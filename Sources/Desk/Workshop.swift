import Dispatch
import Foundation
import HTTP
import Node

/// Where lookups and other reads run, a few at a time, so that they never hold up the server's threads.
final class Workshop: Sendable {
  private let queue = DispatchQueue(label: "istmo-desk", attributes: .concurrent)
  private let reads = Places(count: 8)
  /// For what may have to wait for other countries' nodes: that takes no place of the others.
  private let asks = Places(count: 16)

  /// Work of one kind, of which so much is under way at once; the rest waits in its order and keeps no thread.
  private final class Places: Sendable {
    private struct State {
      var waiting = Fifo<@Sendable () -> Void>()
      var taken = 0
    }

    private let count: Int
    /// Not a `Mutex`, which hands itself over to who has waited longest: that one must wake first, and all who come meanwhile wait behind it.
    /// Thousands come here in a second.
    private let lock = NSLock()
    nonisolated(unsafe) private var state = State()

    init(count: Int) { self.count = count }

    func add(_ work: @escaping @Sendable () -> Void, on queue: DispatchQueue) {
      let isPlaceFree = lock.withLock {
        state.waiting.append(work)
        guard state.taken < count else { return false }
        state.taken += 1
        return true
      }
      guard isPlaceFree else { return }
      queue.async { [self] in while let next = next() { next() } }
    }

    /// What waits longest; gives the place back when nothing does.
    private func next() -> (@Sendable () -> Void)? {
      lock.withLock {
        if let next = state.waiting.popFirst() { return next }
        state.taken -= 1
        return nil
      }
    }
  }

  /// Runs something that reads or waits, and answers.
  func run(_ caller: Caller, _ body: @escaping @Sendable () -> Response) {
    read { caller.answer(body()) }
  }

  /// Runs something that takes a fraction of a millisecond and does not wait, and answers: on the server's own thread when no other request
  /// waits, since waking another takes longer than it.
  func runShort(_ caller: Caller, _ body: @escaping @Sendable () -> Response) {
    if caller.isAlone { caller.answer(body()) } else { run(caller, body) }
  }

  /// Reads; the answer may come later from elsewhere.
  func read(_ body: @escaping @Sendable () -> Void) { reads.add(body, on: queue) }

  /// Reads what may have to be asked for elsewhere.
  func ask(_ body: @escaping @Sendable () -> Void) { asks.add(body, on: queue) }

  /// Does something long that takes no place.
  func takeTime(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }
}

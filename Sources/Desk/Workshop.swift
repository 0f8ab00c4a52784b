import Dispatch
import HTTP

/// Where lookups and other reads run, a few at a time, so that they never hold up the server's threads.
final class Workshop: Sendable {
  /// Reads under way at once.
  static let mostAtOnce = 8

  private let queue = DispatchQueue(label: "istmo-desk", attributes: .concurrent)
  private let slots = DispatchSemaphore(value: mostAtOnce)

  /// Runs something that reads or waits, and answers.
  func run(_ caller: Caller, _ body: @escaping @Sendable () -> Response) {
    read { caller.answer(body()) }
  }

  /// Reads; the answer may come later from elsewhere.
  func read(_ body: @escaping @Sendable () -> Void) {
    queue.async { [slots] in
      slots.wait()
      defer { slots.signal() }
      body()
    }
  }

  /// Does something long that takes no slot.
  func takeTime(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }
}

import Dispatch
import HTTP

/// Where lookups and other reads run, a few at a time, so that they never hold up the server's threads.
final class Workshop: Sendable {
  /// Reads under way at once.
  static let mostAtOnce = 8

  /// Lookups under way at once that may wait for other countries' nodes: these take no place of the others.
  static let mostAsking = 16

  private let queue = DispatchQueue(label: "istmo-desk", attributes: .concurrent)
  private let slots = DispatchSemaphore(value: mostAtOnce)
  private let askingSlots = DispatchSemaphore(value: mostAsking)

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

  /// Reads what may have to be asked for elsewhere.
  func ask(_ body: @escaping @Sendable () -> Void) {
    queue.async { [askingSlots] in
      askingSlots.wait()
      defer { askingSlots.signal() }
      body()
    }
  }

  /// Does something long that takes no slot.
  func takeTime(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }
}

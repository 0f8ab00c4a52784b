import Catalog
import HTTP
import Synchronization

/// A response of JSON lines that come while the work goes on.
final class LineStream: ResponseStream {
  private let pushed = Mutex(PushedBytes())

  /// Adds a line.
  func add(_ value: JSONValue) {
    change { value.writeLine(to: &$0.waiting) }
  }

  /// There are no more lines.
  func end() { change { $0.isEnded = true } }

  private func change(_ body: (inout PushedBytes) -> Void) {
    let wake = pushed.withLock { pushed in
      body(&pushed)
      return pushed.takeWake()
    }
    wake?()
  }

  func next(max: Int, wake: @escaping @Sendable () -> Void) -> StreamPiece {
    pushed.withLock { $0.next(max: max, wake: wake) }
  }
}

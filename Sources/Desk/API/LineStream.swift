import Catalog
import HTTP
import Synchronization

/// A response of JSON lines that come while the work goes on.
final class LineStream: ResponseStream {
  private struct State {
    var waiting: [UInt8] = []
    var isEnded = false
    var wake: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// Adds a line.
  func add(_ value: JSONValue) {
    change { state in
      state.waiting += value.json.utf8
      state.waiting.append(0x0A)
    }
  }

  /// There are no more lines.
  func end() { change { $0.isEnded = true } }

  private func change(_ body: (inout State) -> Void) {
    let wake = state.withLock { state in
      body(&state)
      defer { state.wake = nil }
      return state.wake
    }
    wake?()
  }

  func next(max: Int, wake: @escaping @Sendable () -> Void) -> StreamPiece {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        if state.isEnded { return .end }
        state.wake = wake
        return .later
      }
      let piece = Array(state.waiting.prefix(max))
      state.waiting.removeFirst(piece.count)
      return .bytes(piece)
    }
  }
}

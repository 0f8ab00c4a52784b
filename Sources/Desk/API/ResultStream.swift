import Dispatch
import Exchange
import HTTP
import Node
import Synchronization

/// The results of an upload as a response. What lies on the disk is read away from the server's threads.
final class ResultStream: ResponseStream {
  private struct State {
    var piece: ArraySlice<UInt8> = []
    var end: StreamPiece?
  }

  let length: UInt64?
  private let results: ResultSpool
  private let state = Mutex(State())

  init(_ results: ResultSpool) {
    self.results = results
    length = results.byteCount
  }

  func next(max: Int, wake: @escaping @Sendable () -> Void) -> StreamPiece {
    state.withLock { state in
      if state.piece.isEmpty, state.end == nil {
        if results.isOnDisk {
          DispatchQueue.global().async { [self] in
            self.state.withLock { fill(&$0) }
            wake()
          }
          return .later
        }
        fill(&state)
      }
      if let end = state.end { return end }
      let piece = state.piece.prefix(max)
      state.piece = state.piece.dropFirst(piece.count)
      return .bytes(Array(piece))
    }
  }

  private func fill(_ state: inout State) {
    do throws(StoreError) {
      guard let piece = try results.next() else {
        state.end = .end
        return
      }
      state.piece = piece[...]
    } catch {
      // The length was told: the client sees that the answer is not whole.
      state.end = .failed
    }
  }
}

import Dispatch
import Exchange
import HTTP
import Node
import Synchronization

/// A response of a known length whose pieces come from the disk: they are read away from the server's threads.
final class PieceStream: ResponseStream {
  private struct State {
    var piece: ArraySlice<UInt8> = []
    var end: StreamPiece?
  }

  let length: UInt64?
  private let isInMemory: Bool
  private let nextPiece: @Sendable () throws(StoreError) -> [UInt8]?
  private let state = Mutex(State())

  private init(
    length: UInt64?, isInMemory: Bool = false, next: @escaping @Sendable () throws(StoreError) -> [UInt8]?
  ) {
    (self.length, self.isInMemory, nextPiece) = (length, isInMemory, next)
  }

  /// The results of an upload, of which few are in memory.
  convenience init(_ results: ResultSpool) {
    self.init(length: results.byteCount, isInMemory: !results.isOnDisk) { () throws(StoreError) in try results.next() }
  }

  /// An attachment; its pieces are opened as they are read.
  convenience init(_ blob: BlobReader) {
    self.init(length: blob.blob.byteCount) { () throws(StoreError) in try blob.next() }
  }

  /// A backup; how long it gets is not known before its end.
  convenience init(_ backup: BackupSource) {
    self.init(length: nil) { () throws(StoreError) in try backup.next() }
  }

  func next(max: Int, wake: @escaping @Sendable () -> Void) -> StreamPiece {
    state.withLock { state in
      if state.piece.isEmpty, state.end == nil {
        guard isInMemory else {
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
      guard let piece = try nextPiece() else {
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

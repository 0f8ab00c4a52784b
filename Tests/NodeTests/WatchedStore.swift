import Exchange
import Store
import Terms

/// A store in memory that tells of what is asked of it, before it does it.
final class WatchedStore: Store {
  private let memory = MemoryStore()
  private let onCommit: @Sendable () -> Void
  private let onLocate: @Sendable () -> Void

  init(onCommit: @escaping @Sendable () -> Void = {}, onLocate: @escaping @Sendable () -> Void = {}) {
    (self.onCommit, self.onLocate) = (onCommit, onLocate)
  }

  func commit(_ commit: Commit) throws(StoreError) {
    onCommit()
    try memory.commit(commit)
  }
  func figures() throws(StoreError) -> [String: Int64] { try memory.figures() }
  func state(_ key: String) throws(StoreError) -> [UInt8]? { try memory.state(key) }
  func states(prefix: String) throws(StoreError) -> [(key: String, value: [UInt8])] {
    try memory.states(prefix: prefix)
  }
  func streams(where isWanted: (StreamName) -> Bool) -> [StreamName] { memory.streams(where: isWanted) }
  func chunk(
    of stream: StreamName, containing index: UInt64, _ part: ChunkPart
  ) throws(StoreError) -> Chunk? {
    try memory.chunk(of: stream, containing: index, part)
  }
  func tiles(of stream: StreamName, from first: UInt64, limit: Int) throws(StoreError) -> [Digest] {
    try memory.tiles(of: stream, from: first, limit: limit)
  }
  func locate(_ key: BlindKey, partitions: ClosedRange<Int32>, limit: Int) throws(StoreError) -> [Locator] {
    onLocate()
    return try memory.locate(key, partitions: partitions, limit: limit)
  }
}

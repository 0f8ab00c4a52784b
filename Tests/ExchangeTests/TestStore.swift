import Exchange
import Store
import Synchronization
import Terms

/// A store in memory whose reads go wrong when told to.
final class TestStore: Store {
  struct Faults {
    /// All reads fail.
    var reads: StoreError?
    /// The entries of this stream cannot be read.
    var unreadable: StreamName?
    /// Those before this one can.
    var unreadableFrom: UInt64 = 0
    /// What is read in the place of every chunk.
    var chunk: Chunk?
  }

  private let base: MemoryStore
  private let state = Mutex(Faults())

  init(_ snapshot: MemoryStore.Snapshot = MemoryStore.Snapshot()) { base = MemoryStore(snapshot) }

  var faults: Faults {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }

  func snapshot() -> MemoryStore.Snapshot { base.snapshot() }

  private func check() throws(StoreError) { if let problem = faults.reads { throw problem } }

  func commit(_ commit: Commit) throws(StoreError) { try base.commit(commit) }

  func state(_ key: String) throws(StoreError) -> [UInt8]? {
    try check()
    return try base.state(key)
  }

  func states(prefix: String) throws(StoreError) -> [(key: String, value: [UInt8])] {
    try check()
    return try base.states(prefix: prefix)
  }

  func streams(where isWanted: (StreamName) -> Bool) -> [StreamName] { base.streams(where: isWanted) }

  func chunk(
    of stream: StreamName, containing index: UInt64, _ part: ChunkPart
  ) throws(StoreError) -> Chunk? {
    try check()
    if stream == faults.unreadable, index >= faults.unreadableFrom { throw .damaged("test") }
    if let chunk = faults.chunk { return chunk }
    return try base.chunk(of: stream, containing: index, part)
  }

  func tiles(of stream: StreamName, from first: UInt64, limit: Int) throws(StoreError) -> [Digest] {
    try check()
    return try base.tiles(of: stream, from: first, limit: limit)
  }

  func locate(_ key: BlindKey, partitions: ClosedRange<Int32>, limit: Int) throws(StoreError) -> [Locator] {
    try check()
    return try base.locate(key, partitions: partitions, limit: limit)
  }

  func figures() throws(StoreError) -> [String: Int64] { try base.figures() }
}

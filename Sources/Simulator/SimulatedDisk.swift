import Exchange
import Store
import Synchronization
import Terms

/// A node's disk: what is durable in it outlives the node. Reads and commits fail for a while when told to.
public final class SimulatedDisk: Store {
  private let content = Mutex(MemoryStore())
  private let failure = Mutex<StoreError?>(nil)
  private let readFailure = Mutex<StoreError?>(nil)

  /// An empty disk.
  public init() {}

  /// Why commits fail now; nil when they do not.
  public var problem: StoreError? {
    get { failure.withLock { $0 } }
    set { failure.withLock { $0 = newValue } }
  }

  /// Why reads fail now; nil when they do not.
  public var readProblem: StoreError? {
    get { readFailure.withLock { $0 } }
    set { readFailure.withLock { $0 = newValue } }
  }

  private var durable: MemoryStore { content.withLock { $0 } }

  /// All that is durable now.
  func snapshot() -> MemoryStore.Snapshot { durable.snapshot() }

  /// Brings an older state back.
  func restore(_ snapshot: MemoryStore.Snapshot) { content.withLock { $0 = MemoryStore(snapshot) } }

  private func checkReading() throws(StoreError) {
    if let problem = readProblem { throw problem }
  }

  /// Makes a commit durable, unless the disk fails just now.
  public func commit(_ commit: Commit) throws(StoreError) {
    if let problem { throw problem }
    try durable.commit(commit)
  }

  /// The small state kept under `key`.
  public func state(_ key: String) throws(StoreError) -> [UInt8]? {
    try checkReading()
    return try durable.state(key)
  }

  /// All small state whose key begins with `prefix`.
  public func states(prefix: String) throws(StoreError) -> [(key: String, value: [UInt8])] {
    try checkReading()
    return try durable.states(prefix: prefix)
  }

  /// The streams with an entry.
  public func streams(where isWanted: (StreamName) -> Bool) -> [StreamName] { durable.streams(where: isWanted) }

  /// The chunk that holds an entry.
  public func chunk(
    of stream: StreamName, containing index: UInt64, _ part: ChunkPart
  ) throws(StoreError) -> Chunk? {
    try checkReading()
    return try durable.chunk(of: stream, containing: index, part)
  }

  /// Roots of complete subtrees.
  public func tiles(of stream: StreamName, from first: UInt64, limit: Int) throws(StoreError) -> [Digest] {
    try checkReading()
    return try durable.tiles(of: stream, from: first, limit: limit)
  }

  /// Where records with this blind key are.
  public func locate(_ key: BlindKey, partitions: ClosedRange<Int32>, limit: Int) throws(StoreError) -> [Locator] {
    try checkReading()
    return try durable.locate(key, partitions: partitions, limit: limit)
  }

  /// Figures for people.
  public func figures() throws(StoreError) -> [String: Int64] { try durable.figures() }
}

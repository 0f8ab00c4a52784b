import Exchange
import Glibc
import Synchronization
import Terms

/// The store on SQLite: one file with its log and a journal beside it, for one process. See Docs/Store.md.
public final class SQLiteStore: Store {
  let engine: Engine
  let maintenance: Maintenance
  let applier: Applier
  let checkpointer: Checkpointer
  private let isClosed = Atomic(false)

  /// Opens the store at `path`, or makes it. Its files can be read by their owner alone.
  /// - Throws: `StoreError.busy` when another process has it, `.damaged` when it cannot be trusted, `.failed` when a
  ///   newer program wrote it.
  public convenience init(path: String) throws(StoreError) { try self.init(path: path, tuning: Tuning()) }

  init(path: String, tuning: Tuning) throws(StoreError) {
    engine = try Engine(path: path, tuning: tuning)
    maintenance = try Maintenance(engine)
    checkpointer = try Checkpointer(engine)
    if tuning.emptiesErased { maintenance.whenErased { [weak checkpointer] in checkpointer?.scrub() } }
    applier = Applier(engine, checkpointer)
  }

  deinit { close() }

  /// Ends the store in order. Every later call fails; what was committed is safe whether or not this is called.
  public func close() {
    guard !isClosed.exchange(true, ordering: .relaxed) else { return }
    maintenance.close()
    applier.close()
    checkpointer.close()
    engine.close()
  }

  /// Makes all of the commit durable, or none of it. Its parts apply in the order in which `Commit` lists them.
  public func commit(_ commit: Commit) throws(StoreError) {
    guard !commit.isEmpty else { return }
    while engine.isBehind, maintenance.failure == nil, !isClosed.load(ordering: .relaxed) { usleep(500) }
    let aftermath: Engine.Aftermath
    do throws(StoreError) { aftermath = try engine.commit(commit) } catch {
      // What lies in the log several times over lies in the database once: copying it may make room.
      if case .full = error { checkpointer.note(walFrames: .max) }
      throw error
    }
    applier.note(aftermath)
    maintenance.note(aftermath)
    checkpointer.note(walFrames: aftermath.walFrames)
    if aftermath.destroyedKeys, engine.tuning.emptiesErased { checkpointer.scrub() }
  }

  /// The small state kept under `key`.
  public func state(_ key: String) throws(StoreError) -> [UInt8]? { try engine.state(key) }

  /// All small state whose key begins with `prefix`, in order of the keys' UTF-8 bytes.
  public func states(prefix: String) throws(StoreError) -> [(key: String, value: [UInt8])] {
    try engine.states(prefix: prefix)
  }

  /// The streams with an entry that are wanted, in any order; from memory.
  public func streams(where isWanted: (StreamName) -> Bool) -> [StreamName] { engine.streams(where: isWanted) }

  /// The chunk of a stream that holds the entry at `index`, or nil when the stream is not that long.
  public func chunk(
    of stream: StreamName, containing index: UInt64, _ part: ChunkPart
  ) throws(StoreError) -> Chunk? {
    try engine.chunk(of: stream, containing: index, part)
  }

  /// Roots of complete subtrees, from tile number `first`, at most `limit`.
  public func tiles(of stream: StreamName, from first: UInt64, limit: Int) throws(StoreError) -> [Digest] {
    try engine.tiles(of: stream, from: first, limit: limit)
  }

  /// Where records with this blind key are, newest partition first, newest line first within it; at most `limit`.
  public func locate(
    _ key: BlindKey, partitions: ClosedRange<Int32>, limit: Int
  ) throws(StoreError) -> [Locator] {
    try engine.locate(key, partitions, limit: limit)
  }

  /// Figures for people: `database_bytes`, `wal_bytes`, `journal_bytes`, `journal_commits`, `free_bytes`, `streams`, `index_entries`, `index_runs`,
  /// `index_partitions`, `index_fresh`, `index_filter_bytes`, and `maintenance_failing` (0 or 1).
  public func figures() throws(StoreError) -> [String: Int64] {
    var figures = try engine.figures()
    figures["maintenance_failing"] = maintenance.failure == nil ? 0 : 1
    return figures
  }

  /// Reads everything and checks all sums, SQLite's own structure included. `progress` is told the share done.
  /// - Returns: what is damaged, by stream and index where it belongs to one; empty when nothing is.
  public func problems(progress: (Double) -> Void = { _ in }) -> [String] { engine.problems(progress) }
}

import Exchange
import Synchronization
import Terms

/// The store in memory, for simulations and tests: it keeps the same promises as `SQLiteStore` except that nothing
/// outlives it but snapshots, which stand for what was on the disk when the power went.
public final class MemoryStore: Store {
  /// All that a store holds at one moment; copying it is cheap.
  public struct Snapshot: Sendable {
    var streams: [StreamName: Stream] = [:]
    var states: [ByteString: [UInt8]] = [:]
    var index: [Int32: [BlindKey: [Locator]]] = [:]

    /// What an empty store holds.
    public init() {}
  }

  struct Stream: Sendable {
    var chunks: [Chunk] = []
    /// For each chunk the parts of its bodies.
    var parts: [[(first: UInt64, bytes: Range<Int>)]] = []
    var end = CommitPlan.End(size: 0, tiles: 0)
    var tiles: [Digest] = []
    /// How many chunks have lost their bodies.
    var erased = 0
  }

  /// Text in order of its UTF-8 bytes, which is not Swift's order of text.
  struct ByteString: Hashable, Comparable, Sendable {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    static func < (a: Self, b: Self) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
  }

  private let content: Mutex<Snapshot>

  /// A store that holds what the snapshot holds.
  public init(_ snapshot: Snapshot = Snapshot()) { content = Mutex(snapshot) }

  /// All that the store holds now.
  public func snapshot() -> Snapshot { content.withLock { $0 } }

  /// Makes all of the commit visible, or none of it. Its parts apply in the order in which `Commit` lists them.
  public func commit(_ commit: Commit) throws(StoreError) {
    guard !commit.isEmpty else { return }
    try content.withLock { (content) throws(StoreError) in
      var ends: [StreamName: CommitPlan.End] = [:]
      for append in commit.appends {
        var end = ends[append.stream] ?? content.streams[append.stream]?.end ?? CommitPlan.End(size: 0, tiles: 0)
        try CommitPlan.add(append, to: &end)
        ends[append.stream] = end
      }
      content.apply(commit, ends)
    }
  }

  /// The small state kept under `key`.
  public func state(_ key: String) throws(StoreError) -> [UInt8]? {
    content.withLock { $0.states[ByteString(key)] }
  }

  /// All small state whose key begins with `prefix`, in order of the keys' UTF-8 bytes.
  public func states(prefix: String) throws(StoreError) -> [(key: String, value: [UInt8])] {
    let start = Array(prefix.utf8)
    return content.withLock { content in
      content.states.filter { $0.key.bytes.starts(with: start) }.sorted { $0.key < $1.key }
        .map { (String(decoding: $0.key.bytes, as: UTF8.self), $0.value) }
    }
  }

  /// The streams with an entry that are wanted, in any order.
  public func streams(where isWanted: (StreamName) -> Bool) -> [StreamName] {
    content.withLock { $0.streams.keys.filter(isWanted) }
  }

  /// The chunk of a stream that holds the entry at `index`, or nil when the stream is not that long.
  public func chunk(
    of stream: StreamName, containing index: UInt64, _ part: ChunkPart
  ) throws(StoreError) -> Chunk? {
    content.withLock { content in
      guard let known = content.streams[stream], index < known.end.size else { return nil }
      let place = known.firstChunk(after: index) - 1
      let chunk = known.chunks[place]
      guard place >= known.erased, part != .entries else {
        return Chunk(first: chunk.first, count: chunk.count, entries: chunk.entries, bodies: [])
      }
      guard part == .body, let found = known.parts[place].last(where: { $0.first <= index }) else { return chunk }
      return Chunk(
        first: chunk.first, count: chunk.count, entries: chunk.entries, bodies: Array(chunk.bodies[found.bytes]),
        firstBody: found.first)
    }
  }

  /// Roots of complete subtrees, from tile number `first`, at most `limit`.
  public func tiles(of stream: StreamName, from first: UInt64, limit: Int) throws(StoreError) -> [Digest] {
    content.withLock { content in
      guard let known = content.streams[stream], first < known.end.tiles, limit > 0 else { return [] }
      return Array(known.tiles.dropFirst(Int(first)).prefix(limit))
    }
  }

  /// Where records with this blind key are, newest partition first, newest line first within it; at most `limit`.
  public func locate(
    _ key: BlindKey, partitions: ClosedRange<Int32>, limit: Int
  ) throws(StoreError) -> [Locator] {
    guard limit > 0 else { return [] }
    return content.withLock { content in
      var found: [Locator] = []
      for partition in content.index.keys.filter({ partitions.contains($0) }).sorted(by: >) {
        let lines = content.index[partition]?[key]?.reversed().filter { !content.isErased($0, in: partition) }
        found += lines?.prefix(limit - found.count) ?? []
      }
      return found
    }
  }

  /// Figures for people: `streams`, `index_entries`, `index_partitions`.
  public func figures() throws(StoreError) -> [String: Int64] {
    content.withLock { content in
      [
        "streams": Int64(content.streams.count), "index_partitions": Int64(content.index.count),
        "index_entries": Int64(content.index.values.joined().reduce(0) { $0 + $1.value.count }),
      ]
    }
  }
}

extension MemoryStore.Stream {
  /// The place of the first chunk that begins after `index`.
  func firstChunk(after index: UInt64) -> Int {
    var (low, high) = (0, chunks.count)
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle].first > index { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension MemoryStore.Snapshot {
  /// Whether a line of the index is of a record whose body was forgotten.
  fileprivate func isErased(_ line: Locator, in partition: Int32) -> Bool {
    guard partition != IndexField.endless, let stream = streams[line.stream], stream.erased > 0 else { return false }
    return line.index < stream.chunks[stream.erased - 1].end
  }

  /// Applies a commit that was found good.
  fileprivate mutating func apply(_ commit: Commit, _ ends: [StreamName: CommitPlan.End]) {
    for append in commit.appends {
      streams[append.stream, default: MemoryStore.Stream()].chunks.append(append.chunk)
      streams[append.stream]?.parts.append(append.parts)
      streams[append.stream]?.tiles += append.tiles
    }
    for (name, end) in ends { streams[name]?.end = end }
    for (key, value) in commit.states { states[MemoryStore.ByteString(key)] = value }
    for entry in commit.index {
      index[entry.partition, default: [:]][entry.key, default: []].append(entry.locator)
    }
    for (name, below) in commit.erasures {
      guard let stream = streams[name] else { continue }
      let erased = below >= stream.end.size ? stream.chunks.count : stream.firstChunk(after: below) - 1
      streams[name]?.erased = max(stream.erased, erased)
    }
    for partition in commit.droppedPartitions { index[partition] = nil }
  }
}

import Exchange
import Terms

/// Commits that are durable in the journal and that the database does not have yet: what reads must find all the same.
struct Ahead: Sendable {
  /// One of them.
  struct Waiting: Sendable {
    let sequence: UInt64
    let commit: Commit
  }

  private struct Tail {
    var chunks: [Chunk] = []
    var firstTile: UInt64 = 0
    var tiles: [Digest] = []
  }

  /// In order.
  private(set) var waiting: [Waiting] = []
  private var states: [[UInt8]: (sequence: UInt64, value: [UInt8]?)] = [:]
  private var tails: [StreamName: Tail] = [:]
  /// How often the database has begun to take some of them over.
  var rounds: UInt64 = 0
  /// Whether the database could not take them over, as on a full disk.
  var isStuck = false

  mutating func add(_ commit: Commit, sequence: UInt64) {
    waiting.append(Waiting(sequence: sequence, commit: commit))
    for (key, value) in commit.states { states[Array(key.utf8)] = (sequence, value) }
    for append in commit.appends {
      var tail = tails.removeValue(forKey: append.stream) ?? Tail()
      if tail.tiles.isEmpty { tail.firstTile = append.chunk.first / Commit.leavesPerTile }
      tail.chunks.append(append.chunk)
      tail.tiles += append.tiles
      tails[append.stream] = tail
    }
  }

  /// The database has the first `count` of them.
  mutating func removeFirst(_ count: Int) {
    let (gone, left) = (waiting.prefix(count), Array(waiting.dropFirst(count)))
    guard !left.isEmpty else {
      (waiting, states, tails) = ([], [:], [:])
      return
    }
    var appended: [StreamName: (chunks: Int, tiles: Int)] = [:]
    for one in gone {
      for (key, _) in one.commit.states {
        let name = Array(key.utf8)
        if states[name]?.sequence == one.sequence { states[name] = nil }
      }
      for append in one.commit.appends {
        appended[append.stream, default: (0, 0)].chunks += 1
        appended[append.stream, default: (0, 0)].tiles += append.tiles.count
      }
    }
    for (name, count) in appended {
      guard var tail = tails.removeValue(forKey: name), tail.chunks.count > count.chunks else { continue }
      tail.chunks.removeFirst(count.chunks)
      tail.tiles.removeFirst(min(count.tiles, tail.tiles.count))
      tail.firstTile += UInt64(count.tiles)
      tails[name] = tail
    }
    waiting = left
  }

  /// The state under the key, where one of them changed it: nil inside when it was removed.
  func state(_ key: [UInt8]) -> [UInt8]?? { states[key].map { $0.value } }

  /// All changed states whose key begins so.
  func states(prefix: [UInt8]) -> [[UInt8]: [UInt8]?] {
    var found: [[UInt8]: [UInt8]?] = [:]
    for (key, state) in states where key.starts(with: prefix) { found.updateValue(state.value, forKey: key) }
    return found
  }

  /// How many entries of the stream the database has, when it lacks some.
  func applied(_ stream: StreamName) -> UInt64? { tails[stream]?.chunks.first?.first }

  /// The chunk that holds the entry, when it is one of theirs.
  func chunk(of stream: StreamName, containing index: UInt64) -> Chunk? {
    guard let chunks = tails[stream]?.chunks, let first = chunks.first, index >= first.first else { return nil }
    var (low, high) = (0, chunks.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if chunks[middle].first <= index { low = middle } else { high = middle - 1 }
    }
    return index < chunks[low].end ? chunks[low] : nil
  }

  /// The stream's tiles among theirs, from tile number `first`; the number of the first of them otherwise.
  func tiles(of stream: StreamName) -> (first: UInt64, roots: [Digest])? {
    guard let tail = tails[stream], !tail.tiles.isEmpty else { return nil }
    return (tail.firstTile, tail.tiles)
  }
}

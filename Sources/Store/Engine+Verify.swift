import Exchange
import Glibc
import Synchronization
import Terms

extension Engine {
  func figures() throws(StoreError) -> [String: Int64] {
    let view = view.withLock { $0 }
    let runs = view.partitions.values.joined()
    let fresh = view.active.count + (view.frozen?.count ?? 0)
    var figures: [String: Int64] = [
      "streams": Int64(view.streams.count),
      "index_entries": Int64(fresh + runs.reduce(0) { $0 + $1.count }),
      "index_runs": Int64(runs.count),
      "index_partitions": Int64(Set(view.partitions.keys).union(view.active.partitions).count),
      "index_fresh": Int64(fresh),
      "index_filter_bytes": Int64(view.filterBytes),
      "database_bytes": Self.size(path),
      "wal_bytes": Self.size(path + "-wal"),
      "journal_bytes": Self.size(path + Self.journalEnding),
      "journal_commits": Int64(view.ahead.waiting.count),
    ]
    figures["free_bytes"] = try readers.read { (database) throws(StoreError) in
      try database.number("PRAGMA freelist_count") * Int64(Database.pageBytes)
    }
    return figures
  }

  private static func size(_ path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// What is wrong with the store, at most `mostProblems`, after reading everything: the database's structure, every
  /// chunk, tile, state and page of the index. `progress` is told the share done.
  func problems(_ progress: (Double) -> Void) -> [String] {
    var problems: [String] = []
    func check(_ body: () throws(StoreError) -> Void) {
      guard problems.count < Self.mostProblems else { return }
      do throws(StoreError) { try body() } catch {
        if case .damaged(let what) = error { problems.append(what) } else { problems.append("\(error)") }
      }
    }
    let (streams, runs) = view.withLock { view in
      // What the database has: the journal's commits were read at start, and are in memory.
      let stored = view.streams.map { name, stream in
        var stream = stream
        stream.size = view.ahead.applied(name) ?? stream.size
        return (key: name, value: stream)
      }
      return (stored.sorted { $0.key < $1.key }, view.partitions.values.joined().sorted { $0.number < $1.number })
    }
    let steps = Double(streams.count + runs.count + 2)
    check { () throws(StoreError) in problems += try structure() }
    progress(1 / steps)
    for (position, (name, stream)) in streams.enumerated() {
      check { () throws(StoreError) in problems += try self.problems(of: name, stream) }
      progress(Double(position + 2) / steps)
    }
    check { () throws(StoreError) in _ = try states(prefix: "") }
    for (position, run) in runs.enumerated() {
      check { () throws(StoreError) in
        do throws(StoreError) { try verify(run) } catch {
          // A merge may have removed it while it was read.
          guard view.withLock({ !$0.holds([run]) }) else { throw error }
        }
      }
      progress(Double(streams.count + position + 2) / steps)
    }
    progress(1)
    return problems
  }

  /// Problems after which the search for more ends.
  static let mostProblems = 100

  /// What SQLite finds wrong with its pages.
  private func structure() throws(StoreError) -> [String] {
    try readers.read { (database) throws(StoreError) in
      let report = try database.statement("PRAGMA integrity_check(\(Self.mostProblems))")
      defer { report.reset() }
      var found: [String] = []
      while try report.step() {
        let text = String(decoding: report.bytes(0), as: UTF8.self)
        if text != "ok" { found.append("the database: \(text)") }
      }
      return found
    }
  }

  /// The damaged chunks, bodies and tiles of a stream. Read in pieces, so that the log can be copied meanwhile.
  private func problems(of name: StreamName, _ stream: View.Stream) throws(StoreError) -> [String] {
    var walk = ChunkWalk(name: name, stream: stream)
    while !walk.isDone, walk.problems.count < Self.mostProblems {
      try readers.read { (database) throws(StoreError) in
        try walk.step(Self.rowsPerPiece, database) { view.withLock { $0.streams[name]?.erased ?? 0 } }
      }
    }
    var problems = walk.problems
    var tile: UInt64 = 0
    while tile < stream.tiles, problems.count < Self.mostProblems {
      do throws(StoreError) {
        tile += UInt64(try tiles(of: name, from: tile, limit: Self.rowsPerPiece).count)
      } catch {
        guard case .damaged(let what) = error else { throw error }
        problems.append(what)
        tile += UInt64(Self.rowsPerPiece)
      }
    }
    return problems
  }

  private static let rowsPerPiece = 512

  private func verify(_ run: Run) throws(StoreError) {
    try readers.read { (database) throws(StoreError) in
      let filter = try RunReader.filter(of: run, in: database)
      var (count, last, isRight) = (0, UInt64(0), true)
      for page in run.fences.indices {
        var isFirst = true
        let next = try RunReader.read(run, pages: page..<page + 1, in: database) { item in
          isRight = isRight && item.key >= last && filter.admits(item.key) && (!isFirst || item.key == run.fences[page])
          (count, last, isFirst) = (count + 1, item.key, false)
          return true
        }
        guard next != nil, isRight else { throw RunReader.damaged(run, page) }
      }
      guard count == run.count else { throw RunReader.damaged(run, run.fences.count) }
    }
  }
}

/// Goes through the chunks of a stream, past damaged ones.
private struct ChunkWalk {
  let name: StreamName
  let stream: View.Stream
  private(set) var problems: [String] = []
  private(set) var isDone = false
  /// Where the next chunk must begin; nil behind a damaged one.
  private var expected: UInt64? = 0
  private var from: Int64 = 0

  init(name: StreamName, stream: View.Stream) { (self.name, self.stream) = (name, stream) }

  mutating func step(_ limit: Int, _ database: Database, erased: () -> UInt64) throws(StoreError) {
    let rows = try database.statement(stream.tables.chunksFrom)
    rows.bind(1, from)
    rows.bind(2, Int64(limit))
    defer { rows.reset() }
    var count = 0
    while try rows.step() {
      count += 1
      let first = UInt64(clamping: rows.integer(0))
      // What was appended meanwhile is not looked at.
      guard first < stream.size else { break }
      from = rows.integer(0) + 1
      guard let chunk = ChunkRow(rows, stream: stream.number) else {
        problems.append("\(name), chunk at \(expected ?? first)")
        expected = nil
        continue
      }
      if let expected, first != expected { problems.append("\(name), chunk at \(expected)") }
      expected = chunk.end
      if first >= erased(), try StoredBodies.read(chunk, of: stream, areSealed: false, database) == nil {
        problems.append("\(name), bodies at \(first)")
      }
    }
    guard count < limit || (expected ?? 0) >= stream.size else { return }
    isDone = true
    if let expected, expected < stream.size { problems.append("\(name), chunk at \(expected)") }
  }
}

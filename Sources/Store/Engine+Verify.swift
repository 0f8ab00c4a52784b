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
      "index_partitions": Int64(Set(view.partitions.keys).union(view.active.partitions.keys).count),
      "index_fresh": Int64(fresh),
      "index_filter_bytes": Int64(view.filterBytes),
      "database_bytes": Self.size(path),
      "wal_bytes": Self.size(path + "-wal"),
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

  /// Reads everything: the database's structure, every chunk, tile, state and page of the index.
  func verify() throws(StoreError) {
    try readers.read { (database) throws(StoreError) in
      let report = try database.statement("PRAGMA integrity_check(1)")
      defer { report.reset() }
      guard try report.step() else { return }
      let text = String(decoding: report.bytes(0), as: UTF8.self)
      guard text == "ok" else { throw .damaged(text) }
    }
    for (name, stream) in view.withLock({ $0.streams }) {
      try verify(name, stream)
      var tile: UInt64 = 0
      while tile < stream.tiles { tile += UInt64(try tiles(of: name, from: tile, limit: 4_096).count) }
    }
    _ = try states(prefix: "")
    for run in view.withLock({ Array($0.partitions.values.joined()) }) {
      do throws(StoreError) {
        try verify(run)
      } catch {
        // A merge may have removed it while it was read.
        guard view.withLock({ !$0.holds([run]) }) else { throw error }
      }
    }
  }

  private func verify(_ name: StreamName, _ stream: View.Stream) throws(StoreError) {
    try readers.read { (database) throws(StoreError) in
      let rows = try database.statement(stream.tables.everyChunk)
      defer { rows.reset() }
      var end: UInt64 = 0
      while end < stream.size, try rows.step() {
        guard let chunk = ChunkRow(rows, stream: stream.number), chunk.first == end else {
          throw .damaged("\(name), chunk at \(end)")
        }
        let isErased = chunk.first < (view.withLock { $0.streams[name]?.erased } ?? 0)
        guard isErased || Int64(chunk.weight) == rows.integer(5) else { throw .damaged("\(name), bodies at \(end)") }
        end = chunk.end
      }
      guard end >= stream.size else { throw .damaged("\(name), chunk at \(end)") }
    }
  }

  private func verify(_ run: Run) throws(StoreError) {
    try readers.read { (database) throws(StoreError) in
      let filter = try RunReader.filter(of: run, in: database)
      var (count, last, isRight) = (0, UInt64(0), true)
      for page in run.fences.indices {
        var isFirst = true
        let there = try RunReader.read(run, page: page, in: database) { item in
          isRight = isRight && item.key >= last && filter.admits(item.key) && (!isFirst || item.key == run.fences[page])
          (count, last, isFirst) = (count + 1, item.key, false)
          return true
        }
        guard there, isRight else { throw RunReader.damaged(run, page) }
      }
      guard count == run.count else { throw RunReader.damaged(run, run.fences.count) }
    }
  }
}

import Exchange
import Synchronization
import Terms

/// Removes rows that nobody can find any more, in short transactions.
enum Cleaner {
  private static let pagesPerSlice: Int64 = 256
  private static let slice = Duration.milliseconds(1)

  /// Runs that have pages and no row: left by a crash or by work cut short.
  static func orphans(_ engine: Engine) throws(StoreError) -> [Int64] {
    let live = Set(engine.view.withLock { $0.partitions.values.joined().map(\.number) })
    return try engine.write { (_, database) throws(StoreError) in
      var orphans: [Int64] = []
      var run: Int64 = 0
      while let next = try firstPage(from: Run.row(run, 0), database) {
        run = next >> 24
        if !live.contains(run) { orphans.append(run) }
        run += 1
      }
      return orphans
    }
  }

  /// Removes some pages of the run; true when none is left.
  static func removePages(of run: Int64, _ engine: Engine, overwriting: Bool) throws(StoreError) -> Bool {
    try engine.write { (_, database) throws(StoreError) in
      let end = Run.row(run + 1, 0)
      guard let first = try firstPage(from: Run.row(run, 0), database), first < end else { return true }
      func remove() throws(StoreError) {
        let gone = try database.statement("DELETE FROM pages WHERE id >= ? AND id < ?")
        gone.bind(1, first)
        gone.bind(2, min(first + pagesPerSlice, end))
        try gone.run()
      }
      if overwriting { try database.overwriting(remove) } else { try database.transaction(remove) }
      return false
    }
  }

  private static func firstPage(from row: Int64, _ database: Database) throws(StoreError) -> Int64? {
    let page = try database.statement("SELECT id FROM pages WHERE id >= ? ORDER BY id LIMIT 1")
    page.bind(1, row)
    defer { page.reset() }
    return try page.step() ? page.integer(0) : nil
  }

  /// Removes some erased bodies of the stream: how many, and whether none is left. Rows differ in size a thousandfold, so their
  /// number follows the time the last slice took.
  static func removeBodies(
    of name: StreamName, _ engine: Engine, _ rows: inout Int64
  ) throws(StoreError) -> (removed: Int, isDone: Bool) {
    guard let stream = engine.view.withLock({ $0.streams[name] }) else { return (0, true) }
    let wanted = rows
    let clock = ContinuousClock()
    let started = clock.now
    let removed = try engine.write { (_, database) throws(StoreError) in
      let left = try database.statement(stream.tables.firstBodies)
      left.bind(1, Int64(bitPattern: stream.erased))
      defer { left.reset() }
      guard try left.step() else { return 0 }
      left.reset()
      // Keys that are gone make these bytes unreadable; that they are gone as well costs one write of them.
      return try database.overwriting { () throws(StoreError) in
        let gone = try database.statement(stream.tables.deleteBodies)
        gone.bind(1, Int64(bitPattern: stream.erased))
        gone.bind(2, wanted)
        try gone.run()
        return database.changes
      }
    }
    let took = clock.now - started
    if took > slice * 3 { rows = max(1, rows / 2) } else if took < slice { rows = min(4_096, rows * 2) }
    return (removed, removed < wanted)
  }
}

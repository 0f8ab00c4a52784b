import Exchange
import Terms

/// A transaction on its way: the ends of the streams as they will be in the database.
struct Draft {
  /// What is known of the streams that the transaction names.
  let known: [StreamName: View.Stream]
  var manifest: Manifest
  private(set) var touched: [StreamName: View.Stream] = [:]
  private var created: [StreamName] = []
  private(set) var erased: [StreamName] = []
  private(set) var droppedRuns: [Int64] = []
  private(set) var destroyedKeys = false
  private var row = FreshRow()

  init(known: [StreamName: View.Stream], manifest: Manifest) { (self.known, self.manifest) = (known, manifest) }

  /// Checks the appends and counts the ends.
  mutating func count(_ appends: [Append]) throws(StoreError) {
    for append in appends {
      var stream = find(append.stream)
      var end = CommitPlan.End(size: stream.size, tiles: stream.tiles)
      try CommitPlan.add(append, to: &end)
      (stream.size, stream.tiles) = (end.size, end.tiles)
      touched[append.stream] = stream
    }
  }

  /// The stream as this transaction sees it; one not known yet gets a number.
  private mutating func find(_ name: StreamName) -> View.Stream {
    if let stream = touched[name] { return stream }
    if var stream = known[name] {
      // Readers may see commits that are not in the database yet.
      let end = manifest.end(of: stream.number)
      (stream.size, stream.tiles) = (end.size, end.size / Commit.leavesPerTile)
      touched[name] = stream
      return stream
    }
    let number = UInt32(clamping: manifest.ends.count + 1)
    let stream = View.Stream(number: number, tables: StreamTables(number))
    manifest.set(Manifest.End(), of: number)
    created.append(name)
    touched[name] = stream
    return stream
  }

  /// Commits that are written without a pause where nobody waits for them.
  private static let commitsAtOnce = 16

  /// Writes the commits, whose appends have been counted.
  /// - Returns: the row of their lines of the index.
  mutating func write(
    _ commits: [Commit], _ database: Database, inBackground: Bool
  ) throws(StoreError) -> FreshRow {
    for commit in commits {
      // A stream that is new gets its number here.
      row.items += commit.lines { find($0).number }
      row.dropped += commit.droppedPartitions
    }
    for name in created { try create(name, database) }
    var states: [[UInt8]: [UInt8]?] = [:]
    for (number, commit) in commits.enumerated() {
      if inBackground, number % Self.commitsAtOnce == 0 { Background.breathe() }
      for append in commit.appends { try write(append, database) }
      for (key, value) in commit.states { states.updateValue(value, forKey: Array(key.utf8)) }
    }
    for (key, value) in states { try write(key, value, database) }
    for commit in commits { for (name, below) in commit.erasures { try erase(name, below, database) } }
    for stream in touched.values {
      manifest.set(Manifest.End(size: stream.size, erased: stream.erased), of: stream.number)
    }
    if !row.isEmpty { manifest.nextSequence += 1 }
    return row
  }

  private func create(_ name: StreamName, _ database: Database) throws(StoreError) {
    guard let stream = touched[name] else { return }
    try Schema.createStream(stream.number, in: database)
    let text = Array(name.description.utf8)
    let row = try database.statement("INSERT INTO streams(number, sum, name) VALUES(?, ?, ?)")
    row.bind(1, Int64(stream.number))
    row.bind(2, Sums.stream(number: stream.number, name: text))
    try row.run(3, borrowing: text)
  }

  private func write(_ append: Append, _ database: Database) throws(StoreError) {
    guard let stream = touched[append.stream] else { return }
    let chunk = append.chunk
    let weight = UInt64(chunk.bodies.count)
    let row = try database.statement(stream.tables.insertChunk)
    row.bind(1, Int64(bitPattern: chunk.first))
    row.bind(2, Int64(chunk.count))
    row.bind(3, Int64(bitPattern: weight))
    let sum = chunk.entries.withUnsafeBytes {
      Sums.chunk(
        stream: stream.number, first: chunk.first, count: UInt64(chunk.count), weight: weight, entries: $0)
    }
    row.bind(4, sum)
    try row.run(5, borrowing: chunk.entries)
    try StoredBodies.write(append, of: stream, database)
    guard !append.tiles.isEmpty else { return }
    let tile = try database.statement(stream.tables.insertTile)
    for (offset, root) in append.tiles.enumerated() {
      let number = chunk.first / Commit.leavesPerTile + UInt64(offset)
      tile.bind(1, Int64(bitPattern: number))
      tile.bind(2, Sums.tile(stream: stream.number, number: number, root: root))
      try root.withUnsafeBytes { (bytes) throws(StoreError) in try tile.run(3, borrowing: bytes) }
    }
  }

  private mutating func write(_ key: [UInt8], _ value: [UInt8]?, _ database: Database) throws(StoreError) {
    if Places.hold(key) {
      if try Places.write(key, value, &manifest, database) { destroyedKeys = true }
      return
    }
    let old = try database.statement("SELECT sum FROM state WHERE key = ?")
    old.bind(1, copying: key)
    if try old.step() { manifest.states.remove(UInt64(bitPattern: old.integer(0))) }
    old.reset()
    guard let value else {
      let gone = try database.statement("DELETE FROM state WHERE key = ?")
      gone.bind(1, copying: key)
      return try gone.run()
    }
    let row = try database.statement("INSERT OR REPLACE INTO state(key, sum, value) VALUES(?, ?, ?)")
    let sum = Sums.state(key: key, value: value)
    row.bind(1, copying: key)
    row.bind(2, sum)
    try row.run(3, borrowing: value)
    manifest.states.add(UInt64(bitPattern: sum))
  }

  /// Bodies are gone for readers at once; the rows go in slices behind the commit, so that it takes no longer for a
  /// month's bodies than for a day's.
  private mutating func erase(_ name: StreamName, _ below: UInt64, _ database: Database) throws(StoreError) {
    guard known[name] != nil || touched[name] != nil else { return }
    var stream = find(name)
    guard stream.size > 0 else { return }
    var boundary = stream.size
    if below < stream.size {
      let row = try database.statement(stream.tables.chunkAtOrBefore)
      row.bind(1, Int64(bitPattern: below))
      defer { row.reset() }
      guard try row.step(), let chunk = ChunkRow(row, stream: stream.number), chunk.end > below else {
        throw .damaged("\(name), chunk at \(below)")
      }
      boundary = chunk.first
    }
    guard boundary > stream.erased else { return }
    stream.erased = boundary
    touched[name] = stream
    erased.append(name)
  }

  /// Takes the dropped partitions' runs out; their pages go in slices behind the commit.
  mutating func drop(_ runs: [Run], _ database: Database) throws(StoreError) {
    guard !runs.isEmpty else { return }
    try RunRows.remove(runs, from: &manifest, database)
    droppedRuns = runs.map(\.number)
  }
}

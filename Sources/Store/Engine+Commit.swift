import Exchange
import Synchronization
import Terms

extension Engine {
  /// What a commit leaves to do behind it.
  struct Aftermath {
    var froze = false
    var droppedRuns: [Int64] = []
    var erased: [StreamName] = []
    var walFrames = 0
    /// Partitions to be swept.
    var swept: [Int32] = []
    /// A key was overwritten in the database: what the log still has of it must go too.
    var destroyedKeys = false
  }

  /// Makes the commit durable, then visible.
  func commit(_ commit: Commit) throws(StoreError) -> Aftermath {
    try write { (writer, database) throws(StoreError) in
      var draft = Draft(view: view.withLock { $0 }, manifest: writer.manifest)
      try draft.count(commit.appends)
      defer { pending([]) }
      let row = try database.transaction { () throws(StoreError) in
        try draft.write(commit, database)
        let row = try draft.freshRow(commit, database)
        if !row.isEmpty {
          let fresh = try database.statement("INSERT INTO fresh_\(writer.activeFresh)(sequence, data) VALUES(?, ?)")
          fresh.bind(1, writer.manifest.nextSequence)
          try fresh.run(2, borrowing: row.encoded(sequence: writer.manifest.nextSequence))
          draft.manifest.nextSequence += 1
        }
        try draft.dropRuns(database)
        try draft.manifest.write(database)
        pending(commit.states)
        return row
      }
      if tuning.marksCommits { mark(frames: database.walFrames, durably: false) }
      writer.manifest = draft.manifest
      draft.view = View()
      var aftermath = Aftermath(droppedRuns: draft.droppedRuns, erased: draft.erased, walFrames: database.walFrames)
      (aftermath.swept, aftermath.destroyedKeys) = (commit.sweptPartitions, draft.destroyedKeys)
      aftermath.froze = view.withLock { view in
        view.pending = [:]
        for (name, stream) in draft.touched { view.set(stream, for: name) }
        for (partition, item) in row.items { view.active.add(item, to: partition) }
        for partition in row.dropped { view.drop(partition) }
        guard view.active.count >= tuning.freshLinesMax, view.frozen == nil else { return false }
        view.freeze()
        return true
      }
      if aftermath.froze {
        writer.activeFresh = 1 - writer.activeFresh
        writer.activeFirst = writer.manifest.nextSequence
      }
      return aftermath
    }
  }

  private func pending(_ states: [(key: String, value: [UInt8]?)]) {
    view.withLock { view in
      guard !states.isEmpty || !view.pending.isEmpty else { return }
      view.pending = [:]
      for (key, value) in states { view.pending.updateValue(value, forKey: Array(key.utf8)) }
    }
  }

  /// Whether lines arrive faster than they are written as runs, so that a commit should wait.
  var isBehind: Bool { view.withLock { $0.frozen != nil && $0.active.count >= 2 * tuning.freshLinesMax } }
}

/// A commit on its way: the ends of its streams as they will be.
private struct Draft {
  var view: View
  var manifest: Manifest
  private(set) var touched: [StreamName: View.Stream] = [:]
  private var created: [StreamName] = []
  private(set) var erased: [StreamName] = []
  private(set) var droppedRuns: [Int64] = []
  private var dropped: [Int32] = []
  private(set) var destroyedKeys = false

  init(view: View, manifest: Manifest) { (self.view, self.manifest) = (view, manifest) }

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

  /// The stream as this commit sees it; one not known yet gets a number.
  private mutating func find(_ name: StreamName) -> View.Stream {
    if let known = touched[name] ?? view.streams[name] { return known }
    let number = UInt32(clamping: manifest.ends.count + 1)
    let stream = View.Stream(number: number, tables: StreamTables(number))
    manifest.set(Manifest.End(), of: number)
    created.append(name)
    touched[name] = stream
    return stream
  }

  mutating func write(_ commit: Commit, _ database: Database) throws(StoreError) {
    for entry in commit.index { _ = find(entry.locator.stream) }
    for name in created { try create(name, database) }
    for append in commit.appends { try write(append, database) }
    for (key, value) in commit.states { try write(Array(key.utf8), value, database) }
    for (name, below) in commit.erasures { try erase(name, below, database) }
    for stream in touched.values {
      manifest.set(Manifest.End(size: stream.size, erased: stream.erased), of: stream.number)
    }
    dropped = commit.droppedPartitions
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
    if !chunk.bodies.isEmpty {
      let bodies = try database.statement(stream.tables.insertBodies)
      bodies.bind(1, Int64(bitPattern: chunk.first))
      bodies.bind(2, chunk.bodies.withUnsafeBytes { Sums.bodies(stream: stream.number, first: chunk.first, $0) })
      try bodies.run(3, borrowing: chunk.bodies)
    }
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
    guard var stream = touched[name] ?? view.streams[name], stream.size > 0 else { return }
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

  /// The commit's lines of the index, without those of partitions that it drops again.
  func freshRow(_ commit: Commit, _ database: Database) throws(StoreError) -> FreshRow {
    var row = FreshRow()
    row.items.reserveCapacity(commit.index.count)
    var (name, number): (StreamName?, UInt32) = (nil, 0)
    for entry in commit.index {
      if entry.locator.stream != name {
        name = entry.locator.stream
        number = (touched[entry.locator.stream] ?? view.streams[entry.locator.stream])?.number ?? 0
      }
      row.items.append(
        (entry.partition, IndexItem(key: entry.key.bits, stream: number, index: entry.locator.index)))
    }
    row.dropped = dropped
    return row
  }

  /// Takes the dropped partitions' runs out; their pages go in slices behind the commit.
  mutating func dropRuns(_ database: Database) throws(StoreError) {
    let runs = Set(dropped).flatMap { view.partitions[$0] ?? [] }
    guard !runs.isEmpty else { return }
    try RunRows.remove(runs, from: &manifest, database)
    droppedRuns = runs.map(\.number)
  }
}

import Exchange
import Terms

/// Reads at start what the store keeps in memory: ends of streams, fences and filters of runs, lines not yet in a run.
enum Loader {
  static func load(_ database: Database) throws(StoreError) -> (writer: Engine.Writer, view: View) {
    var view = View()
    var writer = Engine.Writer(database: database)
    writer.manifest = try Manifest(database)
    try loadStreams(database, &view, writer.manifest.ends)
    try Schema.check(database, streams: UInt32(clamping: writer.manifest.ends.count))
    try checkStates(database, writer.manifest)
    try loadRuns(database, &view, &writer)
    try loadFresh(database, &view, &writer)
    return (writer, view)
  }

  /// Makes visible what the journal holds and the database does not have yet.
  static func replay(_ journal: Journal.Found, on view: inout View) throws(StoreError) {
    let path = journal.path
    for record in journal.content.waiting {
      let commit: Commit
      do throws(ByteError) { commit = try CommitCoding.decode(record.bytes) } catch {
        throw .damaged("\(path), commit \(record.sequence): \(error)")
      }
      guard let ends = try? view.ends(after: commit, linesMax: .max) else {
        throw .damaged("\(path), commit \(record.sequence) does not fit the database")
      }
      view.add(commit, ends, sequence: record.sequence)
    }
  }

  private static func loadStreams(
    _ database: Database, _ view: inout View, _ ends: [Manifest.End]
  ) throws(StoreError) {
    let rows = try database.statement("SELECT number, name, sum FROM streams ORDER BY number")
    defer { rows.reset() }
    for (position, end) in ends.enumerated() {
      let number = UInt32(clamping: position + 1)
      guard try rows.step(), rows.integer(0) == Int64(number) else { throw .damaged("streams, row \(number)") }
      let text = rows.bytes(1)
      guard rows.integer(2) == Sums.stream(number: number, name: text),
        let name = try? StreamName(String(decoding: text, as: UTF8.self))
      else { throw .damaged("streams, row \(number)") }
      var stream = View.Stream(number: number, tables: StreamTables(number))
      try loadEnds(database, name, &stream)
      stream.erased = end.erased
      guard stream.size == end.size, stream.tiles == end.size / Commit.leavesPerTile, end.erased <= end.size else {
        throw .damaged("\(name), \(stream.size) entries and \(stream.tiles) tiles instead of \(end.size) entries")
      }
      view.set(stream, for: name)
    }
    guard try !rows.step() else { throw .damaged("streams, row \(rows.integer(0))") }
  }

  private static func loadEnds(
    _ database: Database, _ name: StreamName, _ stream: inout View.Stream
  ) throws(StoreError) {
    let last = try database.statement(stream.tables.chunkAtOrBefore)
    last.bind(1, .max)
    defer { last.reset() }
    if try last.step() {
      guard let chunk = ChunkRow(last, stream: stream.number) else { throw .damaged("\(name), last chunk") }
      stream.size = chunk.end
    }
    let tiles = try database.statement(stream.tables.lastTile)
    defer { tiles.reset() }
    if try tiles.step(), !tiles.isNull(0) { stream.tiles = UInt64(clamping: tiles.integer(0)) &+ 1 }
  }

  /// Reads of one state do not find what a damaged page hides, so all of them are counted here.
  private static func checkStates(_ database: Database, _ manifest: Manifest) throws(StoreError) {
    var found = Manifest.Rows()
    let rows = try database.statement("SELECT key, value, sum FROM state")
    defer { rows.reset() }
    while try rows.step() {
      let key = rows.bytes(0)
      guard rows.integer(2) == Sums.state(key: key, value: rows.bytes(1)) else {
        throw .damaged("state \(String(decoding: key, as: UTF8.self))")
      }
      found.add(UInt64(bitPattern: rows.integer(2)))
    }
    guard found == manifest.states else {
      throw .damaged("state, \(found.count) rows instead of \(manifest.states.count)")
    }
  }

  private static func loadRuns(
    _ database: Database, _ view: inout View, _ writer: inout Engine.Writer
  ) throws(StoreError) {
    var runs: [Run] = []
    var found = Manifest.Rows()
    let rows = try database.statement("SELECT number, data FROM runs ORDER BY number")
    defer { rows.reset() }
    while try rows.step() {
      let (number, data) = (rows.integer(0), rows.bytes(1))
      guard let run = Run(data, number: number) else { throw .damaged("runs, row \(number)") }
      found.add(Run.sum(of: data, number))
      runs.append(run)
    }
    guard found == writer.manifest.runs else {
      throw .damaged("the index, \(found.count) runs instead of \(writer.manifest.runs.count)")
    }
    // The smallest runs first: a missing filter costs one page whatever the run's size.
    var filters: [Int64: Filter] = [:]
    var left = View.filterBytesMax
    for run in runs.sorted(by: { $0.count < $1.count }) {
      left -= run.filterPages * FilterPage.wordCount * 8
      guard left >= 0 else { break }
      filters[run.number] = try RunReader.filter(of: run, in: database)
    }
    // A merged run has a higher number than runs of its partition that are newer; its level tells its age.
    for run in runs.sorted(by: { ($1.level, $0.number) < ($0.level, $1.number) }) {
      view.add(run.with(filter: filters[run.number]))
    }
    let lastPage = try database.number("SELECT max(id) FROM pages")
    writer.nextRun = max(runs.last?.number ?? 0, lastPage >> 24) + 1
    guard (1..<(1 << 38)).contains(writer.nextRun) else { throw .damaged("pages of the index, row \(lastPage)") }
  }

  private static func loadFresh(
    _ database: Database, _ view: inout View, _ writer: inout Engine.Writer
  ) throws(StoreError) {
    let firsts = [
      try database.number("SELECT coalesce(min(sequence), 0) FROM fresh_0"),
      try database.number("SELECT coalesce(min(sequence), 0) FROM fresh_1"),
    ]
    // The table with the lower numbers is the older one: it was being written as runs.
    let order = firsts[0] != 0 && (firsts[1] == 0 || firsts[0] < firsts[1]) ? [0, 1] : [1, 0]
    var next = writer.manifest.firstSequence
    writer.activeFirst = next
    for table in order where firsts[table] != 0 {
      if next > writer.activeFirst {
        view.freeze()
        writer.activeFirst = next
      }
      try load(table, database, &view, &next)
      writer.activeFresh = table
    }
    guard next == writer.manifest.nextSequence else { throw .damaged("the newest lines of the index, row \(next)") }
  }

  private static func load(
    _ table: Int, _ database: Database, _ view: inout View, _ next: inout Int64
  ) throws(StoreError) {
    let rows = try database.statement("SELECT sequence, data FROM fresh_\(table) ORDER BY sequence")
    defer { rows.reset() }
    while try rows.step() {
      let sequence = rows.integer(0)
      guard sequence == next, sequence < .max, let row = FreshRow(rows.bytes(1), sequence: sequence) else {
        throw .damaged("the newest lines of the index, row \(next)")
      }
      guard row.items.allSatisfy({ view.name($0.item.stream) != nil }) else {
        throw .damaged("the newest lines of the index, row \(sequence)")
      }
      view.active.add(row.items[...])
      for partition in row.dropped { view.dropFresh(partition) }
      next = sequence + 1
    }
  }
}

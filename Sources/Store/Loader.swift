import Exchange
import Terms

/// Reads at start what the store keeps in memory: ends of streams, fences and filters of runs, lines not yet in a run.
enum Loader {
  static func load(_ database: Database) throws(StoreError) -> (writer: Engine.Writer, view: View) {
    var view = View()
    var writer = Engine.Writer(database: database)
    try loadStreams(database, &view, &writer)
    try loadRuns(database, &view, &writer)
    try loadFresh(database, &view, &writer)
    return (writer, view)
  }

  private static func loadStreams(
    _ database: Database, _ view: inout View, _ writer: inout Engine.Writer
  ) throws(StoreError) {
    let rows = try database.statement("SELECT number, name, erased, sum FROM streams ORDER BY number")
    defer { rows.reset() }
    while try rows.step() {
      let text = rows.bytes(1)
      guard let number = UInt32(exactly: rows.integer(0)), number == writer.nextStream,
        let erased = UInt64(exactly: rows.integer(2)),
        rows.integer(3) == Sums.stream(number: number, name: text, erased: erased),
        let name = try? StreamName(String(decoding: text, as: UTF8.self))
      else { throw .damaged("streams, row \(rows.integer(0))") }
      var stream = View.Stream(number: number, tables: StreamTables(number))
      stream.erased = erased
      try loadEnds(database, name, &stream)
      view.set(stream, for: name)
      writer.nextStream = number + 1
    }
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
    guard stream.tiles == stream.size / Commit.leavesPerTile, stream.erased <= stream.size else {
      throw .damaged("\(name), \(stream.tiles) tiles for \(stream.size) entries")
    }
  }

  private static func loadRuns(
    _ database: Database, _ view: inout View, _ writer: inout Engine.Writer
  ) throws(StoreError) {
    var runs: [Run] = []
    var manifest = Manifest()
    let rows = try database.statement("SELECT number, data FROM runs ORDER BY number")
    defer { rows.reset() }
    while try rows.step() {
      let (number, data) = (rows.integer(0), rows.bytes(1))
      guard let run = Run(data, number: number) else { throw .damaged("runs, row \(number)") }
      manifest.add(Run.sum(of: data, number))
      runs.append(run)
    }
    guard try manifest == Manifest(database) else { throw .damaged("runs of the index are missing") }
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
    for table in order where firsts[table] != 0 {
      if firsts[1 - table] != 0, table == order[1] { view.freeze() }
      try load(table, database, &view, &writer)
      writer.activeFresh = table
    }
  }

  private static func load(
    _ table: Int, _ database: Database, _ view: inout View, _ writer: inout Engine.Writer
  ) throws(StoreError) {
    var expected: Int64?
    let rows = try database.statement("SELECT sequence, data FROM fresh_\(table) ORDER BY sequence")
    defer { rows.reset() }
    while try rows.step() {
      let sequence = rows.integer(0)
      guard expected ?? sequence == sequence, sequence >= writer.nextSequence, sequence < .max,
        let row = FreshRow(rows.bytes(1), sequence: sequence)
      else { throw .damaged("fresh_\(table), row \(sequence)") }
      for (partition, item) in row.items {
        guard view.name(item.stream) != nil else { throw .damaged("fresh_\(table), row \(sequence)") }
        view.active.add(item, to: partition)
      }
      for partition in row.dropped { view.dropFresh(partition) }
      expected = sequence + 1
      writer.nextSequence = sequence + 1
    }
  }
}

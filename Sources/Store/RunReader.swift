import Exchange

/// Reads pages of runs.
enum RunReader {
  static let onePage = "SELECT data FROM pages WHERE id = ?"

  /// Calls `body` with the lines of one page until it returns false.
  /// - Returns: false when the page is not there, as after a merge.
  static func read(
    _ run: Run, page: Int, in database: Database, _ body: (IndexItem) -> Bool
  ) throws(StoreError) -> Bool {
    let row = try database.statement(onePage)
    row.bind(1, Run.row(run.number, page))
    defer { row.reset() }
    guard try row.step() else { return false }
    guard row.withBytes(0, { RunPage.read($0, run: run.number, page: page, body) }) else {
      throw damaged(run, page)
    }
    return true
  }

  /// The run's filter.
  static func filter(of run: Run, in database: Database) throws(StoreError) -> Filter {
    var words: [UInt64] = []
    words.reserveCapacity(run.filterPages * FilterPage.wordCount)
    for page in run.fences.count..<(run.fences.count + run.filterPages) {
      let row = try database.statement(onePage)
      row.bind(1, Run.row(run.number, page))
      defer { row.reset() }
      guard try row.step(),
        row.withBytes(0, { FilterPage.read($0, run: run.number, page: page, into: &words) })
      else { throw damaged(run, page) }
    }
    guard let filter = Filter(words: words, bitsPerKey: Filter.bitsPerKey(count: run.count)) else {
      throw damaged(run, run.fences.count)
    }
    return filter
  }

  static func damaged(_ run: Run, _ page: Int) -> StoreError {
    .damaged("the index, run \(run.number) page \(page)")
  }
}

import Exchange

/// Reads pages of runs.
enum RunReader {
  private static let rows = "SELECT id, data FROM pages WHERE id >= ? AND id < ? ORDER BY id"

  /// Calls `body` with the lines of consecutive pages until it returns false, or `hasRoom` does before a page.
  /// - Returns: the page behind the last one read; nil when one is not there, as after a merge.
  @inline(__always)
  static func read(
    _ run: Run, pages: Range<Int>, in database: Database, while hasRoom: () -> Bool = { true },
    _ body: (IndexItem) -> Bool
  ) throws(StoreError) -> Int? {
    try each(run, pages, in: database) { (page, bytes) throws(StoreError) in
      var goesOn = true
      let isIntact = RunPage.read(bytes, run: run.number, page: page) { item in
        goesOn = body(item)
        return goesOn
      }
      guard isIntact else { throw damaged(run, page) }
      return goesOn && hasRoom()
    }
  }

  /// The run's filter.
  static func filter(of run: Run, in database: Database) throws(StoreError) -> Filter {
    var words: [UInt64] = []
    words.reserveCapacity(run.filterPages * FilterPage.wordCount)
    let pages = run.fences.count..<(run.fences.count + run.filterPages)
    let next = try each(run, pages, in: database) { (page, bytes) throws(StoreError) in
      guard FilterPage.read(bytes, run: run.number, page: page, into: &words) else { throw damaged(run, page) }
      return true
    }
    guard next != nil, let filter = Filter(words: words, bitsPerKey: Filter.bitsPerKey(count: run.count)) else {
      throw damaged(run, pages.lowerBound)
    }
    return filter
  }

  /// Calls `body` with the bytes of consecutive pages until it returns false: one statement for all, so that SQLite begins to read once
  /// and not for each.
  /// - Returns: the page behind the last one read; nil when one is not there.
  private static func each(
    _ run: Run, _ pages: Range<Int>, in database: Database,
    _ body: (Int, UnsafeRawBufferPointer) throws(StoreError) -> Bool
  ) throws(StoreError) -> Int? {
    let row = try database.statement(rows)
    row.bind(1, Run.row(run.number, pages.lowerBound))
    row.bind(2, Run.row(run.number, pages.upperBound))
    defer { row.reset() }
    for page in pages {
      guard try row.step(), row.integer(0) == Run.row(run.number, page) else { return nil }
      let goesOn = try row.withBytes(1) { (bytes) throws(StoreError) in try body(page, bytes) }
      guard goesOn else { return page + 1 }
    }
    return pages.upperBound
  }

  static func damaged(_ run: Run, _ page: Int) -> StoreError {
    .damaged("the index, run \(run.number) page \(page)")
  }
}

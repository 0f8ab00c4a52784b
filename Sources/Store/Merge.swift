import Exchange

/// Merges neighbouring runs of a partition into one, a slice at a time.
struct Merge {
  /// How many runs of a level become one of the next.
  static let fanOut = 8
  /// Pages read from one run at a time.
  private static let readPages = 8

  /// Oldest first.
  let inputs: [Run]
  /// Newest first, so that the first of several equal keys is the newest line.
  private var cursors: [Cursor]
  private(set) var writer: RunWriter
  /// Lines that are left out.
  private var erased = ErasedLines()

  private struct Cursor {
    let run: Run
    var nextPage = 0
    var items: [IndexItem] = []
    var position = 0

    var head: IndexItem? { position < items.count ? items[position] : nil }
  }

  init(_ inputs: [Run], number: Int64) {
    self.inputs = inputs
    cursors = inputs.reversed().map { Cursor(run: $0) }
    writer = RunWriter(
      number: number, partition: inputs.first?.partition ?? 0, level: (inputs.map(\.level).max() ?? 0) + 1,
      count: inputs.reduce(0) { $0 + $1.count })
  }

  /// Merges what a sweep leaves of a partition.
  init(_ sweep: Sweep, number: Int64) {
    inputs = sweep.runs
    erased = sweep.erased
    cursors = inputs.reversed().map { Cursor(run: $0) }
    writer = RunWriter(
      number: number, partition: sweep.partition, level: inputs.map(\.level).max() ?? 0, count: sweep.left)
  }

  /// The runs to merge next, oldest first: all of a level that has enough, the lowest such level of a partition.
  static func next(in partitions: [Int32: [Run]]) -> [Run]? {
    for runs in partitions.values where runs.count >= fanOut {
      // Levels fall from old to new, so the runs of one level stand side by side, the lowest level at the end.
      var end = runs.endIndex
      while end > 0 {
        let level = runs[end - 1].level
        let start = runs[..<end].lastIndex { $0.level != level }.map { $0 + 1 } ?? 0
        if end - start >= fanOut { return Array(runs[start..<end]) }
        end = start
      }
    }
    return nil
  }

  /// Merges until a slice is written.
  /// - Returns: the complete run at the end, nil before.
  mutating func step(_ engine: Engine) throws(StoreError) -> Run? {
    while !writer.hasSlice {
      for position in cursors.indices where cursors[position].head == nil {
        try Self.fill(&cursors[position], engine)
      }
      var least: Int?
      var leastKey = UInt64.max
      for position in cursors.indices {
        guard let head = cursors[position].head, least == nil || head.key < leastKey else { continue }
        (least, leastKey) = (position, head.key)
      }
      guard let least else { return try writer.finish(engine) }
      if let item = cursors[least].head, !erased.holds(item) { writer.add([item]) }
      cursors[least].position += 1
    }
    try writer.flush(engine)
    return nil
  }

  private static func fill(_ cursor: inout Cursor, _ engine: Engine) throws(StoreError) {
    let pages = cursor.nextPage..<min(cursor.nextPage + readPages, cursor.run.fences.count)
    guard !pages.isEmpty else { return }
    let run = cursor.run
    let items = try engine.readers.read { (database) throws(StoreError) in
      var items: [IndexItem] = []
      for page in pages {
        let there = try RunReader.read(run, page: page, in: database) { item in
          items.append(item)
          return true
        }
        guard there else { throw RunReader.damaged(run, page) }
      }
      return items
    }
    cursor.items = items
    cursor.position = 0
    cursor.nextPage = pages.upperBound
  }
}

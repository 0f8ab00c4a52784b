import Exchange
import Synchronization

/// Writes one run, page by page. Pages reach the disk in slices, each its own short transaction; nobody can find them
/// before the run's row is written, and pages without a row are removed at the next start.
struct RunWriter {
  /// Pages written in one slice: about a millisecond that a commit may have to wait.
  static let slicePages = 64

  let number: Int64
  private let partition: Int32
  private let level: Int
  private var packer = RunPage.Packer()
  private var fences: [UInt64] = []
  private var filter: Filter
  private var count = 0
  private var pages: [[UInt8]] = []
  private var written = 0

  /// A run that will hold exactly `count` lines.
  init(number: Int64, partition: Int32, level: Int, count: Int) {
    (self.number, self.partition, self.level) = (number, partition, level)
    filter = Filter(count: count, bitsPerKey: Filter.bitsPerKey(count: count))
  }

  /// Whether there is enough for a slice.
  var hasSlice: Bool { pages.count >= Self.slicePages }

  /// Adds the next lines in order of key, newest first within a key.
  mutating func add(_ lines: ArraySlice<IndexItem>) {
    filter.add(lines)
    count += lines.count
    var rest = lines
    while let first = rest.first {
      if packer.isEmpty { fences.append(first.key) }
      rest.removeFirst(packer.add(rest))
      if packer.isFull { finishPage() }
    }
  }

  private mutating func finishPage() {
    pages.append(packer.finish(run: number, page: written + pages.count))
  }

  /// Writes the pages that are complete.
  mutating func flush(_ engine: Engine) throws(StoreError) {
    for start in stride(from: 0, to: pages.count, by: Self.slicePages) {
      let slice = pages[start..<min(start + Self.slicePages, pages.count)]
      let first = written + start
      try engine.write { [number] (_, database) throws(StoreError) in
        try database.transaction { () throws(StoreError) in
          let row = try database.statement("INSERT INTO pages(id, data) VALUES(?, ?)")
          for (offset, page) in slice.enumerated() {
            row.bind(1, Run.row(number, first + offset))
            try row.run(2, borrowing: page)
          }
        }
      }
    }
    written += pages.count
    pages.removeAll(keepingCapacity: true)
  }

  /// Writes what is left and the filter. The run is complete then, and not yet visible.
  mutating func finish(_ engine: Engine) throws(StoreError) -> Run {
    if !packer.isEmpty { finishPage() }
    try flush(engine)
    let filterStart = written
    for start in stride(from: 0, to: filter.words.count, by: FilterPage.wordCount) {
      let words = filter.words[start..<min(start + FilterPage.wordCount, filter.words.count)]
      pages.append(FilterPage.encode(words, run: number, page: written + pages.count))
      if hasSlice { try flush(engine) }
    }
    try flush(engine)
    return Run(
      number: number, partition: partition, level: level, count: count, fences: fences,
      filterPages: written - filterStart, filter: filter)
  }
}

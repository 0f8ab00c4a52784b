import Exchange

/// Looks through all runs of a partition for lines of erased records, a slice at a time. A run's filter is made for the number of
/// its lines, so they are counted before a run without the erased ones is written.
struct Sweep {
  private static let pagesPerSlice = 64

  let partition: Int32
  /// Oldest first.
  let runs: [Run]
  let erased: ErasedLines
  /// Of the run that takes their place.
  let number: Int64
  /// Lines that stay.
  private(set) var left = 0
  private var position = (run: 0, page: 0)

  init(_ runs: [Run], _ partition: Int32, _ erased: ErasedLines, number: Int64) {
    (self.runs, self.partition, self.erased, self.number) = (runs, partition, erased, number)
  }

  /// Whether any line is to go.
  var hasErased: Bool { left < runs.reduce(0) { $0 + $1.count } }

  /// Counts some pages; true when all were.
  mutating func count(_ engine: Engine) throws(StoreError) -> Bool {
    guard position.run < runs.count else { return true }
    let run = runs[position.run]
    let pages = position.page..<min(position.page + Self.pagesPerSlice, run.fences.count)
    let erased = erased
    var stay = 0
    let next = try engine.readers.read { (database) throws(StoreError) in
      try RunReader.read(run, pages: pages, in: database) { item in
        if !erased.holds(item) { stay += 1 }
        return true
      }
    }
    guard let next else { throw RunReader.damaged(run, pages.lowerBound) }
    left += stay
    position = next < run.fences.count ? (position.run, next) : (position.run + 1, 0)
    return false
  }
}

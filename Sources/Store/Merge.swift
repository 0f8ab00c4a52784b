import Exchange

/// Merges neighbouring runs of a partition into one, a slice at a time.
struct Merge {
  /// How many runs of a level become one of the next.
  static let fanOut = 8
  /// Lines of one run that are held at a time: about eleven pages, and two at least.
  private static let linesHeld = 2 * RunPage.linesMax
  /// Lines handed to the writer at a time.
  private static let batchLines = 4_096

  /// Oldest first.
  let inputs: [Run]
  /// Newest first, so that the first of several equal keys is the newest line. A run that is at its end is taken out.
  private var sources: [Source]
  /// Where each source is, apart from what else belongs to it: this is looked through for each line.
  private var heads: [Head]
  /// The lines held, each source's in a part of its own.
  private var lines: [IndexItem]
  /// The merged lines on their way to the writer.
  private var batch: [IndexItem]
  private(set) var writer: RunWriter
  /// Lines that are left out.
  private let erased: ErasedLines

  private struct Source {
    let run: Run
    /// Where its part of the lines begins.
    let start: Int
    var nextPage = 0
  }

  private struct Head {
    /// The key of the next line.
    var key: UInt64 = 0
    /// Where the next line is, and where the lines held end; the same when there are none.
    var (next, end) = (0, 0)
  }

  init(_ inputs: [Run], number: Int64) {
    self.init(
      inputs, without: ErasedLines(),
      RunWriter(
        number: number, partition: inputs.first?.partition ?? 0, level: (inputs.map(\.level).max() ?? 0) + 1,
        count: inputs.reduce(0) { $0 + $1.count }))
  }

  /// Merges what a sweep leaves of a partition.
  init(_ sweep: Sweep) {
    self.init(
      sweep.runs, without: sweep.erased,
      RunWriter(
        number: sweep.number, partition: sweep.partition, level: sweep.runs.map(\.level).max() ?? 0, count: sweep.left))
  }

  private init(_ inputs: [Run], without erased: ErasedLines, _ writer: RunWriter) {
    (self.inputs, self.erased, self.writer) = (inputs, erased, writer)
    sources = inputs.reversed().enumerated().map { Source(run: $1, start: $0 * Self.linesHeld) }
    heads = [Head](repeating: Head(), count: inputs.count)
    let none = IndexItem(key: 0, stream: 0, index: 0)
    lines = [IndexItem](repeating: none, count: inputs.count * Self.linesHeld)
    batch = [IndexItem](repeating: none, count: Self.batchLines)
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
      for place in heads.indices.reversed() where heads[place].next == heads[place].end { try fill(place, engine) }
      guard !heads.isEmpty else { return try writer.finish(engine) }
      let count = merge()
      let merged = batch[..<count]
      writer.add(erased.isEmpty ? merged : merged.filter { !erased.holds($0) }[...])
      Background.breathe()
    }
    try writer.flush(engine)
    return nil
  }

  /// Puts the next lines of all into the batch, until that is full or one of them has none left.
  /// - Returns: how many.
  private mutating func merge() -> Int {
    let lines = lines
    return batch.withUnsafeMutableBufferPointer { batch in
      heads.withUnsafeMutableBufferPointer { heads in
        var count = 0
        while count < batch.count {
          var (least, leastKey) = (0, heads[0].key)
          for place in 1..<heads.count where heads[place].key < leastKey {
            (least, leastKey) = (place, heads[place].key)
          }
          let next = heads[least].next
          batch[count] = lines[next]
          count += 1
          heads[least].next = next + 1
          guard next + 1 < heads[least].end else { break }
          heads[least].key = lines[next + 1].key
        }
        return count
      }
    }
  }

  /// Reads the next pages of a source, or takes it out.
  private mutating func fill(_ place: Int, _ engine: Engine) throws(StoreError) {
    let (run, start, first) = (sources[place].run, sources[place].start, sources[place].nextPage)
    guard first < run.fences.count else {
      sources.remove(at: place)
      heads.remove(at: place)
      return
    }
    let limit = start + Self.linesHeld
    var end = start
    let next = try lines.withUnsafeMutableBufferPointer { (lines) throws(StoreError) in
      try engine.readers.read { (database) throws(StoreError) in
        try RunReader.read(
          run, pages: first..<run.fences.count, in: database, while: { limit - end >= RunPage.linesMax }
        ) { line in
          guard end < limit else { return false }
          lines[end] = line
          end += 1
          return true
        }
      }
    }
    guard let next, end > start else { throw RunReader.damaged(run, first) }
    sources[place].nextPage = next
    heads[place] = Head(key: lines[start].key, next: start, end: end)
  }
}

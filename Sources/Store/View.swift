import Exchange
import Terms

/// What every thread may see of the store without touching the disk: sizes of streams, the newest lines of the blind
/// index, the runs, and commits that are only in the journal yet. It changes only after a commit is durable, so it never runs
/// ahead of the disk.
struct View: Sendable {
  /// A stream's row of `streams` and its ends.
  struct Stream: Sendable {
    let number: UInt32
    let tables: StreamTables
    var size: UInt64 = 0
    var tiles: UInt64 = 0
    /// Bodies of chunks that begin below this are forgotten.
    var erased: UInt64 = 0
  }

  private(set) var streams: [StreamName: Stream] = [:]
  private var names: [UInt32: StreamName] = [:]
  private(set) var erased = ErasedLines()
  /// Takes new lines; its rows are in `fresh_<activeFresh>`, or the journal holds them.
  var active = MemoryTable()
  /// Being written as runs; its rows are in the other table.
  private(set) var frozen: MemoryTable?
  private(set) var partitions: [Int32: [Run]] = [:]
  private(set) var filterBytes = 0
  /// What is in the journal and not in the database.
  var ahead = Ahead()
  /// What was read lately of the state, and how often commits have changed any since the start.
  var known = KnownStates()
  /// State that a commit on its way into the database changes: SQLite shows it to readers a moment before the rest stands here.
  var pending: [[UInt8]: [UInt8]?] = [:]

  /// Bytes of filters kept in memory; beyond that the largest runs go without.
  static let filterBytesMax = 48 << 20

  func name(_ number: UInt32) -> StreamName? { names[number] }

  mutating func set(_ stream: Stream, for name: StreamName) {
    streams[name] = stream
    names[stream.number] = name
    erased.set(stream.erased, of: stream.number)
  }

  /// Moves the newest lines aside, to be written.
  mutating func freeze() {
    frozen = active
    active = MemoryTable()
  }

  /// Drops what is not in a run.
  mutating func dropFresh(_ partition: Int32) {
    active.drop(partition)
    frozen?.drop(partition)
  }

  mutating func drop(_ partition: Int32) {
    dropFresh(partition)
    for run in partitions.removeValue(forKey: partition) ?? [] { filterBytes -= run.filter?.byteCount ?? 0 }
  }

  /// Puts the runs that hold the frozen lines in their place.
  mutating func thaw(_ runs: [Run]) {
    frozen = nil
    for run in runs { add(run) }
    trimFilters()
  }

  /// Adds a run newer than all others of its partition.
  mutating func add(_ run: Run) {
    partitions[run.partition, default: []].append(run)
    filterBytes += run.filter?.byteCount ?? 0
  }

  /// Whether these runs all stand.
  func holds(_ runs: [Run]) -> Bool {
    guard let partition = runs.first?.partition, let standing = partitions[partition] else { return false }
    return runs.allSatisfy { run in standing.contains { $0.number == run.number } }
  }

  /// Puts a run, or nothing, in the place of neighbouring older ones.
  mutating func replace(_ old: [Run], with run: Run?) {
    guard let partition = old.first?.partition, var standing = partitions[partition],
      let place = standing.firstIndex(where: { $0.number == old.first?.number })
    else { return }
    standing.removeAll { candidate in
      guard old.contains(where: { $0.number == candidate.number }) else { return false }
      filterBytes -= candidate.filter?.byteCount ?? 0
      return true
    }
    if let run {
      standing.insert(run, at: place)
      filterBytes += run.filter?.byteCount ?? 0
    }
    partitions[partition] = standing.isEmpty ? nil : standing
    trimFilters()
  }

  /// A missing filter costs a lookup one page whatever the run's size, so the largest go first.
  private mutating func trimFilters() {
    while filterBytes > Self.filterBytesMax {
      let largest = partitions.values.joined().max { ($0.filter?.byteCount ?? 0) < ($1.filter?.byteCount ?? 0) }
      guard let largest, let filter = largest.filter,
        let place = partitions[largest.partition]?.firstIndex(where: { $0.number == largest.number })
      else { return }
      partitions[largest.partition]?[place] = largest.with(filter: nil)
      filterBytes -= filter.byteCount
    }
  }

  /// What a lookup has to go through in one partition, newest first.
  struct Candidates {
    var found: [Locator]
    var runs: [Run]
    var erased: ErasedLines
  }

  /// The candidates in the partitions, newest partition first.
  func candidates(_ key: UInt64, _ range: ClosedRange<Int32>, limit: Int) -> [Candidates] {
    var numbers: [Int32] = []
    if range.count == 1 {
      numbers = [range.lowerBound]
    } else {
      numbers = partitions.keys.filter { range.contains($0) }
      for table in [active, frozen] {
        for number in table?.partitions ?? [] where range.contains(number) && !numbers.contains(number) {
          numbers.append(number)
        }
      }
      numbers.sort(by: >)
    }
    var all: [Candidates] = []
    var left = limit
    for number in numbers where left > 0 {
      var found: [Locator] = []
      let erased = erased.inPartition(number)
      for table in [active, frozen] {
        table?[number]?.each(key) { item in
          guard left > 0 else { return false }
          if !erased.holds(item), let name = names[item.stream] {
            found.append(Locator(stream: name, index: item.index))
            left -= 1
          }
          return true
        }
      }
      let runs = left > 0 ? (partitions[number] ?? []).reversed().filter { $0.filter?.admits(key) ?? true } : []
      if !found.isEmpty || !runs.isEmpty { all.append(Candidates(found: found, runs: runs, erased: erased)) }
    }
    return all
  }
}

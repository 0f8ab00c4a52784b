/// The newest lines of the blind index, in memory until they are written as runs.
struct MemoryTable: Sendable {
  /// A line and the partition that it belongs to.
  typealias Line = (partition: Int32, item: IndexItem)

  /// The partitions that have lines, few at a time: looking through them takes less than a dictionary does.
  private(set) var partitions: [Int32] = []
  /// Their lines, at the same places.
  private var parts: [Part] = []
  private(set) var count = 0

  /// The lines of a partition, when it has any.
  subscript(_ partition: Int32) -> Part? { partitions.firstIndex(of: partition).map { parts[$0] } }

  mutating func add(_ lines: ArraySlice<Line>) {
    for (partition, item) in lines {
      let place = partitions.firstIndex(of: partition) ?? partitions.endIndex
      if place == partitions.endIndex {
        partitions.append(partition)
        parts.append(Part())
      }
      parts[place].add(item)
    }
    count += lines.count
  }

  mutating func drop(_ partition: Int32) {
    guard let place = partitions.firstIndex(of: partition) else { return }
    count -= parts[place].count
    partitions.remove(at: place)
    parts.remove(at: place)
  }

  /// The lines of one partition in order of arrival, and a table of lists: each line names the one before it in its list, and the
  /// table the last of each. A line that is added is compared with no other. 24 bytes a line and 4 to 8 of table.
  struct Part: Sendable {
    private var lines: [Linked] = []
    /// Places of lines, counted from 1; 0 for none. As many as there are lines, or up to twice as many, and a power of two.
    private var lists = [UInt32](repeating: 0, count: 16)

    private struct Linked {
      var item: IndexItem
      /// The next older line of the list, as in the table.
      var older: UInt32
    }

    var count: Int { lines.count }

    /// Whether a line is of an erased record.
    func has(_ erased: ErasedLines) -> Bool { lines.contains { erased.holds($0.item) } }

    mutating func add(_ item: IndexItem) {
      if lines.count == lists.count { grow() }
      let list = list(of: item.key)
      lines.append(Linked(item: item, older: lists[list]))
      lists[list] = UInt32(lines.count)
    }

    /// Calls `body` with the lines of the key, newest first, until it returns false.
    func each(_ key: UInt64, _ body: (IndexItem) -> Bool) {
      var next = lists[list(of: key)]
      while next != 0 {
        let line = lines[Int(next) - 1]
        guard line.item.key != key || body(line.item) else { return }
        next = line.older
      }
    }

    /// All lines but those of erased records in order of key, newest first within a key.
    func sorted(without erased: ErasedLines) -> [IndexItem] {
      var items: [IndexItem] = []
      items.reserveCapacity(lines.count)
      for line in lines.reversed() where !erased.holds(line.item) { items.append(line.item) }
      return KeyOrder.sorted(items)
    }

    private func list(of key: UInt64) -> Int { Int(truncatingIfNeeded: Filter.mixed(key) >> 20) & (lists.count - 1) }

    private mutating func grow() {
      lists = [UInt32](repeating: 0, count: lists.count * 2)
      for place in lines.indices {
        let list = list(of: lines[place].item.key)
        lines[place].older = lists[list]
        lists[list] = UInt32(place + 1)
      }
    }
  }
}

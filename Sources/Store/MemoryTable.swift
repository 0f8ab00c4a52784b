/// The newest lines of the blind index, in memory until they are written as runs.
struct MemoryTable: Sendable {
  /// A line and the partition that it belongs to.
  typealias Line = (partition: Int32, item: IndexItem)

  private(set) var partitions: [Int32: Part] = [:]
  private(set) var count = 0

  mutating func add(_ lines: ArraySlice<Line>) {
    for (partition, item) in lines { partitions[partition, default: Part()].add(item) }
    count += lines.count
  }

  mutating func drop(_ partition: Int32) {
    count -= partitions.removeValue(forKey: partition)?.count ?? 0
  }

  /// The lines of one partition: in order of arrival, with a hash table of the newest line of each key and a chain from
  /// there to older ones. 24 bytes a line and 4 to 16 of table.
  struct Part: Sendable {
    private var lines: [Linked] = []
    private var slots = [UInt32](repeating: 0, count: 16)

    private struct Linked {
      var item: IndexItem
      /// The next older line with the same key, counted from 1; 0 for none.
      var older: UInt32
    }

    var count: Int { lines.count }

    /// Whether a line is of an erased record.
    func has(_ erased: ErasedLines) -> Bool { lines.contains { erased.holds($0.item) } }

    mutating func add(_ item: IndexItem) {
      if (lines.count + 1) * 2 > slots.count { grow() }
      let slot = slot(of: item.key)
      lines.append(Linked(item: item, older: slots[slot]))
      slots[slot] = UInt32(truncatingIfNeeded: lines.count)
    }

    /// Calls `body` with the lines of the key, newest first, until it returns false.
    func each(_ key: UInt64, _ body: (IndexItem) -> Bool) {
      var next = slots[slot(of: key)]
      while next != 0 {
        let line = lines[Int(next) - 1]
        guard body(line.item) else { return }
        next = line.older
      }
    }

    /// All lines in order of key, newest first within a key.
    func sorted() -> [IndexItem] {
      // Keys beside their places, so that comparing does not look all over the lines.
      var order = lines.enumerated().map { (key: $1.item.key, place: UInt32(truncatingIfNeeded: $0)) }
      order.sort { $0.key != $1.key ? $0.key < $1.key : $0.place > $1.place }
      return order.map { lines[Int($0.place)].item }
    }

    /// Where the key's newest line is, or the free slot where it would be: open addressing, at most half full.
    private func slot(of key: UInt64) -> Int {
      let mask = slots.count - 1
      var slot = Int(truncatingIfNeeded: Filter.mixed(key) >> 20) & mask
      while slots[slot] != 0, lines[Int(slots[slot]) - 1].item.key != key { slot = (slot + 1) & mask }
      return slot
    }

    private mutating func grow() {
      slots = [UInt32](repeating: 0, count: slots.count * 2)
      // In order of arrival, so that a slot ends with its key's newest line; the chains stay as they are.
      for position in lines.indices {
        slots[slot(of: lines[position].item.key)] = UInt32(truncatingIfNeeded: position + 1)
      }
    }
  }
}

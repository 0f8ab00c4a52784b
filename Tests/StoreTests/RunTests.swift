import Exchange
import Foundation
import Terms
import Testing

@testable import Store

/// The bytes of the blind index, put together here number by number as Docs/Store.md and the comments describe them, and how its
/// lines are kept in memory, sorted and merged.
@Suite struct RunTests {
  private var dice = Dice(seed: 5)

  /// Numbers of all lengths.
  private mutating func number() -> UInt64 { dice.chance(9) ? 0 : dice.next() >> UInt64(dice.roll(64)) }

  private mutating func lines(_ count: Int) -> [IndexItem] {
    (0..<count).map { _ in
      IndexItem(key: number(), stream: UInt32(truncatingIfNeeded: number()), index: number())
    }
  }

  private static func low(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var out = ByteWriter()
    out.varint(value)
    return out.bytes
  }

  @Test mutating func aPageHoldsTheLinesByteForByte() {
    for _ in 0..<40 {
      let lines = KeyOrder.sorted(lines(dice.roll(1_500)))
      var packer = RunPage.Packer()
      var rest = lines[...]
      while let first = rest.first {
        let count = packer.add(rest)
        let held = rest.prefix(count)
        rest = rest.dropFirst(count)
        #expect(packer.isFull || rest.isEmpty)
        let page = packer.finish(run: 9, page: 3)
        var expected = Self.low(UInt64(held.count), 2) + Self.low(first.key, 8)
        var last = first.key
        for line in held {
          let lengths = [line.key - last, line.index].map { (64 - $0.leadingZeroBitCount + 7) / 8 }
          expected += [UInt8(lengths[0] << 4 | lengths[1])] + Self.low(line.key - last, lengths[0])
          expected += Self.varint(UInt64(line.stream)) + Self.low(line.index, lengths[1])
          last = line.key
        }
        #expect(Array(page.dropFirst(8)) == expected && page.count <= RunPage.byteCount)
        var found: [IndexItem] = []
        let isIntact = page.withUnsafeBytes { bytes in
          RunPage.read(bytes, run: 9, page: 3) {
            found.append($0)
            return true
          }
        }
        #expect(isIntact && found == Array(held))
        #expect(!page.withUnsafeBytes { RunPage.read($0, run: 9, page: 4) { _ in true } })
      }
    }
  }

  @Test mutating func aFreshRowHoldsTheLinesByteForByte() throws {
    for _ in 0..<40 {
      var row = FreshRow()
      row.items = lines(dice.roll(300)).map { (Int32(truncatingIfNeeded: Int64(bitPattern: dice.next())), $0) }
      row.dropped = (0..<dice.roll(20)).map { _ in dice.chance(2) ? .min : .max }
      var expected = Self.varint(UInt64(row.items.count))
      var (partition, index) = (Int64(0), UInt64(0))
      for (itemPartition, item) in row.items {
        expected += Self.varint(ZigZag.encode(Int64(itemPartition) - partition))
        expected += Self.low(item.key, 8).reversed() + Self.varint(UInt64(item.stream))
        expected += Self.varint(ZigZag.encode(Int64(bitPattern: item.index &- index)))
        (partition, index) = (Int64(itemPartition), item.index)
      }
      expected += Self.varint(UInt64(row.dropped.count))
      for partition in row.dropped { expected += Self.varint(ZigZag.encode(Int64(partition))) }
      let bytes = row.encoded(sequence: 7)
      #expect(Array(bytes.dropFirst(8)) == expected)
      let again = try #require(FreshRow(bytes, sequence: 7))
      #expect(again.items.map(\.item) == row.items.map(\.item) && again.dropped == row.dropped)
      #expect(again.items.map(\.partition) == row.items.map(\.partition))
      #expect(FreshRow(bytes, sequence: 8) == nil)
    }
  }

  @Test(arguments: [1, 2, 30, 500, 70_000]) mutating func linesAreSortedWhateverTheirKeys(_ count: Int) {
    let kinds: [(inout Self) -> UInt64] = [
      { $0.dice.next() }, { $0.number() }, { UInt64($0.dice.roll(9)) }, { _ in 5 },
      { $0.dice.chance(2) ? .max : .max - UInt64($0.dice.roll(3)) },
    ]
    for kind in kinds {
      let lines = (0..<count).map { IndexItem(key: kind(&self), stream: 1, index: UInt64($0)) }
      // A line's index tells the order in which it was given.
      let expected = lines.sorted { ($0.key, $0.index) < ($1.key, $1.index) }
      #expect(KeyOrder.sorted(lines) == expected)
    }
    #expect(KeyOrder.sorted([]) == [])
  }

  @Test mutating func linesInMemoryAreFoundNewestFirst() {
    var table = MemoryTable()
    var model: [Int32: [IndexItem]] = [:]
    for round in 0..<400 {
      let partitions: [Int32] = [0, 24_312, -4, .max]
      let lines = (0..<dice.roll(90)).map { _ in
        (
          partition: partitions[dice.roll(4)],
          item: IndexItem(key: UInt64(dice.roll(2_000)) << 50, stream: 2, index: dice.next())
        )
      }
      table.add(lines[...])
      for line in lines { model[line.partition, default: []].append(line.item) }
      if dice.chance(60) {
        let partition = partitions[dice.roll(4)]
        table.drop(partition)
        model[partition] = nil
      }
      #expect(table.count == model.values.reduce(0) { $0 + $1.count })
      guard round % 20 == 0 else { continue }
      #expect(Set(table.partitions) == Set(model.keys))
      for (partition, lines) in model {
        for key in (0..<50).map({ _ in UInt64(dice.roll(2_100)) << 50 }) {
          var found: [IndexItem] = []
          table[partition]?.each(key) {
            found.append($0)
            return found.count < 3
          }
          #expect(found == Array(lines.filter { $0.key == key }.reversed().prefix(3)))
        }
        var erased = ErasedLines()
        erased.set(1 << 62, of: 2)
        let left = table[partition]?.sorted(without: erased) ?? []
        let expected = lines.reversed().filter { $0.index >= 1 << 62 }
        #expect(left == expected.enumerated().sorted { ($0.1.key, $0.0) < ($1.1.key, $1.0) }.map(\.1))
      }
    }
  }

  /// Runs of more lines than a merge holds of one at a time, of very different lengths, with the lowest and the highest key.
  @Test func longRunsAreMergedWhole() throws {
    let folder = try Folder()
    var tuning = Tuning.small
    tuning.freshLinesMax = 100
    let store = try SQLiteStore(path: folder.file("store.db"), tuning: tuning)
    let name = try stream("SV/GT/migration")
    var dice = Dice(seed: 3)
    var model: [UInt64: [UInt64]] = [:]
    var index: UInt64 = 0
    for count in [9_000, 120, 200, 30_000, 100, 6_000, 150, 300, 110] {
      try store.commit { commit in
        commit.index = (0..<count).map { _ in
          let key = dice.chance(200) ? [0, 1, .max][dice.roll(3)] : dice.next() & 0xFFF0_0000_0000_0000
          index += 1
          model[key, default: []].append(index)
          return entry(1, key, name, index)
        }
      }
      store.maintenance.settle()
    }
    let runs = store.engine.view.withLock { Array($0.partitions.values.joined()) }
    #expect(runs.map(\.level) == [1, 0], "\(runs.map(\.level))")
    try store.verify()
    for (key, indices) in model {
      #expect(try store.locate(key, 1...1, limit: 10_000).map(\.index) == indices.reversed())
    }
  }
}

import Exchange
import Terms

/// A sorted run of one partition of the blind index: its pages are rows of `pages`, what is needed to find the right
/// one is here. Runs never change; a merge makes a new one.
final class Run: Sendable {
  /// Names the run; never used twice. Page `n` is row `number << 24 | n`, filter pages follow the run's own.
  let number: Int64
  let partition: Int32
  /// How many merges lie behind it.
  let level: Int
  let count: Int
  /// The first key of each page.
  let fences: [UInt64]
  let filterPages: Int
  /// Nil when memory is better spent on other runs.
  let filter: Filter?

  init(
    number: Int64, partition: Int32, level: Int, count: Int, fences: [UInt64], filterPages: Int, filter: Filter?
  ) {
    (self.number, self.partition, self.level, self.count) = (number, partition, level, count)
    (self.fences, self.filterPages, self.filter) = (fences, filterPages, filter)
  }

  /// The same run with another filter in memory.
  func with(filter: Filter?) -> Run {
    Run(
      number: number, partition: partition, level: level, count: count, fences: fences, filterPages: filterPages,
      filter: filter)
  }

  static let pagesMax: Int64 = 1 << 24

  /// The row of one of its pages.
  static func row(_ run: Int64, _ page: Int) -> Int64 { run << 24 | Int64(page) }

  /// The pages that may hold the key: the one whose first key lies before it, and those that begin with it.
  func pages(for key: UInt64) -> Range<Int> {
    var (low, high) = (0, fences.count)
    while low < high {
      let middle = (low + high) / 2
      if fences[middle] < key { low = middle + 1 } else { high = middle }
    }
    let start = max(0, low - 1)
    var end = low
    while end < fences.count, fences[end] == key { end += 1 }
    return start..<max(start, end)
  }

  /// The row in `runs`.
  func encoded() -> [UInt8] {
    var out = ByteWriter(capacity: 48 + fences.count * 8)
    out.uint64(0)
    out.varint(ZigZag.encode(Int64(partition)))
    out.varint(UInt64(level))
    out.varint(UInt64(count))
    out.varint(UInt64(filterPages))
    out.varint(UInt64(fences.count))
    for fence in fences { out.uint64(fence) }
    var bytes = out.bytes
    bytes.store(Self.sum(of: bytes, number), at: 0)
    return bytes
  }

  /// Reads a row of `runs`, without its filter; nil when it is damaged.
  convenience init?(_ bytes: [UInt8], number: Int64) {
    guard bytes.count >= 8, (1..<(1 << 38)).contains(number) else { return nil }
    let sum = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard sum == Self.sum(of: bytes, number) else { return nil }
    var reader = ByteReader(bytes[8...])
    var fences: [UInt64] = []
    do throws(ByteError) {
      guard let partition = Int32(exactly: ZigZag.decode(try reader.varint("partition"))),
        let level = Int(exactly: try reader.varint("level")),
        let count = Int(exactly: try reader.varint("count")),
        let filterPages = Int(exactly: try reader.varint("filter pages")),
        let pages = Int(exactly: try reader.varint("pages")), pages <= reader.remaining / 8,
        level < 64, count < 1 << 48, filterPages < Self.pagesMax
      else { return nil }
      fences.reserveCapacity(pages)
      for _ in 0..<pages { fences.append(try reader.uint64("fence")) }
      try reader.finish("run")
      self.init(
        number: number, partition: partition, level: level, count: count, fences: fences, filterPages: filterPages,
        filter: nil)
    } catch {
      return nil
    }
  }

  /// The sum in a row of `runs`, also used to tell whether the rows are all there.
  static func sum(of row: [UInt8], _ number: Int64) -> UInt64 {
    row.withUnsafeBytes { buffer in
      var sum = Checksum(UInt64(bitPattern: number), 0x2115)
      sum.add(UnsafeRawBufferPointer(rebasing: buffer.dropFirst(8)))
      return sum.value
    }
  }
}

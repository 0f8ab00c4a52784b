import Exchange
import Terms

/// The sums kept in rows.
enum Sums {
  static func stream(number: UInt32, name: [UInt8]) -> Int64 {
    var sum = Checksum(UInt64(number), 0x5712)
    sum.add(name)
    return Int64(bitPattern: sum.value)
  }

  static func tile(stream: UInt32, number: UInt64, root: Digest) -> Int64 {
    var sum = Checksum(UInt64(stream), number)
    root.withUnsafeBytes { sum.add($0) }
    return Int64(bitPattern: sum.value)
  }

  static func bodies(stream: UInt32, first: UInt64, _ bodies: UnsafeRawBufferPointer) -> Int64 {
    var sum = Checksum(UInt64(stream) << 32 | 0xB0D1, first)
    sum.add(bodies)
    return Int64(bitPattern: sum.value)
  }

  static func state(key: [UInt8], value: [UInt8]) -> Int64 {
    var sum = Checksum(0x57A7E)
    sum.add(key)
    sum.add(value)
    return Int64(bitPattern: sum.value)
  }

  static func chunk(stream: UInt32, first: UInt64, count: UInt64, weight: UInt64, entries: UnsafeRawBufferPointer)
    -> Int64
  {
    var sum = Checksum(UInt64(stream), first)
    sum.add(count)
    sum.add(weight)
    sum.add(entries)
    return Int64(bitPattern: sum.value)
  }
}

/// The columns `first, count, weight, sum, entries` of a chunk's row, checked against their sum.
struct ChunkRow {
  let first: UInt64
  let count: Int
  /// Bytes of the bodies when they were stored.
  let weight: Int

  /// Nil when the row is damaged.
  init?(_ row: Statement, stream: UInt32) {
    guard let first = UInt64(exactly: row.integer(0)), let count = Int(exactly: row.integer(1)), count > 0,
      let weight = Int(exactly: row.integer(2)), weight >= 0,
      !first.addingReportingOverflow(UInt64(count)).overflow
    else { return nil }
    let sum = row.withBytes(4) { entries in
      Sums.chunk(
        stream: stream, first: first, count: UInt64(count), weight: UInt64(weight), entries: entries)
    }
    guard sum == row.integer(3) else { return nil }
    (self.first, self.count, self.weight) = (first, count, weight)
  }

  var end: UInt64 { first + UInt64(count) }
}

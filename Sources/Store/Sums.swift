import Exchange
import Terms

/// The sums kept in rows.
enum Sums {
  static func stream(number: UInt32, name: [UInt8], erased: UInt64) -> Int64 {
    var sum = Checksum(UInt64(number), erased)
    sum.add(name)
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

/// How many runs there are and the sum of their sums, kept beside them: a row that vanished would otherwise only look
/// like records that were never published.
struct Manifest: Equatable {
  var count: Int64 = 0
  var sum: Int64 = 0

  init() {}

  init(_ database: Database) throws(StoreError) {
    let row = try database.statement("SELECT count, sum FROM manifest WHERE id = 0")
    defer { row.reset() }
    guard try row.step() else { throw .damaged("the manifest of the index is missing") }
    (count, sum) = (row.integer(0), row.integer(1))
  }

  mutating func add(_ run: UInt64) {
    count &+= 1
    sum ^= Int64(bitPattern: run)
  }

  mutating func remove(_ run: UInt64) {
    count &-= 1
    sum ^= Int64(bitPattern: run)
  }

  func write(_ database: Database) throws(StoreError) {
    let row = try database.statement("UPDATE manifest SET count = ?, sum = ? WHERE id = 0")
    row.bind(1, count)
    row.bind(2, sum)
    try row.run()
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

import Exchange
import Terms

/// The bodies of a chunk, in one row or several, each under the index of its first entry. A lookup reads one of them.
enum StoredBodies {
  /// Writes the bodies of what is appended, taken apart where they may be.
  static func write(_ append: Append, of stream: View.Stream, _ database: Database) throws(StoreError) {
    let row = try database.statement(stream.tables.insertBodies)
    try append.chunk.bodies.withUnsafeBufferPointer { (bodies) throws(StoreError) in
      for (first, range) in append.parts {
        let part = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bodies[range]))
        row.bind(1, Int64(bitPattern: first))
        row.bind(2, Sums.bodies(stream: stream.number, first: first, part))
        try row.run(3, borrowing: part)
      }
    }
  }

  /// Reads all bodies of a chunk; nil when they are not what was stored. With `areSealed` their sums are not made.
  static func read(
    _ chunk: ChunkRow, of stream: View.Stream, areSealed: Bool, _ database: Database
  ) throws(StoreError) -> [UInt8]? {
    let rows = try database.statement(stream.tables.bodiesFrom)
    rows.bind(1, Int64(bitPattern: chunk.first))
    rows.bind(2, Int64(bitPattern: chunk.end))
    defer { rows.reset() }
    var bodies: [UInt8] = []
    bodies.reserveCapacity(min(chunk.weight, mostReserved))
    while try rows.step() {
      let first = UInt64(bitPattern: rows.integer(0))
      let isWhole = rows.withBytes(1) { part in
        bodies += part
        return areSealed || rows.integer(2) == Sums.bodies(stream: stream.number, first: first, part)
      }
      guard isWhole, bodies.count <= chunk.weight else { return nil }
    }
    return bodies.count == chunk.weight ? bodies : nil
  }

  /// A damaged row may name any weight.
  private static let mostReserved = 1 << 20

  /// Reads the row with the body of the entry at `index`; nil when the chunk has none there.
  static func read(
    at index: UInt64, in chunk: ChunkRow, of stream: View.Stream, _ database: Database
  ) throws(StoreError) -> (first: UInt64, bodies: [UInt8])? {
    let row = try database.statement(stream.tables.bodiesAtOrBefore)
    row.bind(1, Int64(bitPattern: index))
    defer { row.reset() }
    guard try row.step() else { return nil }
    let first = UInt64(bitPattern: row.integer(0))
    return first >= chunk.first && first <= index ? (first, row.bytes(1)) : nil
  }
}

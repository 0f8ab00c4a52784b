import Exchange
import Terms

/// What must be there, kept in one row and written with every change: a row that vanished would otherwise only look like
/// something that was never stored. A page whose count of rows is damaged loses rows without a trace.
struct Manifest: Equatable {
  /// How many rows there are and the sum of their sums.
  struct Rows: Equatable {
    private(set) var count: UInt64 = 0
    private(set) var sum: UInt64 = 0

    mutating func add(_ row: UInt64) {
      count &+= 1
      sum ^= row
    }

    mutating func remove(_ row: UInt64) {
      count &-= 1
      sum ^= row
    }

    fileprivate func write(to out: inout ByteWriter) {
      out.varint(count)
      out.uint64(sum)
    }

    init() {}

    fileprivate init(_ reader: inout ByteReader) throws(ByteError) {
      count = try reader.varint("rows")
      sum = try reader.uint64("sum of rows")
    }
  }

  /// The end of a stream.
  struct End: Equatable {
    var size: UInt64 = 0
    /// Bodies of chunks that begin below this are forgotten.
    var erased: UInt64 = 0
  }

  var runs = Rows()
  var states = Rows()
  /// Rows of the newest index lines: all numbers from the first to the one before the next are there.
  var firstSequence: Int64 = 1
  var nextSequence: Int64 = 1
  /// The number of the newest commit that is in the database.
  var applied: UInt64 = 0
  /// Drawn when the store is made, also of a backup: a journal belongs to the one whose number it carries. 0 before layout 3.
  var lineage: UInt64 = 0
  /// By the streams' numbers, which count from 1.
  private(set) var ends: [End] = []

  init() {}

  /// Makes it the manifest of a store of its own, to which no journal belongs yet.
  mutating func beginLineage() { lineage = UInt64.random(in: 1...(.max)) }

  mutating func set(_ end: End, of stream: UInt32) {
    let position = Int(stream) - 1
    while ends.count <= position { ends.append(End()) }
    if position >= 0 { ends[position] = end }
  }

  /// Where the stream ends.
  func end(of stream: UInt32) -> End {
    let position = Int(stream) - 1
    return ends.indices.contains(position) ? ends[position] : End()
  }

  private var bytes: [UInt8] {
    var out = ByteWriter(capacity: 64 + ends.count * 8)
    out.uint64(0)
    runs.write(to: &out)
    states.write(to: &out)
    out.varint(UInt64(bitPattern: firstSequence))
    out.varint(UInt64(bitPattern: nextSequence))
    out.varint(UInt64(ends.count))
    for end in ends {
      out.varint(end.size)
      out.varint(end.erased)
    }
    out.varint(applied)
    out.uint64(lineage)
    var bytes = out.bytes
    bytes.store(Self.sum(of: bytes), at: 0)
    return bytes
  }

  private static func sum(of bytes: [UInt8]) -> UInt64 {
    var sum = Checksum(0x3A41F)
    sum.add(bytes[8...])
    return sum.value
  }

  /// Reads the row.
  init(_ database: Database) throws(StoreError) {
    let row = try database.statement("SELECT data FROM manifest WHERE id = 0")
    defer { row.reset() }
    guard try row.step() else { throw .damaged("the manifest is missing") }
    let bytes = row.bytes(0)
    guard bytes.count >= 8,
      bytes.withUnsafeBytes({ UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }) == Self.sum(of: bytes)
    else { throw .damaged("the manifest") }
    do throws(ByteError) {
      var reader = ByteReader(bytes[8...])
      runs = try Rows(&reader)
      states = try Rows(&reader)
      firstSequence = Int64(bitPattern: try reader.varint("first sequence"))
      nextSequence = Int64(bitPattern: try reader.varint("next sequence"))
      for _ in 0..<(try reader.varint("streams")) {
        ends.append(End(size: try reader.varint("size"), erased: try reader.varint("erased")))
      }
      // Layouts 1 and 2 knew no journal.
      if reader.remaining > 0 {
        applied = try reader.varint("newest commit")
        lineage = try reader.uint64("lineage")
      }
      try reader.finish("manifest")
    } catch {
      throw .damaged("the manifest: \(error)")
    }
    guard firstSequence >= 1, nextSequence >= firstSequence, nextSequence < .max, applied < .max - 1 else {
      throw .damaged("the manifest")
    }
  }

  /// Writes the row. Inside a transaction.
  func write(_ database: Database) throws(StoreError) {
    try database.statement("INSERT OR REPLACE INTO manifest(id, data) VALUES(0, ?)").run(1, borrowing: bytes)
  }
}

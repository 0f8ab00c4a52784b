import CSQLite
import Exchange
import Synchronization
import Terms

/// A store as it was at one moment, as a sequence of bytes for a backup; commits go on meanwhile and do not show in it. What
/// `StoreImage` makes of the bytes is the same store, without what SQLite had free in its pages.
///
///     struct {
///         uint8 kind;
///         select (kind) {
///             case 1: uint32 layout;                                     // of the tables; comes first
///             case 2: opaque name<0..2^8-1>; opaque sql<0..2^16-1>;      // a table; its rows follow
///             case 3: uint8 count; Value values[count];                  // a row of the table named last
///             case 4: uint64 rows;                                       // the end
///         }
///     } Item;
///     struct { uint8 type; varint number_or_length; opaque bytes[length]; } Value;   // 0 null, 1 number, 3 text, 4 bytes
public final class StoreSnapshot: Sendable {
  /// Bytes from which a piece is handed out: a row may go beyond it.
  static let pieceByteCount = 64 << 10

  private struct Walk: Sendable {
    let database: Database
    /// Still to come, the next one last.
    var tables: [(name: String, sql: String)] = []
    var hasBegun = false
    var isReading = false
    var rows: UInt64 = 0
  }

  /// Entries of all streams in it.
  public let entries: UInt64
  private let walk: Mutex<Walk?>

  /// Begins a snapshot of the database at `path`, which this process has open.
  fileprivate init(path: String) throws(StoreError) {
    let database = try Database(path: path, role: .reader)
    try database.beginReading()
    entries = try Manifest(database).ends.reduce(0) { $0 &+ $1.size }
    var walk = Walk(database: database)
    let rows = try database.statement(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL ORDER BY rowid DESC")
    defer { rows.reset() }
    while try rows.step() {
      walk.tables.append(
        (String(decoding: rows.bytes(0), as: UTF8.self), String(decoding: rows.bytes(1), as: UTF8.self)))
    }
    self.walk = Mutex(walk)
  }

  /// The next bytes; nil after the last ones.
  public func next() throws(StoreError) -> [UInt8]? {
    try walk.withLock { (walk) throws(StoreError) -> [UInt8]? in
      guard var now = walk else { return nil }
      var out = ByteWriter(capacity: Self.pieceByteCount + 4096)
      if !now.hasBegun {
        out.uint8(1)
        out.uint32(UInt32(clamping: Schema.version))
        now.hasBegun = true
      }
      while out.bytes.count < Self.pieceByteCount {
        guard let table = now.tables.last else {
          out.uint8(4)
          out.uint64(now.rows)
          now.database.endReading()
          walk = nil
          return out.bytes
        }
        if !now.isReading {
          out.uint8(2)
          out.vector8(Array(table.name.utf8))
          out.vector16(Array(table.sql.utf8))
          now.isReading = true
        }
        let rows = try now.database.statement("SELECT * FROM \(table.name)")
        if try rows.step() {
          try Self.write(rows, to: &out)
          now.rows += 1
        } else {
          rows.reset()
          now.tables.removeLast()
          now.isReading = false
        }
      }
      walk = now
      return out.bytes
    }
  }

  private static func write(_ row: Statement, to out: inout ByteWriter) throws(StoreError) {
    let count = row.columnCount
    out.uint8(3)
    out.uint8(UInt8(clamping: count))
    for column in 0..<count {
      switch row.kind(column) {
      case SQLITE_NULL: out.uint8(0)
      case SQLITE_INTEGER:
        out.uint8(1)
        out.varint(UInt64(bitPattern: row.integer(column)))
      case SQLITE_TEXT, SQLITE_BLOB:
        out.uint8(row.kind(column) == SQLITE_TEXT ? 3 : 4)
        row.withBytes(column) { bytes in
          out.varint(UInt64(bytes.count))
          out.raw(bytes)
        }
      default: throw .damaged("a row with a value of a kind that no table has")
      }
    }
  }
}

extension SQLiteStore {
  /// Begins a snapshot of the store, with all that was committed before. The log of commits is not begun again before the
  /// snapshot was read to its end or let go.
  public func snapshot() throws(StoreError) -> StoreSnapshot {
    // A snapshot is of the database, which has not yet what waits in the journal.
    let aftermath = try engine.applyWaiting()
    defer { checkpointer.note(walFrames: aftermath.walFrames) }
    return try StoreSnapshot(path: engine.path)
  }
}

import CSQLite
import Exchange

/// A prepared statement of one connection, used by the thread that uses the connection.
final class Statement {
  private let handle: OpaquePointer
  private unowned let database: Database
  private let sql: String

  init(_ sql: String, on database: Database, handle: OpaquePointer) {
    (self.sql, self.database, self.handle) = (sql, database, handle)
  }

  func finalize() { sqlite3_finalize(handle) }

  /// Binds a number. Positions count from 1, as in SQLite.
  func bind(_ position: Int32, _ value: Int64) { sqlite3_bind_int64(handle, position, value) }

  /// Binds a copy of the bytes, for short values.
  func bind(_ position: Int32, copying bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress, !buffer.isEmpty else {
        sqlite3_bind_zeroblob(handle, position, 0)
        return
      }
      sqlite3_bind_blob64(handle, position, start, UInt64(buffer.count), istmo_sqlite_transient())
    }
  }

  /// Binds a copy of a text in UTF-8.
  func bind(_ position: Int32, text: ArraySlice<UInt8>) {
    text.withUnsafeBytes { buffer in
      _ = sqlite3_bind_text64(
        handle, position, buffer.assumingMemoryBound(to: CChar.self).baseAddress, UInt64(buffer.count),
        istmo_sqlite_transient(), UInt8(SQLITE_UTF8))
    }
  }

  /// Binds no value.
  func bindNull(_ position: Int32) { sqlite3_bind_null(handle, position) }

  /// Runs a statement that gives no rows.
  func run() throws(StoreError) {
    defer { sqlite3_reset(handle) }
    var code = sqlite3_step(handle)
    while code == SQLITE_ROW { code = sqlite3_step(handle) }
    guard code == SQLITE_DONE else { throw database.error(code, sql) }
  }

  /// Runs a statement that gives no rows, with the bytes bound in place: nothing is copied before SQLite's own page.
  func run(_ position: Int32, borrowing bytes: UnsafeRawBufferPointer) throws(StoreError) {
    if let start = bytes.baseAddress, !bytes.isEmpty {
      sqlite3_bind_blob64(handle, position, start, UInt64(bytes.count), istmo_sqlite_static())
    } else {
      sqlite3_bind_zeroblob(handle, position, 0)
    }
    defer { sqlite3_bind_null(handle, position) }
    try run()
  }

  /// Runs a statement that gives no rows, with the bytes bound in place.
  func run(_ position: Int32, borrowing bytes: [UInt8]) throws(StoreError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(StoreError) in
      try run(position, borrowing: UnsafeRawBufferPointer(buffer))
    }
  }

  /// Goes to the next row; false after the last one. End with `reset`.
  func step() throws(StoreError) -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    guard code == SQLITE_DONE else {
      let error = database.error(code, sql)
      sqlite3_reset(handle)
      throw error
    }
    return false
  }

  /// Ends the reading of rows, and with it the read transaction.
  func reset() { sqlite3_reset(handle) }

  /// A number of the row. Columns count from 0, as in SQLite.
  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  /// Whether the row has no value there.
  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  /// How many values the row has.
  var columnCount: Int32 { sqlite3_column_count(handle) }

  /// SQLite's word for what kind of value the row has there, such as `SQLITE_BLOB`.
  func kind(_ column: Int32) -> Int32 { sqlite3_column_type(handle, column) }

  /// A copy of the row's bytes.
  func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } }

  /// The row's bytes, without a copy.
  func withBytes<R, E: Error>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    let start = sqlite3_column_blob(handle, column)
    let count = Int(sqlite3_column_bytes(handle, column))
    guard let start, count > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    return try body(UnsafeRawBufferPointer(start: start, count: count))
  }
}

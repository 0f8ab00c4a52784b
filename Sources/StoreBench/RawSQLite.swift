import CSQLite

/// What a plain design does with the same bytes: one table and two random index rows a record, the log copied at 16,384
/// pages by the writer itself.
final class RawSQLite {
  private var database: OpaquePointer?
  private var insert: OpaquePointer?
  private var record: UInt64 = 0
  private let data: [UInt8]

  init(path: String) throws {
    data = [UInt8](repeating: 0xA5, count: Load.bodyBytes + Load.entryBytes)
    sqlite3_open(path, &database)
    try run(
      """
      PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=16384; PRAGMA secure_delete=OFF;
      CREATE TABLE records(id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL, data BLOB NOT NULL);
      CREATE INDEX by_a ON records(a); CREATE INDEX by_b ON records(b);
      """)
    sqlite3_prepare_v2(database, "INSERT INTO records(a, b, data) VALUES(?, ?, ?)", -1, &insert, nil)
  }

  private func run(_ sql: String) throws {
    guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
      throw StoreBench.Failure("\(sql): \(String(cString: sqlite3_errmsg(database)))")
    }
  }

  func commit(_ count: Int) throws {
    try run("BEGIN IMMEDIATE")
    for _ in 0..<count {
      sqlite3_bind_int64(insert, 1, Int64(bitPattern: Load.key(record, 1)))
      sqlite3_bind_int64(insert, 2, Int64(bitPattern: Load.key(record, 2)))
      data.withUnsafeBytes { bytes in
        _ = sqlite3_bind_blob64(insert, 3, bytes.baseAddress, UInt64(bytes.count), istmo_sqlite_static())
      }
      guard sqlite3_step(insert) == SQLITE_DONE else {
        throw StoreBench.Failure(String(cString: sqlite3_errmsg(database)))
      }
      sqlite3_reset(insert)
      record += 1
    }
    try run("COMMIT")
  }

  deinit {
    sqlite3_finalize(insert)
    sqlite3_close(database)
  }
}

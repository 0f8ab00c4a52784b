import CSQLite
import Exchange
import Synchronization

/// One connection to SQLite, with its prepared statements.
///
/// `@unchecked Sendable`: the connection and its statements are C objects used by one thread at a time. The writer's
/// stands behind the store's writer lock, a reader's is lent to one caller at a time by the pool.
final class Database: @unchecked Sendable {
  /// What a connection is for; it decides how much it may cache.
  enum Role { case writer, reader, checkpointer }

  /// Bytes of a database page; see Docs/Store.md for the measurement.
  static let pageBytes = 4096

  private let handle: OpaquePointer
  private var statements: [String: Statement] = [:]
  private let walFramesNow = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  private(set) var lostSync = false

  /// Opens the file, which must exist, and makes the settings.
  init(path: String, role: Role) throws(StoreError) {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE
    // One process has a store anyway. SQLite need not ask the system for locks at each read then, nor keep its index in a file.
    let code = sqlite3_open_v2(path, &opened, flags, "unix-excl")
    guard code == SQLITE_OK, let opened else {
      let message = String(cString: sqlite3_errstr(code))
      sqlite3_close_v2(opened)
      throw DatabaseError(code: code, message: message, sql: "open \(path)", systemError: 0).storeError
    }
    handle = opened
    walFramesNow.initialize(to: 0)
    istmo_sqlite_set_defensive(handle)
    keepLog(true)
    sqlite3_busy_timeout(handle, 2_000)
    try set(role)
  }

  deinit {
    close()
    walFramesNow.deallocate()
  }

  /// Ends the connection. Nothing else may be called afterwards.
  private func close() {
    for statement in statements.values { statement.finalize() }
    statements = [:]
    sqlite3_close_v2(handle)
  }

  /// Whether the log stays as it is when the last connection ends. A store that is refused must be left as it was found.
  func keepLog(_ keep: Bool) { istmo_sqlite_set_keep_log(handle, keep ? 1 : 0) }

  private func set(_ role: Role) throws(StoreError) {
    // The order matters: a page size counts only before the first page is written.
    if role == .writer {
      try execute("PRAGMA page_size=\(Self.pageBytes)")
      try execute("PRAGMA journal_mode=WAL")
      try execute("PRAGMA journal_size_limit=\(128 << 20)")
    }
    // The checkpointer syncs the database file before the log is used again, so it needs FULL as well.
    try execute("PRAGMA synchronous=FULL")
    try execute("PRAGMA wal_autocheckpoint=0")
    // Setting wal_autocheckpoint replaces the hook, so ours comes after it.
    sqlite3_wal_hook(
      handle,
      { context, _, _, frames in
        context?.assumingMemoryBound(to: Int32.self).pointee = frames
        return SQLITE_OK
      }, walFramesNow)
    // What is freed is sealed, hashed or public; overwriting it would double the writes. What is erased is (`overwriting`).
    // FAST: what is left over in pages that are written anyway goes, such as in a root that became deeper.
    try execute("PRAGMA secure_delete=FAST")
    try execute("PRAGMA temp_store=MEMORY")
    try execute("PRAGMA mmap_size=0")
    try execute("PRAGMA trusted_schema=OFF")
    try execute("PRAGMA cell_size_check=ON")
    switch role {
    case .writer: try execute("PRAGMA cache_size=-8192")
    case .reader: try execute("PRAGMA cache_size=-2048")
    case .checkpointer: try execute("PRAGMA cache_size=-64")
    }
    if role == .reader { try execute("PRAGMA query_only=ON") }
  }

  /// The statement, prepared once.
  func statement(_ sql: String) throws(StoreError) -> Statement {
    if let known = statements[sql] { return known }
    var prepared: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    // All statements are ours: one that does not fit the tables tells of a damaged schema.
    guard code != SQLITE_ERROR else { throw .damaged("\(String(cString: sqlite3_errmsg(handle))) in: \(sql)") }
    guard code == SQLITE_OK, let prepared else { throw error(code, sql) }
    let statement = Statement(sql, on: self, handle: prepared)
    statements[sql] = statement
    return statement
  }

  /// Runs statements that take no values and whose rows nobody reads.
  func execute(_ sql: String) throws(StoreError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code, sql) }
  }

  /// The one number that a statement without values gives.
  func number(_ sql: String) throws(StoreError) -> Int64 {
    let statement = try statement(sql)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  /// Does all of `body` durably, or none of it.
  func transaction<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
    guard !lostSync else { throw .lostSync }
    try statement("BEGIN IMMEDIATE").run()
    do throws(StoreError) {
      let result = try body()
      try statement("COMMIT").run()
      return result
    } catch {
      // SQLite has rolled back by itself after some errors; a failing rollback leaves nothing more to do.
      if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
      throw error
    }
  }

  /// A transaction in which zeros are written over what is deleted, where otherwise it is only freed.
  func overwriting<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
    try execute("PRAGMA secure_delete=ON")
    defer { try? execute("PRAGMA secure_delete=FAST") }
    return try transaction(body)
  }

  /// Goes on seeing the database as it is now. Until `endReading` no frame that the log gets later is copied.
  func beginReading() throws(StoreError) {
    try statement("BEGIN").run()
    _ = try number("PRAGMA schema_version")
  }

  /// Ends what `beginReading` began. A rollback of a read has nothing to fail at.
  func endReading() { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }

  /// How many rows the last statement changed.
  var changes: Int { Int(sqlite3_changes64(handle)) }

  /// How many frames the log had after this connection's last commit.
  var walFrames: Int { Int(walFramesNow.pointee) }

  /// Copies what can be copied from the log into the database without waiting for anybody. After a sync that failed nothing more is:
  /// the log then stays the only place in which all of it surely is, and the next start copies all of it again.
  /// - Returns: frames in the log, and how many of them are in the database.
  func checkpoint() throws(StoreError) -> (log: Int, done: Int) {
    guard !lostSync else { throw .lostSync }
    var log: Int32 = 0
    var done: Int32 = 0
    let code = sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_PASSIVE, &log, &done)
    guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else { throw error(code, "checkpoint") }
    return (Int(log), Int(done))
  }

  /// Waits until the disk has what was copied into the database, while commits go on.
  func syncFile() throws(StoreError) {
    var file: UnsafeMutablePointer<sqlite3_file>?
    let code = withUnsafeMutablePointer(to: &file) {
      sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, $0)
    }
    guard code == SQLITE_OK, let file, let sync = file.pointee.pMethods?.pointee.xSync else {
      throw error(code, "find the file")
    }
    // By SQLite's own descriptor: closing another one of the same file would drop its locks.
    let result = sync(file, SQLITE_SYNC_NORMAL)
    guard result == SQLITE_OK else { throw error(result, "sync") }
  }

  /// Cuts the log to no bytes when all of it is in the database and nobody reads from it; false when somebody does.
  func emptyLog() throws(StoreError) -> Bool {
    sqlite3_busy_timeout(handle, 0)
    defer { sqlite3_busy_timeout(handle, 2_000) }
    let code = sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    guard code & 0xFF != SQLITE_BUSY else { return false }
    guard code == SQLITE_OK else { throw error(code, "checkpoint") }
    return true
  }

  /// The error that SQLite has just reported.
  func error(_ code: Int32, _ sql: String) -> StoreError {
    let error = DatabaseError(
      code: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql,
      systemError: sqlite3_system_errno(handle))
    if error.isLostSync { lostSync = true }
    return error.storeError
  }
}

import CSQLite
import Exchange
import Glibc

/// What SQLite refused, with the statement. Values are never part of it: statements are prepared, values are bound.
struct DatabaseError {
  /// The extended result code.
  let code: Int32
  /// SQLite's words.
  let message: String
  /// The statement, or what else was being done.
  let sql: String
  /// The system's error number behind an I/O error.
  let systemError: Int32

  /// Whether a failed fsync leaves unknown which earlier bytes are on disk; then nothing more may be promised.
  var isLostSync: Bool { code == Self.failedSync || code == Self.failedDirectorySync }

  // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC are macros with an expression, which Swift does not import.
  private static let failedSync: Int32 = SQLITE_IOERR | (4 << 8)
  private static let failedDirectorySync: Int32 = SQLITE_IOERR | (5 << 8)

  /// The store's word for it.
  var storeError: StoreError {
    let text = "\(message) [\(code)] in: \(sql)"
    switch code & 0xFF {
    case SQLITE_FULL: return .full(text)
    case SQLITE_IOERR where [ENOSPC, EDQUOT, EFBIG].contains(systemError): return .full(text)
    case SQLITE_BUSY, SQLITE_LOCKED: return .busy(text)
    // No statement of the store breaks a constraint unless rows stand where none should.
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CONSTRAINT: return .damaged(text)
    default: return .failed(text)
    }
  }
}

extension StoreError {
  /// What every commit is refused with from then on.
  static let lostSync = StoreError.failed("the disk did not confirm an earlier write; restart the node")
}

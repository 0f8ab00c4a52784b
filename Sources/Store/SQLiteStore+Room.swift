import Exchange
import Glibc

extension SQLiteStore {
  /// What is kept free for the lines of the lookup log, for the log to be copied into the database, and for deleting: the
  /// last 64 MiB, and no more than a sixteenth of a small disk.
  static let reserveBytes: UInt64 = 64 << 20
  private static let reserveShare: UInt64 = 16

  /// Why there is no room for more records; nil while there is. Commits may go on: they use the reserve.
  public var shortage: StoreError? {
    var disk = statvfs()
    // A disk that does not answer is not full.
    guard statvfs(engine.path, &disk) == 0 else { return nil }
    return Self.shortage(
      free: UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue,
      of: UInt64(disk.f_blocks).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue, engine.path)
  }

  static func shortage(free: UInt64, of total: UInt64, _ path: String) -> StoreError? {
    let reserve = min(reserveBytes, total / reserveShare)
    guard free < reserve else { return nil }
    return .full("the disk of \(path) has \(free >> 10) KiB left, the last \(reserve >> 10) KiB are kept for logging lookups")
  }
}

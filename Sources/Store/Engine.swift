import Exchange
import Synchronization
import Terms

/// The parts of an open store. One thread at a time commits, behind `journal`, and one writes the database, behind `writer`;
/// anybody reads; `view` is what all share. Whoever needs several locks takes them in this order.
final class Engine: Sendable {
  /// The writing connection and the next numbers to give.
  struct Writer {
    /// Nil when closed.
    var database: Database?
    /// Which of the two tables takes new lines of the blind index.
    var activeFresh = 0
    /// The first row that belongs into it.
    var activeFirst: Int64 = 1
    var nextRun: Int64 = 1
    /// As it stands in the database.
    var manifest = Manifest()
  }

  let path: String
  let tuning: Tuning
  let readers: Readers
  let journal: Mutex<Journal>
  let writer: Mutex<Writer>
  let view: Mutex<View>
  private let lock: Mutex<LockFile?>
  private let log: Mutex<LogExamination.Log?>

  init(path: String, tuning: Tuning) throws(StoreError) {
    let file = try LockFile(path: path + "-lock")
    lock = Mutex(file)
    try LockFile.create(path)
    self.path = path
    self.tuning = tuning
    readers = Readers(path: path, count: tuning.readers)
    let marks = file.content
    try LogExamination.check(path + "-wal", LogExamination.Mark(marks))
    let database = try Database(path: path, role: .writer)
    try Schema.prepare(database, path: path)
    var loaded = try Loader.load(database)
    let found = try Journal.find(
      path + Self.journalEnding, of: loaded.writer.manifest,
      confirmed: JournalFormat.confirmed(marks.dropFirst(Self.confirmedPlace)))
    try Loader.replay(found, on: &loaded.view)
    try Schema.upgrade(database, &loaded.writer.manifest)
    journal = Mutex(
      try Journal(
        found, lineage: loaded.writer.manifest.lineage, capacity: tuning.journalBytes,
        longest: JournalFormat.length(tuning.journalledBytesMax)))
    writer = Mutex(loaded.writer)
    view = Mutex(loaded.view)
    log = Mutex(LogExamination.Log(path + "-wal"))
  }

  /// Does `body` with the writing connection; others wait.
  func write<R: Sendable>(
    _ body: (inout Writer, Database) throws(StoreError) -> R
  ) throws(StoreError) -> R {
    try writer.withLock { (writer) throws(StoreError) -> R in
      guard let database = writer.database else { throw .failed("the store is closed") }
      return try body(&writer, database)
    }
  }

  /// Notes that so many frames of the log are synced, between commits; false when that fails. It must be durable before
  /// frames are copied into the database. After a commit it need not be: it then tells of damage all the same, unless the
  /// power went just then.
  @discardableResult
  func mark(frames: Int, durably: Bool) -> Bool {
    guard let salts = log.withLock({ $0?.salts }) else { return false }
    let mark = LogExamination.Mark(salts: salts, frames: UInt64(clamping: frames))
    return lock.withLock { $0?.write(mark.bytes, durably: durably) ?? false }
  }

  /// Notes, durably, that there is no log to be missed: before it is cut, when all of it is in the database.
  func unmark() -> Bool { lock.withLock { $0?.write(LogExamination.Mark.none, durably: true) ?? false } }

  /// Not `-journal`: SQLite would take that for its own.
  static let journalEnding = "-commits"
  /// Where in the lock's file it stands which commit of the journal is synced: behind the log's mark.
  private static let confirmedPlace = LogExamination.Mark.none.count

  /// What is noted when there is neither log nor journal.
  private static let noMarks =
    LogExamination.Mark.none + [UInt8](repeating: 0, count: JournalFormat.confirmation(0).count)

  /// Notes that the journal is synced up to a commit. It tells of damage later, unless the power goes just now.
  func mark(confirmed sequence: UInt64) {
    let bytes = JournalFormat.confirmation(sequence)
    _ = lock.withLock { $0?.write(bytes, at: Self.confirmedPlace, durably: false) }
  }

  /// Ends all connections. When all of the journal and the log is in the database, both are removed.
  func close() {
    readers.close()
    let isApplied = (try? applyWaiting()) != nil
    writer.withLock { writer in
      if let database = writer.database, isApplied, let (log, done) = try? database.checkpoint(), log == done,
        lock.withLock({ $0?.write(Self.noMarks, durably: true) ?? false })
      {
        database.keepLog(false)
      }
      writer.database = nil
    }
    journal.withLock { $0.close(keeping: !isApplied) }
    log.withLock { $0 = nil }
    lock.withLock { $0 = nil }
  }
}

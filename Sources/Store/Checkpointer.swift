import Dispatch
import Exchange
import Synchronization

/// Copies the log into the database on a thread and a connection of its own, so that commits do not pay for it. Only the
/// last few frames are copied while commits wait: SQLite begins the log again when all of it has been copied.
final class Checkpointer: Sendable {
  /// Frames left for the round during which commits wait.
  private static let lastFrames = 128
  private static let roundsMax = 8

  private struct Connections {
    let copier: Database
    /// Holds the copier back: SQLite copies nothing that is newer than what a reader sees, and only what was noted first
    /// may be copied, while commits go on.
    let brake: Database
  }

  private let engine: Engine
  private let queue = DispatchQueue(label: "istmo.store.checkpoint", qos: .utility)
  private let database: Mutex<Connections?>
  private let isScheduled = Atomic(false)
  private let writeback: Writeback
  /// Told when the disk has what a round copied while commits went on. Tests make commits then.
  private let afterRound: (@Sendable () -> Void)?

  init(_ engine: Engine, afterRound: (@Sendable () -> Void)? = nil) throws(StoreError) {
    (self.engine, self.afterRound) = (engine, afterRound)
    writeback = try Writeback(path: engine.path)
    database = Mutex(
      Connections(
        copier: try Database(path: engine.path, role: .checkpointer),
        brake: try Database(path: engine.path, role: .checkpointer)))
  }

  /// Copies the log soon if it has grown long.
  func note(walFrames: Int) {
    guard walFrames >= engine.tuning.walFramesMax, !isScheduled.exchange(true, ordering: .relaxed) else { return }
    queue.async { [self] in
      run()
      isScheduled.store(false, ordering: .relaxed)
    }
  }

  /// Copies the log, then what commits added while the disk took that, and so on until it is little: commits wait for the last round.
  /// A failure, such as a full disk, leaves the log as it is: it is tried again after the next commit.
  private func run() {
    database.withLock { database in
      guard let database else { return }
      var done: Int?
      for round in 0...Self.roundsMax {
        defer { database.brake.endReading() }
        // Between commits: then the frames counted belong to the log whose salts are noted.
        let isOver = try? engine.write { (_, writer) throws(StoreError) in
          let left = done.map { writer.walFrames - $0 } ?? .max
          let isLast = left <= Self.lastFrames || round == Self.roundsMax
          if !isLast { try database.brake.beginReading() }
          guard engine.mark(frames: writer.walFrames, durably: true) else { throw .failed("the log's mark") }
          if isLast { _ = try database.copier.checkpoint() }
          return isLast
        }
        guard isOver == false, let copied = try? database.copier.checkpoint() else { return }
        // Synced here: the round during which commits wait then has little left to sync.
        writeback.spread()
        guard (try? database.copier.syncFile()) != nil else { return }
        done = copied.done
        afterRound?()
      }
    }
  }

  /// Empties the log soon: it still has pages as they were before a key was overwritten in them. A reader in the midst of
  /// reading holds that up, so it is tried again until it is done; an orderly end of the store does it too.
  func scrub(after delay: DispatchTimeInterval = .nanoseconds(0)) {
    queue.asyncAfter(deadline: .now() + delay) { [weak self] in
      guard let self else { return }
      run()
      let isEmpty = database.withLock { (database) -> Bool? in
        guard let database else { return true }
        return try? engine.write { (_, _) throws(StoreError) -> Bool in
          let (log, done) = try database.copier.checkpoint()
          guard log == done, engine.unmark() else { return false }
          return try database.copier.emptyLog()
        }
      }
      if isEmpty != true { scrub(after: .milliseconds(500)) }
    }
  }

  func close() {
    queue.sync {}
    database.withLock { $0 = nil }
  }
}

import Dispatch
import Exchange
import Synchronization

/// Copies the log into the database on a thread and a connection of its own, so that commits do not pay for it. Only the
/// last few frames are copied while commits wait: SQLite begins the log again when all of it has been copied.
final class Checkpointer: Sendable {
  /// Frames left for the round during which commits wait.
  private static let lastFrames = 128
  private static let roundsMax = 8

  private let engine: Engine
  private let queue = DispatchQueue(label: "istmo.store.checkpoint", qos: .utility)
  private let database: Mutex<Database?>
  private let isScheduled = Atomic(false)

  init(_ engine: Engine) throws(StoreError) {
    self.engine = engine
    database = Mutex(try Database(path: engine.path, role: .checkpointer))
  }

  /// Copies the log soon if it has grown long.
  func note(walFrames: Int) {
    guard walFrames >= engine.tuning.walFramesMax, !isScheduled.exchange(true, ordering: .relaxed) else { return }
    queue.async { [self] in
      run()
      isScheduled.store(false, ordering: .relaxed)
    }
  }

  /// A failure, such as a full disk, leaves the log as it is: it is tried again after the next commit.
  private func run() {
    database.withLock { database in
      guard let database else { return }
      for _ in 0..<Self.roundsMax {
        // Between commits: then the frames counted belong to the log whose salts are noted.
        guard (try? engine.write { engine.mark(frames: $1.walFrames) }) == true,
          let (log, done) = try? database.checkpoint()
        else { return }
        if log - done <= Self.lastFrames { break }
      }
      _ = try? engine.write { (_, writer) throws(StoreError) in
        if engine.mark(frames: writer.walFrames) { _ = try database.checkpoint() }
      }
    }
  }

  func close() {
    queue.sync {}
    database.withLock { $0 = nil }
  }
}

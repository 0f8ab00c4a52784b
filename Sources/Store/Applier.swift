import Dispatch
import Exchange
import Synchronization

/// Has the database take over what waits in the journal, on a thread of its own: many commits in one transaction, so that they
/// share its pages and its sync.
final class Applier: Sendable {
  private struct Status {
    var isScheduled = false
    var isUrgent = false
    var isClosing = false
  }

  private let engine: Engine
  private let checkpointer: Checkpointer
  private let queue = DispatchQueue(label: "istmo.store.apply")
  private let status = Mutex(Status())

  /// Begins with what was found in the journal at start.
  init(_ engine: Engine, _ checkpointer: Checkpointer) {
    (self.engine, self.checkpointer) = (engine, checkpointer)
    if waits { schedule(after: engine.tuning.applyDelay) }
  }

  private var waits: Bool { engine.view.withLock { !$0.ahead.waiting.isEmpty } }

  /// Notes that a commit waits.
  func note(_ aftermath: Engine.Aftermath) {
    guard aftermath.waits else { return }
    if aftermath.isUrgent { hurry() } else { schedule(after: engine.tuning.applyDelay) }
  }

  private func schedule(after milliseconds: Int) {
    let starts = status.withLock { status in
      defer { status.isScheduled = true }
      return !status.isScheduled && !status.isClosing
    }
    guard starts else { return }
    queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
      guard let self else { return }
      status.withLock { $0.isScheduled = false }
      run()
    }
  }

  private func hurry() {
    let starts = status.withLock { status in
      defer { status.isUrgent = true }
      return !status.isUrgent && !status.isClosing
    }
    guard starts else { return }
    queue.async { [weak self] in
      guard let self else { return }
      status.withLock { $0.isUrgent = false }
      run(emptyingJournal: true)
    }
  }

  /// On failure, such as a full disk, it comes back a second later; every commit tries as well until then.
  private func run(emptyingJournal: Bool = false) {
    guard !status.withLock({ $0.isClosing }) else { return }
    do throws(StoreError) {
      let aftermath = try emptyingJournal ? engine.emptyJournal() : engine.applyWaiting()
      checkpointer.note(walFrames: aftermath.walFrames)
      if waits { schedule(after: engine.tuning.applyDelay) }
    } catch {
      if case .full = error { checkpointer.note(walFrames: .max) }
      schedule(after: 1_000)
    }
  }

  /// Waits until nothing waits.
  func settle() { queue.sync { run() } }

  /// Stops after what is in hand.
  func close() {
    status.withLock { $0.isClosing = true }
    queue.sync {}
  }
}

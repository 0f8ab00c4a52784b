import Exchange
import Synchronization

/// What the engine did since it started; for `/metrics`.
public final class EngineCounters: Sendable {
  /// The figures.
  public struct Figures: Sendable {
    /// Records accepted.
    public var accepted = 0
    /// Records that were there already.
    public var duplicates = 0
    /// Records refused.
    public var refused = 0
    /// Records of neighbours that became durable.
    public var arrived = 0
    /// Durable commits.
    public var commits = 0
    /// Commits that failed.
    public var failedCommits = 0
    /// Time spent in durable commits, in nanoseconds.
    public var commitNanoseconds: UInt64 = 0
  }

  private let figures = Mutex(Figures())

  /// The figures now.
  public var now: Figures { figures.withLock { $0 } }

  func published(_ results: [PublishResult]) {
    figures.withLock { figures in
      for result in results {
        switch result {
        case .accepted: figures.accepted += 1
        case .duplicate: figures.duplicates += 1
        case .refused: figures.refused += 1
        }
      }
    }
  }

  func arrived(_ count: Int) { figures.withLock { $0.arrived += count } }

  func committed(_ commit: Commit, nanoseconds: UInt64) {
    figures.withLock { figures in
      figures.commits += 1
      figures.commitNanoseconds &+= nanoseconds
    }
  }

  func commitFailed() { figures.withLock { $0.failedCommits += 1 } }
}

import Exchange
import Synchronization
import Terms

/// Counts, by dataset, the records that became durable since the node was opened: how a page learns that there is something new to
/// see. It holds numbers and nothing of the records.
public final class ChangeFeed: Sendable {
  private let counts = Mutex<[DatasetName: UInt64]>([:])

  /// Counts a commit's records, once each: those of streams that end here.
  func note(_ commit: Commit) {
    counts.withLock { counts in
      for append in commit.appends where append.stream.isHome || !isOwn(append.stream, commit) {
        counts[append.stream.dataset, default: 0] &+= UInt64(append.chunk.count)
      }
    }
  }

  /// A record that is published stands in the home stream and in those to neighbours: the home stream tells.
  private func isOwn(_ stream: StreamName, _ commit: Commit) -> Bool {
    commit.appends.contains {
      $0.stream.isHome && $0.stream.origin == stream.origin && $0.stream.dataset == stream.dataset
    }
  }

  /// How many came of these datasets since the node was opened.
  public func count(of datasets: [String]) -> UInt64 {
    counts.withLock { counts in
      counts.reduce(0) { datasets.contains($1.key.description) ? $0 &+ $1.value : $0 }
    }
  }
}

import Exchange
import Synchronization
import Terms
import Testing

@testable import Store

/// Commits wait for no more of the log's copying than its last few frames.
@Suite struct CheckpointTests {
  /// Rounds that were begun while commits go on, when so many of them are followed by a commit of 200 pages.
  private func rounds(withCommits most: Int) throws -> Int {
    let folder = try Folder()
    let name = try stream("SV/GT/migration")
    // Its own checkpointer begins at 16 MiB only.
    let store = try SQLiteStore(path: folder.file("store.db"))
    @Sendable func grow(_ first: Int) throws {
      try store.commit { $0.appends = [append(name, first: UInt64(first), count: 1, bodies: 800_000)] }
    }
    try grow(0)
    let rounds = Mutex(0)
    let checkpointer = try Checkpointer(store.engine) {
      let round = rounds.withLock { rounds in
        rounds += 1
        return rounds
      }
      if round <= most { #expect(throws: Never.self) { try grow(round) } }
    }
    checkpointer.note(walFrames: .max)
    checkpointer.close()
    let (log, done) = try store.engine.write { (_, database) throws(StoreError) in try database.checkpoint() }
    #expect(log == done, "all of it is in the database")
    let size = rounds.withLock { $0 }
    for first in 0...min(most, size) {
      #expect(try store.chunk(of: name, containing: UInt64(first)) != nil)
    }
    try store.verify()
    // Its descriptor of the database must outlive the store's.
    withExtendedLifetime(checkpointer) { store.close() }
    return size
  }

  @Test(arguments: [0, 1, 3])
  func whatComesWhileTheDiskTakesARoundIsCopiedInAnother(commits: Int) throws {
    #expect(try rounds(withCommits: commits) == commits + 1)
  }

  @Test func commitsThatNeverEndDoNotKeepItCopying() throws {
    #expect(try rounds(withCommits: .max) == 8)
  }
}

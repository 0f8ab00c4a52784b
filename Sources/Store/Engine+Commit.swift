import Exchange
import Synchronization
import Terms

extension Engine {
  /// What a commit leaves to do behind it.
  struct Aftermath {
    var froze = false
    var droppedRuns: [Int64] = []
    var erased: [StreamName] = []
    /// Frames in the log, when something was written there.
    var walFrames = 0
    /// Partitions to be swept.
    var swept: [Int32] = []
    /// A key was overwritten in the database: what the log still has of it must go too.
    var destroyedKeys = false
    /// Whether the commit waits in the journal for the database.
    var waits = false
    /// Whether so much waits that the database should take it over now.
    var isUrgent = false
  }

  /// Makes the commit durable, then visible: in the journal when it is small and only adds, otherwise in the database.
  func commit(_ commit: Commit) throws(StoreError) -> Aftermath {
    try journal.withLock { (journal) throws(StoreError) in
      guard !journal.lostSync else { throw .lostSync }
      guard CommitCoding.leastByteCount(commit) < tuning.journalledBytesMax,
        let ends = try view.withLock({ (view) throws(StoreError) in
          try view.ends(after: commit, linesMax: tuning.freshLinesMax)
        })
      else { return try commitDirectly(commit, &journal) }
      let bytes = CommitCoding.encode(commit)
      guard bytes.count < tuning.journalledBytesMax, journal.hasRoom(bytes.count) else {
        return try commitDirectly(commit, &journal)
      }
      let sequence = try journal.append(bytes)
      if tuning.marksCommits { mark(confirmed: sequence) }
      view.withLock { $0.add(commit, ends, sequence: sequence) }
      return Aftermath(waits: true, isUrgent: journal.isHalfFull)
    }
  }

  /// Makes the commit durable in the database, with all that the journal holds before it. That begins again then.
  private func commitDirectly(_ commit: Commit, _ journal: inout Journal) throws(StoreError) -> Aftermath {
    let aftermath = try transact(commit, sequence: journal.next)
    _ = journal.takeNumber()
    journal.restart(wiping: commit.takesAway)
    return aftermath
  }

  /// Does `body` with the writing connection when the database has all commits; no other comes between.
  func applyingFirst<R: Sendable>(
    _ body: (inout Writer, Database) throws(StoreError) -> R
  ) throws(StoreError) -> R {
    try journal.withLock { (_) throws(StoreError) in
      _ = try applyWaiting()
      return try write(body)
    }
  }

  /// Has the database take over what waits in the journal.
  func applyWaiting() throws(StoreError) -> Aftermath { try transact(nil, sequence: 0) }

  /// The same, and lets the journal begin again: most of it while commits go on, what came meanwhile while they wait.
  func emptyJournal() throws(StoreError) -> Aftermath {
    _ = try applyWaiting()
    return try journal.withLock { (journal) throws(StoreError) in
      let aftermath = try applyWaiting()
      journal.restart(wiping: false)
      return aftermath
    }
  }

  /// Writes what waits in the journal, then `last`, whose number is `sequence`: one durable transaction, however many commits.
  private func transact(_ last: Commit?, sequence: UInt64) throws(StoreError) -> Aftermath {
    try write { (writer, database) throws(StoreError) in
      let waiting = view.withLock { $0.ahead.waiting }
      let commits = waiting.map(\.commit) + (last.map { [$0] } ?? [])
      guard !commits.isEmpty else { return Aftermath(walFrames: database.walFrames) }
      var (draft, runs) = draft(of: commits, dropping: last, writer)
      for commit in commits { try draft.count(commit.appends) }
      draft.manifest.applied = last == nil ? waiting.last?.sequence ?? 0 : sequence
      defer { pending([]) }
      let row = try transaction(database, whileWaiting: !waiting.isEmpty) { () throws(StoreError) in
        let row = try draft.write(commits, database, inBackground: last == nil)
        if !row.isEmpty {
          let fresh = try database.statement("INSERT INTO fresh_\(writer.activeFresh)(sequence, data) VALUES(?, ?)")
          fresh.bind(1, writer.manifest.nextSequence)
          try fresh.run(2, borrowing: row.encoded(sequence: writer.manifest.nextSequence))
        }
        try draft.drop(runs, database)
        try draft.manifest.write(database)
        pending(last?.states ?? [])
        view.withLock { $0.ahead.rounds += 1 }
        return row
      }
      if tuning.marksCommits { mark(frames: database.walFrames, durably: false) }
      writer.manifest = draft.manifest
      var aftermath = Aftermath(
        droppedRuns: draft.droppedRuns, erased: draft.erased, walFrames: database.walFrames,
        swept: last?.sweptPartitions ?? [], destroyedKeys: draft.destroyedKeys)
      aftermath.froze = view.withLock { view in
        view.pending = [:]
        view.ahead.removeFirst(waiting.count)
        view.ahead.isStuck = false
        guard let last else { return false }
        // Nothing can have been added meanwhile: who commits directly holds the journal.
        for (name, stream) in draft.touched { view.set(stream, for: name) }
        view.known.change(last.states)
        view.active.add(row.items.suffix(last.index.count))
        for partition in row.dropped { view.drop(partition) }
        guard view.active.count >= tuning.freshLinesMax, view.frozen == nil else { return false }
        view.freeze()
        return true
      }
      if aftermath.froze {
        writer.activeFresh = 1 - writer.activeFresh
        writer.activeFirst = writer.manifest.nextSequence
      }
      return aftermath
    }
  }

  /// What waits is durable. When the database does not take it, no more is put before it.
  private func transaction<R>(
    _ database: Database, whileWaiting waits: Bool, _ body: () throws(StoreError) -> R
  ) throws(StoreError) -> R {
    do throws(StoreError) { return try database.transaction(body) } catch {
      view.withLock { $0.ahead.isStuck = waits || database.lostSync }
      throw error
    }
  }

  /// A draft that knows the streams that the commits name, and the runs of the partitions that one of them drops.
  private func draft(of commits: [Commit], dropping dropper: Commit?, _ writer: Writer) -> (Draft, [Run]) {
    var names = Set<StreamName>()
    for commit in commits {
      for append in commit.appends { names.insert(append.stream) }
      names.formUnion(commit.lineStreams)
      for erasure in commit.erasures { names.insert(erasure.stream) }
    }
    return view.withLock { view in
      var known: [StreamName: View.Stream] = [:]
      for name in names { known[name] = view.streams[name] }
      let runs = Set(dropper?.droppedPartitions ?? []).flatMap { view.partitions[$0] ?? [] }
      return (Draft(known: known, manifest: writer.manifest), runs)
    }
  }

  private func pending(_ states: [(key: String, value: [UInt8]?)]) {
    view.withLock { view in
      guard !states.isEmpty || !view.pending.isEmpty else { return }
      view.pending = [:]
      for (key, value) in states { view.pending.updateValue(value, forKey: Array(key.utf8)) }
    }
  }

  /// Whether lines arrive faster than they are written as runs, so that a commit should wait.
  var isBehind: Bool { view.withLock { $0.frozen != nil && $0.active.count >= 2 * tuning.freshLinesMax } }
}

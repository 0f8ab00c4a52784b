import Dispatch
import Exchange
import Synchronization
import Terms

/// The work behind the commits, on a thread of its own, in slices that hold the writer for about a millisecond: lines in
/// memory become runs, runs are merged, what was erased or replaced is removed. Nothing here changes what a reader
/// finds, and a crash at any point loses nothing: each visible change is one transaction.
final class Maintenance: Sendable {
  private struct Work: Sendable {
    var merge: Merge?
    /// Runs whose pages are to be removed.
    var dead: [Int64] = []
    /// Streams that may have bodies to remove.
    var erased: Set<StreamName> = []
    var bodiesPerSlice: Int64 = 64
    /// Partitions to be swept.
    var swept: Set<Int32> = []
    var sweep: Sweep?
    /// Runs whose pages had lines of erased records: they are not only freed.
    var overwritten: Set<Int64> = []
    /// Something was overwritten in the log: it is in the database when the log was copied there.
    var hasOverwritten = false
  }

  private struct Status: Sendable {
    var inbox: [Engine.Aftermath] = []
    var isScheduled = false
    var isClosing = false
    var failure: StoreError?
  }

  private let engine: Engine
  private let queue = DispatchQueue(label: "istmo.store.maintenance", qos: .utility)
  private let work: Mutex<Work>
  private let status = Mutex(Status())
  private let afterErasing = Mutex<(@Sendable () -> Void)?>(nil)

  init(_ engine: Engine) throws(StoreError) {
    self.engine = engine
    var found = Work()
    found.dead = try Cleaner.orphans(engine)
    found.erased = Set(engine.view.withLock { $0.streams.filter { $0.value.erased > 0 }.keys })
    work = Mutex(found)
    wake()
  }

  /// Notes what a commit left to do, and does it soon.
  func note(_ aftermath: Engine.Aftermath) {
    guard
      aftermath.froze || !aftermath.droppedRuns.isEmpty || !aftermath.erased.isEmpty || !aftermath.swept.isEmpty
    else { return }
    status.withLock { $0.inbox.append(aftermath) }
    wake()
  }

  /// Why the last work failed, until it succeeds.
  var failure: StoreError? { status.withLock { $0.failure } }

  private func wake(after delay: DispatchTimeInterval? = nil) {
    let starts = status.withLock { status in
      guard !status.isScheduled, !status.isClosing else { return false }
      status.isScheduled = true
      return true
    }
    guard starts else { return }
    if let delay {
      queue.asyncAfter(deadline: .now() + delay) { [self] in run() }
    } else {
      queue.async { [self] in run() }
    }
  }

  /// Does all there is to do. On failure, such as a full disk, it comes back a second later.
  private func run() {
    status.withLock { $0.isScheduled = false }
    do throws(StoreError) {
      var isBusy = true
      while isBusy, !status.withLock({ $0.isClosing }) {
        isBusy = try work.withLock { (work) throws(StoreError) in try step(&work) }
        Background.breathe()
      }
      status.withLock { $0.failure = nil }
      let hasOverwritten = work.withLock { work in
        defer { work.hasOverwritten = false }
        return work.hasOverwritten
      }
      if hasOverwritten { afterErasing.withLock { $0 }?() }
    } catch {
      work.withLock { work in
        if let merge = work.merge { work.dead.append(merge.writer.number) }
        work.merge = nil
        if let sweep = work.sweep { work.swept.insert(sweep.partition) }
        work.sweep = nil
      }
      status.withLock { $0.failure = error }
      wake(after: .seconds(1))
    }
  }

  /// What is to be done when all that was erased has been overwritten.
  func whenErased(_ body: @escaping @Sendable () -> Void) { afterErasing.withLock { $0 = body } }

  /// Waits until there is nothing to do.
  func settle() { queue.sync { run() } }

  /// Stops after the slice in hand.
  func close() {
    status.withLock { $0.isClosing = true }
    queue.sync {}
  }

  /// One slice of the most urgent work; false when there is none.
  private func step(_ work: inout Work) throws(StoreError) -> Bool {
    let (inbox, hasFailed) = status.withLock { status in
      defer { status.inbox = [] }
      return (status.inbox, status.failure != nil)
    }
    for aftermath in inbox {
      work.dead += aftermath.droppedRuns
      work.erased.formUnion(aftermath.erased)
      work.swept.formUnion(aftermath.swept)
    }
    // After a failure room is made first: the disk may have been full.
    if hasFailed, try removeDead(&work) { return true }
    if let frozen = engine.view.withLock({ $0.frozen }) {
      try flush(frozen, &work)
      return true
    }
    if try removeDead(&work) { return true }
    if work.merge == nil, let inputs = engine.view.withLock({ Merge.next(in: $0.partitions) }) {
      work.merge = Merge(inputs, number: try engine.nextRun())
    }
    if work.merge != nil {
      try mergeSlice(&work)
      return true
    }
    if let name = work.erased.first {
      let (removed, isDone) = try Cleaner.removeBodies(of: name, engine, &work.bodiesPerSlice)
      if removed > 0 { work.hasOverwritten = true }
      if isDone { work.erased.remove(name) }
      return true
    }
    return try sweepSlice(&work)
  }

  /// Counts what stays of a partition, then writes it as one run in the place of all: as a merge does.
  private func sweepSlice(_ work: inout Work) throws(StoreError) -> Bool {
    if work.sweep == nil, let partition = work.swept.popFirst() {
      let (runs, erased, isInMemory) = engine.view.withLock { view in
        let erased = view.erased.inPartition(partition)
        return (view.partitions[partition] ?? [], erased, view.active[partition]?.has(erased) == true)
      }
      // Lines in memory stand in rows of their own: they are written as runs first, without the erased ones.
      guard !isInMemory else {
        work.swept.insert(partition)
        try engine.freeze()
        return true
      }
      // Numbered before any run that is written while it counts: of runs of one level the number tells the age.
      work.sweep = Sweep(runs, partition, erased, number: try engine.nextRun())
    }
    guard var sweep = work.sweep else { return false }
    do throws(StoreError) {
      guard try sweep.count(engine) else {
        work.sweep = sweep
        return true
      }
    } catch {
      guard !engine.view.withLock({ $0.holds(sweep.runs) }) else { throw error }
    }
    work.sweep = nil
    guard sweep.hasErased else { return true }
    // A merge or a drop took its runs away: it begins again with those that stand, if there are any.
    guard engine.view.withLock({ $0.holds(sweep.runs) }) else {
      work.swept.insert(sweep.partition)
      return true
    }
    guard sweep.left > 0 else {
      if try engine.replace(sweep.runs, with: nil) { work.dead += sweep.runs.map(\.number) }
      work.overwritten.formUnion(sweep.runs.map(\.number))
      return true
    }
    work.overwritten.formUnion(sweep.runs.map(\.number))
    work.merge = Merge(sweep)
    return true
  }

  private func removeDead(_ work: inout Work) throws(StoreError) -> Bool {
    guard let run = work.dead.first else { return false }
    if try Cleaner.removePages(of: run, engine, overwriting: work.overwritten.contains(run)) {
      work.dead.removeFirst()
      if work.overwritten.remove(run) != nil { work.hasOverwritten = true }
    }
    return true
  }

  /// Writes the lines set aside as one run a partition, and forgets their rows in the same transaction.
  private func flush(_ frozen: MemoryTable, _ work: inout Work) throws(StoreError) {
    var runs: [Run] = []
    for partition in frozen.partitions {
      let erased = engine.view.withLock { $0.erased.inPartition(partition) }
      guard let lines = frozen[partition]?.sorted(without: erased), !lines.isEmpty else { continue }
      var writer = RunWriter(number: try engine.nextRun(), partition: partition, level: 0, count: lines.count)
      // Dead until it stands: should this fail half-way, its pages go.
      work.dead.append(writer.number)
      writer.add(lines[...])
      runs.append(try writer.finish(engine))
    }
    let stood = try engine.thaw(runs)
    work.dead.removeAll { stood.contains($0) }
  }

  private func mergeSlice(_ work: inout Work) throws(StoreError) {
    let done: Run?
    do throws(StoreError) {
      done = try work.merge?.step(engine)
    } catch {
      // The partition was dropped meanwhile: its pages may be gone, and the merge has no purpose any more.
      guard let merge = work.merge, !engine.view.withLock({ $0.holds(merge.inputs) }) else { throw error }
      work.dead.append(merge.writer.number)
      work.merge = nil
      return
    }
    guard let done, let merge = work.merge else { return }
    work.merge = nil
    if try engine.replace(merge.inputs, with: done) {
      work.dead += merge.inputs.map(\.number)
    } else {
      work.dead.append(done.number)
    }
  }
}

extension Engine {
  /// A number for a new run.
  func nextRun() throws(StoreError) -> Int64 {
    try write { (writer, _) throws(StoreError) in
      defer { writer.nextRun += 1 }
      return writer.nextRun
    }
  }

  /// Moves the lines in memory aside, to be written as runs, though they are not many. None of them may wait in the journal then:
  /// it would come into the database once with the run, and once more behind it.
  func freeze() throws(StoreError) {
    try applyingFirst { (writer, _) throws(StoreError) in
      let froze = view.withLock { view in
        guard view.frozen == nil, view.active.count > 0 else { return false }
        view.freeze()
        return true
      }
      guard froze else { return }
      writer.activeFresh = 1 - writer.activeFresh
      writer.activeFirst = writer.manifest.nextSequence
    }
  }

  /// Makes runs visible in place of the lines set aside.
  /// - Returns: their numbers, without those whose partition was dropped meanwhile.
  func thaw(_ runs: [Run]) throws(StoreError) -> Set<Int64> {
    try write { (writer, database) throws(StoreError) in
      let standing = view.withLock { view in runs.filter { view.frozen?[$0.partition] != nil } }
      let table = 1 - writer.activeFresh
      var manifest = writer.manifest
      manifest.firstSequence = writer.activeFirst
      try database.overwriting { () throws(StoreError) in
        try RunRows.add(standing, to: &manifest, database)
        try database.statement("DELETE FROM fresh_\(table)").run()
        try manifest.write(database)
      }
      writer.manifest = manifest
      view.withLock { $0.thaw(standing) }
      return Set(standing.map(\.number))
    }
  }

  /// Makes a merged run visible in place of those it was made of, or nothing; false when they no longer stand.
  func replace(_ old: [Run], with run: Run?) throws(StoreError) -> Bool {
    try write { (writer, database) throws(StoreError) in
      guard view.withLock({ $0.holds(old) }) else { return false }
      var manifest = writer.manifest
      try database.transaction { () throws(StoreError) in
        try RunRows.remove(old, from: &manifest, database)
        if let run { try RunRows.add([run], to: &manifest, database) }
        try manifest.write(database)
      }
      writer.manifest = manifest
      view.withLock { $0.replace(old, with: run) }
      return true
    }
  }
}

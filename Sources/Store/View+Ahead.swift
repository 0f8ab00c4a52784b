import Exchange
import Terms

extension View {
  /// The ends of the commit's streams once it is made; nil when it is no commit for the journal: it makes a stream known, takes
  /// something away, has a key that is destroyed one day, fills the lines in memory, or the database is stuck.
  func ends(after commit: Commit, linesMax: Int) throws(StoreError) -> [StreamName: Stream]? {
    guard !ahead.isStuck, !commit.takesAway, !commit.states.contains(where: { Places.hold(Array($0.key.utf8)) }),
      frozen != nil || active.count + commit.index.count < linesMax
    else { return nil }
    var ends: [StreamName: Stream] = [:]
    for append in commit.appends {
      guard var stream = ends[append.stream] ?? streams[append.stream] else { return nil }
      var end = CommitPlan.End(size: stream.size, tiles: stream.tiles)
      try CommitPlan.add(append, to: &end)
      (stream.size, stream.tiles) = (end.size, end.tiles)
      ends[append.stream] = stream
    }
    guard commit.lineStreams.allSatisfy({ streams[$0] != nil }) else { return nil }
    return ends
  }

  /// Makes a journalled commit visible.
  mutating func add(_ commit: Commit, _ ends: [StreamName: Stream], sequence: UInt64) {
    for (name, stream) in ends { set(stream, for: name) }
    active.add(commit.lines { streams[$0]?.number }[...])
    known.change(commit.states)
    ahead.add(commit, sequence: sequence)
  }
}

extension Commit {
  /// Whether it forgets something.
  var takesAway: Bool { !erasures.isEmpty || !droppedPartitions.isEmpty || !sweptPartitions.isEmpty }
}

// A schedule of its own: one crash at every fsync boundary of a quiet run.
extension World {
  /// Runs a seed without faults, then again with a crash before and after each fsync of each node.
  public static func crashAtEveryCommit(
    seed: UInt64, busyMilliseconds: Int64
  ) -> [(place: String, outcome: Outcome)] {
    var plan = Plan(seed: seed)
    plan.nodeCount = 2
    plan.faults = Faults()
    plan.busyMilliseconds = busyMilliseconds
    let quiet = run(plan)
    var outcomes = [(place: "nowhere", outcome: quiet)]
    for (node, count) in quiet.commitCounts.enumerated() where count > 0 {
      for commit in 1...count {
        for isAfter in [false, true] {
          plan.crash = (node, commit, isAfter)
          outcomes.append(("of node \(node) \(isAfter ? "after" : "before") fsync \(commit)", run(plan)))
        }
      }
    }
    return outcomes
  }
}

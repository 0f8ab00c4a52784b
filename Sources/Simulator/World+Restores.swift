import Exchange
import Ledger
import Store
import Terms

// A disk that dies: the node comes back from a backup, and its neighbours hand back what they hold.
extension World {
  /// A brief run in which one node loses its disk, once or twice, beside faults of links, nodes and commits. All is agreed with every
  /// neighbour, so that what one of them holds is the whole record. In one run of five days go by: what was erased since the backup must
  /// not come back.
  public static func restoring(seed: UInt64) -> Plan {
    var plan = Plan.brief(seed: seed)
    plan.busyMilliseconds = 9000
    plan.restores = 1 + Int(seed % 2)
    let chance = Chance(seed: seed &+ 1 << 50)
    var faults = Faults()
    faults.longestDelay = [5, 50, 400][chance.below(3)]
    faults.longestCommit = [2, 20, 700][chance.below(3)]
    if chance.happens(350) { faults.dropPermille = [5, 50][chance.below(2)] }
    if chance.happens(350) { faults.duplicatePermille = 50 }
    faults.reorders = chance.happens(300)
    if chance.happens(400) { faults.cutEvery = [700, 4000][chance.below(2)] }
    if chance.happens(300) { faults.crashEvery = 4000 }
    if chance.happens(300) { faults.crashAtCommitPermille = 50 }
    if chance.happens(300) { faults.commitFailurePermille = 50 }
    plan.faults = faults
    if seed % 5 == 4 {
      plan.nodeCount = 2
      plan.busyMilliseconds = 24_000
      (plan.publishEvery, plan.dayEvery) = (1500, 4000)
    }
    return plan
  }

  func foreseeRestores() {
    guard let country = chance.one(of: countries) else { return }
    for number in 0..<plan.restores {
      let begin = Int(plan.busyMilliseconds) * number / max(1, plan.restores)
      let span = Int(plan.busyMilliseconds) / max(1, plan.restores)
      let backUp = begin + chance.within(1...max(1, span / 2))
      later(.backUp(country), in: backUp)
      later(.loseDisk(country), in: backUp + chance.within(1...max(1, span / 2)))
    }
  }

  func backUp(_ node: SimulatedNode) {
    trace.note(clock.elapsed, "\(node.country) is backed up")
    node.saved = node.disk.snapshot()
  }

  /// The node dies with its disk, and starts again from the backup, marked as such.
  func loseDisk(_ node: SimulatedNode) throws {
    guard let saved = node.saved else { return }
    crash(node)
    trace.note(clock.elapsed, "\(node.country) loses its disk")
    node.disk.restore(saved)
    let now = clock.now(at: node.country)
    try node.disk.commit(Recovery(restored: now, made: now, node.entropy).mark)
    checker.restored.insert(node.country)
    let reader = node.reader(realm)
    for dataset in agreements.datasets {
      for other in countries {
        let stream = StreamName(origin: node.country, recipient: other, dataset: dataset)
        if stream.isHome {
          checker.readBack[stream] = nil
          continue
        }
        let (origin, size) = (stream.checkpointOrigin(in: realm), try reader.state(of: stream).size)
        for (signed, root) in checker.emitted[origin] ?? [:] where signed > size {
          checker.lost[origin, default: [:]][signed] = root
          checker.emitted[origin]?[signed] = nil
        }
      }
    }
  }

  /// What was signed for before the disk died is still true; what is lost no neighbour holds.
  func checkRestored(_ country: CountryCode) throws {
    guard checker.restored.contains(country) else { return }
    let node = try node(country)
    let reader = node.reader(realm)
    guard node.core?.recoveryStatus(at: clock.now(at: country))?.isWaiting == false else {
      throw Violation("\(country) still waits for its neighbours")
    }
    for dataset in agreements.datasets {
      for other in countries where other != country {
        let stream = StreamName(origin: country, recipient: other, dataset: dataset)
        let origin = stream.checkpointOrigin(in: realm)
        let size = try reader.state(of: stream).size
        for (signed, root) in checker.lost[origin] ?? [:] where checker.receipted[origin]?.contains(root) == true {
          guard signed <= size, try Frontier(size: signed, from: reader.tree(stream)).root == root else {
            throw Violation("\(other) gave a receipt for \(signed) of \(stream), which is another history now")
          }
        }
      }
      try forgetLost(StreamName(origin: country, recipient: country, dataset: dataset), at: node)
    }
  }

  /// Records that were accepted and reached no neighbour are gone with the disk; nobody else may hold them.
  private func forgetLost(_ home: StreamName, at node: SimulatedNode) throws {
    let reader = node.reader(realm)
    let size = try reader.state(of: home).size
    for (id, draft) in checker.accepted[node.country] ?? [:] where draft.dataset == home.dataset {
      guard try reader.find(id, in: home, size: size) == nil else { continue }
      for other in countries where other != node.country {
        let stream = StreamName(origin: node.country, recipient: other, dataset: home.dataset)
        let there = try self.node(other).reader(realm)
        let index = try there.find(id, in: stream, size: there.state(of: stream).size)
        // What was erased there before it was asked for does not come back.
        guard try index.map({ try there.vault.isErased(stream, at: $0) }) ?? true else {
          throw Violation("\(home) lost \(id), which \(other) holds")
        }
      }
      checker.accepted[node.country]?[id] = nil
      checker.handings[node.country]?[.init(draft)]?.first { $0.fate == .accepted }?.fate = .failed
    }
  }
}

import Ledger
import Sodium
import Terms

// Turning what gathered into one commit, and telling what became durable.
extension Core {
  /// Signs the checkpoints of what grew and writes down the states: the last step before a commit.
  func seal(_ building: inout Building) throws(ReadError) -> Commit {
    for name in building.chunks.keys.sorted() { building.closeChunk(name) }
    for name in building.grown.sorted() {
      if name.isHome {
        guard var stream = homes[name.dataset] else { continue }
        stream.head.checkpoint = try checkpoint(name, stream.head.frontier)
        building.commit.states.append((StreamState.stateKey(name), stream.head.bytes))
        homes[name.dataset] = stream
      } else {
        guard var stream = outgoing[name] else { continue }
        stream.head.checkpoint = try checkpoint(name, stream.head.frontier)
        building.commit.states.append((StreamState.stateKey(name), stream.head.bytes))
        outgoing[name] = stream
      }
    }
    for name in building.received.sorted() {
      guard let stream = incoming[name] else { continue }
      building.commit.states.append((StreamState.stateKey(name), stream.head.bytes))
    }
    building.sealedHeads = Dictionary(
      uniqueKeysWithValues: building.grown.union(building.received).compactMap { name in
        let head =
          name.isHome
          ? homes[name.dataset]?.head : name.origin == country ? outgoing[name]?.head : incoming[name]?.head
        return head.map { (name, $0) }
      })
    return building.commit
  }

  func checkpoint(_ name: StreamName, _ frontier: Frontier) throws(ReadError) -> SignedCheckpoint {
    do {
      return try SignedCheckpoint(
        Checkpoint(origin: name.checkpointOrigin(in: realm), size: frontier.size, root: frontier.root), logKey: keys.log
      )
    } catch {
      throw .damaged("the checkpoint of \(name): \(error)")
    }
  }

  /// A commit is durable: what it holds may be told.
  func announce(_ done: Building) {
    tellArrived(done)
    for (name, sealed) in done.sealedHeads.sorted(by: { $0.key < $1.key }) {
      var head = sealed
      if !head.halted.isEmpty { halts[name] = nil }
      if name.isHome {
        homes[name.dataset]?.durable = head
      } else if name.origin == country {
        // Receipts that came in while the commit was under way are newer than what it holds.
        if let later = outgoing[name]?.head.receipt { head.receipt = later }
        outgoing[name]?.durable = head
        if outgoing[name]?.owedSince == nil, head.size > head.receipt?.checkpoint.size ?? 0 {
          outgoing[name]?.owedSince = now
        }
        isolated(name) { () throws(ReadError) in
          try pump(name)
          try recalledIsDurable(name)
        }
      } else if let stream = incoming[name] {
        let hasGrown = head.size > stream.durable.size
        if !hasGrown, let later = stream.durable.checkpoint { head.checkpoint = later }
        incoming[name]?.durable = head
        if head.size >= stream.announced { incoming[name]?.announcedAt = nil }
        if hasGrown { sendReceipt(name) }
      }
    }
  }

  /// Tells which records of neighbours became durable.
  func tellArrived(_ done: Building) {
    for (name, head) in done.sealedHeads.sorted(by: { $0.key < $1.key }) {
      if let before = incoming[name]?.durable.size, before < head.size {
        effects.append(.arrived(name, range: before..<head.size))
      }
    }
  }
}

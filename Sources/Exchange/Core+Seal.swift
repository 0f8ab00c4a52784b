import Ledger
import Sodium
import Terms

// Turning what gathered into one commit, and telling what became durable.
extension Core {
  /// Writes down the states of what grew, the last step before a commit. A stream's checkpoint is signed when enough came since the one
  /// before, not for every record: two signatures are half of what a small commit costs the core.
  func seal(_ building: inout Building) throws(ReadError) -> Commit {
    for name in building.chunks.keys.sorted() { building.closeChunk(name) }
    for name in building.grown.sorted() {
      guard let stream = own(name) else { continue }
      if building.signsAll || stream.head.unsignedCount >= StreamState.mostUnsigned {
        stream.head.checkpoint = try keys.checkpoint(of: name, stream.head.frontier, in: realm)
      }
      building.commit.states.append((StreamState.stateKey(name), stream.head.bytes))
      building.sealedHeads[name] = stream.head
    }
    for name in building.received.sorted() {
      guard let head = incoming[name]?.head else { continue }
      building.commit.states.append((StreamState.stateKey(name), head.bytes))
      building.sealedHeads[name] = head
    }
    return building.commit
  }

  /// Streams of which a batch leaves as soon as the commit under way is durable: it is made while the disk works.
  var toPrepare: [StreamName] {
    (underWay?.grown ?? []).filter { name in
      guard let stream = outgoing[name], stream.limit == nil, mayPump(stream),
        let sending = sessions[name.recipient]?.sending[name], sending.unreceipted.isEmpty,
        sending.frontier.size == stream.durable.size, stream.recent?.holds(sending.frontier.size) == true
      else { return false }
      return hasPassed(Core.pace, since: sending.last?.at)
    }
  }

  /// Makes them: first sends ahead what the neighbour can check meanwhile, then makes the whole, which takes two signatures. When the commit
  /// fails, all is read again and this is forgotten.
  func prepareAhead() throws(ReadError) {
    let names = toPrepare.sorted()
    if underWay?.hasAdvanced == false, !names.isEmpty {
      underWay?.hasAdvanced = true
      mustProceed = true
      for name in names { sendAdvance(of: name) }
      return
    }
    for name in names {
      guard let head = underWay?.sealedHeads[name], var sending = sessions[name.recipient]?.sending[name]
      else { continue }
      var sources = BatchSources()
      let batch = try nextBatch(of: name, &sending, end: head.size, &sources)
      underWay?.leaving[name] = sending
      effects.append(.sendOnceDurable(.batch(batch), to: name.recipient))
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
      } else if let stream = outgoing[name] {
        // Receipts that came in while the commit was under way are newer than what it holds.
        if let later = stream.head.receipt { head.receipt = later }
        let hasGrown = head.size > stream.durable.size
        stream.durable = head
        if hasGrown, stream.owedSince == nil, head.size > head.receipt?.checkpoint.size ?? 0 { stream.owedSince = now }
        noteLeft(name, done)
        isolated(name) { () throws(ReadError) in
          try pump(name)
          try recalledIsDurable(name)
        }
      } else if let stream = incoming[name] {
        let hasGrown = head.size > stream.durable.size
        if !hasGrown, let later = stream.durable.checkpoint { head.checkpoint = later }
        stream.durable = head
        if head.size >= stream.announced { stream.announcedAt = nil }
        if hasGrown { confirm(name) }
      }
    }
  }

  /// Takes over how a stream stands whose batch left with its commit. Should the neighbour have asked for it from elsewhere meanwhile, what
  /// left is sent again.
  private func noteLeft(_ name: StreamName, _ done: Building) {
    guard let left = done.leaving[name], let known = sessions[name.recipient]?.sending[name],
      known.unreceipted.isEmpty, outgoing[name]?.recent?.holds(known.frontier.size) == true
    else { return }
    sessions[name.recipient]?.sending[name] = left
    outgoing[name]?.recent?.forget(below: left.frontier.size)
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

import Exchange
import Ledger
import Terms

// What nodes claim: in messages that leave them, and in their status.
extension World {
  /// A message is about to leave a node: what it claims must be durable there, and must fit to all that was ever signed.
  func checkSent(_ message: Message, by node: SimulatedNode) throws {
    switch message {
    case .batch(let batch): try checkEmitted(batch.checkpoint, batch.stream, by: node)
    case .asOf(let stream, let note): try checkEmitted(note, stream, by: node)
    case .receipt(let stream, let note):
      let signed = try SignedCheckpoint(note)
      let receipt = signed.checkpoint
      let time = try signed.note.time(of: receiptKey(of: node))
      checker.receipted[receipt.origin, default: []].insert(receipt.root)
      checker.receipts[stream, default: []].insert(.init(size: receipt.size, time: time ?? 0))
      guard node.disk.readProblem == nil else { return }
      let state = try node.reader(realm).state(of: stream)
      guard receipt.size <= state.size,
        checker.emitted[receipt.origin]?[receipt.size] == receipt.root
          || checker.lost[receipt.origin]?[receipt.size] == receipt.root
      else {
        throw Violation("\(node.country) receipts \(receipt.size) of \(stream), only \(state.size) are durable")
      }
    case .conflict(let stream, _): throw Violation("\(node.country) reports a conflict in \(stream)")
    default: break
    }
  }

  private func receiptKey(of node: SimulatedNode) throws -> NoteKey {
    NoteKey(.receipt, of: node.country, in: realm, key: node.keys.receipt.verifyingKey)
  }

  private func checkEmitted(_ note: [UInt8], _ stream: StreamName, by node: SimulatedNode) throws {
    let signed = try SignedCheckpoint(note)
    let checkpoint = signed.checkpoint
    if let other = checker.emitted[checkpoint.origin]?[checkpoint.size], other != checkpoint.root {
      throw Violation("\(node.country) signed two roots of \(stream) at \(checkpoint.size)")
    }
    checker.emitted[checkpoint.origin, default: [:]][checkpoint.size] = checkpoint.root
    guard let time = try signed.note.time(of: receiptKey(of: node)) else {
      throw Violation("\(node.country) sends a checkpoint of \(stream) without \"as of\"")
    }
    checker.asOfs[stream, default: []].insert(.init(size: checkpoint.size, time: time))
    guard node.disk.readProblem == nil else { return }
    let state = try node.reader(realm).state(of: stream)
    guard checkpoint.size <= state.size else {
      throw Violation("\(node.country) signs \(checkpoint.size) of \(stream), only \(state.size) are durable")
    }
  }

  /// What a node shows must be what its store, the signatures that were given and its links say, and must not go
  /// backwards.
  func checkStatus(_ node: SimulatedNode) throws {
    guard let core = node.core, node.disk.readProblem == nil else { return }
    guard core.pendingByteCount <= Core.mostPendingBytes + (8 << 20) else {
      throw Violation("\(node.country) holds \(core.pendingByteCount) bytes in memory")
    }
    let now = clock.now(at: node.country)
    for status in core.status(at: now) {
      func wrong(_ what: String) -> Violation { Violation("\(node.country) shows \(what): \(status)") }
      let state = try node.reader(realm).state(of: status.stream)
      guard status.size == state.size, status.halted == state.halted else {
        throw wrong("another size than \(state.size), or another stop")
      }
      switch status.direction {
      case .home:
        guard status.lagRecords == 0, status.receiptSize == status.size else { throw wrong("a lag at home") }
      case .outgoing: try checkOutgoing(status, state, at: node, wrong)
      case .incoming: try checkIncoming(status, state, wrong)
      }
      guard (status.lagRecords == 0) == (status.lagMilliseconds == 0) else { throw wrong("a lag of one kind only") }
      let neighbour = status.stream.origin == node.country ? status.stream.recipient : status.stream.origin
      guard status.direction == .home || status.isLinkUp == node.linked.contains(neighbour) else {
        throw wrong("a link that is not as it was told")
      }
      guard !status.flowing || status.isAgreed && status.isLinkUp && status.problem.isEmpty else {
        throw wrong("a flow that cannot be")
      }
      if let earlier = checker.shown[node.country]?[status.stream] {
        guard status.size >= earlier.size, status.receiptSize >= earlier.receiptSize else {
          throw Violation("\(status.stream) at \(node.country) went back: \(earlier) then \(status)")
        }
      }
      checker.shown[node.country, default: [:]][status.stream] = status
    }
  }

  private func checkOutgoing(
    _ status: StreamStatus, _ state: StreamState, at node: SimulatedNode, _ wrong: (String) -> Violation
  ) throws {
    let durable = state.receipt?.checkpoint.size ?? 0
    guard status.receiptSize >= durable, status.receiptSize <= status.size,
      status.lagRecords == status.size - status.receiptSize
    else { throw wrong("a receipt or lag that its store with a receipt of \(durable) does not bear out") }
    if let time = status.receiptTime {
      guard checker.receipts[status.stream]?.contains(.init(size: status.receiptSize, time: time)) == true else {
        throw wrong("a receipt that was never given")
      }
    } else if status.receiptSize > 0 {
      throw wrong("a receipt without a time")
    }
    guard status.lagRecords > 0 else { return }
    let oldest = try node.reader(realm).entry(status.stream, at: status.receiptSize).entry.id.time
    guard status.lagMilliseconds == max(1, clock.now(at: node.country).milliseconds(since: oldest)) else {
      throw wrong("a lag that is not that of its oldest record")
    }
  }

  private func checkIncoming(_ status: StreamStatus, _ state: StreamState, _ wrong: (String) -> Violation) throws {
    guard status.receiptSize == state.checkpoint?.checkpoint.size ?? 0 else { throw wrong("what it may not sign") }
    if let asOf = status.asOf {
      guard checker.asOfs[status.stream]?.contains(.init(size: status.size, time: asOf)) == true else {
        throw wrong("an \"as of\" that was never given")
      }
    } else if status.size > 0 {
      throw wrong("records without an \"as of\"")
    }
    let origin = try node(status.stream.origin)
    // An origin that lost its disk has less for a while.
    guard origin.disk.readProblem == nil, !checker.restored.contains(status.stream.origin) else { return }
    let there = try origin.reader(realm).state(of: status.stream).size
    guard status.size + status.lagRecords <= there else { throw wrong("more than the \(there) that the origin has") }
  }
}

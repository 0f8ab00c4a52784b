import Exchange
import Ledger
import Terms

/// What the checker remembers of a run, apart from what the nodes believe.
struct Checker {
  struct DraftKey: Hashable {
    let dataset: DatasetName
    let body: [UInt8]
    let kind: Entry.Kind

    init(_ draft: Draft) { (dataset, body, kind) = (draft.dataset, draft.body, draft.kind) }

    init(_ dataset: DatasetName, _ entry: Entry, _ body: [UInt8]) {
      (self.dataset, self.body, kind) = (dataset, body, entry.kind)
    }
  }

  /// Every root that a checkpoint ever named, by origin line and size.
  var emitted: [String: [UInt64: RootHash]] = [:]
  /// Every draft that a node was handed, by content.
  var handings: [CountryCode: [DraftKey: [Handing]]] = [:]
  /// What nodes said they accepted.
  var accepted: [CountryCode: [RecordID: Draft]] = [:]
  /// The latest status of each stream at each node in its present life.
  var shown: [CountryCode: [StreamName: StreamStatus]] = [:]
  let datasets: [DatasetName]

  init(_ datasets: [DatasetName]) { self.datasets = datasets }

  mutating func handed(_ list: [Handing], to country: CountryCode) {
    for handing in list { handings[country, default: [:]][DraftKey(handing.draft), default: []].append(handing) }
  }

  mutating func crashed(_ country: CountryCode) { shown[country] = nil }
}

// What is checked while a run goes on.
extension World {
  func published(_ token: UInt64, _ results: [PublishResult], at node: SimulatedNode) throws {
    guard let handings = node.waiting.removeValue(forKey: token), handings.count == results.count else {
      throw Violation("\(node.country) answers \(token), which does not wait, or with another number of results")
    }
    trace.note(clock.elapsed, "\(node.country) published \(token): \(results.count)")
    let reader = node.reader(realm)
    var sizes: [DatasetName: UInt64] = [:]
    for (handing, result) in zip(handings, results) {
      let draft = handing.draft
      let home = StreamName(origin: node.country, recipient: node.country, dataset: draft.dataset)
      switch result {
      case .accepted(let id), .duplicate(let id):
        if case .accepted = result {
          checker.accepted[node.country, default: [:]][id] = draft
          workloads[node.country]?.accepted(id, draft)
        }
        guard node.disk.readProblem == nil else { continue }
        let size = try sizes[draft.dataset] ?? reader.state(of: home).size
        sizes[draft.dataset] = size
        guard try reader.find(id, in: home, size: size) != nil else {
          throw Violation("\(node.country) answered \(id) before it was durable")
        }
      case .refused(let field, let problem, _): try checkRefusal(handing, field, problem, at: node)
      }
    }
  }

  private func checkRefusal(_ handing: Handing, _ field: String, _ problem: String, at node: SimulatedNode) throws {
    let draft = handing.draft
    if draft.target != nil { return }
    // Another draft of this reference must have been handed over, else there is nothing to clash with.
    let others = checker.handings[node.country]?.keys.contains {
      $0.dataset == draft.dataset && $0 != Checker.DraftKey(draft)
        && SimulatedRules.fields($0.body)["reference"] == draft.reference
    }
    guard field == "reference", draft.reference != nil, others == true else {
      throw Violation("\(node.country) refused a good record: \(problem)")
    }
  }

  /// A message is about to leave a node: what it claims must be durable there.
  func checkSent(_ message: Message, by node: SimulatedNode) throws {
    guard node.disk.readProblem == nil else { return }
    switch message {
    case .batch(let batch): try checkEmitted(batch.checkpoint, batch.stream, by: node)
    case .asOf(let stream, let note): try checkEmitted(note, stream, by: node)
    case .receipt(let stream, let note):
      let receipt = try SignedCheckpoint(note).checkpoint
      let state = try node.reader(realm).state(of: stream)
      guard receipt.size <= state.size, receipt.size < state.size || receipt.root == state.frontier.root else {
        throw Violation("\(node.country) receipts \(receipt.size) of \(stream), only \(state.size) are durable")
      }
    case .conflict(let stream, _): throw Violation("\(node.country) reports a conflict in \(stream)")
    default: break
    }
  }

  private func checkEmitted(_ note: [UInt8], _ stream: StreamName, by node: SimulatedNode) throws {
    let checkpoint = try SignedCheckpoint(note).checkpoint
    let state = try node.reader(realm).state(of: stream)
    guard checkpoint.size <= state.size else {
      throw Violation("\(node.country) signs \(checkpoint.size) of \(stream), only \(state.size) are durable")
    }
    if let other = checker.emitted[checkpoint.origin]?[checkpoint.size], other != checkpoint.root {
      throw Violation("\(node.country) signed two roots of \(stream) at \(checkpoint.size)")
    }
    checker.emitted[checkpoint.origin, default: [:]][checkpoint.size] = checkpoint.root
  }

  /// What a node shows must be what its store says, and must not go backwards.
  func checkStatus(_ node: SimulatedNode) throws {
    guard let core = node.core, node.disk.readProblem == nil else { return }
    guard core.pendingByteCount <= Core.mostPendingBytes + (8 << 20) else {
      throw Violation("\(node.country) holds \(core.pendingByteCount) bytes in memory")
    }
    let reader = node.reader(realm)
    for status in core.status(at: clock.now(at: node.country)) {
      let state = try reader.state(of: status.stream)
      guard status.size == state.size, status.halted == state.halted else {
        throw Violation("\(node.country) shows \(status.size) of \(status.stream), the store has \(state.size)")
      }
      guard status.receiptSize >= state.receipt?.checkpoint.size ?? 0, status.receiptSize <= status.size else {
        throw Violation(
          "\(node.country) shows a receipt of \(status.receiptSize) for \(status.stream) of \(state.size)")
      }
      let lag = status.direction == .outgoing ? status.size - status.receiptSize : status.lagRecords
      guard status.lagRecords == lag, (status.lagMilliseconds == 0) == (lag == 0) || lag > 0 else {
        throw Violation("\(node.country) shows a wrong lag of \(status.stream): \(status)")
      }
      if let earlier = checker.shown[node.country]?[status.stream] {
        guard status.size >= earlier.size, status.receiptSize >= earlier.receiptSize else {
          throw Violation("\(status.stream) at \(node.country) went back: \(earlier) then \(status)")
        }
      }
      checker.shown[node.country, default: [:]][status.stream] = status
    }
  }
}

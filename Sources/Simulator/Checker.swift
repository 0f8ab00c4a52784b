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

  /// A size that was signed at a time.
  struct Signed: Hashable {
    let size: UInt64
    let time: UInt64
  }

  /// Every root that a checkpoint ever named, by origin line and size.
  var emitted: [String: [UInt64: RootHash]] = [:]
  /// What nodes signed beyond the backup that took the place of their disk.
  var lost: [String: [UInt64: RootHash]] = [:]
  /// Roots for which a recipient gave a receipt.
  var receipted: [String: Set<RootHash>] = [:]
  /// Countries whose disk died.
  var restored: Set<CountryCode> = []
  /// Every "as of" of an origin and every receipt of a recipient that ever left a node.
  var asOfs: [StreamName: Set<Signed>] = [:]
  var receipts: [StreamName: Set<Signed>] = [:]
  /// Every draft that a node was handed, by content.
  var handings: [CountryCode: [DraftKey: [Handing]]] = [:]
  /// Home registers as far as they were read back.
  struct ReadBack {
    var size: UInt64 = 0
    var records: [RecordID: DraftKey] = [:]
  }

  var readBack: [StreamName: ReadBack] = [:]
  /// What nodes said they accepted.
  var accepted: [CountryCode: [RecordID: Draft]] = [:]
  /// The latest status of each stream at each node in its present life.
  var shown: [CountryCode: [StreamName: StreamStatus]] = [:]
  let datasets: [DatasetName]

  init(_ datasets: [DatasetName]) { self.datasets = datasets }

  mutating func handed(_ list: [Handing], to country: CountryCode) {
    for handing in list { handings[country, default: [:]][DraftKey(handing.draft), default: []].append(handing) }
  }

  /// What a home register holds under an id; what was appended since the last question is read first.
  mutating func durable(_ id: RecordID, _ home: StreamName, _ reader: LogReader) throws -> DraftKey? {
    if let known = readBack[home]?.records[id] { return known }
    let size = try reader.state(of: home).size
    while let next = Optional(readBack[home]?.size ?? 0), next < size {
      let (records, _, end, _) = try reader.records(home, chunkAt: next)
      for record in records {
        readBack[home, default: ReadBack()].records[record.entry.id] = DraftKey(home.dataset, record.entry, record.body)
      }
      readBack[home, default: ReadBack()].size = end
    }
    return readBack[home]?.records[id]
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
    for (handing, result) in zip(handings, results) {
      let draft = handing.draft
      let home = StreamName(origin: node.country, recipient: node.country, dataset: draft.dataset)
      switch result {
      case .accepted(let id), .duplicate(let id):
        handing.fate = .duplicate
        if case .accepted = result {
          handing.fate = .accepted
          checker.accepted[node.country, default: [:]][id] = draft
          workloads[node.country]?.accepted(id, draft)
        }
        guard node.disk.readProblem == nil else { continue }
        guard let found = try checker.durable(id, home, reader) else {
          // Held when it was asked for, and erased before it was answered; a node that was put back is read anew only now.
          if case .duplicate = result, try isErased(id, home, reader) { continue }
          throw Violation("\(node.country) answered \(id) before it was durable")
        }
        guard found == Checker.DraftKey(draft) else {
          throw Violation("\(node.country) answered \(id), which is another record")
        }
      case .refused(let field, let problem, _):
        handing.fate = .refused
        try checkRefusal(handing, field, problem, at: node)
      }
    }
  }

  private func isErased(_ id: RecordID, _ home: StreamName, _ reader: LogReader) throws -> Bool {
    for index in 0..<(try reader.state(of: home).size) where try reader.entry(home, at: index).entry.id == id {
      return try reader.vault.isErased(home, at: index)
    }
    return false
  }

  private func checkRefusal(_ handing: Handing, _ field: String, _ problem: String, at node: SimulatedNode) throws {
    let draft = handing.draft
    if draft.target != nil { return }
    if plan.dayEvery != nil, problem.contains("was erased") { return }
    // Another draft of this reference must have been handed over, else there is nothing to clash with.
    let others = checker.handings[node.country]?.keys.contains {
      $0.dataset == draft.dataset && $0 != Checker.DraftKey(draft)
        && SimulatedRules.fields($0.body)["reference"] == draft.reference
    }
    guard field == "reference", draft.reference != nil, others == true else {
      throw Violation("\(node.country) refused a good record: \(problem)")
    }
  }
}

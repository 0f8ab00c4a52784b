import Exchange
import Ledger
import Sodium
import Terms

// What must hold when everything has come to rest.
extension World {
  /// Whether every agreed stream flows, is receipted whole, and nothing waits.
  func hasConverged() throws -> Bool { try unfinished().isEmpty && clock.elapsed > plan.busyMilliseconds + 9000 }

  /// What has not come to rest, for a person.
  func unfinished() throws -> String {
    var open: [String] = []
    for country in countries {
      let node = try node(country)
      guard let core = node.core else {
        open.append("\(country) is down")
        continue
      }
      if try hasDueKeys(node) {
        open.append("\(country) has not erased all that is due")
      }
      if !node.waiting.isEmpty { open.append("\(country) has not answered \(node.waiting.count) publishes") }
      for status in core.status(at: clock.now(at: country)) where status.direction != .home {
        // What was lost with a disk, and only heard of, is not behind for ever: the stream's sizes are compared below.
        let isGone = status.direction == .incoming && checker.restored.contains(status.stream.origin)
        if !status.flowing || status.lagRecords > 0 && !isGone { open.append("\(country): \(status)") }
        if !status.isAgreed { open.append("\(country) does not know that \(status.stream) is agreed") }
        if status.direction == .incoming {
          let origin = try self.node(status.stream.origin).reader(realm).state(of: status.stream)
          if origin.size != status.size { open.append("\(status.stream) has \(origin.size), held \(status.size)") }
        }
      }
    }
    return open.joined(separator: "; ")
  }

  /// Every checkpoint that ever left a node is the beginning of what its log is at the end: none contradicts another.
  private func checkPrefixes(_ stream: StreamName, _ reader: LogReader) throws {
    let emitted = checker.emitted[stream.checkpointOrigin(in: realm)] ?? [:]
    var frontier = Frontier()
    var checked = 0
    func check() throws {
      guard let root = emitted[frontier.size] else { return }
      checked += 1
      guard root == frontier.root else {
        throw Violation("a checkpoint of \(frontier.size) of \(stream) is not the beginning of its log")
      }
    }
    try check()
    while let chunk = try reader.store.chunk(of: stream, containing: frontier.size) {
      let entries = try reader.entries(of: chunk, in: stream)
      for entry in entries.entries {
        frontier.append(entries.context.leaf(entry))
        try check()
      }
    }
    guard checked == emitted.count else { throw Violation("checkpoints of \(stream) are larger than its log") }
  }

  func checkEnd(_ country: CountryCode) throws {
    let node = try node(country)
    let reader = node.reader(realm)
    for stream in try reader.streams() {
      guard stream.origin == country || stream.recipient == country else {
        throw Violation("\(country) holds \(stream), which is not for it")
      }
      let state = try reader.state(of: stream)
      guard state.halted.isEmpty else { throw Violation("\(stream) stopped at \(country): \(state.halted)") }
      guard try Frontier(size: state.size, from: reader.tree(stream)).root == state.frontier.root else {
        throw Violation("the root of \(stream) at \(country) is not that of its entries")
      }
      try checkSigned(stream, state, reader, isOwn: stream.origin == country)
      try checkPrefixes(stream, reader)
    }
    if plan.dayEvery != nil { return try checkErased(country) }
    for dataset in agreements.datasets {
      let home = StreamName(origin: country, recipient: country, dataset: dataset)
      let records = try records(of: home, at: node)
      try checkHome(records, home)
      for other in countries where other != country {
        try checkNeighbour(records, StreamName(origin: country, recipient: other, dataset: dataset))
      }
    }
  }

  /// What is kept signed of a stream is a beginning of it, and of a neighbour's stream all of it.
  private func checkSigned(_ stream: StreamName, _ state: StreamState, _ reader: LogReader, isOwn: Bool) throws {
    guard !state.lacksCheckpoint(isOwn: isOwn) else {
      throw Violation("\(state.unsignedCount) entries of \(stream) have no checkpoint that is kept")
    }
    guard let kept = state.checkpoint?.checkpoint else { return }
    guard try kept.root == Frontier(size: kept.size, from: reader.tree(stream)).root else {
      throw Violation("the kept checkpoint of \(stream) is not that of its entries")
    }
  }

  func records(of stream: StreamName, at node: SimulatedNode) throws -> [LogReader.Record] {
    let reader = node.reader(realm)
    let size = try reader.state(of: stream).size
    var records: [LogReader.Record] = []
    var index: UInt64 = 0
    while index < size {
      let (more, _, end, _) = try reader.records(stream, chunkAt: index)
      records += more
      index = end
    }
    return records
  }

  /// What was handed over as a record of a register. A correction that a neighbour had as a new record, since it held nothing to
  /// correct, came back from it as one.
  func key(of record: LogReader.Record, _ home: StreamName) -> Checker.DraftKey {
    let key = Checker.DraftKey(home.dataset, record.entry, record.body)
    guard let handings = checker.handings[home.origin], handings[key] == nil, checker.restored.contains(home.origin)
    else { return key }
    return handings.keys.first { $0.dataset == key.dataset && $0.body == key.body } ?? key
  }

  /// Every accepted record is in the home register once, nothing else is, and references are unique: a content is
  /// there as often as it was accepted, or may have been when no answer came.
  private func checkHome(_ records: [LogReader.Record], _ home: StreamName) throws {
    let accepted = checker.accepted[home.origin] ?? [:]
    var found: Set<RecordID> = []
    var byReference: Set<Checker.DraftKey> = []
    var counts: [Checker.DraftKey: Int] = [:]
    for record in records {
      let key = key(of: record, home)
      counts[key, default: 0] += 1
      guard checker.handings[home.origin]?[key] != nil, found.insert(record.entry.id).inserted else {
        throw Violation("\(home) holds \(record.entry.id), which nobody published")
      }
      if SimulatedRules.fields(record.body)["reference"] != nil, !byReference.insert(key).inserted {
        throw Violation("\(home) holds \(record.entry.id) twice under its reference")
      }
    }
    for (key, handings) in checker.handings[home.origin] ?? [:] where key.dataset == home.dataset {
      let (count, sure) = (counts[key] ?? 0, handings.count { $0.fate == .accepted })
      guard count >= sure, count <= sure + handings.count(where: { $0.fate == .unknown }) else {
        throw Violation("\(home) holds a record \(count) times that was accepted \(sure) times")
      }
    }
    for (id, draft) in accepted where draft.dataset == home.dataset && !found.contains(id) {
      throw Violation("\(home) lost \(id), which was accepted")
    }
  }

  /// The neighbour holds what it was entitled to: once, in order, with the agreed fields, and nothing more.
  private func checkNeighbour(_ home: [LogReader.Record], _ stream: StreamName) throws {
    let node = try node(stream.recipient)
    let held = try records(of: stream, at: node)
    var position = 0
    var standing: Set<RecordID> = []
    for record in home {
      let key = key(of: record, StreamName(origin: stream.origin, recipient: stream.origin, dataset: stream.dataset))
      let outcomes = (checker.handings[stream.origin]?[key] ?? []).map {
        Self.outcome(record, $0.entitled[stream], standing)
      }
      guard position < held.count, held[position].entry.id == record.entry.id else {
        guard outcomes.contains(where: { $0 == nil }) else {
          throw Violation("\(stream.recipient) misses \(record.entry.id) (\(record.entry.kind)) of \(stream)")
        }
        continue
      }
      let there = held[position]
      let asFound = Expected(kind: there.entry.kind, body: there.body, agreement: there.context.agreement)
      guard outcomes.contains(asFound) else {
        throw Violation("\(stream.recipient) holds \(there.entry.id) of \(stream) otherwise than agreed: \(asFound)")
      }
      if case .withdraws = there.entry.kind {} else { standing.insert(there.entry.id) }
      position += 1
      try checkFound(there, at: node)
    }
    guard position == held.count else {
      throw Violation("\(stream.recipient) holds \(held[position].entry.id) of \(stream), twice or out of order")
    }
  }

  private func checkFound(_ record: LogReader.Record, at node: SimulatedNode) throws {
    guard let name = SimulatedRules.fields(record.body)["name"] else { return }
    let key = node.keys.blindKey(
      dataset: record.locator.stream.dataset, field: "name", value: Array(name.utf8))
    let partition = IndexField.partition(of: record.entry.id.time)
    guard try node.disk.locate(key, partitions: partition...partition, limit: 100_000).contains(record.locator) else {
      throw Violation("\(record.entry.id) is not found by its name at \(node.country)")
    }
  }

  struct Expected: Equatable {
    let kind: Entry.Kind
    let body: [UInt8]
    let agreement: Digest
  }

  /// What a neighbour should hold of a record, given what it holds already; nil for nothing.
  private static func outcome(
    _ record: LogReader.Record, _ agreed: AgreedStream?, _ standing: Set<RecordID>
  ) -> Expected? {
    guard let agreed else { return nil }
    let read = SimulatedRules().read(record.body, of: agreed.terms.stream.dataset, version: agreed.terms.version)
    let body = read.project(under: agreed.terms)
    let admitted = read.isAdmitted(under: agreed.terms)
    let withdrawn = Array("{}".utf8)
    switch record.entry.kind {
    case .record: return admitted ? Expected(kind: .record, body: body, agreement: agreed.agreement) : nil
    case .replaces(let target):
      let isHeld = standing.contains(target)
      if admitted {
        return Expected(kind: isHeld ? .replaces(target) : .record, body: body, agreement: agreed.agreement)
      }
      return isHeld ? Expected(kind: .withdraws(target), body: withdrawn, agreement: agreed.agreement) : nil
    case .withdraws(let target):
      return standing.contains(target)
        ? Expected(kind: .withdraws(target), body: body, agreement: agreed.agreement) : nil
    default: return nil
    }
  }
}

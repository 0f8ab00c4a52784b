import Ledger
import Sodium
import Terms

// Publishing: from a checked draft to entries in the home stream and in every agreed stream.
extension Core {
  func publish(_ drafts: [Draft], token: UInt64) throws(ReadError) {
    var results: [PublishResult] = []
    results.reserveCapacity(drafts.count)
    for draft in drafts { results.append(try publish(draft)) }
    // A duplicate of a record that is not durable yet waits for it too.
    if !building.hasChanges, underWay != nil {
      underWay?.results.append((token, results))
    } else {
      building.results.append((token, results))
    }
  }

  private func publish(_ draft: Draft) throws(ReadError) -> PublishResult {
    if let reference = draft.reference {
      let earlier = try earlier(reference, draft.dataset)
      if let same = earlier.first(where: { $0.body == draft.body && $0.kind == draft.kind }) {
        return .duplicate(same.id)
      }
      // A correction may bear the reference of what it corrects.
      if let other = earlier.first, !earlier.contains(where: { $0.id == draft.kind.target }) {
        guard other.body != nil else {
          return .refused(
            field: "reference",
            problem: "\(reference) was published before as \(other.id), which cannot be read any more",
            remedy: "use a new reference")
        }
        return .refused(
          field: "reference", problem: "\(reference) was published before as \(other.id) with other content",
          remedy: "use a new reference, or publish a correction with \"replaces\": \"\(other.id)\"")
      }
    }
    if let target = draft.kind.target, let refusal = try obstacle(to: draft, target) { return refusal }
    if let answer = draft.answers, try isHome(answer.record, draft.dataset) {
      return .refused(
        field: answer.field,
        problem: "\(answer.record) is a record of \(country) itself, which another country answers",
        remedy: "leave the answer to that country; what was wrong is corrected with \"replaces\" or \"withdraws\"")
    }
    guard draft.body.count <= Core.longestBody else {
      return .refused(
        field: "body", problem: "the record has \(draft.body.count) bytes", remedy: "keep it under 64 KiB")
    }

    let home = StreamName(origin: country, recipient: country, dataset: draft.dataset)
    var stream: OwnStream
    if let known = homes[draft.dataset] {
      stream = known
    } else {
      stream = try OwnStream(home, StreamState(), reader)
    }
    let id = try prepare(&stream, version: draft.version, agreement: Digest(), recipient: keys.sealing.publicKey)
    let homeIndex = try append(&stream, id: id, kind: draft.kind, body: draft.body, homeIndex: nil)
    homes[draft.dataset] = stream
    index(draft, id, Locator(stream: home, index: homeIndex))
    for name in outgoing.keys.sorted() where name.dataset == draft.dataset {
      try forward(draft, homeIndex: homeIndex, id: id, to: name)
    }

    if let reference = draft.reference {
      building.references[Building.ReferenceKey(dataset: draft.dataset, reference: reference), default: []]
        .append(Earlier(id: id, kind: draft.kind, body: draft.body))
    }
    building.bodies[id] = draft.body
    building.byteCount += draft.body.count
    if let target = draft.kind.target { building.changes[target] = id }
    return .accepted(id)
  }

  /// Why a correction cannot be made; nil when it can.
  private func obstacle(to draft: Draft, _ target: RecordID) throws(ReadError) -> PublishResult? {
    let field = if case .withdraws = draft.kind { "withdraws" } else { "replaces" }
    guard try isHome(target, draft.dataset) else {
      return .refused(
        field: field, problem: "there is no record \(target) in \(country)/\(country)/\(draft.dataset)",
        remedy: "name the id that publishing the record returned")
    }
    guard let later = try laterChange(of: target, draft.dataset) else { return nil }
    return .refused(
      field: field, problem: "\(target) was already changed by \(later)",
      remedy: "name the latest id of the record, \(later)")
  }

  /// The longest body, in bytes.
  public static let longestBody = 64 << 10

  /// Puts a record into a neighbour's stream when the agreement's filter lets it through. What the neighbour holds is
  /// read from its stream, not guessed from the filter: the agreement may have been another when the record was made.
  private func forward(
    _ draft: Draft, homeIndex: UInt64, id: RecordID, to name: StreamName
  ) throws(ReadError) {
    guard var stream = outgoing[name], stream.head.halted.isEmpty, let agreed = stream.agreed,
      agreed.isInForce(at: now), let neighbour = neighbours[name.recipient]
    else { return }
    let terms = agreed.terms
    let isHeld = if let target = draft.kind.target { try holds(target, stream) } else { false }
    var kind = draft.kind
    var body = rules.project(draft.body, under: terms)
    switch draft.kind {
    case .withdraws:
      guard isHeld else { return }
    case .replaces(let target) where !isAgreed(draft, shared: body, terms):
      // A correction that no longer meets the terms withdraws what the neighbour holds.
      guard isHeld else { return }
      kind = .withdraws(target)
      body = Array("{}".utf8)
    case .replaces:
      if !isHeld { kind = .record }
    default:
      guard isAgreed(draft, shared: body, terms) else { return }
    }
    let prepared = try prepare(
      &stream, version: terms.version, agreement: agreed.agreement, recipient: neighbour.sealingKey, id: id)
    _ = try append(&stream, id: prepared, kind: kind, body: body, homeIndex: homeIndex)
    outgoing[name] = stream
    if case .withdraws = kind {} else { building.standing[name, default: []].insert(id) }
  }

  /// Whether a record is what the terms share. One that was made under a newer definition than theirs may not be: the neighbour
  /// would refuse it, and everything after it.
  private func isAgreed(_ draft: Draft, shared body: [UInt8], _ terms: StreamTerms) -> Bool {
    guard rules.admits(draft.body, under: terms) else { return false }
    guard draft.version != terms.version else { return true }
    do throws(RuleBreach) { try rules.verify(body, kind: .record, terms: terms) } catch {
      log(
        .warning,
        "\(terms.stream): a record of version \(draft.version) is not what was agreed and is not sent: \(error)")
      return false
    }
    return true
  }

  /// Makes sure that the stream's stretch and epoch are those of now; gives the id for the next record. A given id is
  /// kept; an epoch entry before it takes an id that stands before it.
  private func prepare(
    _ stream: inout OwnStream, version: UInt32, agreement: Digest, recipient: ExchangePublicKey, id: RecordID? = nil
  ) throws(ReadError) -> RecordID {
    if stream.context?.version != version || stream.context?.agreement != agreement {
      stream.head.stretch &+= 1
      stream.context = EntryContext(
        origin: stream.name.checkpointOrigin(in: realm), agreement: agreement, version: version)
      building.closeChunk(stream.name)
      building.commit.states.append(
        (Stretch.stateKey(stream.name, stream.head.stretch), Stretch(agreement: agreement, version: version).bytes))
    }
    // In a home stream the epoch comes first in time; in a neighbour's stream it bears the last id before the record's,
    // since every stream's ids rise.
    let day = UInt32(clamping: CalendarDay(of: max(now, (id ?? lastID)?.time ?? now)).daysSinceEpoch)
    if stream.epoch?.number != day {
      do {
        let (record, key) = try EpochRecord.fresh(
          number: day, first: stream.head.size, stream: stream.name, to: recipient, keys: keys, entropy)
        let epochID = id?.predecessor ?? nextID()
        building.epochs.append((stream.name, record, key))
        building.commit.states.append((record.stateKey(stream.name), record.bytes))
        let entry = Entry(id: epochID, kind: .epoch(day), commitment: SHA256.hash(record.box))
        try push(&stream, entry, sealed: record.box, homeIndex: stream.name.isHome ? nil : 0)
        stream.epoch = key
      } catch let error as SodiumError {
        throw .damaged("the sealing key of \(stream.name.recipient): \(error)")
      } catch let error as ReadError {
        throw error
      } catch {
        throw .damaged("\(error)")
      }
    }
    return id ?? nextID()
  }

  /// Appends a record to a stream; gives its index.
  private func append(
    _ stream: inout OwnStream, id: RecordID, kind: Entry.Kind, body: [UInt8], homeIndex: UInt64?
  ) throws(ReadError) -> UInt64 {
    guard let context = stream.context, let epoch = stream.epoch else { throw .damaged("\(stream.name) has no epoch") }
    let entry = Entry(id: id, kind: kind, commitment: Entry.commit(to: body, salt: epoch.salt(for: id)))
    let index = stream.head.size
    var sealed: [UInt8] = []
    if homeIndex == nil {
      do { sealed = try epoch.seal(body, leaf: context.leaf(entry).digest.bytes) } catch { throw .damaged("\(error)") }
    }
    try push(&stream, entry, sealed: sealed, homeIndex: homeIndex)
    return index
  }

  private func push(
    _ stream: inout OwnStream, _ entry: Entry, sealed: [UInt8], homeIndex: UInt64?
  ) throws(ReadError) {
    guard let context = stream.context else { throw .damaged("\(stream.name) has no stretch") }
    let index = stream.head.size
    let tile = stream.head.frontier.append(context.leaf(entry))
    stream.head.lastID = entry.id
    building.grown.insert(stream.name)
    building.add(to: stream.name, at: index, stretch: stream.head.stretch, tile: tile) { builder in
      if let homeIndex { builder.append(entry, homeIndex: homeIndex) } else { builder.append(entry, sealed: sealed) }
    }
  }

  private func index(_ draft: Draft, _ id: RecordID, _ locator: Locator) {
    let partition = IndexField.partition(of: id.time)
    for term in rules.searchKeys(of: draft.body, in: draft.dataset, version: draft.version) {
      addIndex(partition, draft.dataset, term.field, term.value, locator)
    }
    if let reference = draft.reference {
      addIndex(IndexField.endless, draft.dataset, IndexField.reference, Array(reference.utf8), locator)
    }
    indexChange(draft.kind, draft.dataset, locator)
  }

  /// Notes that a record is replaced or withdrawn, so that a query of it finds the change.
  func indexChange(_ kind: Entry.Kind, _ dataset: DatasetName, _ locator: Locator) {
    switch kind {
    case .replaces(let target), .withdraws(let target):
      addIndex(IndexField.endless, dataset, IndexField.change, Array(target.description.utf8), locator)
    default: break
    }
  }

  func addIndex(_ partition: Int32, _ dataset: DatasetName, _ field: String, _ value: [UInt8], _ locator: Locator) {
    let key = keys.blindKey(dataset: dataset, field: field, value: value)
    building.commit.index.append(IndexEntry(partition: partition, key: key, locator: locator))
  }

  // MARK: What was published before

  /// What was published under a reference; without its body when that was erased or cannot be read.
  struct Earlier {
    let id: RecordID
    let kind: Entry.Kind
    let body: [UInt8]?
  }

  private func earlier(_ reference: String, _ dataset: DatasetName) throws(ReadError) -> [Earlier] {
    let key = Building.ReferenceKey(dataset: dataset, reference: reference)
    var found = (building.references[key] ?? []) + (underWay?.references[key] ?? [])
    for (entry, locator) in try homeEntries(dataset, IndexField.reference, Array(reference.utf8)) {
      do throws(ReadError) {
        guard let record = try reader.record(locator.stream, at: locator.index) else { continue }
        // A blind key is short: another reference may have the same.
        guard rules.reference(in: record.body, of: dataset, version: record.context.version) == reference else {
          continue
        }
        found.append(Earlier(id: entry.id, kind: entry.kind, body: record.body))
      } catch {
        if case .store = error { throw error }
        found.append(Earlier(id: entry.id, kind: entry.kind, body: nil))
      }
    }
    return found
  }

  /// Whether a record is in the home register.
  private func isHome(_ id: RecordID, _ dataset: DatasetName) throws(ReadError) -> Bool {
    if building.bodies[id] != nil || underWay?.bodies[id] != nil { return true }
    guard let home = homes[dataset], let index = try reader.find(id, in: home.name, size: home.durable.size) else {
      return false
    }
    return try reader.entry(home.name, at: index).entry.hasBody
  }

  /// Whether a neighbour's stream has a record or correction of this id. A withdrawal leaves nothing to correct.
  private func holds(_ id: RecordID, _ stream: OwnStream) throws(ReadError) -> Bool {
    if building.standing[stream.name]?.contains(id) == true { return true }
    if underWay?.standing[stream.name]?.contains(id) == true { return true }
    guard let index = try reader.find(id, in: stream.name, size: stream.durable.size) else { return false }
    switch try reader.entry(stream.name, at: index).entry.kind {
    case .record, .replaces: return true
    default: return false
    }
  }

  private func laterChange(of id: RecordID, _ dataset: DatasetName) throws(ReadError) -> RecordID? {
    if let pending = building.changes[id] ?? underWay?.changes[id] { return pending }
    return try homeEntries(dataset, IndexField.change, Array(id.description.utf8)).first { $0.entry.kind.target == id }?
      .entry.id
  }

  private func homeEntries(
    _ dataset: DatasetName, _ field: String, _ value: [UInt8]
  ) throws(ReadError) -> [(entry: Entry, locator: Locator)] {
    let home = StreamName(origin: country, recipient: country, dataset: dataset)
    let key = keys.blindKey(dataset: dataset, field: field, value: value)
    var entries: [(entry: Entry, locator: Locator)] = []
    for locator in try store.readLocations(key, IndexField.endless...IndexField.endless, 64)
    where locator.stream == home {
      entries.append((try reader.entry(home, at: locator.index).entry, locator))
    }
    return entries
  }
}

extension Entry.Kind {
  /// The record that a correction is about.
  var target: RecordID? {
    switch self {
    case .replaces(let target), .withdraws(let target): target
    default: nil
    }
  }
}

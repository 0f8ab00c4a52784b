import Ledger
import Terms

// What neighbours handed back goes into the home registers again, in the order of its ids.
extension Core {
  /// A record as the streams to neighbours have it.
  private struct Returned {
    let kind: Entry.Kind
    let version: UInt32
    let body: [UInt8]
  }

  /// Puts the next records that came back into the registers.
  /// - Returns: whether there was any.
  func fillRegisters() throws(ReadError) -> Bool {
    let datasets = Set(outgoing.keys.map(\.dataset)).sorted()
    for dataset in datasets {
      if try fillRegister(dataset) { return true }
    }
    return false
  }

  private func fillRegister(_ dataset: DatasetName) throws(ReadError) -> Bool {
    let home = try home(of: dataset)
    let size = home.head.size
    // A record and its line in the register were always made together: what is missing there has a later id than its last.
    var found: [RecordID: [Returned]] = [:]
    var bound: RecordID?
    for stream in outgoing.values.sorted(by: { $0.name < $1.name }) where stream.name.dataset == dataset {
      let window = try window(of: stream, after: home.head.lastID)
      for (id, record) in window.records { found[id, default: []].append(record) }
      // Beyond the first window's end another stream may still hold something that comes before.
      if let last = window.last { bound = min(bound ?? last, last) }
    }
    let ids = found.keys.filter { id in bound.map { id <= $0 } ?? true }.sorted()
    // A window without a record, of epochs alone, does not end the search.
    guard !ids.isEmpty || bound != nil else { return false }
    for id in ids { try put(found[id] ?? [], id, into: home) }
    if home.head.size > size { building.grown.insert(home.name) }
    homes[dataset] = home
    return !ids.isEmpty
  }

  /// The next records of a stream after an id; `last` is the last one's id when there are more.
  private func window(
    of stream: OwnStream, after id: RecordID?
  ) throws(ReadError) -> (records: [(RecordID, Returned)], last: RecordID?) {
    let size = stream.durable.size
    var index = try reader.firstIndex(of: stream.name, after: id, size: size)
    var records: [(RecordID, Returned)] = []
    while index < size, records.count < Core.mostRecoveredAtOnce {
      let chunk = try reader.chunk(stream.name, at: index)
      let end = chunk.first + UInt64(chunk.entries.count)
      guard chunk.keepsBodies else {
        index = end
        continue
      }
      for position in Int(index - chunk.first)..<chunk.entries.count {
        let at = chunk.first + UInt64(position)
        do throws(ReadError) {
          guard let record = try reader.record(stream.name, at: at) else { continue }
          records.append(
            (
              record.entry.id,
              Returned(kind: record.entry.kind, version: record.context.version, body: record.body)
            ))
        } catch {
          guard case .erased = error else { throw error }
        }
      }
      index = end
    }
    return (records, index < size ? records.last?.0 : nil)
  }

  /// Puts one record into a register: what its forms for several neighbours tell of it together.
  private func put(_ forms: [Returned], _ id: RecordID, into home: OwnStream) throws(ReadError) {
    let dataset = home.name.dataset
    var kind = forms.first?.kind ?? .record
    // Where one neighbour has a correction and another a new record or a withdrawal, it was a correction that one of them had
    // no earlier record of, or that left the terms of the other.
    let targets = forms.compactMap(\.kind.target)
    if let target = targets.first {
      kind =
        forms.allSatisfy { if case .withdraws = $0.kind { true } else { false } }
        ? .withdraws(target) : .replaces(target)
    }
    var bodies = forms.filter { if case .withdraws = $0.kind { false } else { true } }
    if bodies.isEmpty { bodies = forms }
    let version = bodies.map(\.version).max() ?? 1
    let body = rules.join(bodies.filter { $0.version == version }.map(\.body), of: dataset, version: version)
    let read = rules.read(body, of: dataset, version: version)
    let draft = Draft(dataset: dataset, version: version, body: body, reference: read.reference, kind: kind)
    _ = try prepare(
      home, version: version, agreement: Digest(), recipient: keys.sealing.publicKey, id: id, at: id.time)
    let index = try append(home, id: id, kind: kind, body: body)
    let locator = Locator(stream: home.name, index: index)
    self.index(draft, read.searchKeys, id, locator)
    if let reference = read.reference {
      addIndex(IndexField.endless, dataset, IndexField.reference, Array(reference.utf8), locator)
    }
    try share(draft, read, id, HomePlace(index: index, epoch: home.epoch?.number))
  }

  /// Sends a record that came back from one neighbour to those whom it had not reached: their streams end before it. With some of
  /// its fields only it may not be what was agreed with them; then they do not get it.
  private func share(
    _ draft: Draft, _ read: any RecordReading, _ id: RecordID, _ home: HomePlace
  ) throws(ReadError) {
    for name in outgoing.keys.sorted() where name.dataset == draft.dataset && maySign(name) {
      guard let stream = outgoing[name], stream.head.lastID.map({ $0 < id }) ?? true,
        let agreed = agreed(name, at: id.time),
        (try? rules.verify(read.project(under: agreed.terms), kind: draft.kind, terms: agreed.terms)) != nil
      else { continue }
      let size = stream.head.size
      let isStanding = try forward(
        draft, read, home: home, id: id, to: stream, earlier: [], under: agreed)
      guard stream.head.size > size else { continue }
      building.grown.insert(name)
      if isStanding { building.standing[name, default: []].append(id) }
    }
  }
}

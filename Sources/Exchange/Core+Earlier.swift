import Ledger
import Terms

// What was published before: by reference, by id, and what became of it.
extension Core {
  /// What was published under a reference; without its body when that was erased or cannot be read.
  struct Earlier {
    let id: RecordID
    let kind: Entry.Kind
    let body: [UInt8]?
    let reference: String
  }

  func earlier(
    _ reference: String, _ key: BlindKey, _ dataset: DatasetName
  ) throws(ReadError) -> [Earlier] {
    var found: [Earlier] = []
    // A blind key is short: another reference may have the same.
    if let pending = building.references[key] { found += pending.filter { $0.reference == reference } }
    if let pending = underWay?.references[key] { found += pending.filter { $0.reference == reference } }
    for (entry, locator) in try homeEntries(dataset, key) {
      do throws(ReadError) {
        guard let record = try reader.record(locator.stream, at: locator.index) else { continue }
        let read = rules.read(record.body, of: dataset, version: record.context.version)
        guard read.reference == reference else { continue }
        found.append(Earlier(id: entry.id, kind: entry.kind, body: record.body, reference: reference))
      } catch {
        if case .store = error { throw error }
        found.append(Earlier(id: entry.id, kind: entry.kind, body: nil, reference: reference))
      }
    }
    return found
  }

  /// Whether a record is in the home register.
  func isHome(_ id: RecordID, _ dataset: DatasetName) throws(ReadError) -> Bool {
    if building.ids.ascendingContains(id) || underWay?.ids.ascendingContains(id) == true { return true }
    guard let home = homes[dataset], let index = try reader.find(id, in: home.name, size: home.durable.size) else {
      return false
    }
    return try reader.entry(home.name, at: index).entry.hasBody
  }

  /// Whether the key of a record was destroyed in a stream of this country; false when the stream has no such record.
  func isErased(_ id: RecordID, in name: StreamName) throws(ReadError) -> Bool {
    guard let index = try reader.find(id, in: name, size: durableSize(of: name)) else { return false }
    return try vault.isErased(name, at: index)
  }

  /// Whether a neighbour's stream has a record or correction of this id. A withdrawal leaves nothing to correct.
  func holds(_ id: RecordID, _ stream: OwnStream, _ earlier: [RecordID]) throws(ReadError) -> Bool {
    if earlier.ascendingContains(id) { return true }
    if building.standing[stream.name]?.ascendingContains(id) == true { return true }
    if underWay?.standing[stream.name]?.ascendingContains(id) == true { return true }
    guard let index = try reader.find(id, in: stream.name, size: stream.durable.size) else { return false }
    switch try reader.entry(stream.name, at: index).entry.kind {
    case .record, .replaces: return true
    default: return false
    }
  }

  func laterChange(of id: RecordID, _ dataset: DatasetName) throws(ReadError) -> RecordID? {
    if let pending = building.changes[id] ?? underWay?.changes[id] { return pending }
    let key = keys.blindKey(dataset: dataset, field: IndexField.change, value: Array(id.description.utf8))
    return try homeEntries(dataset, key).first { $0.entry.kind.target == id }?.entry.id
  }

  func homeEntries(
    _ dataset: DatasetName, _ key: BlindKey
  ) throws(ReadError) -> [(entry: Entry, locator: Locator)] {
    let home = StreamName(origin: country, recipient: country, dataset: dataset)
    var entries: [(entry: Entry, locator: Locator)] = []
    for locator in try store.readLocations(key, IndexField.endless...IndexField.endless, 64)
    where locator.stream == home {
      entries.append((try reader.entry(home, at: locator.index).entry, locator))
    }
    return entries
  }
}

extension [RecordID] {
  /// Whether an id is among ids that ascend: ids of one node do, in the order in which they were given.
  fileprivate func ascendingContains(_ id: RecordID) -> Bool {
    guard let place = lastPosition(where: { $0 <= id }) else { return false }
    return self[place] == id
  }
}

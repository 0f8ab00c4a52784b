import Catalog
import Exchange
import Ledger
import Terms

/// What an officer asks who has one key and wants everything known about it: a plate, a container, a person's document,
/// a number, a name with a birth date.
public struct CrossingRequest: Sendable {
  /// The key as typed.
  public var key: String
  /// Not before.
  public var since: Instant?
  /// Before.
  public var until: Instant?
  /// The most records of each dataset.
  public var limit = 100
  /// Whether replaced and withdrawn records are shown too.
  public var history = false
  /// Who asks.
  public var officer: String
  /// In which role.
  public var role: String
  /// At which post; nil when at none.
  public var post: String?
  /// What for.
  public var purpose: String

  /// What an officer asks.
  public init(key: String, officer: String, role: String, purpose: String) {
    (self.key, self.officer, self.role, self.purpose) = (key, officer, role, purpose)
  }

  /// The lookup that this is of one dataset.
  func lookup(in dataset: DatasetName) -> LookupRequest {
    var request = LookupRequest(dataset: dataset, officer: officer, role: role, purpose: purpose)
    (request.since, request.until, request.limit) = (since, until, limit)
    (request.history, request.post) = (history, post)
    request.conditions = [("key", key)]
    return request
  }
}

/// The crossing file: one timeline of one key across all datasets and countries.
///
/// Every dataset is asked under each name that can take the key, and then for the records that refer to what was found, as a
/// confirmation does that bears no plate itself. Each dataset and country asked is a line of the lookup log.
extension Lookups {
  /// Looks up, logs durably, then gives the answer, in order of the records' own time; waits for the disk.
  public func answer(_ request: CrossingRequest) throws(LookupError) -> LookupAnswer {
    let asked: [Asked]
    do throws(ReadError) { asked = try found(request) } catch { throw .read(error) }
    guard !asked.isEmpty else {
      throw .refused(
        Refusal(
          field: "key", problem: "no dataset can be searched for this",
          whatToDo: "type a plate, a document's number, a container, a tag, or SURNAME, GIVEN NAMES YYYY-MM-DD"))
    }
    var lines: [Draft] = []
    for part in asked { lines += try logLines(part.lookup, part.answer) }
    try write(lines)
    return merged(asked.map(\.answer))
  }

  /// One dataset, as it was asked so far.
  private struct Asked {
    let definition: Definition
    let lookup: LookupRequest
    let streams: [(StreamName, StreamState)]
    var answer: LookupAnswer

    init(_ definition: Definition, _ request: CrossingRequest, _ lookups: Lookups) throws(ReadError) {
      self.definition = definition
      lookup = request.lookup(in: definition.dataset)
      var answer = LookupAnswer()
      streams = try lookups.permitted(lookup, &answer)
      self.answer = answer
    }

    /// Adds what is found under any of the keys, each record once.
    mutating func add(_ keys: [SearchKey], _ lookups: Lookups) throws(ReadError) {
      var known = Set(answer.records.map(\.record.locator))
      for key in keys {
        var part = LookupAnswer()
        let search = Search(request: lookup, definition: definition, wanted: [key], filters: [], lookups: lookups)
        try search.run(streams, &part)
        part.records.removeAll { !known.insert($0.record.locator).inserted }
        answer.add(part)
      }
    }
  }

  private func found(_ request: CrossingRequest) throws(ReadError) -> [Asked] {
    var asked: [Asked] = []
    for definition in registry.topology.definitions where definition.dataset.description != Installation.lookupDataset {
      let keys = definition.searchKeys(typed: request.key)
      guard !keys.isEmpty else { continue }
      var part = try Asked(definition, request, self)
      try part.add(keys, self)
      asked.append(part)
    }
    // Then the records of every dataset that refer to what was found.
    let ids = Set(asked.flatMap(\.answer.records).map(\.record.entry.id)).sorted()
    for definition in registry.topology.definitions {
      let keys = ids.flatMap { definition.searchKeys(referringTo: $0) }
      guard !keys.isEmpty else { continue }
      if let place = asked.firstIndex(where: { $0.lookup.dataset == definition.dataset }) {
        try asked[place].add(keys, self)
      } else {
        var part = try Asked(definition, request, self)
        try part.add(keys, self)
        asked.append(part)
      }
    }
    return asked
  }

  private func merged(_ answers: [LookupAnswer]) -> LookupAnswer {
    var whole = LookupAnswer()
    for answer in answers { whole.add(answer) }
    let timed = whole.records.map { (time: registry.time(of: $0.record), found: $0) }
    whole.records = timed.sorted { ($0.time, $0.found.record.entry.id) < ($1.time, $1.found.record.entry.id) }
      .map(\.found)
    return whole
  }
}

extension LookupAnswer {
  /// Takes another answer in. The latest of both bounds is the one down to which nothing is missing.
  fileprivate mutating func add(_ other: LookupAnswer) {
    records += other.records
    sources += other.sources
    withheld += other.withheld
    if let bound = other.searchedBackTo { searchedBackTo = max(searchedBackTo ?? bound, bound) }
  }
}

extension Registry {
  /// The time that a record is of: its own where its dataset has one, else that of its publishing.
  func time(of record: LogReader.Record) -> Instant {
    guard let definition = definition(record.locator.stream.dataset, version: record.context.version),
      let field = definition.timeField, let text = definition.text(of: field, in: ReadBody(record.body)),
      let time = try? Instant(text)
    else { return record.entry.id.time }
    return time
  }
}

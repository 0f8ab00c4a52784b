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
    let asked = try found(request)
    var lines: [Draft] = []
    for (lookup, answer) in asked { lines += try logLines(lookup, answer) }
    try write(lines)
    return merged(asked.map(\.answer))
  }

  private func found(_ request: CrossingRequest) throws(LookupError) -> [(lookup: LookupRequest, answer: LookupAnswer)]
  {
    var asked: [(lookup: LookupRequest, answer: LookupAnswer)] = []
    for definition in registry.topology.definitions where definition.dataset.description != Installation.lookupDataset {
      let keys = definition.searchKeys(typed: request.key)
      guard !keys.isEmpty else { continue }
      let lookup = request.lookup(in: definition.dataset)
      asked.append((lookup, try found(keys, definition, lookup)))
    }
    guard !asked.isEmpty else {
      throw .refused(
        Refusal(
          field: "key", problem: "no dataset can be searched for this",
          whatToDo: "type a plate, a document's number, a container, a tag, or SURNAME, GIVEN NAMES YYYY-MM-DD"))
    }
    try addReferring(request, &asked)
    return asked
  }

  private func found(
    _ keys: [SearchKey], _ definition: Definition, _ lookup: LookupRequest
  ) throws(LookupError) -> LookupAnswer {
    var answer = LookupAnswer()
    do throws(ReadError) {
      let streams = try permitted(lookup, &answer)
      try add(keys, definition, lookup, streams, &answer)
    } catch { throw .read(error) }
    return answer
  }

  /// Adds what is found under any of the keys, each record once.
  private func add(
    _ keys: [SearchKey], _ definition: Definition, _ lookup: LookupRequest, _ streams: [(StreamName, StreamState)],
    _ answer: inout LookupAnswer
  ) throws(ReadError) {
    var known = Set(answer.records.map(\.record.locator))
    for key in keys {
      var part = LookupAnswer()
      let search = Search(request: lookup, definition: definition, wanted: [key], filters: [], lookups: self)
      try search.run(streams, &part)
      answer.records += part.records.filter { known.insert($0.record.locator).inserted }
      // The latest of several bounds is the one up to which nothing is missing.
      if let bound = part.searchedBackTo { answer.searchedBackTo = max(answer.searchedBackTo ?? bound, bound) }
    }
  }

  /// Adds the records of every dataset that refer to what was found.
  private func addReferring(
    _ request: CrossingRequest, _ asked: inout [(lookup: LookupRequest, answer: LookupAnswer)]
  ) throws(LookupError) {
    let ids = Set(asked.flatMap(\.answer.records).map(\.record.entry.id)).sorted()
    guard !ids.isEmpty else { return }
    for definition in registry.topology.definitions where definition.refersField != nil {
      let keys = ids.flatMap { definition.searchKeys(referringTo: $0) }
      guard !keys.isEmpty else { continue }
      let place: Int
      if let known = asked.firstIndex(where: { $0.lookup.dataset == definition.dataset }) {
        place = known
      } else {
        place = asked.count
        asked.append((request.lookup(in: definition.dataset), LookupAnswer()))
      }
      var answer = asked[place].answer
      var streams = LookupAnswer()
      do throws(ReadError) {
        let permitted = try permitted(asked[place].lookup, &streams)
        try add(keys, definition, asked[place].lookup, permitted, &answer)
      } catch { throw .read(error) }
      if answer.sources.isEmpty { (answer.sources, answer.withheld) = (streams.sources, streams.withheld) }
      asked[place].answer = answer
    }
  }

  private func merged(_ answers: [LookupAnswer]) -> LookupAnswer {
    var whole = LookupAnswer()
    for answer in answers {
      whole.records += answer.records
      whole.sources += answer.sources
      whole.withheld += answer.withheld
      if let bound = answer.searchedBackTo { whole.searchedBackTo = max(whole.searchedBackTo ?? bound, bound) }
    }
    let timed = whole.records.map { (time: registry.time(of: $0.record), found: $0) }
    whole.records = timed.sorted { ($0.time, $0.found.record.entry.id) < ($1.time, $1.found.record.entry.id) }
      .map(\.found)
    return whole
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

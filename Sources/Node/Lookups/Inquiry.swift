import Catalog
import Exchange
import Ledger
import Terms

/// One question that goes over several datasets: what was found in each, from which streams, and what was withheld. Every dataset
/// asked becomes a lookup of its own in the log.
struct Inquiry {
  /// One dataset, as it was asked so far.
  private struct Part {
    let definition: Definition
    let lookup: LookupRequest
    let streams: [(StreamName, StreamState)]
    var answer: LookupAnswer
  }

  private let lookups: Lookups
  /// What is asked of one dataset: by whom, what for, in which span of time.
  private let asker: (DatasetName) -> LookupRequest
  private let isNodes: Bool
  private let asksOrigins: Bool
  private var parts: [Part] = []
  private var round = QuestionRound()

  /// A question of an officer. With `asNode` the node asks for itself, in no role: for what is refused, never for what is shown.
  /// With `asksOrigins` also the nodes of other countries are asked, for what is not held here.
  init(
    _ lookups: Lookups, _ asker: @escaping (DatasetName) -> LookupRequest, asNode: Bool = false,
    asksOrigins: Bool = false
  ) {
    (self.lookups, self.asker, isNodes, self.asksOrigins) = (lookups, asker, asNode, asksOrigins)
  }

  /// Finds what has any of the keys in a dataset, and keeps it with what was found before.
  /// - Returns: all records that have one of them, those found before too.
  @discardableResult
  mutating func find(_ keys: [SearchKey], in definition: Definition) throws(ReadError) -> [LookupAnswer.Found] {
    let place = try ask(definition)
    var found: [LookupAnswer.Found] = []
    for key in Set(keys).sorted() {
      var part = LookupAnswer()
      let search = Search(
        request: parts[place].lookup, definition: definition, wanted: [key], filters: [], lookups: lookups)
      try search.run(parts[place].streams, &part)
      found += part.records
      keep(part, at: place)
    }
    guard asksOrigins, !keys.isEmpty, !parts[place].answer.origins.isEmpty else { return found }
    let search = Search(
      request: parts[place].lookup, definition: definition, wanted: [], filters: [], lookups: lookups)
    let before = Set(parts[place].answer.records.map(\.record.entry.id))
    try lookups.askOrigins(search, among: [], anyOf: Set(keys).sorted(), into: &parts[place].answer, &round)
    found += parts[place].answer.records.filter { $0.answeredAt != nil && !before.contains($0.record.entry.id) }
    return found
  }

  /// Finds what was published last and meets a condition, the newest first.
  @discardableResult
  mutating func scan(
    _ definition: Definition, where condition: @escaping (Definition, ReadBody) -> Bool
  ) throws(ReadError) -> [LookupAnswer.Found] {
    let place = try ask(definition)
    var part = LookupAnswer()
    var search = Search(
      request: parts[place].lookup, definition: definition, wanted: [], filters: [], lookups: lookups)
    search.narrowed = condition
    try search.run(parts[place].streams, &part)
    keep(part, at: place)
    return part.records
  }

  /// The record of this id in a stream, when it may be shown and still stands.
  mutating func record(_ id: RecordID, in stream: StreamName) throws(ReadError) -> LookupAnswer.Found? {
    guard let definition = lookups.registry.definition(stream.dataset) else { return nil }
    let place = try ask(definition)
    guard let state = parts[place].streams.first(where: { $0.0 == stream })?.1,
      let index = try lookups.reader.find(id, in: stream, size: state.size)
    else { return nil }
    var record: LogReader.Record?
    do { record = try lookups.reader.record(stream, at: index) } catch {
      guard case .erased = error else { throw error }
    }
    let search = Search(
      request: parts[place].lookup, definition: definition, wanted: [], filters: [], lookups: lookups)
    guard let record, let found = try search.found(record) else { return nil }
    var part = LookupAnswer()
    part.records = [found]
    keep(part, at: place)
    return found
  }

  /// Asks a dataset, so that its streams and what is withheld of it are told though nothing is searched for.
  @discardableResult
  mutating func ask(_ definition: Definition) throws(ReadError) -> Int {
    if let place = parts.firstIndex(where: { $0.definition.dataset == definition.dataset }) { return place }
    let lookup = asker(definition.dataset)
    var answer = LookupAnswer()
    let streams = try lookups.permitted(lookup, &answer, asNode: isNodes)
    parts.append(Part(definition: definition, lookup: lookup, streams: streams, answer: answer))
    return parts.count - 1
  }

  /// Whether nothing was asked.
  var isEmpty: Bool { parts.isEmpty }

  /// All that was found, each record once.
  var records: [LookupAnswer.Found] { parts.flatMap(\.answer.records) }

  /// The streams of a dataset that may be shown.
  func streams(of dataset: DatasetName) -> [StreamName] {
    parts.first { $0.definition.dataset == dataset }?.streams.map(\.0) ?? []
  }

  /// All answers as one, in order of the records' own time.
  var answer: LookupAnswer {
    var whole = LookupAnswer()
    for part in parts { whole.add(part.answer) }
    let timed = whole.records.map { (time: lookups.registry.time(of: $0), found: $0) }
    whole.records = timed.sorted { ($0.time, $0.found.record.entry.id) < ($1.time, $1.found.record.entry.id) }
      .map(\.found)
    return whole
  }

  /// The lines of the lookup log for what this and another inquiry of the same question found.
  func logLines(with other: Inquiry? = nil) throws(LookupError) -> [Draft] {
    var whole = self
    for part in other?.parts ?? [] {
      if let place = whole.parts.firstIndex(where: { $0.definition.dataset == part.definition.dataset }) {
        whole.keep(part.answer, at: place)
      } else {
        whole.parts.append(part)
      }
    }
    var lines: [Draft] = []
    for part in whole.parts { lines += try lookups.logLines(part.lookup, part.answer) }
    return lines
  }

  /// The records as the questions of risk look at them.
  func statements(_ found: [LookupAnswer.Found]) -> [Statement] {
    found.compactMap { lookups.registry.statement(of: $0.record, earlier: $0.earlier) }
  }

  private mutating func keep(_ answer: LookupAnswer, at place: Int) {
    // By id: what an origin answered with has no place in a stream here.
    var known = Set(parts[place].answer.records.map { RecordKey($0) })
    var added = LookupAnswer()
    added.records = answer.records.filter { known.insert(RecordKey($0)).inserted }
    added.searchedBackTo = answer.searchedBackTo
    parts[place].answer.add(added)
  }
}

/// Which record it is, wherever it was found.
private struct RecordKey: Hashable {
  let stream: StreamName
  let id: RecordID

  init(_ found: LookupAnswer.Found) { (stream, id) = (found.record.locator.stream, found.record.entry.id) }
}

extension LookupAnswer {
  /// Takes another answer in. The latest of both bounds is the one down to which nothing is missing.
  mutating func add(_ other: LookupAnswer) {
    records += other.records
    sources += other.sources
    withheld += other.withheld
    if let bound = other.searchedBackTo { searchedBackTo = max(searchedBackTo ?? bound, bound) }
  }
}

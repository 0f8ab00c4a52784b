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
  /// Whether the origins of replicated records are asked over the link for what is newer.
  public var live = false
  /// Who asks, and what for.
  public var asker: Asker

  /// What an officer asks.
  public init(key: String, by asker: Asker) { (self.key, self.asker) = (key, asker) }

  /// The lookup that this is of one dataset.
  func lookup(in dataset: DatasetName) -> LookupRequest {
    var request = LookupRequest(dataset: dataset, by: asker)
    (request.since, request.until, request.limit, request.history) = (since, until, limit, history)
    request.conditions = [("key", key)]
    request.live = live
    return request
  }
}

/// The crossing file: what must be seen first of a key, and one timeline of it across all datasets and countries.
///
/// Every dataset is asked under each name that can take the key, then for the records that refer to what was found, as a
/// confirmation does that bears no plate itself, and for the reads of tags that were found. Each dataset and country asked is a line
/// of the lookup log.
extension Lookups {
  /// Consignments whose lane is decided for one heading, the newest first.
  static let mostConsignments = 20

  /// Looks up, logs durably, then gives the answer, in order of the records' own time; waits for the disk.
  public func answer(_ request: CrossingRequest) throws(LookupError) -> LookupAnswer {
    var timeline = Inquiry(self, request.lookup, asksOrigins: true)
    var finder = FactFinder(self, request.lookup)
    var heading = Heading()
    do throws(ReadError) {
      try follow(request.key, &timeline)
      if !timeline.isEmpty { heading = try self.heading(over: timeline, &finder) }
    } catch { throw .read(error) }
    guard !timeline.isEmpty else {
      throw .refused(
        Refusal(
          field: "key", problem: "no dataset can be searched for this",
          whatToDo: "type a plate, a document's number, a container, a tag, or SURNAME, GIVEN NAMES YYYY-MM-DD"))
    }
    try write(timeline.logLines(with: finder.inquiry))
    var answer = timeline.answer
    answer.rest(on: finder.inquiry.answer)
    answer.heading = heading
    return answer
  }

  private func follow(_ key: String, _ timeline: inout Inquiry) throws(ReadError) {
    // What the node writes of its own is told apart from what countries said.
    let own = [Installation.hitDataset, Installation.tagAlarmDataset]
    let definitions = registry.topology.definitions.filter { !own.contains($0.dataset.description) }
    for definition in definitions where definition.dataset.description != Installation.lookupDataset {
      let keys = definition.searchKeys(typed: key)
      if !keys.isEmpty { try timeline.find(keys, in: definition) }
    }
    // Then the records of every dataset that refer to what was found.
    let ids = Set(timeline.records.map(\.record.entry.id)).sorted()
    for definition in definitions {
      let keys = ids.flatMap { definition.searchKeys(referringTo: $0) }
      if !keys.isEmpty { try timeline.find(keys, in: definition) }
    }
    // And where the tags that it led to were read.
    let tags = Set(timeline.statements(timeline.records).compactMap { $0.text("epc") }).sorted()
    guard !tags.isEmpty else { return }
    for definition in definitions where definition.dataset.description == TagAlarm.reads {
      try timeline.find(tags.map { SearchKey(field: "epc", value: Array($0.utf8)) }, in: definition)
    }
  }

  private func heading(over timeline: Inquiry, _ finder: inout FactFinder) throws(ReadError) -> Heading {
    var heading = Heading()
    let found = timeline.statements(timeline.records)
    // Declarations found, those that a change of state names, and those of a unit that was found by its tag.
    var declared = found.filter { $0.dataset == Consignment.dataset && $0.text("event") == "declared" }
    let named = Set(
      found.filter { $0.dataset == Consignment.dataset }.compactMap { $0.record("refers") }
        .filter { id in !declared.contains { $0.id == id } })
    declared += try finder.declarations(named)
    for unit in found where unit.dataset == TagAlarm.units && unit.text("event") == "registered" {
      declared += try finder.declarations(about: unit.subjects, by: [.plate, .container])
    }
    var known: Set<RecordID> = []
    declared = declared.filter { known.insert($0.id).inserted }.sorted { $0.id > $1.id }
    if declared.count > Self.mostConsignments {
      heading.notes.append(.lanesOfNewest(Self.mostConsignments, of: declared.count))
    }
    for statement in declared.prefix(Self.mostConsignments) {
      let facts = try finder.facts(of: try finder.consignment(statement))
      heading.consignments.append(Heading.Shown(facts, risk.selectivity))
    }
    if !declared.isEmpty, risk.selectivity == nil {
      heading.notes.append(.noRules)
    }
    try addLoose(found, &heading, &finder)
    heading.notes += finder.notes
    return heading
  }

  /// What does not come by a consignment: alerts on any record found, holds, operators and tags found by the key itself.
  private func addLoose(
    _ found: [Statement], _ heading: inout Heading, _ finder: inout FactFinder
  ) throws(ReadError) {
    let shown = heading.consignments.map(\.facts)
    heading.alerts = try finder.alerts(on: found)
    for alert in shown.flatMap(\.alerts) where !heading.alerts.contains(alert) { heading.alerts.append(alert) }
    let tied = Set(shown.flatMap(\.holds).map(\.id))
    heading.holds = Hold.holds(found).filter { !tied.contains($0.id) }
    var operators = OperatorStanding.standings(found, for: country, on: CalendarDay(of: clock.now()))
    operators += shown.flatMap(\.operators)
    for record in found where record.dataset != OperatorStanding.dataset && record.dataset != Consignment.dataset {
      operators += try finder.operators(of: record.subjects)
    }
    var seen: Set<RecordID> = []
    heading.operators = operators.filter { seen.insert($0.id).inserted }
    let epcs = Set(found.compactMap { $0.text("epc") })
    let (units, reads) = try finder.tagged(epcs)
    let alarms = TagAlarm.alarms(
      units: units, reads: reads, ways: risk.selectivity?.ways ?? TagAlarm.Ways(), on: CalendarDay(of: clock.now()))
    var tags: Set<TagAlarm> = []
    heading.tags = (shown.flatMap(\.tags) + alarms).filter { tags.insert($0).inserted }
  }
}

extension LookupAnswer {
  /// Adds the streams on which it rests beside its own, and what was withheld of them; not their records.
  mutating func rest(on other: LookupAnswer) {
    let known = Set(sources.map(\.stream))
    sources += other.sources.filter { !known.contains($0.stream) }
    withheld += other.withheld.filter { !withheld.contains($0) && !known.contains($0.stream) }
  }
}

extension Registry {
  /// The time that a record is of: its own where its dataset has one, else that of its publishing.
  func time(of found: LookupAnswer.Found) -> Instant {
    let record = found.record
    guard let definition = definition(record.locator.stream.dataset, version: record.context.version),
      let field = definition.timeField, let text = definition.text(of: field, in: found.body),
      let time = try? Instant(text)
    else { return record.entry.id.time }
    return time
  }
}

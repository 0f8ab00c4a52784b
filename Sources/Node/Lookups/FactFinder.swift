import Catalog
import Exchange
import Terms

/// Finds what is known of consignments, tags and companies across datasets, as far as the role that asks may see it.
struct FactFinder {
  private let lookups: Lookups
  /// The question that this is part of: what is found is in its log.
  private(set) var inquiry: Inquiry
  private let book: AlertBook?
  /// What could not be told.
  private(set) var notes: [HeadingNote] = []

  /// Records of one kind that are looked at for one consignment.
  private static let mostRecords = 1000

  /// Finds facts for who asks; over all time, whatever span the question names.
  init(_ lookups: Lookups, _ asker: @escaping (DatasetName) -> LookupRequest, asNode: Bool = false) {
    self.lookups = lookups
    inquiry = Inquiry(
      lookups,
      { dataset in
        var lookup = asker(dataset)
        (lookup.since, lookup.until, lookup.history, lookup.limit) = (nil, nil, false, Self.mostRecords)
        return lookup
      }, asNode: asNode)
    book = asNode ? nil : lookups.risk.openAlerts()
    if book == nil, !asNode { notes.append(.alertsNotRead) }
  }

  private var today: CalendarDay { CalendarDay(of: lookups.clock.now()) }

  private func definition(_ name: String) -> Definition? {
    lookups.registry.topology.definition(named: name)
  }

  /// The records of a dataset that share a value of one of these kinds, and those that refer to them.
  private mutating func records(
    _ dataset: String, about subjects: RecordSubjects, by kinds: [Subject]
  ) throws(ReadError) -> [Statement] {
    guard let definition = definition(dataset) else { return [] }
    let fields = definition.watchedFields
    let keys = kinds.flatMap { kind in
      let values = subjects.wholeKeys(kind)
      return fields.filter { $0.value == kind }.flatMap { field, _ in
        values.map { SearchKey(field: field, value: $0) }
      }
    }
    return try withReferring(try inquiry.find(keys, in: definition), in: definition)
  }

  private mutating func withReferring(
    _ found: [LookupAnswer.Found], in definition: Definition
  ) throws(ReadError) -> [Statement] {
    let ids = Set(found.flatMap { [$0.record.entry.id] + $0.earlier })
    let referring = try inquiry.find(ids.flatMap { definition.searchKeys(referringTo: $0) }, in: definition)
    return Self.unique(inquiry.statements(found + referring))
  }

  private static func unique(_ statements: [Statement]) -> [Statement] {
    var known: Set<RecordID> = []
    return statements.filter { known.insert($0.id).inserted }
  }

  /// Quarantine's holds that are tied to any of these.
  mutating func holds(of subjects: RecordSubjects) throws(ReadError) -> [Hold] {
    Hold.holds(try records(Hold.dataset, about: subjects, by: [.declaration, .certificate, .container]))
      .filter { $0.isOf(subjects) }
  }

  /// How the companies stand that a record names.
  mutating func operators(of subjects: RecordSubjects) throws(ReadError) -> [OperatorStanding] {
    guard !subjects.keys(.company).isEmpty else { return [] }
    return OperatorStanding.standings(
      try records(OperatorStanding.dataset, about: subjects, by: [.company]), for: lookups.country, on: today)
  }

  /// The registry's records and the reads of tags.
  mutating func tagged(_ epcs: Set<String>) throws(ReadError) -> (units: [Statement], reads: [Statement]) {
    let keys = epcs.sorted().map { SearchKey(field: "epc", value: Array($0.utf8)) }
    guard !keys.isEmpty else { return ([], []) }
    var found: [[Statement]] = []
    for name in [TagAlarm.units, TagAlarm.reads] {
      guard let definition = definition(name), definition.searchNames.contains("epc") else { return ([], []) }
      found.append(inquiry.statements(try inquiry.find(keys, in: definition)))
    }
    return (found[0], found[1])
  }

  /// The alarms of the tags on these plates and containers, and of those named.
  mutating func alarms(
    of subjects: RecordSubjects, and epcs: Set<String> = []
  ) throws(ReadError) -> [TagAlarm] {
    let units = try records(TagAlarm.units, about: subjects, by: [.plate, .container])
    let all = epcs.union(units.compactMap { $0.text("epc") })
    let (registered, reads) = try tagged(all)
    return TagAlarm.alarms(
      units: registered, reads: reads, ways: lookups.risk.selectivity?.ways ?? TagAlarm.Ways(), on: today)
  }

  /// The open alerts on these records that the role may see, each once.
  mutating func alerts(on statements: [Statement]) throws(ReadError) -> [Alert] {
    guard let definition = definition(Alert.dataset) else { return [] }
    try inquiry.ask(definition)
    guard let book else { return [] }
    let now = lookups.clock.now()
    let matched = Set(statements.flatMap { book.matches($0.subjects, at: now).map(\.alert) })
    var shown: [Alert] = []
    for alert in matched.sorted(by: { $0.id < $1.id }) {
      let stream = StreamName(origin: alert.author, recipient: lookups.country, dataset: definition.dataset)
      if try inquiry.record(alert.id, in: stream) != nil { shown.append(alert) }
    }
    return shown
  }

  /// Declarations by the ids that other records name, wherever they came from.
  mutating func declarations(_ ids: Set<RecordID>) throws(ReadError) -> [Statement] {
    guard let definition = definition(Consignment.dataset) else { return [] }
    try inquiry.ask(definition)
    var found: [LookupAnswer.Found] = []
    for id in ids.sorted() {
      for stream in inquiry.streams(of: definition.dataset) {
        if let record = try inquiry.record(id, in: stream) { found.append(record) }
      }
    }
    return inquiry.statements(found)
  }

  /// The streams of a dataset that the role may see.
  mutating func streams(of definition: Definition) throws(ReadError) -> [StreamName] {
    try inquiry.ask(definition)
    return inquiry.streams(of: definition.dataset)
  }

  /// The declaration of this id in a stream, when it may be shown and still stands.
  mutating func declaration(_ id: RecordID, in stream: StreamName) throws(ReadError) -> Statement? {
    try inquiry.record(id, in: stream).flatMap { inquiry.statements([$0]).first }
  }

  /// Declarations that share a value of one of these kinds.
  mutating func declarations(about subjects: RecordSubjects, by kinds: [Subject]) throws(ReadError) -> [Statement] {
    try records(Consignment.dataset, about: subjects, by: kinds)
      .filter { $0.text("event") == "declared" }
  }

  /// A declaration with the changes of its state.
  mutating func consignment(_ declared: Statement) throws(ReadError) -> Consignment {
    guard let definition = definition(Consignment.dataset) else { return Consignment(declared, events: []) }
    let keys = ([declared.id] + declared.earlier).flatMap { definition.searchKeys(referringTo: $0) }
    return Consignment(declared, events: Self.unique(inquiry.statements(try inquiry.find(keys, in: definition))))
  }

  /// All that decides a consignment's lane.
  mutating func facts(of consignment: Consignment) throws(ReadError) -> ConsignmentFacts {
    let declared = consignment.declared
    var facts = ConsignmentFacts(consignment)
    facts.holds = try holds(of: declared.subjects)
    facts.operators = try operators(of: declared.subjects)
    facts.tags = try alarms(of: declared.subjects)
    facts.alerts = try alerts(on: [declared])
    facts.certificates = try records("certificates", about: declared.subjects, by: [.certificate, .declaration])
    return facts
  }
}

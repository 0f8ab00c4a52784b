import Catalog
import Exchange
import Ledger
import Terms

// What the watch does on its own queue: reads new alerts, looks for them, looks at records, notes hits.
extension AlertWatch {
  /// An alert on a record, to be noted.
  private struct Hit {
    let match: AlertBook.Match
    let record: LogReader.Record
  }

  /// Does what gathered: alerts first, so that whatever became durable after them is matched against them.
  func perform(_ work: Work) throws {
    var fresh: [Alert] = []
    if work.haveAlertsGrown { fresh = try readAlerts() }
    if work.haveErased { try dropErased() }
    let (book, changes) = state.withLock { state in
      state.book.expire(at: clock.now())
      let changes = state.book.takeChanges()
      return (state.book, changes)
    }
    watch(changes, hasPassages: book.hasPassages)
    var hits: [Hit] = []
    for locator in work.found {
      try look(at: locator, book, &hits)
      if hits.count >= PublishSession.batchLines { try note(&hits) }
    }
    for (stream, first) in work.unread { try read(stream, from: first, book, &hits) }
    try note(&hits)
    try raiseTagAlarms(work)
    for alert in work.mustLookAnew ? book.open : fresh where alert.holds(at: clock.now()) {
      guard !isStopping, hitDefinition != nil else { return }
      try search(for: alert, &hits)
      try note(&hits)
    }
  }

  /// Reads what streams of alerts have gained, and keeps the book.
  /// - Returns: the alerts that are new.
  private func readAlerts() throws(ReadError) -> [Alert] {
    guard let alertDefinition else { return [] }
    var fresh: [Alert] = []
    var read = alertsRead.withLock { $0 }
    for stream in reader.streams(of: alertDefinition.dataset, to: country) {
      let size = try reader.state(of: stream).size
      var index = read[stream] ?? 0
      while index < size {
        let piece = try reader.records(stream, chunkAt: index)
        let news = piece.records.filter { $0.locator.index >= index }.compactMap(news)
        // In its place: a copy would cost as much as there are alerts, for each that comes.
        state.withLock { state in for one in news { one.apply(to: &state.book) } }
        fresh += news.compactMap(\.alert)
        index = piece.end
      }
      read[stream] = max(index, size)
    }
    let places = read
    alertsRead.withLock { $0 = places }
    return fresh
  }

  /// Alerts whose time is over go from memory as they went from the store, though they were to hold for longer.
  private func dropErased() throws(ReadError) {
    guard let dataset = alertDefinition?.dataset else { return }
    for alert in state.withLock({ $0.book.open }) {
      let stream = StreamName(origin: alert.author, recipient: country, dataset: dataset)
      guard let index = try reader.find(alert.id, in: stream, size: try reader.state(of: stream).size),
        try reader.vault.isErased(stream, at: index)
      else { continue }
      state.withLock { $0.book.remove(alert.id) }
    }
  }

  /// What a record of the dataset of alerts does to the book.
  private enum News {
    case alert(Alert)
    case replacement(of: RecordID, Alert?, RecordID)
    case lifting(RecordID, CountryCode)

    /// The alert that it brings.
    var alert: Alert? {
      switch self {
      case .alert(let alert): alert
      case .replacement(_, let alert, _): alert
      case .lifting: nil
      }
    }

    func apply(to book: inout AlertBook) {
      switch self {
      case .alert(let alert): book.insert(alert)
      case .replacement(let target, let alert, let id): book.replace(target, with: alert, id)
      case .lifting(let id, let country): book.lift(id, by: country)
      }
    }
  }

  private func news(_ record: LogReader.Record) -> News? {
    let id = record.entry.id
    if case .withdraws(let target) = record.entry.kind { return .replacement(of: target, nil, id) }
    guard let statement = registry.statement(of: record) else { return nil }
    let alert = Alert(statement).flatMap { $0.holds(at: clock.now()) ? $0 : nil }
    if case .replaces(let target) = record.entry.kind { return .replacement(of: target, alert, id) }
    if let alert { return .alert(alert) }
    guard statement.text("event") == "lifted", let lifted = statement.record("refers") else { return nil }
    return .lifting(lifted, statement.origin)
  }

  /// From now on commits are compared with the keys of the alerts that came, and no more with those of the alerts that went.
  private func watch(_ changes: AlertBook.Changes, hasPassages: Bool) {
    guard hitDefinition != nil else { return }
    let (come, gone) = (changes.added.values.map(watchedKeys), changes.removed.values.map(watchedKeys))
    keyed.withLock { $0 += come.count + gone.count }
    let ahead = hasPassages ? datasetsAhead : []
    state.withLock { state in
      for key in come.joined() { state.watched[key, default: 0] += 1 }
      for key in gone.joined() {
        let left = (state.watched[key] ?? 1) - 1
        state.watched[key] = left > 0 ? left : nil
      }
      state.ahead = ahead
    }
  }

  private func watchedKeys(_ alert: Alert) -> Set<BlindKey> { Set(places(of: alert).map(\.key)) }

  /// Where the index has what an alert is on.
  private func places(of alert: Alert) -> [(definition: Definition, key: BlindKey)] {
    fields.filter { $0.subject == alert.subject }.map { definition, field, _ in
      (definition, keys.blindKey(dataset: definition.dataset, field: field, value: alert.broadKey))
    }
  }

  private func look(at locator: Locator, _ book: AlertBook, _ hits: inout [Hit]) throws(ReadError) {
    guard locator.stream.recipient == country, !Self.unwatched.contains(locator.stream.dataset.description),
      let record = try opened(locator)
    else { return }
    match(record, book, &hits)
  }

  private func match(_ record: LogReader.Record, _ book: AlertBook, _ hits: inout [Hit]) {
    guard let statement = registry.statement(of: record) else { return }
    hits += book.matches(statement.subjects, at: clock.now()).map { Hit(match: $0, record: record) }
  }

  func opened(_ locator: Locator) throws(ReadError) -> LogReader.Record? {
    do { return try reader.record(locator.stream, at: locator.index) } catch {
      if case .erased = error { return nil }
      throw error
    }
  }

  private func read(
    _ stream: StreamName, from first: UInt64, _ book: AlertBook, _ hits: inout [Hit]
  ) throws {
    let size = try reader.state(of: stream).size
    var index = first
    while index < size {
      let piece = try reader.records(stream, chunkAt: index)
      for record in piece.records where record.locator.index >= index { match(record, book, &hits) }
      index = piece.end
      try note(&hits)
    }
  }

  /// Looks for an alert among the records that are here, the newest first.
  private func search(for alert: Alert, _ hits: inout [Hit]) throws(ReadError) {
    var book = AlertBook()
    book.insert(alert)
    let since = clock.now().advanced(byMilliseconds: -Self.daysBack * 86_400_000)
    func isFull() -> Bool {
      guard hits.count >= Self.mostEarlierHits else { return false }
      log(.info, "alerts", "alert \(alert.id) is on more than \(Self.mostEarlierHits) records; the newest are noted")
      return true
    }
    for (_, key) in places(of: alert) {
      let locators = try reader.store.readLocations(
        key, IndexField.partition(of: since)...Int32.max, Self.mostEarlierHits)
      for locator in locators where try reader.entry(locator.stream, at: locator.index).entry.id.time >= since {
        try look(at: locator, book, &hits)
        if isFull() { return }
      }
    }
    guard alert.subject == .passage else { return }
    for stream in datasetsAhead.flatMap({ reader.streams(of: $0, to: country) }).sorted() {
      var end = try reader.state(of: stream).size
      while end > 0, !isStopping {
        let piece = try reader.records(stream, chunkAt: end - 1)
        for record in piece.records.reversed() where record.locator.index < end && record.entry.id.time >= since {
          match(record, book, &hits)
          if isFull() { return }
        }
        end = piece.records.first.map { $0.entry.id.time < since } == true ? 0 : piece.first
      }
    }
  }

  /// Makes hits durable, in batches. One that was noted before is a duplicate, by its reference.
  private func note(_ hits: inout [Hit]) throws {
    guard let hitDefinition else { return }
    while !hits.isEmpty {
      let bodies = hits.prefix(PublishSession.batchLines).map { hit -> JSONValue in
        [
          "alert": .text(hit.match.alert.id.description), "author": .text(hit.match.alert.author.description),
          "matched": .text(hit.record.entry.id.description),
          "stream": .text(hit.record.locator.stream.description),
          "subject": .text(hit.match.alert.subject.rawValue), "found_in": .text(hit.match.field),
          "reference": .text("\(hit.match.alert.id)/\(hit.record.entry.id)"),
        ]
      }
      let count = try keep(bodies, of: hitDefinition, called: "a hit")
      if count > 0 { log(.info, "alerts", "\(count) new hit\(count == 1 ? "" : "s")") }
      hits.removeFirst(bodies.count)
    }
  }

  /// Makes records of the watch's own durable, at most a batch.
  /// - Returns: how many are new. One that was made before is a duplicate by its reference, or refused by it: the same alert on the
  ///   same record by another field, as after a definition's change, is the same hit.
  func keep(_ bodies: some Collection<JSONValue>, of definition: Definition, called name: String) throws -> Int {
    let drafts = try bodies.map {
      try registry.draft(Array($0.json.utf8), of: definition, from: country, now: clock.now())
    }
    var count = 0
    for result in try engine.publish(drafts) {
      switch result {
      case .accepted: count += 1
      case .duplicate: continue
      case .refused(let field, _, _) where field == "reference": continue
      case .refused(let field, let problem, _): log(.error, "alerts", "\(name) was refused: \(field): \(problem)")
      }
    }
    return count
  }
}

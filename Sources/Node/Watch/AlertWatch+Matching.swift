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
  func perform(_ work: State) throws {
    var fresh: [Alert] = []
    if work.haveAlertsGrown { fresh = try readAlerts() }
    let book = state.withLock { state in
      state.book.expire(at: clock.now())
      return state.book
    }
    if work.haveAlertsGrown || work.mustLookAnew { watch(book) }
    var hits: [Hit] = []
    for locator in work.found {
      try look(at: locator, book, &hits)
      if hits.count >= PublishSession.batchLines { try note(&hits) }
    }
    for (stream, first) in work.unread { try read(stream, from: first, book, &hits) }
    try note(&hits)
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
    var book = state.withLock { $0.book }
    var read = alertsRead.withLock { $0 }
    for stream in try reader.streams() where stream.dataset == alertDefinition.dataset && stream.recipient == country {
      let size = try reader.state(of: stream).size
      var index = read[stream] ?? 0
      while index < size {
        let piece = try reader.records(stream, chunkAt: index)
        for record in piece.records where record.locator.index >= index {
          if let alert = keep(record, &book) { fresh.append(alert) }
        }
        index = piece.end
      }
      read[stream] = max(index, size)
    }
    let (kept, places) = (book, read)
    state.withLock { $0.book = kept }
    alertsRead.withLock { $0 = places }
    return fresh
  }

  /// What a record of the dataset of alerts does to the book; gives the alert that it is.
  private func keep(_ record: LogReader.Record, _ book: inout AlertBook) -> Alert? {
    let id = record.entry.id
    if case .withdraws(let target) = record.entry.kind {
      book.replace(target, with: nil, id)
      return nil
    }
    guard let statement = registry.statement(of: record) else { return nil }
    let alert = Alert(statement).flatMap { $0.holds(at: clock.now()) ? $0 : nil }
    if case .replaces(let target) = record.entry.kind {
      book.replace(target, with: alert, id)
    } else if let alert {
      book.insert(alert)
    } else if statement.text("event") == "lifted", let lifted = statement.record("refers") {
      book.lift(lifted, by: statement.origin)
    }
    return alert
  }

  /// From now on commits are compared with the keys of these alerts.
  private func watch(_ book: AlertBook) {
    guard hitDefinition != nil else { return }
    var watched: Set<BlindKey> = []
    for alert in book.open { watched.formUnion(places(of: alert).map(\.key)) }
    let ahead = book.hasPassages ? datasetsAhead : []
    state.withLock { ($0.watched, $0.ahead) = (watched, ahead) }
  }

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

  private func opened(_ locator: Locator) throws(ReadError) -> LogReader.Record? {
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
    for stream in try reader.streams() where stream.recipient == country && datasetsAhead.contains(stream.dataset) {
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
      let drafts = try hits.prefix(PublishSession.batchLines).map { hit in
        let body: JSONValue = [
          "alert": .text(hit.match.alert.id.description), "author": .text(hit.match.alert.author.description),
          "matched": .text(hit.record.entry.id.description),
          "stream": .text(hit.record.locator.stream.description),
          "subject": .text(hit.match.alert.subject.rawValue), "found_in": .text(hit.match.field),
          "reference": .text("\(hit.match.alert.id)/\(hit.record.entry.id)"),
        ]
        return try registry.draft(Array(body.json.utf8), of: hitDefinition, from: country, now: clock.now())
      }
      var count = 0
      for result in try engine.publish(drafts) {
        switch result {
        case .accepted: count += 1
        case .duplicate: continue
        // The same alert on the same record by another field, as after a definition's change, is the same hit.
        case .refused(let field, _, _) where field == "reference": continue
        case .refused(let field, let problem, _): log(.error, "alerts", "a hit was refused: \(field): \(problem)")
        }
      }
      if count > 0 { log(.info, "alerts", "\(count) new hit\(count == 1 ? "" : "s")") }
      hits.removeFirst(drafts.count)
    }
  }
}

import Catalog
import Exchange
import Ledger
import Terms

/// One search: by blind index when a searchable field was given, else through the streams from their newest end.
struct Search {
  let request: LookupRequest
  let definition: Definition
  let wanted: [SearchKey]
  let filters: [FilterClause]
  let lookups: Lookups
  /// What else a record must be; asked before anything is looked up for it.
  var narrowed: (Definition, ReadBody) -> Bool = { _, _ in true }
  /// Entries looked at before the search gives up and says so.
  var mostScanned = Lookups.mostScanned

  /// Searches; the records come newest first.
  /// - Parameter isPage: whether the rest may be asked for: then the answer has nothing older than what was searched in every stream.
  /// - Returns: before which record to go on when there may be more; nil when this is all.
  @discardableResult
  func run(
    _ streams: [(StreamName, StreamState)], _ answer: inout LookupAnswer, isPage: Bool = false
  ) throws(ReadError) -> RecordID? {
    let limit = request.bound
    var end: RecordID?
    if let key = wanted.first {
      try byIndex(key, streams, limit, &answer)
    } else {
      end = try byTime(streams, limit, &answer)
    }
    answer.records.sort { $0.record.entry.id > $1.record.entry.id }
    if isPage, let end { answer.records.removeAll { $0.record.entry.id < end } }
    if answer.records.count > limit { answer.records.removeLast(answer.records.count - limit) }
    return answer.records.count == limit ? answer.records.last?.record.entry.id : end
  }

  private func byIndex(
    _ key: SearchKey, _ streams: [(StreamName, StreamState)], _ limit: Int, _ answer: inout LookupAnswer
  ) throws(ReadError) {
    var ends: [StreamName: UInt64] = [:]
    for (name, state) in streams { ends[name] = try end(of: name, state.size) }
    let first = request.since.map { IndexField.partition(of: $0) } ?? 1
    let until = [request.until, request.before?.time].compactMap { $0 }.min()
    let last = until.map { IndexField.partition(of: $0) } ?? Int32.max
    guard first <= last else { return }
    // The index tells the month and no finer order, so all of a key are asked for before the newest are opened: a multiple of
    // the limit, and more as long as that was not all.
    var asked = min(limit * 8, mostScanned)
    var locators = try locate(key.field, key.value, first...last, asked)
    while locators.count >= asked, asked < mostScanned {
      asked = min(asked * 8, mostScanned)
      locators = try locate(key.field, key.value, first...last, asked)
    }
    try takeNewest(
      locators.filter { locator in ends[locator.stream].map { locator.index < $0 } ?? false }, limit, &answer)
    if locators.count >= asked {
      answer.searchedBackTo = try locators.last.flatMap { (last) throws(ReadError) in
        try lookups.reader.entry(last.stream, at: last.index).entry.id.time
      }
    }
  }

  /// Takes the newest of these. Ids follow each other within a stream, so only each stream's next is compared with the others'.
  private func takeNewest(
    _ locators: [Locator], _ limit: Int, _ answer: inout LookupAnswer
  ) throws(ReadError) {
    var left = Dictionary(grouping: Set(locators), by: \.stream).mapValues { $0.map(\.index).sorted(by: <) }
    var heads: [StreamName: LookupAnswer.Found] = [:]
    func advance(_ stream: StreamName) throws(ReadError) {
      heads[stream] = nil
      while heads[stream] == nil, let index = left[stream]?.popLast() {
        guard let record = try opened(Locator(stream: stream, index: index)) else { continue }
        let body = read(record)
        if try admits(record, body) { heads[stream] = try found(record, body) }
      }
    }
    for stream in left.keys.sorted() { try advance(stream) }
    while answer.records.count < limit,
      let newest = heads.max(by: { $0.value.record.entry.id < $1.value.record.entry.id })
    {
      answer.records.append(newest.value)
      try advance(newest.key)
    }
  }

  /// The first entry that is too new to be shown.
  private func end(of name: StreamName, _ size: UInt64) throws(ReadError) -> UInt64 {
    guard let before = request.before else { return size }
    return try lookups.reader.firstIndex(of: name, notBefore: before.time.advanced(byMilliseconds: 1), size: size)
  }

  /// - Returns: before which record everything must be searched again, when the search had grown long.
  private func byTime(
    _ streams: [(StreamName, StreamState)], _ limit: Int, _ answer: inout LookupAnswer
  ) throws(ReadError) -> RecordID? {
    var stopped: Instant?
    let mostScanned = mostScanned / max(streams.count, 1)
    for (name, state) in streams {
      var end = try end(of: name, state.size)
      if let until = request.until { end = try lookups.reader.firstIndex(of: name, notBefore: until, size: end) }
      var (taken, scanned) = (0, 0)
      while end > 0, taken < limit {
        let piece = try lookups.reader.records(name, chunkAt: end - 1)
        for record in piece.records.reversed() where record.locator.index < end && taken < limit {
          if let since = request.since, record.entry.id.time < since {
            end = 0
            break
          }
          scanned += 1
          let body = read(record)
          if try admits(record, body), let found = try found(record, body) {
            answer.records.append(found)
            taken += 1
          }
        }
        if end == 0 { break }
        end = piece.first
        if scanned > mostScanned, taken < limit, let first = piece.records.first?.entry.id.time {
          stopped = max(stopped ?? first, first)
          break
        }
      }
    }
    answer.searchedBackTo = stopped
    // The first id there can be of that moment: what was published in it was searched.
    return stopped.map { RecordID(time: $0, random: (0, 0)) }
  }

  private func opened(_ locator: Locator) throws(ReadError) -> LogReader.Record? {
    do { return try lookups.reader.record(locator.stream, at: locator.index) } catch {
      if case .erased = error { return nil }
      throw error
    }
  }

  /// The definition under which a record was made; the newest may not know all its fields.
  private func definition(of record: LogReader.Record) -> Definition {
    lookups.registry.definition(request.dataset, version: record.context.version) ?? definition
  }

  private func read(_ record: LogReader.Record) -> ReadBody { ReadBody(record.body, of: definition(of: record)) }

  private func admits(_ record: LogReader.Record, _ body: ReadBody) throws(ReadError) -> Bool {
    if let since = request.since, record.entry.id.time < since { return false }
    if let until = request.until, record.entry.id.time >= until { return false }
    if let before = request.before, record.entry.id >= before { return false }
    if case .withdraws = record.entry.kind { return request.history && wanted.isEmpty && filters.isEmpty }
    let definition = definition(of: record)
    let keys = wanted.isEmpty ? [] : definition.searchKeys(of: body)
    return wanted.allSatisfy { keys.contains($0) } && definition.admits(body, filter: filters)
      && narrowed(definition, body)
  }

  /// The record with what became of it; nil when it is not to be shown.
  func found(_ record: LogReader.Record) throws(ReadError) -> LookupAnswer.Found? { try found(record, read(record)) }

  private func found(_ record: LogReader.Record, _ body: ReadBody) throws(ReadError) -> LookupAnswer.Found? {
    // The node asks for itself in no role, and counts in that of aggregates.
    let role = request.asker.role
    guard role.isEmpty || request.isForAggregates || definition(of: record).shows(body, to: role)
    else { return nil }
    let changedBy = try change(of: record.entry.id, in: record.locator.stream)
    if changedBy != nil, !request.history || request.unmatched { return nil }
    let versions = try versions(of: record)
    let referrers = try referrers(to: versions)
    if request.unmatched {
      let awaited = definition(of: record).awaited(by: body, of: record.locator.stream.origin)
      if awaited == .nobody || referrers.contains(where: { awaited.isAnswered(by: $0.origin) }) { return nil }
    }
    return LookupAnswer.Found(
      record: record, body: body, changedBy: changedBy, referredBy: referrers.map(\.id),
      earlier: Array(versions.dropFirst()))
  }

  /// The latest record of a stream that replaced or withdrew a record of it.
  private func change(of id: RecordID, in stream: StreamName) throws(ReadError) -> RecordID? {
    let text = Array(id.description.utf8)
    var latest: RecordID?
    for locator in try locate(IndexField.change, text, IndexField.endless...IndexField.endless, 8)
    where locator.stream == stream {
      let entry = try lookups.reader.entry(stream, at: locator.index).entry
      switch entry.kind {
      case .replaces(id), .withdraws(id): latest = max(latest ?? entry.id, entry.id)
      default: continue
      }
    }
    return latest
  }

  /// The records that refer to a record and still stand, with the countries that published them. A correction stands for
  /// what it replaces: what refers to an earlier version refers to it.
  private func referrers(to versions: [RecordID]) throws(ReadError) -> [(id: RecordID, origin: CountryCode)] {
    guard let field = definition.refersField else { return [] }
    var referrers: [(id: RecordID, origin: CountryCode)] = []
    for version in versions {
      let text = version.description
      // Both a record of ours that refers to theirs and one of theirs that refers to ours: any stream held here.
      for locator in try locate(field, Array(text.utf8), 1...Int32.max, Self.mostReferrers)
      where locator.stream.recipient == lookups.country {
        guard let other = try opened(locator), definition(of: other).text(of: field, in: read(other)) == text,
          try change(of: other.entry.id, in: locator.stream) == nil
        else { continue }
        referrers.append((other.entry.id, locator.stream.origin))
      }
    }
    return referrers
  }

  /// Records that refer to one version of a record, withdrawn and replaced ones included, of which no more are looked at.
  private static let mostReferrers = 256

  /// The record's id and those of the records that it replaces, one after the other.
  private func versions(of record: LogReader.Record) throws(ReadError) -> [RecordID] {
    var versions = [record.entry.id]
    var kind = record.entry.kind
    let stream = record.locator.stream
    guard case .replaces = kind else { return versions }
    // A record that its origin answered with stands nowhere here.
    let held = min(record.locator.index, try lookups.reader.state(of: stream).size)
    // A record replaces an earlier one: each step goes back in the stream, and none is needed beyond this many.
    while case .replaces(let earlier) = kind, versions.count < Self.mostVersions {
      versions.append(earlier)
      guard let index = try lookups.reader.find(earlier, in: stream, size: held) else { break }
      kind = try lookups.reader.entry(stream, at: index).entry.kind
    }
    return versions
  }

  /// Versions of a record whose referrers are looked for: bounds the work that one much corrected record causes.
  private static let mostVersions = 32

  private func locate(
    _ field: String, _ value: [UInt8], _ partitions: ClosedRange<Int32>, _ limit: Int
  ) throws(ReadError) -> [Locator] {
    let key = lookups.keys.blindKey(dataset: request.dataset, field: field, value: value)
    return try lookups.reader.store.readLocations(key, partitions, limit)
  }
}

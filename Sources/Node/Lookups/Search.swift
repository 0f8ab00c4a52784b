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

  func run(_ streams: [(StreamName, StreamState)], _ answer: inout LookupAnswer) throws(ReadError) {
    let limit = min(max(request.limit, 1), LookupRequest.mostRecords)
    if let key = wanted.first {
      try byIndex(key, streams, limit, &answer)
    } else {
      try byTime(streams, limit, &answer)
    }
    answer.records.sort { $0.record.entry.id > $1.record.entry.id }
    if answer.records.count > limit { answer.records.removeLast(answer.records.count - limit) }
  }

  private func byIndex(
    _ key: SearchKey, _ streams: [(StreamName, StreamState)], _ limit: Int, _ answer: inout LookupAnswer
  ) throws(ReadError) {
    let sizes = Dictionary(uniqueKeysWithValues: streams.map { ($0.0, $0.1.size) })
    let first = request.since.map { IndexField.partition(of: $0) } ?? 1
    let last = request.until.map { IndexField.partition(of: $0) } ?? Int32.max
    guard first <= last else { return }
    // Some of what the index names may be withheld, replaced or outside the time: a multiple of the limit is asked for,
    // and more as long as that was not enough.
    var asked = limit * 8
    var seen: Set<Locator> = []
    while true {
      let locators = try locate(key.field, key.value, first...last, asked)
      for locator in locators where seen.insert(locator).inserted {
        guard let size = sizes[locator.stream], locator.index < size else { continue }
        guard let record = try opened(locator), try admits(record) else { continue }
        if let found = try found(record) { answer.records.append(found) }
        if answer.records.count >= limit { return }
      }
      guard locators.count >= asked else { return }
      guard asked < mostScanned else {
        answer.searchedBackTo = try locators.last.flatMap { (last) throws(ReadError) in
          try lookups.reader.entry(last.stream, at: last.index).entry.id.time
        }
        return
      }
      asked = min(asked * 8, mostScanned)
    }
  }

  private func byTime(
    _ streams: [(StreamName, StreamState)], _ limit: Int, _ answer: inout LookupAnswer
  ) throws(ReadError) {
    var scanned = 0
    for (name, state) in streams {
      var end = state.size
      if let until = request.until { end = try lookups.reader.firstIndex(of: name, notBefore: until, size: end) }
      var taken = 0
      while end > 0, taken < limit {
        let piece = try lookups.reader.records(name, chunkAt: end - 1)
        for record in piece.records.reversed() where record.locator.index < end && taken < limit {
          if let since = request.since, record.entry.id.time < since {
            end = 0
            break
          }
          scanned += 1
          if try admits(record), let found = try found(record) {
            answer.records.append(found)
            taken += 1
          }
        }
        if end == 0 { break }
        end = piece.first
        if scanned > mostScanned {
          answer.searchedBackTo = piece.records.first?.entry.id.time
          break
        }
      }
    }
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

  private func admits(_ record: LogReader.Record) throws(ReadError) -> Bool {
    if let since = request.since, record.entry.id.time < since { return false }
    if let until = request.until, record.entry.id.time >= until { return false }
    if case .withdraws = record.entry.kind { return request.history && wanted.isEmpty && filters.isEmpty }
    let definition = definition(of: record)
    let body = ReadBody(record.body)
    let keys = wanted.isEmpty ? [] : definition.searchKeys(of: body)
    return wanted.allSatisfy { keys.contains($0) } && definition.admits(body, filter: filters)
      && narrowed(definition, body)
  }

  /// The record with what became of it; nil when it is not to be shown.
  func found(_ record: LogReader.Record) throws(ReadError) -> LookupAnswer.Found? {
    let changedBy = try change(of: record.entry.id, in: record.locator.stream)
    if changedBy != nil, !request.history || request.unmatched { return nil }
    let versions = try versions(of: record)
    let referrers = try referrers(to: versions)
    if request.unmatched {
      let awaited = definition(of: record).awaited(by: ReadBody(record.body), of: record.locator.stream.origin)
      if awaited == .nobody || referrers.contains(where: { awaited.isAnswered(by: $0.origin) }) { return nil }
    }
    return LookupAnswer.Found(
      record: record, changedBy: changedBy, referredBy: referrers.map(\.id), earlier: Array(versions.dropFirst()))
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
        guard let other = try opened(locator), definition(of: other).text(of: field, in: ReadBody(other.body)) == text,
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

import Catalog
import Exchange
import Ledger
import Sodium
import Terms

/// Answers the questions of other countries' officers from this country's own register: what the agreement in force shares
/// with them, to the roles that it names, and only when the lookup is durable in this country's lookup log.
struct QuestionOwner: Sendable {
  /// Entries looked at for one question before the search gives up and says so: a neighbour's question costs less than a
  /// lookup of one's own may.
  static let mostScanned = 20_000

  let lookups: Lookups
  /// A neighbour with what was agreed with it.
  let neighbour: @Sendable (CountryCode) -> Exchange.Neighbour?
  let log: Installation.Log

  /// A question that may be answered.
  struct Heard {
    let question: Question
    let agreed: AgreedStream
    let definition: Definition
    var terms: StreamTerms { agreed.terms }
  }

  private var country: CountryCode { lookups.country }
  private var reader: LogReader { lookups.reader }

  /// Answers a sealed question; waits for the disk.
  func answer(_ sealed: [UInt8], of asker: CountryCode) throws(QuestionRefusal) -> [UInt8] {
    let heard = try hear(sealed, of: asker)
    let now = lookups.clock.now()
    let answer = try find(heard)
    try write(heard, answer.items.map(\.entry.id), of: asker)
    log(.debug, "questions", "\(asker) asked about \(heard.terms.stream): \(answer.items.count) records")
    return try answer.sealed(
      for: heard.question, version: heard.terms.version, in: reader.realm, by: country, lookups.keys, at: now,
      SystemEntropy())
  }

  /// Opens a question and judges whether it may be asked.
  func hear(_ sealed: [UInt8], of asker: CountryCode) throws(QuestionRefusal) -> Heard {
    let question = try Question(opening: sealed, with: lookups.keys.sealing)
    let now = lookups.clock.now()
    let stream = question.stream
    guard stream.origin == country, stream.recipient == asker, !stream.isHome,
      let agreed = neighbour(asker)?.agreed(at: now).first(where: { $0.terms.stream == stream })
    else {
      throw QuestionRefusal(.notShared, "there is no agreement by which \(asker) asks \(country) about this stream")
    }
    if let obstacle = agreed.obstacle(at: now) { throw QuestionRefusal(.notShared, obstacle) }
    guard agreed.agreement == question.agreement else {
      throw QuestionRefusal(.notShared, "another agreement on \(stream) is in force at \(country)")
    }
    guard (agreed.terms.mode == .query) == (question.held == nil) else {
      throw QuestionRefusal(.notShared, "by the agreement \(stream) is in mode \(agreed.terms.mode.rawValue)")
    }
    guard agreed.terms.roles.contains(question.role), question.role != IndicatorRequest.role else {
      throw QuestionRefusal(.role, "the agreement does not let this role look \(stream) up")
    }
    guard question.post.isEmpty || lookups.registry.topology.post(question.post) != nil else {
      throw QuestionRefusal(.notRead, "the officer's post is not in the topology of \(country)")
    }
    guard let definition = lookups.registry.definition(of: agreed.terms) else {
      throw QuestionRefusal(.notShared, "\(country) does not have the agreed definition of \(stream.dataset)")
    }
    // No name is repeated in the refusal: it came from outside.
    let names = Set(definition.searchNames)
    guard (question.all + question.any).allSatisfy({ names.contains($0.field) }),
      question.filters.allSatisfy({ (try? definition.comparable($0.field)) != nil })
    else {
      throw QuestionRefusal(.notRead, "it asks by a field by which the agreed definition cannot be searched")
    }
    return Heard(question: question, agreed: agreed, definition: definition)
  }

  // MARK: Finding

  /// What the agreement lets the asker have of what it asks for.
  func find(_ heard: Heard) throws(QuestionRefusal) -> Answer {
    do throws(ReadError) { return try found(heard) } catch {
      log(.error, "questions", "a question about \(heard.terms.stream) cannot be answered: \(error)")
      throw QuestionRefusal(.unreadable, "\(country) cannot read its records just now; its operator must run verify")
    }
  }

  private func found(_ heard: Heard) throws(ReadError) -> Answer {
    let (question, terms, registry) = (heard.question, heard.terms, lookups.registry)
    let home = StreamName(origin: country, recipient: country, dataset: terms.stream.dataset)
    let state = try reader.state(of: home)
    var answer = Answer()
    var found: [LookupAnswer.Found] = []
    for key in question.any.isEmpty ? [nil] : question.any.map(Optional.some) {
      var search = Search(
        request: request(heard), definition: registry.definition(home.dataset) ?? heard.definition,
        wanted: (question.all + [key].compactMap { $0 }).map { SearchKey(field: $0.field, value: $0.value) },
        filters: [], lookups: lookups)
      search.mostScanned = Self.mostScanned
      // What is not shared is not searched in either: no answer may tell of it.
      search.narrowed = { definition, body in
        registry.shared(body, of: definition, under: terms)
          .map { question.admits(ReadBody($0), heard.definition) } ?? false
      }
      var part = LookupAnswer()
      try search.run([(home, state)], &part)
      let known = Set(found.map(\.record.entry.id))
      found += part.records.filter { !known.contains($0.record.entry.id) }
      if let bound = part.searchedBackTo { answer.searchedBackTo = max(answer.searchedBackTo ?? bound, bound) }
      if part.records.count >= question.limit { answer.hasMore = true }
    }
    found.sort { $0.record.entry.id > $1.record.entry.id }
    try fill(&answer, found, heard)
    return answer
  }

  private func request(_ heard: Heard) -> LookupRequest {
    let (question, terms) = (heard.question, heard.terms)
    let asker = Asker(
      officer: question.officer, role: question.role, purpose: question.purpose,
      post: question.post.isEmpty ? nil : question.post)
    var request = LookupRequest(dataset: terms.stream.dataset, by: asker)
    (request.since, request.until, request.limit) = (question.since, question.until, question.limit)
    // Of a replicated stream also what was replaced, since the asker may still hold it as valid.
    request.history = question.history || question.held != nil
    if terms.mode == .query {
      // What would be destroyed at the asker by now, had it been sent, is not told any more.
      let first = lookups.clock.now().advanced(byMilliseconds: -Int64(terms.retentionDays) * 86_400_000)
      request.since = max(request.since ?? first, first)
    }
    request.conditions = (question.all + question.any + question.filters).map { term in
      (term.field, String(decoding: term.value, as: UTF8.self))
    }
    return request
  }

  private func fill(
    _ answer: inout Answer, _ found: [LookupAnswer.Found], _ heard: Heard
  ) throws(ReadError) {
    var byteCount = 0
    for record in found {
      let id = record.record.entry.id
      let by = record.changedBy
      if let held = heard.question.held {
        guard let (kind, isHeld, changed) = try sent(record, held, heard) else { continue }
        if let changed { answer.changes.append(Answer.Change(id: id, by: changed)) }
        guard !isHeld, changed == nil || heard.question.history, answer.add(record, kind, heard, lookups, &byteCount)
        else { continue }
      } else {
        guard answer.add(record, try kind(of: record.record.entry, heard), heard, lookups, &byteCount) else { continue }
        if let by { answer.changes.append(Answer.Change(id: id, by: by)) }
      }
      if answer.changes.count >= Answer.mostChanges { break }
    }
  }

  /// How a record of a replicated stream was sent: as what, whether the asker holds it, and what changed it that the asker does
  /// not hold. Nil when it is not in the stream.
  private func sent(
    _ found: LookupAnswer.Found, _ held: UInt64, _ heard: Heard
  ) throws(ReadError) -> (kind: Entry.Kind, isHeld: Bool, changed: RecordID?)? {
    let stream = heard.terms.stream
    let size = try reader.state(of: stream).size
    guard let index = try reader.find(found.record.entry.id, in: stream, size: size) else { return nil }
    var changed: RecordID?
    if let by = found.changedBy, let later = try reader.find(by, in: stream, size: size), later >= held { changed = by }
    return (try reader.entry(stream, at: index).entry.kind, index < held, changed)
  }

  /// As what a record is told: it replaces another for those to whom the other is shared.
  private func kind(of entry: Entry, _ heard: Heard) throws(ReadError) -> Entry.Kind {
    guard case .replaces(let target) = entry.kind else { return entry.kind }
    let home = StreamName(origin: country, recipient: country, dataset: heard.terms.stream.dataset)
    guard let index = try reader.find(target, in: home, size: try reader.state(of: home).size) else { return .record }
    let earlier: LogReader.Record?
    do { earlier = try reader.record(home, at: index) } catch {
      guard case .erased = error else { throw error }
      return .record
    }
    return earlier.flatMap { lookups.shared($0, heard) } == nil ? .record : entry.kind
  }

  // MARK: Logging

  /// Logs a neighbour's lookup as this country's own are logged; durable when this returns.
  func write(_ heard: Heard, _ ids: [RecordID], of asker: CountryCode) throws(QuestionRefusal) {
    do throws(LookupError) {
      try lookups.write(
        lookups.drafts(
          request(heard), [(country, ids.count, Array(ids.prefix(Lookups.mostLogged)))], askedBy: asker))
    } catch {
      log(.error, "questions", "a lookup of \(asker) was not logged, and not answered")
      throw QuestionRefusal(.notLogged, "the lookup could not be logged at \(country), so it is not answered")
    }
  }
}

extension Answer {
  /// Adds a record as it is shared; false when it is not, or when there is no room for it.
  fileprivate mutating func add(
    _ found: LookupAnswer.Found, _ kind: Entry.Kind, _ heard: QuestionOwner.Heard, _ lookups: Lookups,
    _ byteCount: inout Int
  ) -> Bool {
    if case .withdraws = kind { return false }
    guard let body = lookups.shared(found.record, heard) else { return false }
    guard items.count < heard.question.limit, byteCount + body.count <= Self.fullAtByteCount else {
      hasMore = true
      return false
    }
    byteCount += body.count
    items.append(Item(id: found.record.entry.id, kind: kind, body: body, SystemEntropy()))
    return true
  }
}

extension Lookups {
  /// A record as the question's agreement shares it; nil when it does not.
  fileprivate func shared(_ record: LogReader.Record, _ heard: QuestionOwner.Heard) -> [UInt8]? {
    registry.definition(heard.terms.stream.dataset, version: record.context.version)
      .flatMap { registry.shared(ReadBody(record.body), of: $0, under: heard.terms) }
  }
}

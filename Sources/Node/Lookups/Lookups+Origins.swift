import Catalog
import Exchange
import Ledger
import Terms

/// What is not held here, or is newer at its origin, is asked for over the link and joined with what was found here. The origin
/// logs the lookup as its own; here it is logged with the rest, before anything of it is shown.
extension Lookups {
  /// Keys of one dataset that are asked for at once; a timeline that leads to more says so.
  private static let mostKeys = 4 * Question.mostTerms

  /// Whether a lookup may have to wait for other countries' nodes.
  public func asksOrigins(_ request: LookupRequest) -> Bool {
    request.live || agreed(request.dataset).contains { $0.terms.mode == .query }
  }

  /// Asks the origins that the answer names, for one search.
  func askOrigins(
    _ search: Search, among all: [SearchKey], anyOf any: [SearchKey], into answer: inout LookupAnswer
  ) throws(ReadError) {
    var round = QuestionRound()
    try askOrigins(search, among: all, anyOf: any, into: &answer, &round)
    let limit = search.request.bound
    answer.records.sort { $0.record.entry.id > $1.record.entry.id }
    if answer.records.count > limit { answer.records.removeLast(answer.records.count - limit) }
  }

  /// The same, as one of several questions of a round.
  func askOrigins(
    _ search: Search, among all: [SearchKey], anyOf any: [SearchKey], into answer: inout LookupAnswer,
    _ round: inout QuestionRound
  ) throws(ReadError) {
    guard !answer.origins.isEmpty else { return }
    var rest = any[...]
    var asked = 0
    repeat {
      let some = rest.prefix(Question.mostTerms)
      rest = rest.dropFirst(Question.mostTerms)
      asked += some.count
      let origins = answer.origins
      let questions = origins.map { agreed in
        (agreed: agreed, question: question(search, agreed, all, Array(some), answer))
      }
      for (agreed, question, result) in questions.isEmpty ? [] : self.questions.ask(questions, &round) {
        let origin = agreed.terms.stream.origin
        switch result {
        case .failure(let failure): answer.note(failure, of: agreed.terms)
        case .success(let told):
          do throws(AnswerFault) {
            let records = try checked(told, question, agreed)
            try join(told, records, agreed, search, &answer)
          } catch { answer.note(.broken(origin, error.description), of: agreed.terms) }
        }
      }
    } while !rest.isEmpty && asked < Self.mostKeys
    if !rest.isEmpty {
      for agreed in answer.origins {
        answer.note(.notAsked(agreed.terms.stream.origin, "there are too many keys; name a time"), of: agreed.terms)
      }
    }
  }

  private func question(
    _ search: Search, _ agreed: AgreedStream, _ all: [SearchKey], _ any: [SearchKey], _ answer: LookupAnswer
  ) -> Question {
    let (request, terms) = (search.request, agreed.terms)
    let asker = request.asker
    var question = Question(
      stream: terms.stream, agreement: agreed.agreement, key: Digest(), officer: asker.officer, role: asker.role,
      purpose: asker.purpose)
    question.post = asker.post ?? ""
    question.history = request.history
    question.since = request.since
    question.until = [request.until, request.before?.time.advanced(byMilliseconds: 1)].compactMap { $0 }.min()
    question.limit = min(request.bound, Question.mostRecords)
    if terms.mode == .replicate { question.held = answer.sources.first { $0.stream == terms.stream }?.size ?? 0 }
    question.all = all
    question.any = any
    question.filters = search.filters.flatMap { clause in
      clause.values.map { SearchKey(field: clause.field, value: Array($0.utf8)) }
    }
    return question
  }

  /// The records of an answer, each as the agreement has it and as it was asked for.
  private func checked(
    _ answer: Answer, _ question: Question, _ agreed: AgreedStream
  ) throws(AnswerFault) -> [LogReader.Record] {
    let terms = agreed.terms
    guard let definition = registry.definition(of: terms) else { throw AnswerFault("its definition is not known here") }
    let context = EntryContext(
      origin: question.answerOrigin(in: reader.realm), agreement: question.agreement, version: terms.version)
    var records: [LogReader.Record] = []
    for item in answer.items {
      if case .withdraws = item.entry.kind { throw AnswerFault("a record withdraws another") }
      do throws(RuleBreach) { _ = try registry.verify(item.body, kind: item.entry.kind, terms: terms) } catch {
        throw AnswerFault("a record is not as agreed: \(error)")
      }
      let time = item.entry.id.time
      guard question.since.map({ $0 <= time }) ?? true, question.until.map({ time < $0 }) ?? true,
        question.admits(ReadBody(item.body), definition)
      else { throw AnswerFault("a record was not asked for") }
      records.append(
        LogReader.Record(
          locator: Locator(stream: terms.stream, index: .max), entry: item.entry, context: context, body: item.body))
    }
    return records
  }

  private func join(
    _ told: Answer, _ records: [LogReader.Record], _ agreed: AgreedStream, _ search: Search,
    _ answer: inout LookupAnswer
  ) throws(AnswerFault) {
    let stream = agreed.terms.stream
    guard let asOf = told.asOf else { return }
    let changes = Dictionary(told.changes.map { ($0.id, $0.by) }, uniquingKeysWith: { max($0, $1) })
    for place in answer.records.indices where answer.records[place].record.locator.stream == stream {
      if let by = changes[answer.records[place].record.entry.id] { answer.records[place].changedBy = by }
    }
    let known = Set(answer.records.filter { $0.record.locator.stream == stream }.map(\.record.entry.id))
    for record in records where !known.contains(record.entry.id) {
      // An earlier page had it.
      if let before = search.request.before, record.entry.id >= before { continue }
      var found: LookupAnswer.Found?
      do throws(ReadError) { found = try search.found(record) } catch {
        throw AnswerFault("what refers to it cannot be read here")
      }
      guard var found else { continue }
      if let by = changes[record.entry.id] { found.changedBy = by }
      found.answeredAt = asOf
      answer.records.append(found)
    }
    if !search.request.history || search.request.unmatched {
      answer.records.removeAll { $0.record.locator.stream == stream && $0.changedBy != nil }
    }
    var bounds = [told.searchedBackTo].compactMap { $0 }
    if told.hasMore, let last = records.last { bounds.append(last.entry.id.time) }
    if let bound = bounds.max() { answer.searchedBackTo = max(answer.searchedBackTo ?? bound, bound) }
    answer.note(answeredAt: asOf, agreed.terms)
  }
}

extension Question {
  /// Whether a body, as it is shared, has the values that are asked for.
  func admits(_ body: ReadBody, _ definition: Definition) -> Bool {
    let clauses = filters.map {
      FilterClause(field: $0.field, values: [String(decoding: $0.value, as: UTF8.self)])
    }
    guard definition.admits(body, filter: clauses) else { return false }
    guard !all.isEmpty || !any.isEmpty else { return true }
    let keys = Set(definition.searchKeys(of: body))
    return all.allSatisfy { keys.contains($0) } && (any.isEmpty || any.contains { keys.contains($0) })
  }
}

extension LookupAnswer {
  /// An origin answered: what was withheld until it is asked is not withheld any more.
  fileprivate mutating func note(answeredAt moment: Instant, _ terms: StreamTerms) {
    if let place = sources.firstIndex(where: { $0.stream == terms.stream }) {
      sources[place].live = .answered(moment)
    } else {
      sources.append(Source(stream: terms.stream, size: nil, asOf: moment, live: .answered(moment)))
    }
    withheld.removeAll { item in
      guard item.stream == terms.stream, case .atOrigin = item.reason else { return false }
      return true
    }
  }

  /// An origin did not answer: what is held of it is shown and marked, and of what is only there nothing is shown.
  fileprivate mutating func note(_ failure: QuestionFailure, of terms: StreamTerms) {
    if let place = sources.firstIndex(where: { $0.stream == terms.stream }) {
      sources[place].live = .unanswered(failure)
    }
    guard terms.mode == .query else { return }
    withheld.removeAll { item in
      guard item.stream == terms.stream, case .atOrigin = item.reason else { return false }
      return true
    }
    if !withheld.contains(where: { $0.stream == terms.stream }) {
      withheld.append(Withheld(terms.stream, .unanswered(failure)))
    }
  }
}

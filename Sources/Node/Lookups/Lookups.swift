import Catalog
import Exchange
import Ledger
import Sodium
import Terms

/// Answers lookups from what is held here: own registers and replicated streams. Usable from any thread.
public struct Lookups: Sendable {
  /// Entries looked at before a search gives up and says so.
  public static let mostScanned = 200_000
  /// Ids of found records that go into the lookup log.
  static let mostLogged = 64

  let country: CountryCode
  let registry: Registry
  let reader: LogReader
  let keys: Keyring
  let engine: Engine
  let clock: any Clock
  /// The streams of a dataset that neighbours send, as agreed.
  let agreed: @Sendable (DatasetName) -> [AgreedStream]
  /// What lanes and alerts are shown by.
  let risk: Risk
  /// What is on its way.
  let expectedView: ExpectedView
  /// Asks the nodes of other countries.
  let questions: QuestionAsker

  /// The rules for lanes, and the alerts that are open.
  public struct Risk: Sendable {
    /// The country's rules for lanes; nil when none are installed.
    public let selectivity: Selectivity?
    /// The open alerts; nil when they could not be read yet.
    public let openAlerts: @Sendable () -> AlertBook?

    /// Rules and open alerts.
    public init(selectivity: Selectivity?, openAlerts: @escaping @Sendable () -> AlertBook?) {
      (self.selectivity, self.openAlerts) = (selectivity, openAlerts)
    }
  }

  /// The parts a lookup needs.
  init(
    country: CountryCode, registry: Registry, reader: LogReader, keys: Keyring, engine: Engine, clock: any Clock,
    agreed: @escaping @Sendable (DatasetName) -> [AgreedStream], risk: Risk, questions: QuestionAsker
  ) {
    self.country = country
    self.registry = registry
    self.reader = reader
    self.keys = keys
    self.engine = engine
    self.clock = clock
    self.agreed = agreed
    self.risk = risk
    expectedView = ExpectedView(country: country, registry: registry, reader: reader)
    self.questions = questions
  }

  /// Looks up, logs durably, then gives the answer; waits for the disk.
  public func answer(_ request: LookupRequest) throws(LookupError) -> LookupAnswer {
    let request = try page(request)
    let answer = try found(request)
    try write(logLines(request, answer))
    return answer
  }

  /// Looks up and puts the answer into its form on this thread, and gives it on the engine's once it is logged durably:
  /// while the disk works, the thread is free for the next lookup, and one fsync logs many. While whoever asks `isAlone`, with
  /// no other request waiting, this thread may wait for the disk itself.
  public func answer<Form: Sendable>(
    _ request: LookupRequest, as form: (LookupAnswer) -> Form, isAlone: () -> Bool = { false },
    reply: @escaping @Sendable (Result<Form, LookupError>) -> Void
  ) {
    do throws(LookupError) {
      let request = try page(request)
      let answer = try found(request)
      let formed = form(answer)
      engine.publish(try logLines(request, answer), mayWait: isAlone()) { result in
        reply(Self.logged(result).map { formed })
      }
      engine.goOn()
    } catch { reply(.failure(error)) }
  }

  func found(_ request: LookupRequest) throws(LookupError) -> LookupAnswer {
    guard let definition = registry.definition(request.dataset) else { throw .unknownDataset(request.dataset) }
    var wanted: [SearchKey] = []
    var filters: [FilterClause] = []
    for (field, value) in request.conditions {
      do throws(Refusal) {
        if definition.searchNames.contains(field) {
          wanted.append(try definition.searchKey(field: field, typed: value))
        } else {
          _ = try definition.comparable(field)
          filters.append(FilterClause(field: field, values: [value]))
        }
      } catch { throw .refused(error) }
    }
    var answer = LookupAnswer()
    do throws(ReadError) {
      let streams = try permitted(request, &answer)
      let search = Search(request: request, definition: definition, wanted: wanted, filters: filters, lookups: self)
      var end = try search.run(streams, &answer, isPage: true)
      try askOrigins(search, among: wanted, anyOf: [], into: &answer)
      // What origins told may have taken the place of the oldest of what was found here: the next page begins behind what is shown.
      if let last = answer.records.last?.record.entry.id, answer.records.count >= request.bound { end = last }
      if let end { answer.next = PageCursor.make(before: end, of: request, keys, now: clock.now()) }
    } catch { throw .read(error) }
    return answer
  }

  /// The streams that may be shown, with their freshness; the others are named as withheld.
  func permitted(
    _ request: LookupRequest, _ answer: inout LookupAnswer, asNode: Bool = false
  ) throws(ReadError) -> [(
    StreamName, StreamState
  )] {
    var streams: [(StreamName, StreamState)] = []
    // Also those that are agreed and have brought nothing yet: that is an answer too.
    let agreed = agreed(request.dataset)
    var known = reader.streams(of: request.dataset, to: country)
    for agreed in agreed where agreed.terms.mode == .replicate && !known.contains(agreed.terms.stream) {
      known.append(agreed.terms.stream)
    }
    for name in known.sorted() {
      guard request.from == nil || request.from == name.origin else { continue }
      if let reason = reasonToWithhold(name, of: request, asNode: asNode) {
        answer.withheld.append(Withheld(name, reason))
        continue
      }
      // Said whether or not there are such records: that one is there is not to be learnt.
      if !asNode, !request.isForAggregates {
        for restriction in registry.definition(request.dataset)?.restrictions(on: request.asker.role) ?? [] {
          answer.withheld.append(Withheld(name, .restricted(restriction.words, roles: restriction.roles)))
        }
      }
      let state = try reader.state(of: name)
      streams.append((name, state))
      answer.sources.append(
        LookupAnswer.Source(stream: name, size: state.size, asOf: name.isHome ? clock.now() : asOf(state, of: name)))
      if request.live, !name.isHome, let agreed = agreed.first(where: { $0.terms.stream == name }) {
        if agreed.terms.mode == .replicate { answer.origins.append(agreed) }
      }
    }
    for agreed in agreed where agreed.terms.mode == .query {
      let (name, origin) = (agreed.terms.stream, agreed.terms.stream.origin)
      guard name.recipient == country, request.from == nil || request.from == origin,
        !answer.withheld.contains(where: { $0.stream == name })
      else { continue }
      let reason = reasonToWithhold(name, of: request, asNode: asNode)
      answer.withheld.append(Withheld(name, reason ?? .atOrigin(origin)))
      if reason == nil { answer.origins.append(agreed) }
    }
    if let from = request.from, streams.isEmpty, answer.withheld.isEmpty {
      answer.withheld.append(
        Withheld(StreamName(origin: from, recipient: country, dataset: request.dataset), .neverAgreed))
    }
    return streams
  }

  private func reasonToWithhold(
    _ name: StreamName, of request: LookupRequest, asNode: Bool
  ) -> Withheld.Reason? {
    // The node itself asks in no role, for what it refuses and not for what it shows.
    let asker = request.asker
    guard asNode || asker.datasets?.contains(request.dataset) ?? true else { return .notGiven }
    guard asker.role != IndicatorRequest.role || request.isForAggregates else { return .nobodys(asker.role) }
    return reasonToWithhold(name, from: asNode ? nil : asker.role)
  }

  /// Why records of a stream may not be shown to a role; nil when they may. A suspension stops what flows: it does not
  /// blind officers to what came in before.
  func reasonToWithhold(_ stream: StreamName, from role: String?) -> Withheld.Reason? {
    guard !stream.isHome, stream.origin != country else { return nil }
    guard let agreed = agreed(stream.dataset).first(where: { $0.terms.stream == stream }) else { return .notInForce }
    if let reason = agreed.invalidity(at: clock.now()) { return .invalid(reason) }
    guard let role else { return nil }
    guard agreed.terms.roles.contains(role) else {
      // The node's own role is no person's to take.
      return .role(role, permitted: agreed.terms.roles.filter { $0 != IndicatorRequest.role })
    }
    return nil
  }

  /// When the origin last said that what is held here is its latest.
  private func asOf(_ state: StreamState, of name: StreamName) -> Instant? {
    guard let note = state.checkpoint?.note else { return nil }
    // The note was verified when it came in; its cosignature line carries the time in its first eight bytes.
    let line = note.signatures.last { $0.name == "\(reader.realm)/\(name.origin)" }
    var bytes = ByteReader(line?.bytes ?? [])
    guard let seconds = try? bytes.uint64("time"), seconds <= UInt64(Instant.latest.seconds) else { return nil }
    return Instant(milliseconds: Int64(seconds) * 1000)
  }

  /// Logs that one record was handed out otherwise than by a search.
  func logDisclosure(of id: RecordID, _ request: LookupRequest) throws(LookupError) {
    try write(drafts(request, [(request.from ?? country, 1, [id])]))
  }

  /// The lookup becomes a record of the lookup log for each country whose records were asked for.
  func logLines(_ request: LookupRequest, _ answer: LookupAnswer) throws(LookupError) -> [Draft] {
    var owners = Set(answer.sources.map(\.stream.origin))
    // Who was asked and did not answer in time may have seen the question.
    for case (let stream, .unanswered) in answer.withheld.map({ ($0.stream, $0.reason) }) {
      owners.insert(stream.origin)
    }
    if owners.isEmpty { owners.insert(request.from ?? country) }
    // An observer has no records that anybody could be told of.
    owners = owners.filter { !$0.isObserver }
    guard !owners.isEmpty else {
      throw .refused(
        Refusal(
          field: "dataset", problem: "no country has agreed to send it to this observer",
          whatToDo: "agreement list shows what is agreed"))
    }
    return try drafts(
      request,
      owners.sorted().map { owner in
        let found = answer.records.filter { $0.record.locator.stream.origin == owner }
        return (owner, found.count, found.prefix(Self.mostLogged).map(\.record.entry.id))
      })
  }

  /// Lines of the lookup log, one for each country whose records were asked for.
  func drafts(
    _ request: LookupRequest, _ owners: [(country: CountryCode, found: Int, ids: [RecordID])],
    askedBy: CountryCode? = nil
  ) throws(LookupError) -> [Draft] {
    guard let dataset = try? DatasetName(Installation.lookupDataset), let definition = registry.definition(dataset)
    else {
      throw .notLogged("the topology has no dataset lookups")
    }
    let now = clock.now()
    var drafts: [Draft] = []
    for owner in owners {
      var line = JSONObjectWriter(capacity: 512)
      line.add("officer", text: request.asker.officer)
      line.add("role", text: request.asker.role)
      line.add("purpose", text: request.asker.purpose)
      line.add("dataset", text: request.dataset.description)
      line.add("about", text: owner.country.description)
      line.add("found", number: UInt64(clamping: owner.found))
      line.add("time") { [now] in now.append(withMilliseconds: true, to: &$0) }
      if let askedBy { line.add("asked_by", text: askedBy.description) }
      if let post = request.asker.post { line.add(askedBy == nil ? "post" : "asked_from", text: post) }
      var asked = request.conditions.map { "\($0.field)=\($0.value)" }
      // Each page of a long answer is a lookup of its own, and says which.
      if let before = request.before { asked.insert("before=\(before)", at: 0) }
      // On one line: a machine-readable zone has several.
      if !asked.isEmpty { line.add("query", text: ShownText.line(asked.joined(separator: " "), longest: 500)) }
      if !owner.ids.isEmpty { line.add("records", ids: owner.ids) }
      do throws(Refusal) {
        drafts.append(try registry.draft(line.finish(), of: definition, from: country, now: now))
      } catch { throw .refused(error) }
    }
    return drafts
  }

  func write(_ drafts: [Draft]) throws(LookupError) {
    let result: Result<[PublishResult], StoreError>
    do throws(StoreError) { result = .success(try engine.publish(drafts)) } catch { result = .failure(error) }
    try Self.logged(result).get()
  }

  private static func logged(_ result: Result<[PublishResult], StoreError>) -> Result<Void, LookupError> {
    switch result {
    case .failure(let error): return .failure(.notLogged(error.description))
    case .success(let results):
      for case .refused(let field, let problem, _) in results { return .failure(.notLogged("\(field): \(problem)")) }
      return .success(())
    }
  }
}

import Catalog
import Exchange
import Indicators
import Ledger
import Synchronization
import Terms

/// Computes a country's indicators from what is held here. Reading bodies leaves a trace as any lookup does: a line for each dataset
/// and country, durable before the figures leave; they name nobody, and no record.
struct IndicatorReader: Sendable {
  private let lookups: Lookups
  /// One at a time: each reads many records and keeps what is under way.
  private let turn: Turn
  /// What the node noted of its own running.
  private let days: NodeDays

  /// Whether somebody computes now.
  final class Turn: Sendable {
    private let isTaken = Mutex(false)

    func take() -> Bool {
      isTaken.withLock { taken in
        defer { taken = true }
        return !taken
      }
    }

    func leave() { isTaken.withLock { $0 = false } }
  }

  /// Lanes are decided for so many declarations of a period, the newest: each asks for holds, alerts, tags and certificates.
  static let mostLanes = 2000

  init(_ lookups: Lookups, _ turn: Turn, _ days: NodeDays) {
    (self.lookups, self.turn, self.days) = (lookups, turn, days)
  }

  /// The figures; waits for the disk.
  func answer(_ request: IndicatorRequest) throws(LookupError) -> IndicatorAnswer {
    let now = lookups.clock.now()
    let period: IndicatorPeriod
    do throws(Refusal) {
      try check(request)
      period = try request.period(now: now)
    } catch { throw .refused(error) }
    guard turn.take() else { throw .busy }
    defer { turn.leave() }
    let scope = IndicatorScope(period, pair: request.pair, crossing: request.crossing)
    var book = IndicatorBook(country: lookups.country, topology: lookups.registry.topology, scope: scope)
    var basis = LookupAnswer()
    var notes: [IndicatorNote] = []
    var asked: [(request: LookupRequest, streams: [StreamName])] = []
    var counts: [StreamName: Int] = [:]
    var finder: FactFinder?
    do throws(ReadError) {
      var records = StandingRecords(lookups.reader)
      for source in IndicatorBook.sources {
        guard let name = try? DatasetName(source.dataset), lookups.registry.definition(name) != nil else { continue }
        var lookup = Self.lookup(name, request, scope)
        if source.ownOnly { lookup.from = lookups.country }
        var part = LookupAnswer()
        let streams = try lookups.permitted(lookup, &part)
        // That there is nothing of one's own yet is no withholding.
        if source.ownOnly { part.withheld = [] }
        let start = period.start.advanced(byMilliseconds: -source.daysBefore * 86_400_000)
        for (stream, state) in streams {
          try records.add(stream, size: state.size, from: start, until: period.settled)
        }
        asked.append((lookup, streams.map(\.0)))
        basis.add(part)
      }
      var declared: [Statement] = []
      while let found = try records.next() {
        counts[found.record.locator.stream, default: 0] += 1
        guard found.stands, let statement = lookups.registry.statement(of: found.record, earlier: found.earlier)
        else { continue }
        book.take(statement)
        if book.wantsLane(of: statement) {
          declared.append(statement)
          if declared.count >= 2 * Self.mostLanes { declared.removeFirst(Self.mostLanes) }
        }
      }
      finder = try decideLanes(declared, request, scope, &book, &notes)
      if records.erased > 0 { notes.append(.erased(records.erased)) }
      let dropped = book.dropped + records.droppedCorrections
      if dropped > 0 { notes.append(.noRoom(dropped)) }
    } catch { throw .read(error) }
    book.take(days, now: now)
    let all = book.finish(now: now)
    let shown = all.filter { !$0.isSuppressed }
    if now < period.settled { notes.append(.provisional(until: period.settled)) }
    var log: [Draft] = []
    for (lookup, streams) in asked {
      log += try lookups.drafts(
        lookup, streams.map { (country: $0.origin, found: counts[$0] ?? 0, ids: [RecordID]()) })
    }
    if let finder { log += try finder.inquiry.logLines() }
    try lookups.write(log)
    return IndicatorAnswer(
      country: lookups.country, period: period, indicators: shown, suppressed: all.count - shown.count,
      isProvisional: now < period.settled, basis: basis, notes: notes)
  }

  private static func lookup(
    _ dataset: DatasetName, _ request: IndicatorRequest, _ scope: IndicatorScope
  ) -> LookupRequest {
    var lookup = LookupRequest(
      dataset: dataset,
      by: Asker(officer: request.officer, role: IndicatorRequest.role, purpose: request.purpose))
    lookup.isForAggregates = true
    lookup.conditions = [("indicators", scope.period.description)]
    if let crossing = scope.crossing { lookup.conditions.append(("crossing", crossing)) }
    if let pair = scope.pair { lookup.conditions.append(("pair", pair.map(\.description).joined(separator: "-"))) }
    return lookup
  }

  private func check(_ request: IndicatorRequest) throws(Refusal) {
    let topology = lookups.registry.topology
    guard !lookups.country.isObserver else {
      throw Refusal(
        field: "country", problem: "an observer has no crossings to compute figures of",
        whatToDo: "look up what countries published: istmo query indicators --role statistician")
    }
    if let crossing = request.crossing {
      guard let place = topology.crossing(crossing), place.countries.contains(lookups.country) else {
        throw Refusal(
          field: "crossing", found: crossing, problem: "no crossing of \(lookups.country)",
          whatToDo: "name one such as GT-SV/la-hachadura; a country computes what its own posts see")
      }
    }
    if let pair = request.pair {
      guard pair.contains(lookups.country), pair.allSatisfy({ topology.country($0) != nil }), Set(pair).count == 2
      else {
        throw Refusal(
          field: "pair", found: pair.map(\.description).joined(separator: "-"),
          problem: "no pair of \(lookups.country)",
          whatToDo: "name \(lookups.country) and another country of the topology")
      }
    }
  }

  /// Decides lanes as an officer would see them now, of what this role may see.
  private func decideLanes(
    _ declared: [Statement], _ request: IndicatorRequest, _ scope: IndicatorScope, _ book: inout IndicatorBook,
    _ notes: inout [IndicatorNote]
  ) throws(ReadError) -> FactFinder? {
    guard let rules = lookups.risk.selectivity else {
      notes.append(.heading(.noRules))
      return nil
    }
    let newest = declared.suffix(Self.mostLanes)
    if newest.count < declared.count { notes.append(.lanesOfNewest(newest.count)) }
    guard !newest.isEmpty else { return nil }
    var finder = FactFinder(lookups, { Self.lookup($0, request, scope) })
    for statement in newest {
      let facts = try finder.facts(of: try finder.consignment(statement))
      book.take(rules.decide(facts).lane)
    }
    notes += finder.notes.map { .heading($0) }
    return finder
  }
}

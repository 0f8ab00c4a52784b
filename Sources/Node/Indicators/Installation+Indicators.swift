import Catalog
import Exchange
import Indicators
import Ledger
import Terms

/// What became of publishing a period's indicators.
public struct IndicatorPublishing: Sendable {
  /// The days.
  public let period: IndicatorPeriod
  /// Figures that were not published before.
  public var published = 0
  /// Figures that stand in the place of others, as more was told since.
  public var corrected = 0
  /// Figures that were taken back, as they are of too few cases now.
  public var withdrawn = 0
  /// Figures that are published as they are.
  public var unchanged = 0
  /// Figures that are of too few cases.
  public var suppressed = 0
  /// Whether records of the period may still come: publishing it again then corrects what they change.
  public var isProvisional = false

  /// The form for programs.
  public var json: JSONValue {
    [
      "period_starts": .text(period.first.description), "period_ends": .text(period.last.description),
      "published": JSONValue(published), "corrected": JSONValue(corrected), "withdrawn": JSONValue(withdrawn),
      "unchanged": JSONValue(unchanged), "suppressed": JSONValue(suppressed), "provisional": .boolean(isProvisional),
    ]
  }
}

extension Installation {
  /// A country's indicators of some days.
  public func indicators(_ request: IndicatorRequest) throws(LookupError) -> IndicatorAnswer {
    try IndicatorReader(lookups, indicatorTurn, dayBook.days).answer(request)
  }

  /// Computes the indicators of some whole days and publishes them as records of the dataset `indicators`, each once: what is
  /// published so already stays, what changed is corrected, what rests on too few cases now is withdrawn.
  public func publishIndicators(_ request: IndicatorRequest) throws(LookupError) -> IndicatorPublishing {
    guard request.pair == nil, request.crossing == nil else {
      throw .refused(
        Refusal(
          field: "crossing", problem: "a country publishes all its crossings together",
          whatToDo: "leave pair and crossing out"))
    }
    guard let dataset = try? DatasetName(Self.indicatorDataset), let definition = registry.definition(dataset) else {
      throw .refused(
        Refusal(
          field: "indicators", problem: "the topology has no dataset \(Self.indicatorDataset)",
          whatToDo: "install a topology that names it"))
    }
    let now = clock.now()
    let answer = try indicators(request)
    guard answer.period.end <= now else {
      throw .refused(
        Refusal(
          field: "until", found: answer.period.last.description, problem: "not over yet",
          whatToDo: "publish days that are over, UTC"))
    }
    var done = IndicatorPublishing(period: answer.period)
    (done.suppressed, done.isProvisional) = (answer.suppressed, answer.isProvisional)
    guard publishing.take() else { throw .busy }
    defer { publishing.leave() }
    var (standing, versions): ([String: Published], [String: Int])
    do throws(ReadError) { (standing, versions) = try published(answer.period, dataset) } catch { throw .read(error) }
    var drafts: [Draft] = []
    do throws(Refusal) {
      func add(_ members: [JSONValue.Member]) throws(Refusal) {
        drafts.append(
          try registry.draft(Array(JSONValue.object(members).json.utf8), of: definition, from: country, now: now))
      }
      let time = JSONValue.Member(name: "time", value: .text(now.wholeSeconds))
      for indicator in answer.indicators {
        let members = indicator.members(of: country, answer.period)
        // The first of a name has it as its reference, later ones their number too.
        let number = versions[indicator.name].map { "/\($0 + 1)" } ?? ""
        let named = JSONValue.Member(
          name: "reference", value: .text("\(answer.period.first)/\(answer.period.last)/\(indicator.name)\(number)"))
        guard let earlier = standing.removeValue(forKey: indicator.name) else {
          try add(members + [time, named])
          done.published += 1
          continue
        }
        guard !earlier.says(members) else {
          done.unchanged += 1
          continue
        }
        try add(members + [time, named, .init(name: "replaces", value: .text(earlier.id.description))])
        done.corrected += 1
      }
      for earlier in standing.values {
        try add([.init(name: "withdraws", value: .text(earlier.id.description))])
        done.withdrawn += 1
      }
    } catch { throw .refused(error) }
    try lookups.write(drafts)
    return done
  }

  /// A figure as it is published.
  private struct Published {
    let id: RecordID
    let body: JSONValue

    /// Whether it says the same, whenever it was computed.
    func says(_ members: [JSONValue.Member]) -> Bool {
      guard case .object(let own) = body else { return false }
      let aside = ["time", "reference"]
      return Set(own.filter { !aside.contains($0.name) }) == Set(members)
    }

    /// The name that makes it one in its period.
    var name: String {
      ["indicator", "crossing", "dimension", "statistic"].compactMap { body[$0]?.string }.joined(separator: "/")
    }
  }

  /// The figures of a period that this country published and that stand, and how often each was published.
  private func published(
    _ period: IndicatorPeriod, _ dataset: DatasetName
  ) throws(ReadError) -> (standing: [String: Published], versions: [String: Int]) {
    let stream = StreamName(origin: country, recipient: country, dataset: dataset)
    var records = StandingRecords(engine.reader)
    // Figures are published when their days are over.
    try records.add(stream, size: try engine.reader.state(of: stream).size, from: period.end, until: .latest)
    var standing: [String: Published] = [:]
    var versions: [String: Int] = [:]
    while let found = try records.next() {
      guard let body = try? JSONValue(parsing: found.record.body),
        body["period_starts"]?.string == period.first.description,
        body["period_ends"]?.string == period.last.description
      else { continue }
      let figure = Published(id: found.record.entry.id, body: body)
      versions[figure.name, default: 0] += 1
      if found.stands { standing[figure.name] = figure }
    }
    return (standing, versions)
  }
}

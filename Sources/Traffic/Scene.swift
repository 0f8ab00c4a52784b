import Catalog
import Terms

/// What a journey is made in: the topology, a draw of its own, and the records that it made so far.
struct Scene {
  let topology: Topology
  let plan: TrafficPlan
  /// The number of the journey.
  let number: Int
  /// Whether nothing may go wrong.
  let isPerfect: Bool
  var draw: Draw
  private(set) var records: [TrafficRecord] = []
  /// What really happened.
  var truths: [TrafficTruth] = []
  private var count = 0

  init(_ topology: Topology, _ plan: TrafficPlan, number: Int, isPerfect: Bool) {
    (self.topology, self.plan, self.number, self.isPerfect) = (topology, plan, number, isPerfect)
    draw = Draw(seed: plan.seed, number: number)
  }

  /// Whether something goes wrong that goes wrong so many times in a thousand.
  mutating func fails(_ thousandths: Int) -> Bool { !isPerfect && draw.happens(thousandths) }

  /// Whether something is so that is so this many times in a thousand, and where one of everything is wanted.
  mutating func holds(_ thousandths: Int) -> Bool { isPerfect || draw.happens(thousandths) }

  /// The land or ferry crossings of two countries, the busier first.
  func crossings(_ a: CountryCode, _ b: CountryCode) -> [Crossing] {
    topology.crossings.filter { $0.kind.postCount == 2 && $0.countries.contains(a) && $0.countries.contains(b) }
  }

  func state(_ country: CountryCode) -> String { topology.country(country)?.icao ?? "XXX" }

  func day(_ time: Instant, _ later: Int = 0) -> String {
    CalendarDay(daysSinceEpoch: CalendarDay(of: time).daysSinceEpoch + Int64(later)).description
  }

  /// Adds a record, some seconds after it happened or, when it is late, hours.
  /// - Parameters:
  ///   - fields: the line; what is nil or null is left out.
  ///   - refers: the record that it refers to, after which it is sent.
  ///   - late: how many times in a thousand it is sent hours later.
  @discardableResult
  mutating func add(
    _ dataset: String, at origin: CountryCode, _ time: Instant, _ fields: [(String, JSONValue?)],
    keys: [(String, String?)] = [], refers: TrafficRecord? = nil, late: Int = 8, defect: TrafficRecord.Defect? = nil
  ) -> TrafficRecord? {
    guard let name = try? DatasetName(dataset) else { return nil }
    count += 1
    let reference = "\(origin)-\(dataset)-\(plan.seed)-\(number)-\(count)"
    var published = time.advanced(byMilliseconds: Int64(draw.within(1...20)) * 1000)
    let isLate = defect == nil && fails(late)
    if isLate { published = published.advanced(byMilliseconds: Int64(draw.within(60...360)) * 60_000) }
    if let refers { published = max(published, refers.published.advanced(byMilliseconds: 30_000)) }
    let all = fields + [("time", .text(time.wholeSeconds)), ("reference", .text(reference))]
    let record = TrafficRecord(
      origin: origin, dataset: name, reference: reference, refers: refers?.reference, time: time, published: published,
      journey: number,
      keys: keys.compactMap { name, value in value.map { .init(name: name, value: .text($0)) } },
      defect: isLate ? .late : defect,
      members: present(all))
    records.append(record)
    // A system that lost the answer sends the line once more.
    if fails(4) { records.append(record.resent(at: published.advanced(byMilliseconds: 120_000))) }
    return record
  }
}

/// An object of what is there.
func object(_ fields: [(String, JSONValue?)]) -> JSONValue { .object(present(fields)) }

/// Fields without those that are nil. A `nil` in a branch may be read as JSON's null: that is nothing too.
func present(_ fields: [(String, JSONValue?)]) -> [JSONValue.Member] {
  fields.compactMap { name, value in
    value.flatMap { $0 == .null ? nil : JSONValue.Member(name: name, value: $0) }
  }
}

/// A list of texts.
func texts(_ values: [some CustomStringConvertible]) -> JSONValue { .list(values.map { .text($0.description) }) }

/// Thousandths as a decimal with three digits.
func thousandths(_ value: Int) -> String {
  let rest = String(value % 1000)
  return "\(value / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
}

extension Instant {
  /// So many minutes later.
  func plus(minutes: Int) -> Instant { advanced(byMilliseconds: Int64(minutes) * 60_000) }
  /// So many seconds later.
  func plus(seconds: Int) -> Instant { advanced(byMilliseconds: Int64(seconds) * 1000) }
}

import Catalog
import Terms

/// Computes a country's indicators from its records and those that it holds of its neighbours, given one after the other, about
/// in the order in which they were published. Pure: the same records give the same figures. What is kept is what is under way,
/// within stated limits.
///
/// Docs/Indicators.md has the definition of each.
public struct IndicatorBook {
  let country: CountryCode
  let scope: IndicatorScope
  /// Crossings that are asked for and have a post of the country.
  let crossings: [String: [CountryCode]]
  var tally = Tally()
  var passages = PassageBook()
  var cargo = CargoBook()
  var persons = PersonBook()
  var papers = PaperBook()
  var posts = PostBook()
  var alerts = AlertTally()
  /// The version that stands in the place of an earlier one.
  private(set) var corrected: [RecordID: RecordID] = [:]
  private var droppedCorrections = 0
  /// The latest time of a record so far, and the moment up to which cases were closed.
  private var latest = Instant.earliest
  private var closed = Instant.earliest

  /// Records may tell of what was so long ago and still be joined: those sent late, and streams that are read side by side.
  static let lateness: Int64 = 48 * 3_600_000
  /// How often what is over is looked for.
  private static let sweep: Int64 = 3_600_000
  /// Corrections that are kept: they are rare.
  private static let mostCorrections = 200_000

  /// A book for what is asked for.
  public init(country: CountryCode, topology: Topology, scope: IndicatorScope) {
    (self.country, self.scope) = (country, scope)
    let own = topology.crossings.filter { crossing in
      crossing.countries.contains(country) && scope.includes(crossing)
    }
    crossings = Dictionary(own.map { ($0.id, $0.countries) }, uniquingKeysWith: { first, _ in first })
  }

  /// The dataset in which a node notes hits.
  static let hits = "hits"

  /// The datasets that are read, and how many days before the period their records may still be of use.
  public static let sources: [(dataset: String, daysBefore: Int64, ownOnly: Bool)] = [
    (TagAlarm.reads, 2, false), ("captures", 2, false), (Consignment.dataset, 8, false), ("migration", 4, false),
    ("certificates", PaperBook.longestLead, false), (Alert.dataset, 1, false), ("posts", PostBook.daysBefore, true),
    (hits, 1, true),
  ]

  /// Takes a record that stands: replaced and withdrawn ones are not given.
  public mutating func take(_ record: Statement) {
    switch record.dataset {
    case TagAlarm.reads, "captures": see(record)
    case Consignment.dataset: declare(record)
    case "migration": control(record)
    case "certificates": certify(record)
    case Alert.dataset: alert(record)
    case "posts": tell(record)
    case Self.hits: note(record)
    default: return
    }
    // Nothing happens after it was told: a wrong time in a record does not close what is under way.
    latest = max(latest, min(record.time, record.id.time))
    let bound = latest.advanced(byMilliseconds: -Self.lateness)
    if bound.milliseconds(since: closed) >= Self.sweep {
      close(before: bound)
      closed = bound
    }
  }

  /// Takes what the node noted of its own running. It is of no crossing: a narrowed question has none of it.
  public mutating func take(_ days: NodeDays, now: Instant) {
    guard !scope.isNarrowed else { return }
    let running = days.running(in: scope.period, now: now)
    if running.of > 0 {
      tally.add(
        .nodeAvailability, nil, at: nil, part: Int64(running.ran), of: Int64(running.of), cases: running.of)
    }
    tally.add(.replicationLag, days.waits(in: scope.period))
  }

  /// The figures of the period, of what was told until now.
  public mutating func finish(now: Instant) -> [Indicator] {
    close(before: nil, now: now)
    countPosts(until: min(scope.period.end, now))
    countAlerts()
    return tally.indicators()
  }

  /// Records that found no room among those under way; above 0, figures are of a part.
  public var dropped: Int {
    passages.dropped + cargo.dropped + persons.dropped + papers.dropped + posts.dropped + alerts.dropped
      + droppedCorrections
  }

  /// What refers to an earlier version of a record refers to it.
  mutating func keepEarlier(of record: Statement) {
    for earlier in record.earlier {
      guard corrected.count < Self.mostCorrections else { return droppedCorrections += 1 }
      corrected[earlier] = record.id
    }
  }

  /// Counts the cases of before a moment; all when there is none, but for those that still await something `now`.
  private mutating func close(before moment: Instant?, now: Instant? = nil) {
    for passage in passages.close(before: moment) { count(passage) }
    closeCargo(before: moment, now: now)
    closePersons(before: moment, now: now)
    closePapers(before: moment)
  }

  /// The crossing of a record's post, when it is asked for; in a narrowed question a record without a post is of no crossing.
  func crossing(of record: Statement) -> String? {
    let named = record.text("crossing") ?? record.text("post").map { RecordSubjects.crossing(ofPost: $0) }
    return named.flatMap { crossings[$0] == nil ? nil : $0 }
  }

  /// The country of a post, `SV` of `GT-SV/la-hachadura/SV`.
  static func country(ofPost post: String?) -> CountryCode? {
    post?.split(separator: "/").last.flatMap { try? CountryCode($0) }
  }
}

import Catalog
import Terms

/// A reform of the dataset `measures`, as its country told last.
public struct Reform: Hashable, Sendable {
  /// Its stable identifier.
  public let identifier: String
  /// What it is called.
  public let title: String
  /// The measure of the strategy.
  public let measure: String
  /// The country that reports.
  public let country: String
  /// The countries that share it.
  public let countries: [String]
  /// Articles of the WTO Trade Facilitation Agreement.
  public let articles: [String]
  /// Responsible bodies.
  public let bodies: [String]
  /// Its state, as told.
  public let state: String
  /// When it is to begin and to end.
  public let (starts, due): (CalendarDay, CalendarDay)
  /// When this was told.
  public let told: Instant
  /// Its milestones, in their order.
  public let milestones: [Milestone]

  /// One milestone.
  public struct Milestone: Hashable, Sendable {
    /// What is reached.
    public let title: String
    /// When it was to be.
    public let due: CalendarDay
    /// `open`, `done` or `dropped`.
    public let state: String
    /// When it was.
    public let done: CalendarDay?
    /// Where that is shown.
    public let evidence: String?

    /// Days behind: of an open one until this day, of one that was reached until then; 0 when it is not late.
    public func daysLate(on day: CalendarDay) -> Int64 {
      switch state {
      case "open": max(0, day.daysSinceEpoch - due.daysSinceEpoch)
      case "done": max(0, (done ?? due).daysSinceEpoch - due.daysSinceEpoch)
      default: 0
      }
    }
  }

  /// A reform of a record; nil when it is none.
  init?(_ record: JSONValue) {
    func text(_ name: String) -> String? { record[name]?.string }
    guard let identifier = text("identifier"), let title = text("title"), let measure = text("measure"),
      let country = text("country"), let state = text("state"), let starts = record.day("starts"),
      let due = record.day("due"), let told = text("time").flatMap({ try? Instant($0) })
    else { return nil }
    (self.identifier, self.title, self.measure) = (identifier, title, measure)
    (self.country, self.state, self.starts, self.due, self.told) = (country, state, starts, due, told)
    countries = record.texts("countries")
    articles = record.texts("tfa_articles")
    bodies = record.texts("bodies")
    var milestones: [Milestone] = []
    if case .list(let items)? = record["milestones"] {
      for item in items {
        guard let title = item["title"]?.string, let due = item.day("due"), let state = item["state"]?.string else {
          continue
        }
        milestones.append(
          Milestone(
            title: title, due: due, state: state, done: item.day("done"), evidence: item["evidence"]?.string))
      }
    }
    self.milestones = milestones
  }

  /// Whether it is neither done nor dropped.
  public var isOpen: Bool { state != "done" && state != "dropped" }

  /// Days behind on this day: by its own end or by the milestone that is furthest behind; 0 when it is not late, whatever it says of
  /// itself.
  public func daysLate(on day: CalendarDay) -> Int64 {
    guard isOpen else { return 0 }
    let open = milestones.filter { $0.state == "open" }.map { $0.daysLate(on: day) }.max() ?? 0
    return max(open, day.daysSinceEpoch - due.daysSinceEpoch, 0)
  }

  /// Whether it is behind, by dates or as its country says.
  public func isDelayed(on day: CalendarDay) -> Bool { state == "delayed" || daysLate(on: day) > 0 }

  /// The reforms among records, the latest of each country and identifier, those furthest behind first.
  public static func latest(_ records: [JSONValue], on day: CalendarDay) -> [Reform] {
    var latest: [[String]: Reform] = [:]
    for reform in records.compactMap(Reform.init) {
      let key = [reform.country, reform.identifier]
      if let known = latest[key], known.told > reform.told { continue }
      latest[key] = reform
    }
    return latest.values.sorted {
      (-$0.daysLate(on: day), $0.due, $0.country, $0.identifier)
        < (-$1.daysLate(on: day), $1.due, $1.country, $1.identifier)
    }
  }
}

extension JSONValue {
  func day(_ name: String) -> CalendarDay? { self[name]?.string.flatMap { try? CalendarDay($0) } }

  func texts(_ name: String) -> [String] {
    guard case .list(let values)? = self[name] else { return [] }
    return values.compactMap(\.string)
  }
}

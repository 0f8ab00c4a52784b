import Catalog
import Indicators
import Terms

/// What somebody asks who wants a country's indicators.
public struct IndicatorRequest: Sendable {
  /// The role under which a node reads records to compute aggregates. An agreement that names it lets the recipient's node do so; it
  /// shows no record to anybody, so no lookup is answered under it.
  public static let role = "aggregates"

  /// The first day; nil for thirty days before the last.
  public var since: CalendarDay?
  /// The last day; nil for yesterday.
  public var until: CalendarDay?
  /// Only crossings between these two.
  public var pair: [CountryCode]?
  /// Only this crossing.
  public var crossing: String?
  /// Who asks; the node itself where nobody is named.
  public var officer = "node"
  /// What for.
  public var purpose = "monitoring"

  /// All of the last thirty days.
  public init() {}

  private static let usualDays: Int64 = 30

  /// The days asked for.
  /// - Throws: `Refusal` when they cannot be.
  func period(now: Instant) throws(Refusal) -> IndicatorPeriod {
    let today = CalendarDay(of: now)
    let last = until ?? CalendarDay(daysSinceEpoch: today.daysSinceEpoch - 1)
    guard last <= today else {
      throw Refusal(
        field: "until", found: last.description, problem: "not over yet", whatToDo: "name today at the latest")
    }
    return try IndicatorPeriod(
      first: since ?? CalendarDay(daysSinceEpoch: last.daysSinceEpoch - Self.usualDays + 1), last: last)
  }

  /// The body of `POST /v1/indicators`.
  public static let shape = RequestShape(
    "request of indicators",
    [
      .may("since", .day, "The first day; thirty days in all where it is absent."),
      .may("until", .day, "The last day; yesterday where it is absent."),
      .may("pair", .pair, "Only crossings between these two countries."),
      .may("crossing", .line(200), "Only this crossing."),
      .may("officer", .line(64), "Who asks."),
      .may("purpose", .line(200), "What for."),
    ])

  /// Reads the body of `POST /v1/indicators`; all members may be absent.
  /// - Throws: `TermError` naming the member that is wrong.
  public init(json: JSONValue) throws(TermError) {
    let asked = try Self.shape.read(json)
    (since, until, crossing) = (asked.day("since"), asked.day("until"), asked.text("crossing"))
    pair = asked.text("pair").map { $0.split(separator: "-").compactMap { try? CountryCode($0) } }
    (officer, purpose) = (asked.text("officer") ?? officer, asked.text("purpose") ?? purpose)
  }
}

/// A country's indicators, and what they rest on.
public struct IndicatorAnswer: Sendable {
  /// Whose they are.
  public let country: CountryCode
  /// The days.
  public let period: IndicatorPeriod
  /// Those of cases enough, in the order in which they are shown.
  public let indicators: [Indicator]
  /// How many are not shown, as they are of too few cases.
  public let suppressed: Int
  /// Whether records of the period may still come.
  public let isProvisional: Bool
  /// The streams that were read, what was withheld, and how many records were read of each.
  public let basis: LookupAnswer
  /// What else is to be known.
  public let notes: [IndicatorNote]

  /// A line for each indicator, last a line with what they rest on.
  public var lines: [JSONValue] {
    indicators.map { .object($0.members(of: country, period)) } + [
      [
        "answer": .object(
          [
            .init(name: "found", value: JSONValue(indicators.count)),
            .init(name: "suppressed", value: JSONValue(suppressed)),
            .init(name: "provisional", value: .boolean(isProvisional)),
          ] + basis.basis),
        "notes": .list(notes.map { .text($0.words) }),
      ]
    ]
  }
}

extension Indicator {
  /// The members of its record, without those of its publishing.
  func members(of country: CountryCode, _ period: IndicatorPeriod) -> [JSONValue.Member] {
    let all: [(String, String?)] = [
      ("indicator", kind.rawValue), ("country", country.description), ("crossing", crossing),
      ("dimension", dimension), ("period_starts", period.first.description), ("period_ends", period.last.description),
      ("statistic", statistic.rawValue), ("unit", unit.rawValue), ("value", value),
      ("method", methodName),
    ]
    return all.compactMap { name, text in text.map { .init(name: name, value: .text($0)) } }
      + [.init(name: "sample", value: JSONValue(sample))]
  }
}

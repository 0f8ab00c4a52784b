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

  /// Reads the body of `POST /v1/indicators`; all members may be absent.
  /// - Throws: `TermError` naming the member that is wrong.
  public init(json: JSONValue) throws(TermError) {
    guard case .object(let members) = json else {
      throw TermError(kind: "request", found: "", expected: "a JSON object")
    }
    for member in members {
      guard member.value != .null else { continue }
      guard let text = member.value.string, !text.isEmpty, text.utf8.count <= 200 else {
        throw TermError(kind: member.name, found: member.value.json, expected: "a text of 1 to 200 bytes")
      }
      switch member.name {
      case "since": since = try CalendarDay(text)
      case "until": until = try CalendarDay(text)
      case "pair":
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
          throw TermError(kind: "pair", found: text, expected: "two countries, such as GT-SV")
        }
        pair = [try CountryCode(parts[0]), try CountryCode(parts[1])]
      case "crossing": crossing = text
      case "officer":
        guard text.utf8.count <= 64 else {
          throw TermError(kind: "officer", found: text, expected: "a text of 1 to 64 bytes")
        }
        officer = text
      case "purpose": purpose = text
      default:
        throw TermError(
          kind: "member of a request", found: member.name,
          expected: "since, until, pair, crossing, officer, purpose")
      }
    }
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
  /// What else is to be known, in words.
  public let notes: [String]

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
        "notes": .list(notes.map { .text($0) }),
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

import Catalog
import Terms

/// The whole days, UTC, that figures are of. Parts of days are not asked for: by taking one figure from another a single case
/// could be told.
public struct IndicatorPeriod: Hashable, Sendable, CustomStringConvertible {
  /// The first day.
  public let first: CalendarDay
  /// The last day.
  public let last: CalendarDay

  /// The most days: a leap year.
  public static let mostDays: Int64 = 366
  /// Records may come so many days after a period and still count: as long as a neighbour may be cut off.
  public static let settlingDays: Int64 = 10

  /// The days from the first to the last.
  /// - Throws: `Refusal` when they are in the wrong order or too many.
  public init(first: CalendarDay, last: CalendarDay) throws(Refusal) {
    guard first <= last else {
      throw Refusal(
        field: "until", found: last.description, problem: "before the first day, \(first)",
        whatToDo: "name the first day with since and the last with until")
    }
    guard last.daysSinceEpoch - first.daysSinceEpoch < Self.mostDays else {
      throw Refusal(
        field: "since", found: first.description, problem: "more than \(Self.mostDays) days before \(last)",
        whatToDo: "ask for a year at a time")
    }
    (self.first, self.last) = (first, last)
  }

  /// Its first moment.
  public var start: Instant { first.start }

  /// The moment after its last.
  public var end: Instant { CalendarDay(daysSinceEpoch: last.daysSinceEpoch + 1).start }

  /// When no more records count for it.
  public var settled: Instant { end.advanced(byMilliseconds: Self.settlingDays * Self.day) }

  /// Whether a moment lies in it.
  public func contains(_ moment: Instant) -> Bool { start <= moment && moment < end }

  /// The form `2026-10-01 to 2026-10-31`.
  public var description: String { "\(first) to \(last)" }

  static let day: Int64 = 86_400_000
}

/// What figures are asked for.
public struct IndicatorScope: Hashable, Sendable {
  /// The days.
  public var period: IndicatorPeriod
  /// Only crossings between these two; nil for all of the country.
  public var pair: [CountryCode]?
  /// Only this crossing; nil for all.
  public var crossing: String?

  /// What figures are asked for.
  public init(_ period: IndicatorPeriod, pair: [CountryCode]? = nil, crossing: String? = nil) {
    (self.period, self.pair, self.crossing) = (period, pair, crossing)
  }

  /// Whether a part of the country's crossings is asked for.
  public var isNarrowed: Bool { pair != nil || crossing != nil }

  /// Whether a crossing is asked for.
  public func includes(_ place: Crossing) -> Bool {
    if let crossing, crossing != place.id { return false }
    guard let pair else { return true }
    return pair.allSatisfy(place.countries.contains)
  }
}

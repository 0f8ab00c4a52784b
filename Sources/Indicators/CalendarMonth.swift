import Terms

/// A month of the calendar, written `2026-11`.
public struct CalendarMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Months since the year 0: what makes them count.
  private let number: Int64

  private init(number: Int64) { self.number = number }

  /// The month of a day.
  public init(of day: CalendarDay) {
    let (year, month, _) = day.components
    number = year * 12 + month - 1
  }

  /// Reads `YYYY-MM`.
  /// - Throws: `TermError` when the text has another form or names no month.
  public init(_ text: some StringProtocol) throws(TermError) {
    guard text.utf8.count == 7, let day = try? CalendarDay("\(text)-01") else {
      throw TermError(kind: "month", found: String(text.prefix(40)), expected: "YYYY-MM, such as 2026-11")
    }
    self.init(of: day)
  }

  /// The month so many months later; earlier when it is negative.
  public func advanced(by months: Int64) -> CalendarMonth { CalendarMonth(number: number + months) }

  /// Its first day.
  public var first: CalendarDay {
    CalendarDay(year: number / 12, month: number % 12 + 1, day: 1) ?? CalendarDay(daysSinceEpoch: 0)
  }

  /// Its last day.
  public var last: CalendarDay { CalendarDay(daysSinceEpoch: advanced(by: 1).first.daysSinceEpoch - 1) }

  /// Its number in the year, 1 to 12.
  public var month: Int { Int(number % 12 + 1) }

  /// The form `2026-11`.
  public var description: String { String(first.description.prefix(7)) }

  /// Earlier than.
  public static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// Whole months that are looked at together: the figures of all of them, and of each.
public struct MonthSpan: Hashable, Sendable {
  /// The months, in order.
  public let months: [CalendarMonth]
  /// The last day that counts: of the month that is under way, yesterday.
  public let lastDay: CalendarDay

  /// The most months of a span.
  public static let mostMonths: Int64 = 12
  /// So many months are looked at where nobody says.
  public static let usualMonths: Int64 = 6

  /// The months from one to another, until the day before `today`. Days of their own cannot be asked for: whoever takes the figures of
  /// two spans that differ in a day from each other learns of single cases.
  /// - Throws: `TermError` when the span cannot be.
  public init(from first: CalendarMonth?, through last: CalendarMonth?, today: CalendarDay) throws(TermError) {
    let yesterday = CalendarDay(daysSinceEpoch: today.daysSinceEpoch - 1)
    let newest = CalendarMonth(of: yesterday)
    let last = last ?? newest
    guard last <= newest else {
      throw TermError(kind: "month", found: last.description, expected: "no later month than \(newest)")
    }
    let first = first ?? last.advanced(by: 1 - Self.usualMonths)
    guard first <= last, first.advanced(by: Self.mostMonths) > last else {
      throw TermError(
        kind: "months", found: "\(first) to \(last)", expected: "at most \(Self.mostMonths) months, the first one first"
      )
    }
    months = (0..<Self.mostMonths).map { first.advanced(by: $0) }.filter { $0 <= last }
    lastDay = min(last.last, yesterday)
  }

  /// All of it.
  public var whole: IndicatorPeriod? {
    months.first.flatMap { try? IndicatorPeriod(first: $0.first, last: lastDay) }
  }

  /// The part of a month that has passed.
  public func period(of month: CalendarMonth) -> IndicatorPeriod? {
    try? IndicatorPeriod(first: month.first, last: min(month.last, lastDay))
  }
}

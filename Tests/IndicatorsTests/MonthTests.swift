import Terms
import Testing

@testable import Indicators

/// Whole months: what a committee may ask for.
@Suite struct MonthTests {
  private func day(_ text: String) throws -> CalendarDay { try CalendarDay(text) }

  @Test func aMonthHasItsDaysAndItsNeighbours() throws {
    let february = try CalendarMonth("2028-02")
    #expect(february.first.description == "2028-02-01" && february.last.description == "2028-02-29")
    #expect(february.advanced(by: 11).description == "2029-01" && february.advanced(by: -2).description == "2027-12")
    #expect(february.month == 2 && february < february.advanced(by: 1))
    #expect(CalendarMonth(of: try day("2028-02-29")) == february)
  }

  @Test(arguments: ["2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", "", "abcd-ef", "2026-1x"])
  func whatIsNoMonthIsRefused(_ text: String) { #expect(throws: TermError.self) { try CalendarMonth(text) } }

  @Test func withoutANameTheLastSixMonthsUntilYesterdayAreMeant() throws {
    let span = try MonthSpan(from: nil, through: nil, today: day("2026-11-25"))
    #expect(span.months.map(\.description) == ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"])
    #expect(span.whole?.description == "2026-06-01 to 2026-11-24")
    #expect(span.months.compactMap { span.period(of: $0) }.map(\.description).last == "2026-11-01 to 2026-11-24")
    // On the first of a month nothing of it has passed: the month before is the last.
    let early = try MonthSpan(from: nil, through: nil, today: day("2026-12-01"))
    #expect(early.months.last?.description == "2026-11" && early.lastDay.description == "2026-11-30")
  }

  @Test func monthsToComeReversedOrTooManyAreRefused() throws {
    func span(_ first: String, _ last: String) throws -> MonthSpan {
      try MonthSpan(from: CalendarMonth(first), through: CalendarMonth(last), today: day("2026-11-25"))
    }
    #expect(throws: TermError.self) { try span("2026-10", "2026-12") }
    #expect(throws: TermError.self) { try span("2026-10", "2026-09") }
    #expect(throws: TermError.self) { try span("2025-10", "2026-10") }
    #expect(throws: TermError.self) { try span("0001-01", "2026-10") }
    let year = try span("2025-11", "2026-10")
    #expect(year.months.count == 12 && year.whole?.description == "2025-11-01 to 2026-10-31")
  }

  @Test func sumsThatDoNotFitAreTheMostThatCanBeSaid() {
    #expect(Project.sum([1, 2, 3]) == 6 && Project.sum([]) == 0)
    #expect(Project.sum([.max, 1, 5]) == .max)
  }
}

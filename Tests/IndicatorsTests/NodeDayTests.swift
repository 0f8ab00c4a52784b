import Catalog
import Terms
import Testing

@testable import Indicators

/// A node's notes of its own running give what was, and no more than was noted.
@Suite struct NodeDayTests {
  private let start: Instant
  private let period: IndicatorPeriod

  init() throws {
    start = try CalendarDay("2026-10-01").start
    period = try IndicatorPeriod(first: CalendarDay("2026-10-01"), last: CalendarDay("2026-10-03"))
  }

  private func at(_ slot: Int) -> Instant { start.advanced(byMilliseconds: Int64(slot) * NodeDays.interval) }

  /// Notes of these half minutes.
  private func days(_ slots: some Sequence<Int>, waits: [Int64] = []) -> NodeDays {
    var days = NodeDays()
    for slot in slots { days.take(waits, at: at(slot)) }
    return days
  }

  private var later: Instant { start.advanced(byMilliseconds: 30 * 86_400_000) }

  @Test func availabilityCountsFromTheFirstNoteAndTimeWithoutANodeCounts() {
    // From noon of the first day, not at all on the second, all of the third.
    let noted = days(Array(1440..<2880) + Array(5760..<8640))
    let running = noted.running(in: period, now: later)
    #expect(running.of == 1440 + 2880 + 2880 && running.ran == 1440 + 2880)
    #expect(NodeDays().running(in: period, now: later) == (0, 0))
  }

  @Test func ofTodayCountsWhatIsOver() {
    let running = days(0...100).running(in: period, now: at(100))
    #expect(running == (100, 100))
    #expect(days([0, 50]).running(in: period, now: at(100)) == (2, 100))
  }

  @Test func aHalfMinuteCountsOnceAndAClockSetBackMakesNoTime() {
    let once = days([10, 10, 11, 5, 7, 12])
    #expect(once.running(in: period, now: later).ran == 3)
    #expect(once == days([10, 11, 12]))
  }

  @Test func waitsAreThoseOfMoments() throws {
    var noted = NodeDays()
    // Nine of ten moments nothing waits, in one a record has waited for a minute.
    for slot in 0..<1000 { noted.take([slot % 10 == 9 ? 60_000 : 0], at: at(slot)) }
    var waits = noted.waits(in: period)
    let (half, ninety, tenth) = (waits.percentile(50), waits.percentile(90), waits.percentile(91))
    #expect(waits.count == 1000 && half == 0 && ninety == 0)
    #expect(tenth.map { abs(Double($0) - 60_000) < 600 } == true)
    var other = noted.waits(in: try IndicatorPeriod(first: CalendarDay("2026-10-02"), last: CalendarDay("2026-10-03")))
    let none = other.percentile(50)
    #expect(none == nil)
  }

  @Test func whatIsKeptIsReadAgain() throws {
    let noted = days(Array(3..<40) + Array(3000..<3007), waits: [0, 1500, .max, -5])
    #expect(try NodeDays(text: noted.text) == noted)
    #expect(try NodeDays(text: NodeDays().text) == NodeDays())
  }

  @Test(arguments: [
    "", "something", "istmo node days v2\n", "2026-10-01 0 1 1 -\n", "istmo node days v1\nx 0 1 1 -\n",
    "istmo node days v1\n2026-10-01 5 4 1 -\n", "istmo node days v1\n2026-10-01 0 2880 1 -\n",
    "istmo node days v1\n2026-10-01 0 3 5 -\n", "istmo node days v1\n2026-10-01 0 3 0 -\n",
    "istmo node days v1\n2026-10-01 0 3 2 1:0\n", "istmo node days v1\n2026-10-01 0 3 2 99999:1\n",
    "istmo node days v1\n2026-10-01 0 3 2 1:9999999999999999999\n", "istmo node days v1\n2026-10-01 0 3 2\n",
    "istmo node days v1\n2026-10-01 -1 3 2 -\n",
  ]) func whatIsNotWhatWasKeptIsRefused(_ text: String) {
    #expect(throws: TermError.self) { try NodeDays(text: text) }
  }

  @Test func oldDaysGo() {
    var noted = NodeDays()
    for day in 0..<(NodeDays.most + 20) { noted.take([], at: start.advanced(byMilliseconds: Int64(day) * 86_400_000)) }
    #expect(noted.days.count == NodeDays.most)
    #expect(noted.days.keys.min()?.start == start.advanced(byMilliseconds: 20 * 86_400_000))
  }

  @Test func theBookMakesFiguresOfThemUnlessACrossingIsAskedFor() throws {
    let topology = try Topology.load(
      #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/Topology/central-america.toml")
    let noted = days(0..<8000, waits: [2000])
    var book = IndicatorBook(country: try CountryCode("GT"), topology: topology, scope: IndicatorScope(period))
    book.take(noted, now: later)
    let figures = book.finish(now: later)
    #expect(figures.map(\.name) == ["replication-lag/median", "replication-lag/p90", "node-availability/share"])
    // 8000 of 8640 half minutes; two seconds within a bucket's 0.8 %.
    #expect(figures.last?.value == "92.593" && figures.last?.sample == 8640)
    #expect(figures.first.map { abs($0.thousandths - 2000) < 20 } == true && figures.first?.unit == .seconds)
    #expect(figures.first?.methodName == "istmo-1-sketch")
    var narrowed = IndicatorBook(
      country: try CountryCode("GT"), topology: topology,
      scope: IndicatorScope(period, crossing: "GT-SV/la-hachadura"))
    narrowed.take(noted, now: later)
    let nothing = narrowed.finish(now: later)
    #expect(nothing.isEmpty)
  }
}

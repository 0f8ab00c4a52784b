import Indicators
import Synchronization
import Terms
import Testing

@testable import Node

/// Figures that many look at are computed once, said to be old when they are, and never waited for.
@Suite struct FigureBookTests {
  /// Counts how often each period was computed; computes when it is let.
  private final class Computer: Sendable {
    let computed = Mutex<[String]>([])
    let state = Mutex<UInt64>(1)
    let fails = Mutex(false)
    let gate = Mutex(())
    let country: CountryCode

    init(_ country: CountryCode) { self.country = country }

    func compute(_ request: IndicatorRequest) throws(LookupError) -> IndicatorAnswer {
      gate.withLock { _ in }
      if fails.withLock({ $0 }) { throw .busy }
      guard let first = request.since, let last = request.until,
        let period = try? IndicatorPeriod(first: first, last: last)
      else { throw .busy }
      computed.withLock { $0.append("\(period) by \(request.officer) for \(request.purpose)") }
      return IndicatorAnswer(
        country: country, period: period, indicators: [], suppressed: 0, isProvisional: false,
        basis: LookupAnswer(), notes: [])
    }
  }

  /// A clock that goes on by hand only.
  private final class SteppedClock: Clock {
    private let time = Mutex(SystemClock().now())
    func now() -> Instant { time.withLock { $0 } }
    func advance(_ milliseconds: Int64) { time.withLock { $0 = $0.advanced(byMilliseconds: milliseconds) } }
  }

  private let computer: Computer
  private let clock = SteppedClock()
  private let book: FigureBook
  private let periods: [IndicatorPeriod]

  init() throws {
    let computer = Computer(try CountryCode("GT"))
    self.computer = computer
    book = FigureBook(
      compute: { (request) throws(LookupError) in try computer.compute(request) },
      state: { () throws(LookupError) in computer.state.withLock { $0 } }, clock: clock)
    let today = CalendarDay(of: clock.now()).daysSinceEpoch
    periods = try (0..<Int64(3)).map {
      let day = CalendarDay(daysSinceEpoch: today - 1 - $0)
      return try IndicatorPeriod(first: day, last: day)
    }
  }

  private func look() -> [FigureBook.Figures] { book.figures(of: periods, by: "est-1", purpose: "comité") }
  private var count: Int { computer.computed.withLock { $0.count } }

  private func ready() -> Bool { NodePair.eventually { look().allSatisfy { $0.answer != nil && !$0.isUnderWay } } }

  @Test func whoLooksFirstWaitsForNothingAndIsNamed() throws {
    let seen = computer.gate.withLock { _ in look() }
    #expect(seen.allSatisfy { $0.answer == nil && $0.isUnderWay })
    #expect(ready())
    #expect(count == 3)
    #expect(computer.computed.withLock { $0 }.allSatisfy { $0.hasSuffix("by est-1 for comité") })
    // Whoever looks after that causes nothing to be read.
    #expect(look().allSatisfy { !$0.isOutdated && $0.computed != nil })
    #expect(count == 3)
  }

  @Test func whatCameSinceIsSaidAndComputedAfterAWhile() {
    #expect(ready())
    computer.state.withLock { $0 = 2 }
    #expect(look().allSatisfy { $0.answer != nil && $0.isOutdated && !$0.isUnderWay })
    #expect(count == 3)
    clock.advance(FigureBook.patience)
    let under = look()
    #expect(under.allSatisfy { $0.answer != nil && $0.isOutdated && $0.isUnderWay })
    #expect(ready())
    #expect(count == 6 && look().allSatisfy { !$0.isOutdated })
    // Without anything new, time alone changes nothing.
    clock.advance(FigureBook.patience * 10)
    #expect(look().allSatisfy { !$0.isUnderWay } && count == 6)
  }

  @Test func aFailureIsSaidAndTriedAgainLater() {
    computer.fails.withLock { $0 = true }
    _ = look()
    #expect(NodePair.eventually { look().allSatisfy { $0.failure != nil && !$0.isUnderWay } })
    computer.fails.withLock { $0 = false }
    #expect(look().allSatisfy { !$0.isUnderWay })
    clock.advance(FigureBook.retry)
    #expect(ready())
    #expect(look().allSatisfy { $0.failure == nil })
  }

  @Test func manyPeriodsTakeBoundedRoom() throws {
    let today = CalendarDay(of: clock.now()).daysSinceEpoch
    func period(_ number: Int64) throws -> IndicatorPeriod {
      let day = CalendarDay(daysSinceEpoch: today - 10 - number)
      return try IndicatorPeriod(first: day, last: day)
    }
    try computer.gate.withLock { _ in
      let many = try (0..<Int64(200)).map { try period($0) }
      let seen = book.figures(of: many, by: "est-1", purpose: "comité")
      // One may have been taken out to be computed already.
      #expect(seen.count { $0.isUnderWay } <= FigureBook.mostWaiting + 1)
    }
    #expect(NodePair.eventually { count >= FigureBook.mostWaiting })
    #expect(book.count <= FigureBook.most)
  }
}

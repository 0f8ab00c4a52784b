import Terms
import Testing

@testable import Exchange
@testable import Node

/// How streams stood lately: two hours, in bounded room, and how far it reaches is told as it is.
@Suite struct LagHistoryTests {
  private let start = Instant(milliseconds: 1_790_000_000_000)

  private func status(_ name: String, lag: UInt64) throws -> StreamStatus {
    StreamStatus(
      stream: try StreamName(name), direction: .outgoing, isAgreed: true, obstacle: nil, isLinkUp: true, size: 100,
      receiptSize: 100 - lag, receiptTime: nil, asOf: nil, lagRecords: lag, lagMilliseconds: Int64(lag) * 1000,
      problem: "", halted: "", neighbourSkew: nil, flowing: lag == 0)
  }

  @Test func theLastTwoHoursAreKeptInOrderAndNoMore() throws {
    var history = LagHistory()
    #expect(history.reach(at: start) == nil)
    let name = try StreamName("SV/GT/migration")
    for number in 0..<UInt64(LagHistory.most + 50) {
      let now = start.advanced(byMilliseconds: Int64(number) * LagHistory.interval)
      let (begins, again) = (
        history.begins(at: now), history.begins(at: now.advanced(byMilliseconds: LagHistory.interval - 1))
      )
      #expect(begins && !again)
      history.take([try status("SV/GT/migration", lag: number % 100)], at: now)
    }
    let samples = history.samples(of: name)
    #expect(samples.count == LagHistory.most)
    #expect(samples.map(\.lagRecords) == (50..<UInt64(LagHistory.most + 50)).map { $0 % 100 })
    #expect(zip(samples, samples.dropFirst()).allSatisfy { $0.time < $1.time })
    let now = start.advanced(byMilliseconds: Int64(LagHistory.most + 49) * LagHistory.interval)
    #expect(history.reach(at: now) == Int64(LagHistory.most - 1) * LagHistory.interval)
  }

  @Test func aStreamThatIsNoMoreIsForgottenAndASetBackClockStopsNothing() throws {
    var history = LagHistory()
    let begins = history.begins(at: start)
    #expect(begins)
    history.take([try status("SV/GT/migration", lag: 1), try status("SV/HN/migration", lag: 2)], at: start)
    let before = start.advanced(byMilliseconds: -3_600_000)
    let goesOn = history.begins(at: before)
    #expect(goesOn)
    history.take([try status("SV/HN/migration", lag: 0)], at: before)
    #expect(history.samples(of: try StreamName("SV/GT/migration")).isEmpty)
    #expect(history.samples(of: try StreamName("SV/HN/migration")).map(\.lagRecords) == [2, 0])
    #expect((history.reach(at: before) ?? -1) >= 0)
  }
}

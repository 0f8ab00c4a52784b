import Catalog
import Foundation
import Indicators
import Synchronization
import Terms
import Testing

@testable import Node

/// What a node notes of its own running outlives it and becomes figures.
@Suite struct NodeDayBookTests {
  /// A clock that goes on by hand only, from noon of a day.
  private final class NoonClock: Clock {
    private let time: Mutex<Instant>
    init(_ day: CalendarDay) { time = Mutex(day.start.advanced(byMilliseconds: 12 * 3_600_000)) }
    func now() -> Instant { time.withLock { $0 } }
    func advance(_ milliseconds: Int64) { time.withLock { $0 = $0.advanced(byMilliseconds: milliseconds) } }
  }

  private let scratch: Scratch
  private let home: Home
  private let clock: NoonClock

  init() throws {
    clock = NoonClock(CalendarDay(of: SystemClock().now()))
    scratch = try Scratch()
    home = try scratch.home(
      topology: try Topology.collect("\(NodePair.root)/Topology/central-america.toml"), now: clock.now())
  }

  private func open() throws -> Installation {
    try Installation(
      documents: HomeDocuments(home), registry: try home.loadRegistry(), keys: try home.keys(.file).ring,
      storePath: "\(home.storeFolder)/istmo.db", tokens: TokenBook([]), clock: clock, log: { _, _, _ in })
  }

  private func run(_ node: Installation, halfMinutes: Int) {
    for _ in 0..<halfMinutes {
      node.takeSample()
      clock.advance(NodeDays.interval)
    }
  }

  @Test func notesOutliveTheNodeAndTimeWithoutItCounts() throws {
    let first = try open()
    run(first, halfMinutes: 30)
    first.stop()
    // For half an hour nothing runs.
    clock.advance(60 * NodeDays.interval)
    let second = try open()
    defer { second.stop() }
    run(second, halfMinutes: 30)
    var request = IndicatorRequest()
    (request.since, request.until) = (CalendarDay(of: clock.now()), CalendarDay(of: clock.now()))
    let answer = try second.indicators(request)
    let running = try #require(answer.indicators.first { $0.kind == .nodeAvailability })
    #expect(running.value == "50.000" && running.sample == 120 && running.unit == .percent)
    // Nothing is agreed, so nothing waits for anybody.
    #expect(!answer.indicators.contains { $0.kind == .replicationLag })
    let text = try String(contentsOfFile: "\(home.storeFolder)/days", encoding: .utf8)
    #expect(text.hasPrefix("istmo node days v1\n"))
    try HomeCheck.check(home.path)
  }

  @Test func aFileThatCannotBeReadStopsNothing() throws {
    try Files.write(Array("something else\n".utf8), to: "\(home.storeFolder)/days")
    let node = try open()
    run(node, halfMinutes: 3)
    node.stop()
    let kept = try NodeDays(text: String(contentsOfFile: "\(home.storeFolder)/days", encoding: .utf8))
    #expect(kept.text.contains(" 3 -"))
  }
}

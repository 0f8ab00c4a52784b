import Dispatch
import Exchange
import Indicators
import Synchronization
import Terms

/// Figures of periods for pages that many look at: computed one after another on a thread of their own, and kept by period with
/// the state of the store that they were computed from. Whoever asks waits for nothing: figures that are not there yet are said to
/// be on their way, and those that more records have come for since are given with the moment at which they were computed.
public final class FigureBook: Sendable {
  /// What is known of a period.
  public struct Figures: Sendable {
    /// The figures; nil before they were computed first.
    public fileprivate(set) var answer: IndicatorAnswer?
    /// When they were computed.
    public fileprivate(set) var computed: Instant?
    /// Whether records came since.
    public fileprivate(set) var isOutdated = false
    /// Whether they are being computed, or wait for it.
    public fileprivate(set) var isUnderWay = false
    /// Why computing them failed last; nil when it did not.
    public fileprivate(set) var failure: String?
  }

  /// Computes the figures of a request.
  public typealias Compute = @Sendable (IndicatorRequest) throws(LookupError) -> IndicatorAnswer
  /// A number that changes when records come that figures are computed from.
  public typealias State = @Sendable () throws(LookupError) -> UInt64

  /// Periods that are kept: two years of months for some who look at different spans. Those not asked for longest go first.
  static let most = 64
  /// Periods that wait at once: one page asks for thirteen.
  static let mostWaiting = 32
  /// So long figures are given though records came since: while records come every second, nobody could look at a year.
  static let patience: Int64 = 15 * 60_000
  /// The same of a period for which no more records count: only corrections and erasures change it.
  static let settledPatience: Int64 = 24 * 3_600_000
  /// What failed is tried again after so long.
  static let retry: Int64 = 30_000

  private struct Entry {
    var figures = Figures()
    var state: UInt64 = 0
    var asked: Instant
    var failed: Instant?
  }

  private struct Book {
    var entries: [IndicatorPeriod: Entry] = [:]
    var waiting: [(period: IndicatorPeriod, request: IndicatorRequest)] = []
    var isWorking = false
  }

  private let book = Mutex(Book())
  private let queue = DispatchQueue(label: "istmo-figures")
  private let compute: Compute
  private let state: State
  private let clock: any Clock

  /// A book that computes by these.
  public init(compute: @escaping Compute, state: @escaping State, clock: any Clock) {
    (self.compute, self.state, self.clock) = (compute, state, clock)
  }

  /// The book of a node.
  public convenience init(_ node: Installation) {
    self.init(
      compute: { (request) throws(LookupError) in try node.indicators(request) },
      state: { () throws(LookupError) in try node.indicatorState() }, clock: node.clock)
  }

  /// Periods that are kept.
  var count: Int { book.withLock { $0.entries.count } }

  /// What is known of some periods, in their order. What is missing or old is computed in the name of who asks.
  public func figures(of periods: [IndicatorPeriod], by officer: String, purpose: String) -> [Figures] {
    let now = clock.now()
    let state = try? self.state()
    let (figures, begins) = book.withLock { book in
      let figures = periods.map { period in
        look(at: period, &book, state: state, now: now, by: officer, purpose: purpose)
      }
      let begins = !book.isWorking && !book.waiting.isEmpty
      if begins { book.isWorking = true }
      return (figures, begins)
    }
    if begins { queue.async { [self] in work() } }
    return figures
  }

  private func look(
    at period: IndicatorPeriod, _ book: inout Book, state: UInt64?, now: Instant, by officer: String, purpose: String
  ) -> Figures {
    var entry = book.entries[period] ?? Entry(asked: now)
    entry.asked = now
    entry.figures.isOutdated = entry.figures.answer != nil && state != entry.state
    if !entry.figures.isUnderWay, isDue(entry, period, now: now), book.waiting.count < Self.mostWaiting {
      var request = IndicatorRequest()
      (request.since, request.until) = (period.first, period.last)
      (request.officer, request.purpose) = (officer, purpose)
      book.waiting.append((period, request))
      entry.figures.isUnderWay = true
    }
    book.entries[period] = entry
    if book.entries.count > Self.most {
      let idle = book.entries.filter { !$0.value.figures.isUnderWay && $0.key != period }
      if let oldest = idle.min(by: { $0.value.asked < $1.value.asked }) { book.entries[oldest.key] = nil }
    }
    return entry.figures
  }

  private func isDue(_ entry: Entry, _ period: IndicatorPeriod, now: Instant) -> Bool {
    if let failed = entry.failed { return abs(now.milliseconds(since: failed)) >= Self.retry }
    guard entry.figures.answer != nil, let computed = entry.figures.computed else { return true }
    // A day on, other days are over: what was provisional may be settled.
    let isSettled = computed >= period.settled
    return entry.figures.isOutdated
      && abs(now.milliseconds(since: computed)) >= (isSettled ? Self.settledPatience : Self.patience)
  }

  private func work() {
    while let next = take() {
      let before = try? state()
      let result = answer(next.request)
      let now = clock.now()
      book.withLock { book in
        guard var entry = book.entries[next.period] else { return }
        entry.figures.isUnderWay = false
        switch result {
        case .success(let answer):
          (entry.figures.answer, entry.figures.computed, entry.figures.failure) = (answer, now, nil)
          (entry.state, entry.failed) = (before ?? 0, nil)
        case .failure(let error): (entry.figures.failure, entry.failed) = (error.description, now)
        }
        book.entries[next.period] = entry
      }
    }
  }

  private func take() -> (period: IndicatorPeriod, request: IndicatorRequest)? {
    book.withLock { book in
      guard !book.waiting.isEmpty else {
        book.isWorking = false
        return nil
      }
      return book.waiting.removeFirst()
    }
  }

  private func answer(_ request: IndicatorRequest) -> Result<IndicatorAnswer, LookupError> {
    do throws(LookupError) { return .success(try compute(request)) } catch { return .failure(error) }
  }
}

extension Installation {
  /// A number that changes when records come that indicators are computed from.
  func indicatorState() throws(LookupError) -> UInt64 {
    let sources = Set(IndicatorBook.sources.map(\.dataset)).compactMap {
      registry.topology.definition(named: $0)?.dataset
    }
    do throws(ReadError) {
      var sum: UInt64 = 0
      for name in sources.flatMap({ engine.reader.streams(of: $0, to: country) }) {
        sum &+= try engine.reader.state(of: name).size
      }
      return sum
    } catch { throw .read(error) }
  }
}

import Terms

/// What a node notes of its own running, day by day: in which of a day's half minutes it took a sample, and how long records to neighbours
/// had waited then. From it node availability and replication lag are computed. It holds numbers alone.
public struct NodeDays: Sendable, Equatable {
  /// One day, UTC.
  struct Day: Sendable, Equatable {
    /// The first and the last half minute in which a sample was taken.
    var (first, last): (Int, Int)
    /// How many were taken.
    var samples = 1
    /// How many waits of streams there were, by their place in a scale of durations.
    var waits: [Int: Int] = [:]

    static func == (a: Self, b: Self) -> Bool {
      a.first == b.first && a.last == b.last && a.samples == b.samples && a.waits == b.waits
    }
  }

  /// Milliseconds of a half minute, in each of which one sample counts.
  public static let interval: Int64 = 30_000
  static let slotsPerDay = Int(86_400_000 / interval)
  /// Days that are kept: a period of indicators, and the month in which it is asked for.
  static let most = 400
  static let title = "istmo node days v1"

  private(set) var days: [CalendarDay: Day] = [:]

  /// No day yet.
  public init() {}

  private static func slot(_ moment: Instant) -> Int {
    Int((moment.milliseconds(since: CalendarDay(of: moment).start) / interval))
  }

  /// Notes a sample: for how long each outgoing stream's oldest record had waited for a receipt, in milliseconds, 0 where none waited.
  /// A second sample of the same half minute, or one before the last, counts for nothing: a clock that is set back makes no time.
  public mutating func take(_ waits: [Int64], at now: Instant) {
    let (day, slot) = (CalendarDay(of: now), Self.slot(now))
    if var noted = days[day] {
      guard slot > noted.last else { return }
      noted.last = slot
      noted.samples += 1
      days[day] = noted
    } else {
      days[day] = Day(first: slot, last: slot)
      while days.count > Self.most, let oldest = days.keys.min() { days[oldest] = nil }
    }
    for wait in waits { days[day]?.waits[Quantiles.bucket(of: max(0, wait)), default: 0] += 1 }
  }

  /// In how many half minutes of a period the node ran, of how many since its first note; `now` bounds what can have been.
  func running(in period: IndicatorPeriod, now: Instant) -> (ran: Int, of: Int) {
    guard let start = days.keys.min(), let first = days[start]?.first else { return (0, 0) }
    var (ran, whole) = (0, 0)
    let today = CalendarDay(of: now)
    for number in period.first.daysSinceEpoch...period.last.daysSinceEpoch {
      let day = CalendarDay(daysSinceEpoch: number)
      guard day >= start, day <= today else { continue }
      // Of today what is over, and of the first day what came after the first note.
      let end = day == today ? Self.slot(now) : Self.slotsPerDay
      let from = day == start ? first : 0
      whole += max(0, end - from)
      guard let noted = days[day] else { continue }
      ran += noted.samples - (day == today && noted.last >= end ? 1 : 0)
    }
    return (min(ran, whole), whole)
  }

  /// The waits of a period.
  func waits(in period: IndicatorPeriod) -> Quantiles {
    var quantiles = Quantiles()
    for (day, noted) in days where period.contains(day.start) {
      for (place, count) in noted.waits { quantiles.add(count, in: place) }
    }
    return quantiles
  }

  // MARK: As it is kept

  /// The text that is kept.
  public var text: String {
    let lines = days.sorted { $0.key < $1.key }.map { day, noted in
      let waits = noted.waits.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
      return "\(day) \(noted.first) \(noted.last) \(noted.samples) \(waits.isEmpty ? "-" : waits)\n"
    }
    return "\(Self.title)\n" + lines.joined()
  }

  /// Reads what was kept.
  /// - Throws: `TermError` naming the line that is malformed.
  public init(text: some StringProtocol) throws(TermError) {
    let lines = text.split(separator: "\n")
    guard lines.first.map({ $0 == Self.title }) == true, lines.count <= Self.most + 1 else {
      throw TermError(kind: "node days", found: String(text.prefix(40)), expected: "\(Self.title) and a line a day")
    }
    for line in lines.dropFirst() {
      let parts = line.split(separator: " ")
      guard parts.count == 5, let day = try? CalendarDay(parts[0]), let first = Int(parts[1]), let last = Int(parts[2]),
        let samples = Int(parts[3]), (0..<Self.slotsPerDay).contains(first), (first..<Self.slotsPerDay).contains(last),
        (1...last - first + 1).contains(samples), let waits = Self.waits(Substring(parts[4]))
      else {
        throw TermError(
          kind: "node day", found: String(line.prefix(60)), expected: "DAY FIRST LAST SAMPLES PLACE:COUNT,...")
      }
      days[day] = Day(first: first, last: last, samples: samples, waits: waits)
    }
  }

  private static func waits(_ text: Substring) -> [Int: Int]? {
    guard text != "-" else { return [:] }
    var waits: [Int: Int] = [:]
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: ":")
      guard parts.count == 2, let place = Int(parts[0]), let count = Int(parts[1]),
        (0...Quantiles.lastBucket).contains(place), (1...100_000_000).contains(count)
      else { return nil }
      waits[place] = count
    }
    return waits
  }
}

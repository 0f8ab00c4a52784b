import Terms

/// The world's true time, and what each node's clock makes of it.
public struct SimulatedClock {
  /// Milliseconds since the run began.
  public internal(set) var elapsed: Int64 = 0
  /// When the run began, in true time.
  public let start: Instant
  private var skews: [CountryCode: Int64] = [:]
  /// Days that went by at once, everywhere.
  private var days: Int64 = 0

  init(start: Instant) { self.start = start }

  /// What a node's clock shows now.
  public func now(at country: CountryCode) -> Instant {
    start.advanced(byMilliseconds: elapsed + days * 86_400_000 + (skews[country] ?? 0))
  }

  /// Lets a day go by.
  mutating func passDay() { days += 1 }

  /// Sets a node's clock on or back.
  mutating func step(_ country: CountryCode, byMilliseconds delta: Int64) { skews[country, default: 0] += delta }

  /// Sets a node's clock right.
  mutating func correct(_ country: CountryCode) { skews[country] = 0 }

  /// How far off a node's clock is.
  public func skew(of country: CountryCode) -> Int64 { skews[country] ?? 0 }
}

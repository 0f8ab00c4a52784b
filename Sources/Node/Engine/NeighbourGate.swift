import Terms

/// What an exchange beside the replication of records takes in: of each neighbour so many messages may wait, what goes beyond is
/// dropped; and time is told to it about once a second.
struct NeighbourGate {
  private let mostWaiting: Int
  private var waiting: [CountryCode: Int] = [:]
  private var lastTick: Instant?

  init(mostWaiting: Int) { self.mostWaiting = mostWaiting }

  /// A message came. False: it is dropped.
  mutating func enter(_ country: CountryCode) -> Bool {
    guard waiting[country, default: 0] < mostWaiting else { return false }
    waiting[country, default: 0] += 1
    return true
  }

  /// A message that came in is handled now.
  mutating func leave(_ country: CountryCode) { waiting[country, default: 1] -= 1 }

  /// Whether it is time to tell the time. A clock that was set back makes it so.
  mutating func isDue(_ now: Instant) -> Bool {
    if let last = lastTick, (0..<1000).contains(now.milliseconds(since: last)) { return false }
    lastTick = now
    return true
  }
}

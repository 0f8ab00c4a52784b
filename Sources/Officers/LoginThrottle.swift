import Sodium
import Terms

/// Slows down who guesses passwords, without a lock that could be turned against others: nobody is ever locked out, who failed waits.
///
/// Failures are counted apart
/// - for an officer at one source address: what a stranger does elsewhere delays nobody here;
/// - for an officer on a device that logged in before (it shows a cookie that only this node can have made): neither what strangers
///   do to the officer's name nor what others do at the same address delays it;
/// - for an address, over all officers: who tries one password on many names;
/// - for an officer over all strange addresses: guessing from many places becomes slow. This alone can delay the officer too, on a
///   new device, by a minute at most.
///
/// An attempt counts as failed from its beginning until it succeeds: many at once are many.
public struct LoginThrottle: Sendable {
  /// From where an officer comes.
  public enum Way: Hashable, Sendable {
    /// A device on which this officer logged in before, by its cookie's number.
    case device(Digest)
    /// Any other, by its address.
    case address(String)
  }

  /// How many failures are free, and how long the next attempts wait, doubled from `first` to `most`, in milliseconds.
  struct Pace {
    let free: Int
    let first: Int64
    let most: Int64

    /// The wait after so many failures.
    func wait(_ failures: Int) -> Int64 {
      guard failures >= free else { return 0 }
      let doubled = min(failures - free, 30)
      return min(first << Int64(doubled), most)
    }
  }

  private enum Key: Hashable {
    case officer(String, Way)
    case address(String)
    case strangers(String)

    var pace: Pace {
      switch self {
      case .officer: Pace(free: 3, first: 5_000, most: 900_000)
      case .address: Pace(free: 30, first: 5_000, most: 900_000)
      case .strangers: Pace(free: 50, first: 2_000, most: 60_000)
      }
    }
  }

  private struct Count {
    var failures = 0
    var last: Instant
  }

  /// Failures are forgotten after so long without another, in milliseconds.
  static let memory: Int64 = 3_600_000
  /// Counts that are kept: bounds what a flood of names and addresses takes.
  static let mostCounts = 20_000

  private var counts: [Key: Count] = [:]

  /// Nothing has failed yet.
  public init() {}

  /// Asks to try a password now.
  /// - Returns: nil when it may be tried; it counts as failed until `succeeded`. Else how long to wait, in milliseconds.
  public mutating func begin(officer: String, way: Way, at now: Instant) -> Int64? {
    let keys = Self.keys(officer, way)
    var wait: Int64 = 0
    for key in keys {
      guard let count = counts[key] else { continue }
      let since = now.milliseconds(since: count.last)
      // A clock that was set back must not make anybody wait for ever.
      if since < 0 || since >= Self.memory {
        counts[key] = nil
        continue
      }
      wait = max(wait, key.pace.wait(count.failures) - since)
    }
    guard wait <= 0 else { return wait }
    if counts.count + keys.count > Self.mostCounts { forget(at: now) }
    for key in keys {
      counts[key, default: Count(last: now)].failures += 1
      counts[key]?.last = now
    }
    return nil
  }

  /// The password was right: the officer's own failures on this way are forgiven. Those on other names are not: there only this attempt
  /// was no failure.
  public mutating func succeeded(officer: String, way: Way) {
    for key in Self.keys(officer, way) {
      if case .officer = key { counts[key] = nil } else { takeBack(key) }
    }
  }

  /// The password was not looked at, as the node was busy: nothing failed, and nothing is forgiven.
  public mutating func withdrew(officer: String, way: Way) {
    for key in Self.keys(officer, way) { takeBack(key) }
  }

  private mutating func takeBack(_ key: Key) {
    guard let failures = counts[key]?.failures else { return }
    if failures > 1 { counts[key]?.failures = failures - 1 } else { counts[key] = nil }
  }

  /// How many counts are kept.
  var size: Int { counts.count }

  private static func keys(_ officer: String, _ way: Way) -> [Key] {
    switch way {
    case .device: [.officer(officer, way)]
    case .address(let address): [.officer(officer, way), .address(address), .strangers(officer)]
    }
  }

  /// Makes room: what is over, then what was longest ago.
  private mutating func forget(at now: Instant) {
    counts = counts.filter { now.milliseconds(since: $0.value.last) < Self.memory }
    guard counts.count > Self.mostCounts * 3 / 4 else { return }
    let times = counts.values.map(\.last).sorted()
    let bound = times[times.count / 4]
    counts = counts.filter { $0.value.last > bound }
  }
}

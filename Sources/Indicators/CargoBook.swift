import Catalog
import Terms

/// Declarations that wait for their truck, trucks that wait for their declaration, arrivals that wait for their release.
struct CargoBook {
  /// A declaration that is here.
  struct Declared {
    /// Plates and containers of its truck.
    let units: [[UInt8]]
    /// Countries between which it goes, one leg after the other.
    let legs: Set<Set<CountryCode>>
  }

  var declared = Expiring<RecordID, Declared>(most: 100_000)
  /// The crossings at which declarations arrived, as this country's customs say, by the declaration.
  var arrived = Expiring<RecordID, String>(most: 100_000)
  var released = Expiring<RecordID, Bool>(most: 100_000)
  private var seen: [[UInt8]: [(crossing: String, time: Instant)]] = [:]
  private var seenDropped = 0

  /// A truck comes at most so long before it is declared, and after.
  static let before: Int64 = 12 * 3_600_000
  static let after: Int64 = 5 * IndicatorPeriod.day
  /// Release follows arrival within this time, or is no part of the crossing.
  static let release: Int64 = 5 * IndicatorPeriod.day
  /// A passage ends within this time after it began: then the truck of every declaration that old was seen.
  private static let passage: Int64 = 2 * IndicatorPeriod.day
  /// Units whose arrivals are kept, and arrivals of each: forty regional days, and one an hour.
  static let (mostSeen, mostOfOne) = (200_000, 128)

  var dropped: Int { declared.dropped + arrived.dropped + released.dropped + seenDropped }

  /// A unit was first seen at a crossing.
  mutating func see(_ unit: [UInt8], at crossing: String, _ time: Instant) {
    let known = seen[unit]?.count ?? 0
    guard known > 0 ? known < Self.mostOfOne : seen.count < Self.mostSeen else { return seenDropped += 1 }
    seen[unit, default: []].append((crossing, time))
  }

  /// When a declaration's truck was first seen at each crossing of its way, whichever crossing between two countries it took.
  func arrivals(
    of declaration: Declared, declared time: Instant, _ crossings: [String: [CountryCode]]
  ) -> [(crossing: String, time: Instant)] {
    let bounds = time.advanced(byMilliseconds: -Self.before)...time.advanced(byMilliseconds: Self.after)
    var first: [String: Instant] = [:]
    for arrival in declaration.units.flatMap({ seen[$0] ?? [] }) where bounds.contains(arrival.time) {
      guard let countries = crossings[arrival.crossing], declaration.legs.contains(Set(countries)) else { continue }
      first[arrival.crossing] = min(first[arrival.crossing] ?? arrival.time, arrival.time)
    }
    return first.map { ($0.key, $0.value) }
  }

  /// Declarations for which nothing more is awaited.
  mutating func closeDeclared(before moment: Instant?) -> [(key: RecordID, time: Instant, value: Declared)] {
    declared.close(before: moment?.advanced(byMilliseconds: -Self.after - Self.passage))
  }

  /// Arrivals for which nothing more is awaited.
  mutating func closeArrived(before moment: Instant?) -> [(key: RecordID, time: Instant, value: String)] {
    arrived.close(before: moment?.advanced(byMilliseconds: -Self.release))
  }

  /// Forgets what no open declaration or arrival can mean.
  mutating func forget(before moment: Instant?) {
    guard let moment else {
      seen = [:]
      _ = released.close(before: nil)
      return
    }
    let bound = moment.advanced(byMilliseconds: -Self.after - Self.passage - Self.before)
    for (unit, arrivals) in seen where arrivals.contains(where: { $0.time < bound }) {
      let rest = arrivals.filter { $0.time >= bound }
      seen[unit] = rest.isEmpty ? nil : rest
    }
    _ = released.close(before: moment.advanced(byMilliseconds: -Self.release - Self.passage))
  }
}

/// Quantiles of durations in bounded memory: exact up to a stated number of values, then by buckets whose width is a
/// sixty-fourth of what is in them, so that a quantile is within 0.8 % of the exact one.
public struct Quantiles: Sendable {
  /// Values that are kept one by one: 400 kB for a series, and more than a year of a busy crossing's month by month.
  public static let mostExact = 50_000

  /// How many values there are.
  public private(set) var count = 0
  private var values: [Int64] = []
  private var isSorted = true
  /// By place of the bucket; used once there are more than `mostExact`.
  private var buckets: [Int: Int] = [:]

  /// Quantiles of nothing yet.
  public init() {}

  /// Whether all values are kept one by one.
  public var isExact: Bool { buckets.isEmpty }

  /// Adds a value; what is negative counts as nothing.
  public mutating func add(_ value: Int64) {
    let value = max(value, 0)
    count += 1
    guard isExact, values.count < Self.mostExact else {
      for earlier in values { buckets[Self.bucket(of: earlier), default: 0] += 1 }
      values = []
      buckets[Self.bucket(of: value), default: 0] += 1
      return
    }
    values.append(value)
    isSorted = false
  }

  /// Adds so many values of which only the bucket is known.
  mutating func add(_ times: Int, in place: Int) {
    for earlier in values { buckets[Self.bucket(of: earlier), default: 0] += 1 }
    values = []
    buckets[place, default: 0] += times
    count += times
  }

  /// The value below or at which so many per cent of all lie, by nearest rank; nil of nothing.
  public mutating func percentile(_ percent: Int) -> Int64? {
    guard count > 0 else { return nil }
    // Nearest rank: the smallest value such that at least that share is not greater.
    let rank = max(1, (count * min(max(percent, 0), 100) + 99) / 100)
    guard !isExact else {
      if !isSorted { values.sort() }
      isSorted = true
      return values[rank - 1]
    }
    var seen = 0
    for place in buckets.keys.sorted() {
      seen += buckets[place] ?? 0
      if seen >= rank { return Self.middle(of: place) }
    }
    return nil
  }

  /// Steps into which each power of two is divided.
  private static let steps = 64
  private static let stepBits = 6

  /// Values below `steps` have a bucket each; above, the highest seven bits tell the bucket.
  static func bucket(of value: Int64) -> Int {
    let bits = Int64.bitWidth - value.leadingZeroBitCount
    guard bits > stepBits else { return Int(value) }
    let shift = bits - stepBits - 1
    return (shift + 1) * steps + Int(value >> Int64(shift)) - steps
  }

  /// The bucket of the greatest value.
  static let lastBucket = bucket(of: .max)

  private static func middle(of place: Int) -> Int64 {
    guard place >= steps else { return Int64(place) }
    let shift = Int64(place / steps - 1)
    return (Int64(place % steps + steps) << shift) + (Int64(1) << shift) / 2
  }
}

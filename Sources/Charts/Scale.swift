/// Where the ticks of an axis stand: from zero, in round steps.
public struct Scale: Hashable, Sendable {
  /// The value at the far end, at least 1 in the last place of a step.
  public let end: Double
  /// The ticks, the first 0, the last `end`.
  public let ticks: [Double]

  /// The scale of values up to `greatest`, with about `steps` steps. With a `ceiling`, such as 100 of a share, it goes so far and no
  /// further, so that charts of the same measure can be compared.
  public init(upTo greatest: Double, steps: Int = 4, ceiling: Double? = nil) {
    let top = ceiling ?? (greatest.isFinite && greatest > 0 ? greatest : 1)
    let rough = top / Double(max(1, steps))
    var unit = 1.0
    while unit * 10 <= rough { unit *= 10 }
    while unit > rough { unit /= 10 }
    // 1, 2, 2.5, 5 and 10: what people count in.
    let step = [1.0, 2, 2.5, 5, 10].map { $0 * unit }.first { $0 >= rough * 0.999 } ?? unit * 10
    let count = max(1, Int((top / step).rounded(.up)))
    ticks = (0...count).map { Double($0) * step }
    end = ticks[count]
  }

  /// The share of the axis at which a value stands, 0 to 1.
  public func place(of value: Double) -> Double {
    guard value.isFinite, end > 0 else { return 0 }
    return min(max(value / end, 0), 1)
  }
}

/// Numbers as they stand in drawings and beside them.
public enum Number {
  /// With at most one digit behind the point: `12`, `12.5`.
  public static func short(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "0" }
    let tenths = Int64((value * 10).rounded())
    let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
    return "\(tenths < 0 ? "-" : "")\(whole)\(rest == 0 ? "" : ".\(rest)")"
  }
}

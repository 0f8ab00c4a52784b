import Terms

/// The cases of every series of one period: durations, parts of wholes, counts. A case at a crossing counts for the crossing and
/// for all together.
struct Tally {
  private struct Series: Hashable {
    let kind: Indicator.Kind
    let crossing: String?
    let dimension: String?
  }

  private var durations: [Series: Quantiles] = [:]
  private var shares: [Series: (part: Int64, whole: Int64, cases: Int)] = [:]
  private var counts: [Series: Int] = [:]

  private func series(
    _ kind: Indicator.Kind, _ dimension: String?, at crossing: String?
  ) -> [Series] {
    [Series(kind: kind, crossing: nil, dimension: dimension)]
      + (crossing.map { [Series(kind: kind, crossing: $0, dimension: dimension)] } ?? [])
  }

  /// One case that took so long.
  mutating func add(_ kind: Indicator.Kind, _ dimension: String?, at crossing: String?, milliseconds: Int64) {
    for series in series(kind, dimension, at: crossing) { durations[series, default: Quantiles()].add(milliseconds) }
  }

  /// Cases that took as long as these, of no crossing.
  mutating func add(_ kind: Indicator.Kind, _ quantiles: Quantiles) {
    if quantiles.count > 0 { durations[Series(kind: kind, crossing: nil, dimension: nil)] = quantiles }
  }

  /// One case, of which something is true or not.
  mutating func add(_ kind: Indicator.Kind, _ dimension: String?, at crossing: String?, holds: Bool) {
    add(kind, dimension, at: crossing, part: holds ? 1 : 0, of: 1, cases: 1)
  }

  /// A part of a whole, of so many cases.
  mutating func add(
    _ kind: Indicator.Kind, _ dimension: String?, at crossing: String?, part: Int64, of whole: Int64, cases: Int
  ) {
    for series in series(kind, dimension, at: crossing) {
      var sum = shares[series] ?? (0, 0, 0)
      sum = (sum.part + part, sum.whole + whole, sum.cases + cases)
      shares[series] = sum
    }
  }

  /// One of a number.
  mutating func count(_ dimension: String, at crossing: String?) {
    for series in series(.volume, dimension, at: crossing) { counts[series, default: 0] += 1 }
  }

  /// All figures, in the order in which they are shown.
  mutating func indicators() -> [Indicator] {
    var out: [Indicator] = []
    for (series, quantiles) in durations {
      var quantiles = quantiles
      let unit: Indicator.Unit =
        switch series.kind {
        case .certificateLeadTime: .hours
        case .replicationLag: .seconds
        default: .minutes
        }
      for (statistic, percent) in [(Indicator.Statistic.median, 50), (.p90, 90)] {
        guard let value = quantiles.percentile(percent) else { continue }
        out.append(
          Self.indicator(
            series, statistic, unit, Self.rounded(value, 1000, by: unit.milliseconds), quantiles.count,
            isExact: quantiles.isExact))
      }
    }
    for (series, sum) in shares where sum.whole > 0 {
      out.append(Self.indicator(series, .share, .percent, Self.rounded(sum.part, 100_000, by: sum.whole), sum.cases))
    }
    for (series, count) in counts {
      out.append(Self.indicator(series, .count, .records, Int64(count) * 1000, count))
    }
    return out.sorted(by: Indicator.isBefore)
  }

  private static func indicator(
    _ series: Series, _ statistic: Indicator.Statistic, _ unit: Indicator.Unit, _ thousandths: Int64, _ sample: Int,
    isExact: Bool = true
  ) -> Indicator {
    Indicator(
      kind: series.kind, crossing: series.crossing, dimension: series.dimension, statistic: statistic, unit: unit,
      thousandths: thousandths, sample: sample, isExact: isExact)
  }

  /// `value * factor / divisor`, halves upward.
  static func rounded(_ value: Int64, _ factor: Int64, by divisor: Int64) -> Int64 {
    let (product, isWide) = value.multipliedReportingOverflow(by: factor)
    guard isWide else { return product / divisor + (product % divisor >= divisor - product % divisor ? 1 : 0) }
    let (high, low) = value.multipliedFullWidth(by: factor)
    // The quotient is below 2^63 then; one that is not is no figure.
    guard high < divisor / 2 else { return .max }
    let (quotient, remainder) = divisor.dividingFullWidth((high, low))
    return quotient + (remainder >= divisor - remainder ? 1 : 0)
  }
}

extension Indicator.Unit {
  /// How many milliseconds one is; 1 of what is no time.
  var milliseconds: Int64 {
    switch self {
    case .minutes: 60_000
    case .hours: 3_600_000
    case .seconds: 1000
    case .percent, .records: 1
    }
  }
}

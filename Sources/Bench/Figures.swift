/// Times of one measure.
struct Times {
  private(set) var all: [Duration] = []

  mutating func add(_ time: Duration) { all.append(time) }

  mutating func add(_ other: Times) { all += other.all }

  /// The value below which a share of all lie, in milliseconds.
  func milliseconds(_ share: Double) -> Double {
    let sorted = all.sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] / .microseconds(1)) / 1000
  }
}

/// Where figures go: standard output, one a line, as `name<TAB>value`. Scripts/bench makes a table of them.
enum Report {
  static func figure(_ name: String, _ value: Double) {
    let thousandths = Int((value * 10_000).rounded())
    let rest = String(thousandths % 10_000)
    print("\(name)\t\(thousandths / 10_000).\(String(repeating: "0", count: 4 - rest.count))\(rest)")
  }

  static func times(_ name: String, _ times: Times) {
    figure("\(name)_p50_ms", times.milliseconds(0.5))
    figure("\(name)_p99_ms", times.milliseconds(0.99))
  }
}

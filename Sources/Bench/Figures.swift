/// Times of one measure.
struct Times {
  private(set) var all: [Duration] = []

  mutating func add(_ time: Duration) { all.append(time) }

  /// The value below which a share of all lie, in milliseconds.
  func milliseconds(_ share: Double) -> Double {
    let sorted = all.sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] / .microseconds(1)) / 1000
  }
}

/// What was measured, printed as a Markdown table.
struct Report {
  private var rows: [(String, String, String)] = []

  mutating func add(_ figure: String, _ value: String, _ beside: String = "") { rows.append((figure, value, beside)) }

  var markdown: String {
    (["| figure | measured | beside |", "|---|--:|---|"] + rows.map { "| \($0.0) | \($0.1) | \($0.2) |" })
      .joined(separator: "\n")
  }
}

func short(_ value: Double) -> String {
  if value >= 1000 {
    var digits = String(Int(value.rounded()))
    var at = digits.endIndex
    while let next = digits.index(at, offsetBy: -3, limitedBy: digits.startIndex), next > digits.startIndex {
      digits.insert(",", at: next)
      at = next
    }
    return digits
  }
  let hundredths = Int((value * 100).rounded())
  let rest = hundredths % 100
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}

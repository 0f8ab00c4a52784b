/// Finds the name somebody probably meant.
enum NearestName {
  /// Longer words are not compared: nobody mistypes them by two letters, and the work stays small.
  static let lengthMax = 64

  /// The name nearest to `word`, when at most a third of its letters differ.
  static func find(_ word: String, in names: some Sequence<String>) -> String? {
    let a = Array(word.lowercased().utf8)
    guard !a.isEmpty, a.count <= lengthMax else { return nil }
    var best: (name: String, distance: Int)?
    for name in names {
      let b = Array(name.lowercased().utf8)
      guard b.count <= lengthMax else { continue }
      let distance = self.distance(a, b)
      guard distance <= max(1, max(a.count, b.count) / 3), distance < best?.distance ?? .max else { continue }
      best = (name, distance)
    }
    return best?.name
  }

  /// Advice ending a sentence: `did you mean "x"?`, or the names there are.
  static func advice(_ word: String, in names: [String], else other: String) -> String {
    if let near = find(word, in: names) { return "write \"\(near)\"" }
    return other
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var before: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var current = [i + 1]
      for j in 0..<b.count {
        var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        current.append(cost)
      }
      before = previous
      previous = current
    }
    return previous[b.count]
  }
}

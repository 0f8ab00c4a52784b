/// What was found of conditions while one record is looked at: most fields of a definition stand under the same, and are judged once.
struct Verdicts {
  private var isKnown: UInt64 = 0
  private var holds: UInt64 = 0

  /// Whether a condition holds, by its number; judged only the first time. Those from 64 on are judged each time.
  mutating func verdict(_ number: Int, _ judge: () -> Bool) -> Bool {
    guard (0..<64).contains(number) else { return judge() }
    let bit: UInt64 = 1 << UInt64(number)
    if isKnown & bit != 0 { return holds & bit != 0 }
    let verdict = judge()
    isKnown |= bit
    if verdict { holds |= bit }
    return verdict
  }
}

/// Numbers for the conditions of a definition's or a group's fields: the same ones have the same.
struct ConditionNumbers {
  private var numbers: [[Field.Condition]: Int] = [:]

  /// The number of conditions of which one must hold.
  mutating func number(of conditions: [Field.Condition]) -> Int {
    if let known = numbers[conditions] { return known }
    numbers[conditions] = numbers.count
    return numbers.count - 1
  }
}

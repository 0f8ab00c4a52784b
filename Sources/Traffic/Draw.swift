/// Draws that follow from a seed and a number alone (splitmix64), so that the same traffic comes each time, whatever was drawn
/// before for others.
struct Draw {
  private var state: UInt64

  init(seed: UInt64, number: Int) {
    state = seed &* 0xD134_2543_DE82_EF95 ^ UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
  }

  private mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 to below the limit.
  mutating func below(_ limit: Int) -> Int { Int(bits() % UInt64(max(limit, 1))) }

  /// A number of a range.
  mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// Whether something happens that happens so many times in a thousand.
  mutating func happens(_ thousandths: Int) -> Bool { below(1000) < thousandths }

  /// A whole number whose mean is this one.
  mutating func rounded(_ mean: Double) -> Int {
    let whole = Int(mean)
    return whole + (Double(below(1 << 30)) < (mean - Double(whole)) * Double(1 << 30) ? 1 : 0)
  }

  mutating func one(of list: [String]) -> String { list.isEmpty ? "" : list[below(list.count)] }

  /// One of a list, the earlier the likelier: each comes twice as often as the next.
  mutating func early<T>(of list: [T]) -> T? {
    guard !list.isEmpty else { return nil }
    var place = 0
    while place + 1 < list.count, below(2) == 1 { place += 1 }
    return list[place]
  }

  /// `9` becomes a digit, `A` a consonant, `H` a hexadecimal digit; anything else stays.
  mutating func pattern(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "9": out += String(below(10))
      case "A": out += one(of: ["B", "C", "D", "F", "G", "H", "J", "K", "L", "M", "N", "R", "S", "T", "V"])
      case "H": out += String(below(16), radix: 16, uppercase: true)
      default: out.append(character)
      }
    }
    return out
  }
}

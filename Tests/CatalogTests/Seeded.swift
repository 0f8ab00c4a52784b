/// Random numbers from a seed (SplitMix64), so that a failed run can be run again.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }

  /// The bytes with a few of them changed, cut out, doubled, moved or put in.
  mutating func altered(_ bytes: [UInt8], with alphabet: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...below(3) {
      let at = below(bytes.count)
      let end = min(bytes.count, at + below(12))
      switch below(7) {
      case 0 where !bytes.isEmpty: bytes[at] = UInt8(truncatingIfNeeded: next())
      case 1 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8(below(8))
      case 2: bytes.removeSubrange(at..<end)
      case 3: bytes.insert(contentsOf: bytes[at..<end], at: below(bytes.count))
      case 4: bytes.removeLast(below(bytes.count))
      default: bytes.insert(pick(alphabet), at: at)
      }
    }
    return bytes
  }
}

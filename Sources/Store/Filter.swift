/// A blocked Bloom filter: whether a run may hold a key, at the price of one cache line. A key that is there is always
/// admitted; of those that are not, about 1 % (10 bits a key), 2 % (8) or 6 % (6) are.
struct Filter: Sendable {
  private(set) var words: [UInt64]
  private let probes: Int

  private static let blockWords = 8

  /// An empty filter for `count` keys.
  init(count: Int, bitsPerKey: Int) {
    let blocks = max(1, (count * bitsPerKey + 511) / 512)
    words = [UInt64](repeating: 0, count: blocks * Self.blockWords)
    probes = Self.probes(bitsPerKey)
  }

  /// A filter from its words; nil when their number is impossible.
  init?(words: [UInt64], bitsPerKey: Int) {
    guard !words.isEmpty, words.count.isMultiple(of: Self.blockWords) else { return nil }
    self.words = words
    probes = Self.probes(bitsPerKey)
  }

  var byteCount: Int { words.count * 8 }

  /// Adds the lines' keys.
  mutating func add(_ lines: ArraySlice<IndexItem>) {
    let (blocks, probes) = (UInt64(words.count / Self.blockWords), probes)
    words.withUnsafeMutableBufferPointer { words in
      for line in lines {
        let hash = Self.mixed(line.key)
        // Below the number of blocks, so that all of the block is there.
        let start = Self.block(hash, of: blocks)
        var bits = hash &* 0x9E37_79B9_7F4A_7C15
        for _ in 0..<probes {
          words[start + Int(truncatingIfNeeded: bits >> 61)] |= 1 &<< (bits >> 55)
          bits = bits &* 0xD1B5_4A32_D192_ED03 &+ hash
        }
      }
    }
  }

  func admits(_ key: UInt64) -> Bool {
    let hash = Self.mixed(key)
    let start = Self.block(hash, of: UInt64(words.count / Self.blockWords))
    var bits = hash &* 0x9E37_79B9_7F4A_7C15
    for _ in 0..<probes {
      if words[start + Int(bits >> 61)] & 1 << (bits >> 55 & 63) == 0 { return false }
      bits = bits &* 0xD1B5_4A32_D192_ED03 &+ hash
    }
    return true
  }

  /// The first word of the hash's block.
  private static func block(_ hash: UInt64, of blocks: UInt64) -> Int {
    Int(truncatingIfNeeded: hash.multipliedFullWidth(by: blocks).high) * blockWords
  }

  /// Bits for a key in a run of `count`: small runs are cheap to filter well, and there are more of them.
  static func bitsPerKey(count: Int) -> Int { count <= 1 << 20 ? 10 : count <= 8 << 20 ? 8 : 6 }

  private static func probes(_ bitsPerKey: Int) -> Int { bitsPerKey >= 10 ? 6 : bitsPerKey >= 8 ? 5 : 4 }

  /// Spreads the bits, should a caller's keys not be spread already (splitmix64's finisher).
  static func mixed(_ key: UInt64) -> UInt64 {
    var z = key &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

import Exchange
import Terms

/// The records of the benchmark: a 250-byte body, a 60-byte entry and 5 index lines each, one of them without end as
/// references are, four in the month.
struct Load {
  static let bodyBytes = 250
  static let entryBytes = 60
  static let linesPerRecord = 5
  /// Records after which another month begins.
  static let recordsPerMonth: UInt64 = 1_000_000
  static let firstMonth: Int32 = 2026 * 12

  let stream: StreamName
  private(set) var next: UInt64 = 0
  private let noise: [UInt8]

  init(stream: StreamName) {
    self.stream = stream
    var state: UInt64 = 7
    noise = (0..<(1 << 20)).map { _ in
      state = Load.key(state, 9)
      return UInt8(truncatingIfNeeded: state >> 32)
    }
  }

  static func key(_ record: UInt64, _ line: UInt64) -> UInt64 {
    var z = (record &* 8 &+ line) &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  static func month(_ record: UInt64) -> Int32 { firstMonth + Int32(record / recordsPerMonth) }

  /// Bytes that do not compress, `count` of them.
  func bytes(_ count: Int) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(count)
    while out.count < count { out += noise.prefix(count - out.count) }
    return out
  }

  /// The next commit, of `count` records.
  mutating func commit(_ count: Int) -> Commit {
    var commit = Commit()
    let end = next + UInt64(count)
    let tiles = end / Commit.leavesPerTile - next / Commit.leavesPerTile
    commit.appends = [
      Append(
        stream: stream,
        chunk: Chunk(
          first: next, count: count, entries: bytes(count * Self.entryBytes), bodies: bytes(count * Self.bodyBytes)),
        tiles: [Digest](repeating: Digest(), count: Int(tiles)))
    ]
    commit.index.reserveCapacity(count * Self.linesPerRecord)
    for record in next..<end {
      for line in 0..<UInt64(Self.linesPerRecord) {
        commit.index.append(
          IndexEntry(
            partition: line == 0 ? 0 : Self.month(record), key: BlindKey(bits: Self.key(record, line)),
            locator: Locator(stream: stream, index: record)))
      }
    }
    next = end
    return commit
  }
}

extension RawSpan {
  /// The place of the first byte from `start` on that a JSON text has no room for as it stands: a control character, a quote, a
  /// backslash, and where `isBeyondASCII` says so anything beyond ASCII; the end when there is none. Eight bytes at a time, as most
  /// of the reading of a body is to find the ends of its texts.
  @inline(__always)
  func firstSpecial(from start: Int, isBeyondASCII: Bool) -> Int {
    var at = start
    while at + 8 <= byteCount {
      let word = UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
      // The highest bit of each byte that is meant; above the first such byte there may be others, from borrowing.
      var found = Self.below(0x20, word) | Self.equal(0x22, word) | Self.equal(0x5C, word)
      if isBeyondASCII { found |= word }
      found &= Self.highest
      if found != 0 { return at + found.trailingZeroBitCount >> 3 }
      at += 8
    }
    while at < byteCount {
      let byte = unsafeLoad(fromByteOffset: at, as: UInt8.self)
      if byte < 0x20 || byte == 0x22 || byte == 0x5C || isBeyondASCII && byte >= 0x80 { break }
      at += 1
    }
    return at
  }

  private static var lowest: UInt64 { 0x0101_0101_0101_0101 }
  private static var highest: UInt64 { 0x8080_8080_8080_8080 }

  /// The bytes below `limit`, which is at most 128.
  private static func below(_ limit: UInt64, _ word: UInt64) -> UInt64 { (word &- lowest &* limit) & ~word }

  private static func equal(_ byte: UInt64, _ word: UInt64) -> UInt64 { below(1, word ^ lowest &* byte) }
}

/// Numbers put into bytes for which room was made before: a tenth of what it takes to append their bytes one by one.
extension [UInt8] {
  mutating func store(_ value: UInt64, at position: Int) {
    withUnsafeMutableBytes { $0.storeBytes(of: value.littleEndian, toByteOffset: position, as: UInt64.self) }
  }
}

/// Where there is no room nothing is stored, and the place is behind the end from then on, so that nobody can cut the bytes off there.
extension UnsafeMutableRawBufferPointer {
  /// Stores the lowest `count` bytes of a number, the lowest first, and goes on behind them. Eight bytes are written in any case, so
  /// there must be room for them.
  @inline(__always)
  func store(low value: UInt64, _ count: Int, at place: inout Int) {
    guard place >= 0, place + 8 <= self.count else {
      place = self.count + 1
      return
    }
    storeBytes(of: value.littleEndian, toByteOffset: place, as: UInt64.self)
    place += count
  }

  /// Stores an unsigned LEB128 number, at most ten bytes, and goes on behind it.
  @inline(__always)
  func store(varint value: UInt64, at place: inout Int) {
    guard place >= 0, place + 10 <= self.count else {
      place = self.count + 1
      return
    }
    var rest = value
    while rest >= 0x80 {
      self[place] = UInt8(truncatingIfNeeded: rest) | 0x80
      place += 1
      rest >>= 7
    }
    self[place] = UInt8(truncatingIfNeeded: rest)
    place += 1
  }
}

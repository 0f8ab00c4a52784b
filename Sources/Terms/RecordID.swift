/// The identity of a record: a UUID version 7 (RFC 9562 section 5.7), whose first 48 bits are milliseconds since 1970.
/// Order of the bytes is order of time.
public struct RecordID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The first eight bytes, big-endian.
  public let high: UInt64
  /// The last eight bytes, big-endian.
  public let low: UInt64

  /// A record id from its sixteen bytes as two big-endian halves.
  /// - Throws: `TermError` when version or variant are not those of UUIDv7.
  public init(high: UInt64, low: UInt64) throws(TermError) {
    self.high = high
    self.low = low
    guard high >> 12 & 0xF == 7, low >> 62 == 0b10 else {
      throw TermError(kind: "record id", found: description, expected: "a UUID version 7")
    }
  }

  /// Makes an id for a moment from 74 random bits.
  public init(time: Instant, random: (UInt64, UInt64)) {
    let milliseconds = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
    high = milliseconds << 16 | 0x7000 | random.0 & 0x0FFF
    low = 0b10 << 62 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
  }

  /// A later id: its random part is larger by `step` + 1 (RFC 9562 section 6.2, method 2: a monotonic random counter). When
  /// the counter is full, an id of the next millisecond. Only the last id of all does not advance.
  public func advanced(by step: UInt32) -> RecordID {
    let counter = (low & 0x3FFF_FFFF_FFFF_FFFF) + UInt64(step) + 1
    if counter <= 0x3FFF_FFFF_FFFF_FFFF { return RecordID(uncheckedHigh: high, low: 0b10 << 62 | counter) }
    // Counted here and not on `Instant`, which ends in the year 9999: an id from outside may name a later time.
    let milliseconds = high >> 16
    guard milliseconds < 0xFFFF_FFFF_FFFF else { return self }
    return RecordID(uncheckedHigh: (milliseconds + 1) << 16 | 0x7000, low: 0b10 << 62 | UInt64(step))
  }

  /// The id just before this one in byte order. Only the first id of all is its own predecessor.
  public var predecessor: RecordID {
    if low & 0x3FFF_FFFF_FFFF_FFFF != 0 { return RecordID(uncheckedHigh: high, low: low - 1) }
    let milliseconds = high >> 16
    guard milliseconds > 0 else { return self }
    return RecordID(uncheckedHigh: (milliseconds - 1) << 16 | 0x7FFF, low: 0b10 << 62 | 0x3FFF_FFFF_FFFF_FFFF)
  }

  private init(uncheckedHigh: UInt64, low: UInt64) {
    high = uncheckedHigh
    self.low = low
  }

  /// The moment in the id.
  public var time: Instant { Instant(milliseconds: Int64(high >> 16)) }

  /// Reads the form `0198c5a8-7c1e-7000-8000-000000000001`.
  /// - Throws: `TermError` when the text has another form.
  public init(_ text: some StringProtocol) throws(TermError) {
    let bytes = Array(text.utf8.prefix(37))
    var halves: (UInt64, UInt64) = (0, 0)
    var digits = 0
    var good = bytes.count == 36
    for (position, byte) in bytes.enumerated() where good {
      if [8, 13, 18, 23].contains(position) {
        good = byte == 0x2D
      } else if let nibble = hexNibble(byte) {
        if digits < 16 { halves.0 = halves.0 << 4 | UInt64(nibble) } else { halves.1 = halves.1 << 4 | UInt64(nibble) }
        digits += 1
      } else {
        good = false
      }
    }
    guard good, digits == 32 else {
      throw TermError(
        kind: "record id", found: String(text.prefix(40)),
        expected: "a UUID version 7, such as 0198c5a8-7c1e-7000-8000-000000000001")
    }
    try self.init(high: halves.0, low: halves.1)
  }

  /// The length of the written form, in bytes.
  public static let textByteCount = 36

  /// The lower-case form with hyphens.
  public var description: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.textByteCount)
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the 36 ASCII bytes of the written form.
  public func append(to bytes: inout [UInt8]) {
    withUnsafeTemporaryAllocation(byteCount: Self.textByteCount, alignment: 1) { text in
      write(to: text)
      bytes.append(contentsOf: text)
    }
  }

  /// Writes the 36 ASCII bytes of the written form into memory that is as long.
  public func write(to text: UnsafeMutableRawBufferPointer) {
    precondition(text.count == Self.textByteCount, "the written form of an id has 36 bytes")
    // Groups of 8, 4, 4, 4 and 12 digits.
    let digits = (
      hexDigits(high >> 32), hexDigits(high & 0xFFFF_FFFF), hexDigits(low >> 32), hexDigits(low & 0xFFFF_FFFF)
    )
    text.storeBytes(of: digits.0.bigEndian, as: UInt64.self)
    text.storeBytes(of: UInt32(digits.1 >> 32).bigEndian, toByteOffset: 9, as: UInt32.self)
    text.storeBytes(of: UInt32(truncatingIfNeeded: digits.1).bigEndian, toByteOffset: 14, as: UInt32.self)
    text.storeBytes(of: UInt32(digits.2 >> 32).bigEndian, toByteOffset: 19, as: UInt32.self)
    text.storeBytes(of: UInt32(truncatingIfNeeded: digits.2).bigEndian, toByteOffset: 24, as: UInt32.self)
    text.storeBytes(of: digits.3.bigEndian, toByteOffset: 28, as: UInt64.self)
    (text[8], text[13], text[18], text[23]) = (0x2D, 0x2D, 0x2D, 0x2D)
  }

  /// Byte order, which is time order.
  public static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

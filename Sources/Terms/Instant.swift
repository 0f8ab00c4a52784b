/// A moment in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (as POSIX and UUIDv7 count).
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Milliseconds since the Unix epoch.
  public let milliseconds: Int64

  /// A moment from milliseconds since the Unix epoch.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Whole seconds since the Unix epoch, rounded down.
  public var seconds: Int64 { milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0) }

  /// The earliest moment that can be written: 0001-01-01T00:00:00Z.
  public static let earliest = Instant(milliseconds: -62_135_596_800_000)
  /// The latest moment that can be written: 9999-12-31T23:59:59.999Z.
  public static let latest = Instant(milliseconds: 253_402_300_799_999)

  /// Earlier than.
  public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

  /// The moment this many milliseconds later; stays within what can be written.
  public func advanced(byMilliseconds delta: Int64) -> Instant {
    let (sum, overflow) = milliseconds.addingReportingOverflow(delta)
    if overflow { return delta > 0 ? .latest : .earliest }
    return min(max(Instant(milliseconds: sum), .earliest), .latest)
  }

  /// Milliseconds from `other` until this moment; saturates instead of overflowing.
  public func milliseconds(since other: Instant) -> Int64 {
    let (difference, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
    return overflow ? (milliseconds > other.milliseconds ? .max : .min) : difference
  }

  /// RFC 3339 in UTC with milliseconds, such as `2026-11-24T14:03:22.125Z`.
  public var description: String { text(withMilliseconds: true) }

  /// RFC 3339 in UTC with whole seconds, such as `2026-11-24T14:03:22Z`.
  public var wholeSeconds: String { text(withMilliseconds: false) }

  private func text(withMilliseconds: Bool) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24)
    append(withMilliseconds: withMilliseconds, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the same in ASCII.
  public func append(withMilliseconds: Bool, to bytes: inout [UInt8]) {
    let clamped = min(max(self, .earliest), .latest)
    let seconds = clamped.seconds
    let day = CalendarDay(daysSinceEpoch: seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400))
    let ofDay = seconds - day.daysSinceEpoch * 86_400
    day.append(to: &bytes)
    bytes.append(0x54)
    bytes.appendDecimal(ofDay / 3600, width: 2)
    bytes.append(0x3A)
    bytes.appendDecimal(ofDay / 60 % 60, width: 2)
    bytes.append(0x3A)
    bytes.appendDecimal(ofDay % 60, width: 2)
    if withMilliseconds {
      bytes.append(0x2E)
      bytes.appendDecimal(clamped.milliseconds - seconds * 1000, width: 3)
    }
    bytes.append(0x5A)
  }

  /// Reads an RFC 3339 date-time with `Z` or a numeric offset and at most nine decimals of a second; anything beyond
  /// milliseconds is cut off.
  /// - Throws: `TermError` when the text has another form or names a moment that does not exist.
  public init(_ text: some StringProtocol) throws(TermError) {
    guard let value = Self(parsing: Array(text.utf8.prefix(41))[...]) else {
      throw TermError(
        kind: "time", found: String(text.prefix(40)), expected: "RFC 3339 with an offset, such as 2026-11-24T14:03:22Z")
    }
    self = value
  }

  /// Reads the same form from UTF-8; nil when it is another.
  public init?(parsing text: ArraySlice<UInt8>) {
    // RFC 3339 section 5.6: full-date "T" time-hour ":" time-minute ":" time-second [time-secfrac] time-offset
    let b = text.span
    guard b.count >= 20, b.count <= 40, b[10] == 0x54 || b[10] == 0x74, b[13] == 0x3A, b[16] == 0x3A,
      let day = CalendarDay(parsing: b.extracting(0..<10)),
      let hour = Self.twoDigits(b, 11), let minute = Self.twoDigits(b, 14),
      let second = Self.twoDigits(b, 17), hour < 24, minute < 60, second < 60
    else { return nil }
    var at = 19
    var milliseconds: Int64 = 0
    if b[at] == 0x2E {
      at += 1
      let first = at
      var unit: Int64 = 100
      while at < b.count, (0x30...0x39).contains(b[at]) {
        milliseconds += Int64(b[at] - 0x30) * unit
        unit /= 10
        at += 1
      }
      guard (1...9).contains(at - first) else { return nil }
    }
    guard at < b.count else { return nil }
    var offset: Int64 = 0
    switch b[at] {
    case 0x5A, 0x7A:
      guard at + 1 == b.count else { return nil }
    case 0x2B, 0x2D:
      guard at + 6 == b.count, b[at + 3] == 0x3A, let h = Self.twoDigits(b, at + 1),
        let m = Self.twoDigits(b, at + 4), h < 24, m < 60
      else { return nil }
      offset = (h * 60 + m) * (b[at] == 0x2B ? 1 : -1)
    default: return nil
    }
    let total = day.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
    let instant = Instant(milliseconds: total * 1000 + milliseconds)
    guard instant >= .earliest, instant <= .latest else { return nil }
    self = instant
  }

  /// The number that two decimal digits are, which must be there; nil when one is none.
  @inline(__always)
  static func twoDigits(_ b: Span<UInt8>, _ at: Int) -> Int64? {
    let (tens, ones) = (b[at] &- 0x30, b[at + 1] &- 0x30)
    return tens <= 9 && ones <= 9 ? Int64(tens &* 10 &+ ones) : nil
  }
}

extension [UInt8] {
  /// Appends a non-negative number in decimal, padded with zeros to at least `width` digits.
  public mutating func appendDecimal(_ value: some BinaryInteger, width: Int = 1) {
    var rest = UInt64(clamping: value)
    var digits = 1
    var above = rest / 10
    while above > 0 {
      digits += 1
      above /= 10
    }
    append(contentsOf: repeatElement(0x30, count: Swift.max(width, digits)))
    var place = count
    while rest > 0 {
      place -= 1
      self[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}

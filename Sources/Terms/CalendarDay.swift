/// A day of the proleptic Gregorian calendar, years 1 to 9999, written `2026-11-24`.
public struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let daysSinceEpoch: Int64

  /// The day that is this many days after 1970-01-01, clamped to years 1 to 9999.
  public init(daysSinceEpoch: Int64) {
    self.daysSinceEpoch = min(max(daysSinceEpoch, -719_162), 2_932_896)
  }

  /// The UTC day of a moment.
  public init(of instant: Instant) {
    let seconds = instant.seconds
    self.init(daysSinceEpoch: seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400))
  }

  /// The first moment of the day, UTC.
  public var start: Instant { Instant(milliseconds: daysSinceEpoch * 86_400_000) }

  /// Reads `YYYY-MM-DD`.
  /// - Throws: `TermError` when the text has another form or names no day.
  public init(_ text: some StringProtocol) throws(TermError) {
    let bytes = Array(text.utf8.prefix(11))
    guard let day = Self(parsing: bytes.span) else {
      throw TermError(kind: "date", found: String(text.prefix(40)), expected: "YYYY-MM-DD, such as 1974-08-12")
    }
    self = day
  }

  init?(parsing b: Span<UInt8>) {
    guard b.count == 10, b[4] == 0x2D, b[7] == 0x2D, let century = Instant.twoDigits(b, 0),
      let year = Instant.twoDigits(b, 2), let month = Instant.twoDigits(b, 5), let day = Instant.twoDigits(b, 8),
      let value = Self(year: century * 100 + year, month: month, day: day)
    else { return nil }
    self = value
  }

  /// The day of a year, month and day of month, or nil when there is none such in years 1 to 9999.
  public init?(year: Int64, month: Int64, day: Int64) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length: Int64 =
      switch month {
      case 2: leap ? 29 : 28
      case 4, 6, 9, 11: 30
      default: 31
      }
    guard day <= length else { return nil }
    // Days from civil: years start in March, so that the leap day is the last of its year.
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.init(daysSinceEpoch: era * 146_097 + dayOfEra - 719_468)
  }

  /// Year, month (1 to 12) and day of month (1 to 31).
  public var components: (year: Int64, month: Int64, day: Int64) {
    let z = daysSinceEpoch + 719_468
    let era = z / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  /// `YYYY-MM-DD`.
  public var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the same in ASCII.
  func append(to bytes: inout [UInt8]) {
    let (year, month, day) = components
    bytes.appendDecimal(year, width: 4)
    bytes.append(0x2D)
    bytes.appendDecimal(month, width: 2)
    bytes.append(0x2D)
    bytes.appendDecimal(day, width: 2)
  }

  /// Earlier than.
  public static func < (a: Self, b: Self) -> Bool { a.daysSinceEpoch < b.daysSinceEpoch }
}

import Terms

/// Dates of machine-readable zones, whose years have two digits (Doc 9303-3 section 4.8 leaves the century to the reader).
enum MRZDates {
  /// A birth date in full: the latest century in which it does not lie ahead. Where the day is unknown so is it here;
  /// where the month is, the day says nothing.
  static func birthText(_ date: MRZ.Date, now: Instant) -> String {
    let today = CalendarDay(of: now).components
    guard let year = date.year else { return "unknown" }
    var full = Int(today.year) / 100 * 100 + year
    let (month, day) = (date.month ?? 1, date.month == nil ? 1 : date.day ?? 1)
    if (full, month, day) > (Int(today.year), Int(today.month), Int(today.day)) { full -= 100 }
    return text(full, date)
  }

  /// A date of expiry in full: the century that brings it nearest to today. Nil when a part is unknown.
  static func expiryText(_ date: MRZ.Date, now: Instant) -> String? {
    guard let year = date.year, let month = date.month, let day = date.day else { return nil }
    let current = Int(CalendarDay(of: now).components.year)
    var full = current / 100 * 100 + year
    if full > current + 50 { full -= 100 }
    if full < current - 50 { full += 100 }
    guard CalendarDay(year: Int64(full), month: Int64(month), day: Int64(day)) != nil else { return nil }
    return text(full, date)
  }

  private static func text(_ year: Int, _ date: MRZ.Date) -> String {
    var out: [UInt8] = []
    out.appendDecimal(year, width: 4)
    guard let month = date.month else { return String(decoding: out, as: UTF8.self) }
    out.append(0x2D)
    out.appendDecimal(month, width: 2)
    guard let day = date.day else { return String(decoding: out, as: UTF8.self) }
    out.append(0x2D)
    out.appendDecimal(day, width: 2)
    return String(decoding: out, as: UTF8.self)
  }

  /// Whether what both know is the same; the zone knows no century.
  static func agree(_ zone: MRZ.Date, _ date: DateField.Parts) -> Bool {
    func same(_ a: Int?, _ b: Int?) -> Bool { a == nil || b == nil || a == b }
    return same(zone.year, date.year.map { $0 % 100 }) && same(zone.month, date.month) && same(zone.day, date.day)
  }
}

import Terms

/// A field says of a person who is under age how the person travels, and stands for nobody else. Under age is who has not turned
/// eighteen at the record's time (Convention on the Rights of the Child, article 1; so in all six countries for crossing a border).
struct OfAgeRule: Hashable, Sendable {
  let birth: Int
  let at: Int
  let minor: Int

  /// The age from which a person is none of those the field is for, in years.
  static let years: Int64 = 18

  func check(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    guard let text = draft.text(birth), let stated = draft.text(at), let moment = Instant(parsing: stated),
      let isUnderAge = Self.isUnderAge(born: text, at: moment)
    else { return }
    let (field, says) = (definition.sorted[minor], draft.text(minor))
    let born = definition.sorted[birth].name
    if isUnderAge, says == nil {
      throw field.refusal("missing", "add it, as \(born) is of a person under \(Self.years); or correct \(born)")
    }
    if !isUnderAge, let says {
      throw field.refusal(
        "has no place here, as \(born) is of a person of \(Self.years) or more", "leave it out, or correct \(born)",
        found: String(decoding: says, as: UTF8.self))
    }
  }

  /// Whether a person has not turned eighteen; nil where that cannot be said: of a birth that is known in part only, and on the
  /// days around the birthday, since a moment is kept in UTC and lies on another day somewhere.
  static func isUnderAge(born text: ArraySlice<UInt8>, at moment: Instant) -> Bool? {
    guard let parts = DateField.parts(text.span, partial: true), let year = parts.year.map(Int64.init),
      let earliest = CalendarDay(year: year, month: Int64(parts.month ?? 1), day: Int64(parts.day ?? 1))
    else { return nil }
    var latest = earliest
    if parts.day == nil {
      // The first day that is too late: of the next month, or of the next year.
      let month = Int64(parts.month ?? 12)
      guard let next = CalendarDay(year: year + month / 12, month: month % 12 + 1, day: 1) else { return nil }
      latest = next
    }
    let today = CalendarDay(of: moment).daysSinceEpoch
    if let first = birthday(after: earliest), today < first - 1 { return true }
    if let last = birthday(after: latest), today > last + 1 { return false }
    return nil
  }

  /// The day, as days since 1970, on which who was born on a day turns eighteen; of the 29th of February the 1st of March.
  private static func birthday(after day: CalendarDay) -> Int64? {
    let (year, month, date) = day.components
    return
      (CalendarDay(year: year + years, month: month, day: date)
      ?? CalendarDay(year: year + years, month: month + 1, day: 1))?.daysSinceEpoch
  }
}

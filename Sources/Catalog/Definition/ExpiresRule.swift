import Terms

/// A date or moment comes after another of the same type: what expires does so after it began. The definition makes sure that
/// it is there: an alert without an end would never go away.
struct ExpiresRule: Hashable, Sendable {
  let expiry: Int
  let after: Int

  func check(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    guard let end = draft.text(expiry), let start = draft.text(after), let last = Self.moment(end),
      let first = Self.moment(start), last <= first
    else { return }
    throw definition.sorted[expiry].refusal(
      "not after \(definition.sorted[after].name)", "write a later one", found: String(decoding: end, as: UTF8.self))
  }

  /// The moment, or the first known day of a date, which the reader sees to be of the same type on both sides.
  private static func moment(_ text: ArraySlice<UInt8>) -> Int64? {
    if let instant = Instant(parsing: text) { return instant.milliseconds }
    guard let parts = DateField.parts(text.span, partial: true), let year = parts.year else { return nil }
    return CalendarDay(year: Int64(year), month: Int64(parts.month ?? 1), day: Int64(parts.day ?? 1))?.daysSinceEpoch
  }
}

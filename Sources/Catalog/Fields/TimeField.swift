import Terms

/// Moments, RFC 3339 with an offset, kept in UTC with milliseconds only where there are any.
enum TimeField {
  /// A clock may be wrong and a system ahead; a day is more than either explains. A definition may say that times lie
  /// further ahead, as an expiry does, for at most ten years.
  static let (aheadDaysStanding, aheadDaysMax) = (1, 3660)

  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ now: Instant?, aheadDays: Int, _ field: Field,
    to out: inout [UInt8]
  ) throws(Refusal) {
    let text = try field.text(node, of: document)
    guard let instant = Instant(parsing: text) else {
      throw field.refusal(
        "not a moment with an offset", "write RFC 3339, such as 2026-11-24T14:03:22Z or 2026-11-24T08:03:22-06:00",
        found: String(decoding: text, as: UTF8.self))
    }
    if let now, instant.milliseconds(since: now) > Int64(aheadDays) * 86_400_000 {
      throw field.refusal(
        "more than \(aheadDays == 1 ? "a day" : "\(aheadDays) days") in the future", "correct the clock or the offset",
        found: String(decoding: text, as: UTF8.self))
    }
    // Already as it is kept: 2026-11-24T14:03:22Z.
    if text.count == 20, text.last == 0x5A, text[text.startIndex + 10] == 0x54 {
      document.appendText(node, to: &out)
    } else {
      out.append(0x22)
      instant.append(withMilliseconds: instant.milliseconds % 1000 != 0, to: &out)
      out.append(0x22)
    }
  }
}

import Terms

/// Days of the calendar, `1974-08-12`. A partial date may lack the day (`1974-08`), the month too (`1974`), or be `unknown`.
enum DateField {
  static func check(_ text: Span<UInt8>, _ partial: Bool, _ field: Field) throws(Refusal) {
    guard parts(text, partial: partial) != nil else {
      throw field.refusal(
        "not a day of the calendar",
        partial ? "write YYYY-MM-DD; YYYY-MM, YYYY or unknown when less is known" : "write YYYY-MM-DD",
        found: text.string)
    }
  }

  /// What is known of a date.
  struct Parts: Hashable {
    var year: Int?
    var month: Int?
    var day: Int?
  }

  /// The parts of a date; nil when the text is none.
  static func parts(_ text: Span<UInt8>, partial: Bool) -> Parts? {
    switch text.count {
    case 10:
      guard text[4] == 0x2D, text[7] == 0x2D, let year = number(text, 0, 4), let month = number(text, 5, 2),
        let day = number(text, 8, 2), CalendarDay(year: Int64(year), month: Int64(month), day: Int64(day)) != nil
      else { return nil }
      return Parts(year: year, month: month, day: day)
    case 7 where partial && text[4] == 0x2D:
      guard let year = number(text, 0, 4), year > 0, let month = number(text, 5, 2), (1...12).contains(month) else {
        return nil
      }
      return Parts(year: year, month: month)
    case 4 where partial:
      guard let year = number(text, 0, 4), year > 0 else { return nil }
      return Parts(year: year)
    case 7 where partial && ("unknown" as StaticString).isEqual(to: text): return Parts()
    default: return nil
    }
  }

  /// The number that so many digits are, which must be there; nil when one is none.
  private static func number(_ text: Span<UInt8>, _ from: Int, _ count: Int) -> Int? {
    var value = 0
    for place in from..<(from + count) {
      guard (0x30...0x39).contains(text[place]) else { return nil }
      value = value * 10 + Int(text[place] - 0x30)
    }
    return value
  }
}

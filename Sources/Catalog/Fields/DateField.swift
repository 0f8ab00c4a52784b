import Terms

/// Days of the calendar, `1974-08-12`. A partial date may lack the day (`1974-08`), the month too (`1974`), or be `unknown`.
enum DateField {
  static func check(_ text: ArraySlice<UInt8>, _ partial: Bool, _ field: Field) throws(Refusal) {
    guard parts(text, partial: partial) != nil else {
      throw field.refusal(
        "not a day of the calendar",
        partial ? "write YYYY-MM-DD; YYYY-MM, YYYY or unknown when less is known" : "write YYYY-MM-DD",
        found: String(decoding: text, as: UTF8.self))
    }
  }

  /// What is known of a date.
  struct Parts: Hashable {
    var year: Int?
    var month: Int?
    var day: Int?
  }

  /// The parts of a date; nil when the text is none.
  static func parts(_ text: ArraySlice<UInt8>, partial: Bool) -> Parts? {
    let start = text.startIndex
    func number(_ from: Int, _ count: Int) -> Int? {
      var value = 0
      for byte in text[(start + from)..<(start + from + count)] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    switch text.count {
    case 10:
      guard text[start + 4] == 0x2D, text[start + 7] == 0x2D, let year = number(0, 4), let month = number(5, 2),
        let day = number(8, 2), CalendarDay(year: Int64(year), month: Int64(month), day: Int64(day)) != nil
      else { return nil }
      return Parts(year: year, month: month, day: day)
    case 7 where partial && text[start + 4] == 0x2D:
      guard let year = number(0, 4), year > 0, let month = number(5, 2), (1...12).contains(month) else { return nil }
      return Parts(year: year, month: month)
    case 4 where partial:
      guard let year = number(0, 4), year > 0 else { return nil }
      return Parts(year: year)
    case 7 where partial && text.elementsEqual("unknown".utf8): return Parts()
    default: return nil
    }
  }
}

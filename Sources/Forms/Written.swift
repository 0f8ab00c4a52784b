import Catalog

/// How what a person or a browser writes becomes what a record has, where both mean the same.
enum Written {
  /// The text at a place of a field.
  static func text(_ typed: String, at place: String, _ field: Field, offset: String) -> String {
    let text = lines(typed, isZone: isZone(field))
    switch leaf(of: place, field) {
    case .time: return moment(text, offset)
    case .country: return text.uppercased()
    default: return text
    }
  }

  private enum Leaf { case time, country, other }

  /// What a place holds, as far as it is written otherwise than it is kept.
  private static func leaf(of place: String, _ field: Field) -> Leaf {
    let parts = place.split(separator: ".").dropFirst().filter { Int($0) == nil }
    var type = field.type.element
    if let inner = field.inner?.first(where: { $0.ownName == parts.first ?? "" }) { type = inner.type.element }
    switch type {
    case .time: return .time
    case .country: return .country
    case .document, .plate, .company: return parts.last == "country" ? .country : .other
    default: return .other
    }
  }

  private static func isZone(_ field: Field) -> Bool {
    if case .mrz = field.type { true } else { false }
  }

  /// Without white space around it; browsers end lines with CR LF, which only a machine-readable zone has within it.
  private static func lines(_ typed: String, isZone: Bool) -> String {
    let lines = typed.split(whereSeparator: \.isNewline).map { line in
      String(line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    return lines.filter { !$0.isEmpty }.joined(separator: isZone ? "\n" : " ")
  }

  /// `2026-11-24T08:03`, as a browser's field for local times gives it, is of this country.
  private static func moment(_ text: String, _ offset: String) -> String {
    let bytes = Array(text.utf8)
    let hasForm =
      [16, 19].contains(bytes.count) && bytes[10] == 0x54
      && bytes.enumerated().allSatisfy { place, byte in
        switch place {
        case 4, 7: byte == 0x2D
        case 10: true
        case 13, 16: byte == 0x3A
        default: (0x30...0x39).contains(byte)
        }
      }
    guard hasForm else { return text }
    return text + (bytes.count == 16 ? ":00" : "") + offset
  }
}

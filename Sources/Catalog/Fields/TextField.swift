/// The limits of a text field.
public struct TextField: Hashable, Sendable {
  /// Fewest and most characters (Unicode scalars).
  public let length: ClosedRange<Int>
  /// Whether only the letters of names may stand in it.
  public let isName: Bool

  /// No field takes more characters.
  static let lengthMax = 4000

  /// Any text at all.
  public static let any = TextField(length: 1...lengthMax, isName: false)

  func check(_ text: Span<UInt8>, _ field: Field) throws(Refusal) {
    let scalars = Self.scalarCount(text)
    guard length.contains(scalars) else {
      throw field.refusal(
        "\(length.lowerBound) to \(length.upperBound) characters are expected, not \(scalars)",
        scalars > length.upperBound ? "shorten it" : "write it out or leave the member out")
    }
    try Self.refuseHidden(text, field)
    guard !isName || Transliteration.isName(text) else {
      throw field.refusal(
        "something other than Latin letters, spaces, hyphens and apostrophes",
        "write the name in Latin letters, as in the document's machine-readable zone",
        found: text.string)
    }
  }

  /// How many characters (Unicode scalars) a text in UTF-8 has.
  static func scalarCount(_ text: Span<UInt8>) -> Int {
    var scalars = 0
    for at in text.indices where text[at] & 0xC0 != 0x80 { scalars += 1 }
    return scalars
  }

  /// Refuses what does not show, and spaces at the ends.
  static func refuseHidden(_ text: Span<UInt8>, _ field: Field) throws(Refusal) {
    guard text.isEmpty || text[0] != 0x20 && text[text.count - 1] != 0x20 else {
      throw field.refusal("a space at the start or the end", "leave it out")
    }
    var at = 0
    while at < text.count {
      let byte = text[at]
      guard byte >= 0x20, byte != 0x7F else { throw field.refusal("a control character", "leave it out") }
      guard byte >= 0x80 else {
        at += 1
        continue
      }
      guard let (value, length) = UTF8Reader.scalar(in: text, at: at), !ShownText.isHidden(value) else {
        throw field.refusal("a hidden character", "leave it out")
      }
      at += length
    }
  }

  /// Capitals and digits, anything between them as one `<`.
  static func key(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    Transliteration.append(text, digits: true, to: &out)
    return out
  }
}

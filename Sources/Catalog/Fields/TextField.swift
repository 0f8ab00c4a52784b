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

  func write(_ text: ArraySlice<UInt8>, _ field: Field, to out: inout [UInt8]) throws(Refusal) {
    var scalars = 0
    for byte in text where byte & 0xC0 != 0x80 { scalars += 1 }
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
        found: String(decoding: text, as: UTF8.self))
    }
    out.appendJSONText(text)
  }

  /// Refuses what does not show, and spaces at the ends.
  static func refuseHidden(_ text: ArraySlice<UInt8>, _ field: Field) throws(Refusal) {
    var isASCII = true
    for byte in text {
      guard byte >= 0x20, byte != 0x7F else {
        throw field.refusal("a control character", "leave it out")
      }
      isASCII = isASCII && byte < 0x80
    }
    guard text.first != 0x20, text.last != 0x20 else {
      throw field.refusal("a space at the start or the end", "leave it out")
    }
    guard !isASCII else { return }
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars where ShownText.isHidden(scalar) {
      throw field.refusal("a hidden character", "leave it out")
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

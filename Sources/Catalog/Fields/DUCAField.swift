/// Numbers that a customs system gave a declaration (DUCA field 2), as they were given: each country forms its own. Found by
/// their letters and digits alone.
enum DUCAField {
  /// Longer than any that is known.
  static let lengthMax = 40

  static func write(_ text: ArraySlice<UInt8>, _ field: Field, to out: inout [UInt8]) throws(Refusal) {
    guard (1...lengthMax).contains(text.count), text.first != 0x20, text.last != 0x20,
      WrittenNumber.isPlain(text), text.contains(where: { (0x30...0x39).contains($0) })
    else {
      throw field.refusal(
        "not 1 to \(lengthMax) letters A-Z, digits, spaces, hyphens, dots and strokes, with a digit",
        "write the number as the customs system gave it", found: String(decoding: text, as: UTF8.self))
    }
    WrittenNumber.append(text, to: &out)
  }
}

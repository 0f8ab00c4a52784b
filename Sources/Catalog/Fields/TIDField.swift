/// What the maker burned into an RFID tag (GS1 TDS 1.13 section 16): unlike the EPC it cannot be written anew, so the same EPC
/// with another TID is another tag. Kept as capital hexadecimal digits; makers' classes are not checked.
enum TIDField {
  /// From the four bytes that every tag has to more than any has; in words of 16 bits.
  static let digitCounts = stride(from: 8, through: 64, by: 4)

  static func write(_ text: ArraySlice<UInt8>, _ field: Field, to out: inout [UInt8]) throws(Refusal) {
    out.appendJSONText(try key(typed: text, field)[...])
  }

  static func key(typed: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> [UInt8] {
    guard let digits = HexText.capitals(typed), digitCounts.contains(digits.count) else {
      throw field.refusal(
        "not a TID: 8 to 64 hexadecimal digits in fours",
        "write it as the reader gives it, such as E2801160600002053A2B17C4",
        found: String(decoding: typed.prefix(80), as: UTF8.self))
    }
    return digits
  }
}

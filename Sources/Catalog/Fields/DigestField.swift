/// SHA-256 of an attachment's bytes (FIPS 180-4), as 64 lower-case hexadecimal digits, the form in which `sha256sum` prints it.
enum DigestField {
  static func write(_ text: ArraySlice<UInt8>, _ field: Field, to out: inout [UInt8]) throws(Refusal) {
    out.appendJSONText(try key(typed: text, field)[...])
  }

  static func key(typed: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> [UInt8] {
    guard typed.count == 64, let digits = HexText.capitals(typed), digits.count == 64 else {
      throw field.refusal(
        "not a SHA-256: 64 hexadecimal digits", "write what sha256sum prints for the file",
        found: String(decoding: typed.prefix(80), as: UTF8.self))
    }
    return digits.map { $0 >= 0x41 ? $0 | 0x20 : $0 }
  }
}

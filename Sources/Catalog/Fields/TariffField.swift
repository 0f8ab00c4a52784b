import Terms

/// Codes of the Central American tariff (SAC): the six digits of the Harmonized System, then regional and national digits in
/// pairs. Kept as digits only. Chapters are checked (00 and 77 are none); what stands below changes with each amendment.
enum TariffField {
  static func write(_ text: ArraySlice<UInt8>, _ field: Field, to out: inout [UInt8]) throws(Refusal) {
    out.appendJSONText(try read(text, field)[...])
  }

  private static func read(_ text: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> [UInt8] {
    let found = String(decoding: text.prefix(40), as: UTF8.self)
    let digits = text.filter { $0 != 0x2E && $0 != 0x20 }
    guard text.count <= 24, [6, 8, 10, 12].contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) })
    else {
      throw field.refusal(
        "not 6, 8, 10 or 12 digits of the tariff", "write the six digits of the HS at least, such as 0901.11.20.00",
        found: found)
    }
    guard !digits.starts(with: [0x30, 0x30]), !digits.starts(with: [0x37, 0x37]) else {
      throw field.refusal("a chapter that the Harmonized System has not", "correct the first two digits", found: found)
    }
    return digits
  }

  /// Two keys: the whole code, and its six digits of the HS, which all countries share.
  static func appendKeys(_ text: ArraySlice<UInt8>, _ field: Field, to keys: inout [SearchKey]) {
    keys.append(SearchKey(field: field.name, value: Array(text)))
    if text.count > 6 { keys.append(SearchKey(field: field.name, value: Array(text.prefix(6)))) }
  }

  static func key(typed: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> [UInt8] { try read(typed, field) }
}

/// A company's or trader's tax number: `{"country":"GT","number":"576937-K"}`. Checked where the country's rule is known, kept
/// as written in capitals, found by its letters and digits alone, leading zeros left out, as they often are.
enum CompanyField {
  /// No country's is known to be longer; AEO lists take up to 35.
  static let numberLengthMax = 35
  private static let members: [StaticString] = ["country", "number"]

  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    try Members.refuseOthers(node, of: document, than: members, field)
    let country = try Members.text(node, "country", of: document, field)
    let number = try Members.text(node, "number", of: document, field)
    try CountryField.check(country, false, field)
    let found = String(decoding: number, as: UTF8.self)
    let digits = DocumentField.key(number)
    guard number.count <= numberLengthMax, !digits.isEmpty, number.first != 0x20, number.last != 0x20,
      number.allSatisfy({ byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20, 0x2D...0x2F: true
        default: false
        }
      })
    else {
      throw field.refusal(
        "the number is not 1 to \(numberLengthMax) letters A-Z, digits, spaces, hyphens, dots and strokes",
        "write the tax number as the authority gave it", found: found)
    }
    if let fault = TaxNumber.fault(of: digits[...], country: country) {
      throw field.refusal(fault.problem, fault.whatToDo, found: found)
    }
    out.append("{\"country\":")
    out.appendJSONText(country)
    out.append(",\"number\":\"")
    for byte in number { out.append((0x61...0x7A).contains(byte) ? byte & 0xDF : byte) }
    out.append("\"}")
  }

  private static func key(_ number: ArraySlice<UInt8>) -> [UInt8] {
    let key = DocumentField.key(number)
    let plain = Array(key.drop { $0 == 0x30 })
    return plain.isEmpty ? Array(key.suffix(1)) : plain
  }

  /// Two keys: the number alone, and the number with its country.
  static func appendKeys(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to keys: inout [SearchKey]
  ) {
    guard let number = document.member(node, "number"), let country = document.member(node, "country") else { return }
    let key = key(document.text(number))
    keys.append(SearchKey(field: field.name, value: key))
    keys.append(SearchKey(field: field.name, value: document.text(country) + [0x2F] + key))
  }

  /// `576937-K`, or `GT/576937K`.
  static func key(typed: ArraySlice<UInt8>) -> [UInt8] {
    guard let stroke = typed.firstIndex(of: 0x2F) else { return key(typed) }
    let country = DocumentField.key(typed[..<stroke])
    guard ISO3166.isAlpha2(country[...]) else { return key(typed) }
    let number = key(typed[(stroke + 1)...])
    return number.isEmpty ? [] : country + [0x2F] + number
  }
}

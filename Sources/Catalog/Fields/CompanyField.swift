import Terms

/// A company's or trader's tax number: `{"country":"GT","number":"576937-K"}`. Checked where the country's rule is known, kept
/// as written in capitals, found by its letters and digits alone, leading zeros left out, as they often are.
enum CompanyField {
  /// No country's is known to be longer; AEO lists take up to 35.
  static let numberLengthMax = 35
  static let members: [StaticString] = ["country", "number"]

  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    try Members.refuseOthers(node, of: document, than: members, field)
    let country = try Members.text(node, "country", of: document, field)
    let number = try Members.text(node, "number", of: document, field)
    try CountryField.check(country.span, false, field)
    let found = String(decoding: number, as: UTF8.self)
    let digits = WrittenNumber.key(number)
    guard number.count <= numberLengthMax, !digits.isEmpty, number.first != 0x20, number.last != 0x20,
      WrittenNumber.isPlain(number)
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
    out.append(",\"number\":")
    WrittenNumber.append(number, to: &out)
    out.append(0x7D)
  }

  private static func key(_ number: ArraySlice<UInt8>) -> [UInt8] {
    let key = WrittenNumber.key(number)
    let plain = Array(key.drop { $0 == 0x30 })
    return plain.isEmpty ? Array(key.suffix(1)) : plain
  }

  /// Two keys: the number alone, and the number with its country.
  static func appendKeys(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to keys: inout [SearchKey]
  ) {
    guard let number = document.member(node, "number"), let country = document.member(node, "country") else { return }
    WrittenNumber.appendKeys(key(document.text(number)), country: document.text(country), field, to: &keys)
  }

  /// `576937-K`, or `GT/576937K`.
  static func key(typed: ArraySlice<UInt8>) -> [UInt8] {
    WrittenNumber.key(
      typed: typed,
      country: { written in
        let code = WrittenNumber.key(written)
        return ISO3166.isAlpha2(code.span) ? code : nil
      }, { key($0) })
  }
}

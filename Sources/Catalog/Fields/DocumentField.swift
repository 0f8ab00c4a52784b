import Terms

/// A person's document: `{"country":"SV","expiry":"2030-01-31","kind":"identity-card","number":"00016297-5"}`.
/// The number is kept as written, in capitals; it is found by its letters and digits alone.
enum DocumentField {
  /// The kinds of documents.
  static let kinds = [
    "birth-certificate", "identity-card", "other", "passport", "residence-card", "travel-document", "visa",
  ]
  static let members: [StaticString] = ["country", "expiry", "kind", "number"]
  /// The longest number: beyond the longest that a card's machine-readable zone can hold.
  static let numberLengthMax = 30

  static func write(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    try Members.refuseOthers(node, of: document, than: members, field)
    let (countryNode, kindNode) = (
      try Members.member(node, "country", of: document, field), try Members.member(node, "kind", of: document, field)
    )
    let country = try field.text(countryNode, of: document)
    let kind = document.bytes.span.extracting(try field.place(ofText: kindNode, of: document))
    let number = try Members.text(node, "number", of: document, field)
    try CountryField.check(country.span, true, field)
    guard kinds.contains(where: { $0.isSame(as: kind) }) else {
      throw field.refusal(
        "not a kind of document", "write kind as one of \(kinds.joined(separator: ", "))",
        found: kind.string)
    }
    try checkNumber(number, kind: kind, country: country, field)
    out.append("{\"country\":")
    document.appendText(countryNode, to: &out)
    if let expiry = document.member(node, "expiry") {
      out.append(",\"expiry\":")
      let date = document.bytes.span.extracting(try field.place(ofText: expiry, of: document))
      try DateField.check(date, false, field)
      document.appendText(expiry, to: &out)
    }
    out.append(",\"kind\":")
    document.appendText(kindNode, to: &out)
    out.append(",\"number\":")
    WrittenNumber.append(number, to: &out)
    out.append(0x7D)
  }

  private static func checkNumber(
    _ number: ArraySlice<UInt8>, kind: Span<UInt8>, country: ArraySlice<UInt8>, _ field: Field
  ) throws(Refusal) {
    guard number.count <= numberLengthMax, WrittenNumber.hasKey(number.span), WrittenNumber.isPlain(number) else {
      throw field.refusal(
        "the number is not 1 to \(numberLengthMax) letters A-Z, digits, spaces, hyphens, dots and strokes",
        "write the number as the document shows it", found: String(decoding: number, as: UTF8.self))
    }
    if "identity-card".isSame(as: kind),
      let fault = NationalIdentity.fault(of: WrittenNumber.key(number)[...], country: country)
    {
      throw field.refusal(fault.problem, fault.whatToDo, found: String(decoding: number, as: UTF8.self))
    }
  }

  /// Two keys: the number alone, and the number with its country.
  static func appendKeys(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to keys: inout [SearchKey]
  ) {
    guard let number = document.member(node, "number"), let country = document.member(node, "country") else { return }
    WrittenNumber.appendKeys(
      WrittenNumber.key(document.text(number)), country: document.text(country), field, to: &keys)
  }

  /// `00016297-5`, or `SV/00016297-5`.
  static func key(typed: ArraySlice<UInt8>) -> [UInt8] {
    WrittenNumber.key(
      typed: typed,
      country: { written in
        let code = WrittenNumber.key(written)
        return ISO3166.isAlpha2(code.span) || ISO3166.isSpecial(code.span) ? code : nil
      }, WrittenNumber.key)
  }
}

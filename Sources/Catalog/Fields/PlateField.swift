import Terms

/// Vehicle plates: `{"country":"HN","text":"P AB 1234"}`. Kept as written, compared by letters and digits only, Ñ apart from
/// N. Never checked strictly: series change, and a plate that is on the road must be recordable.
enum PlateField {
  /// The longest plate, spaces included.
  static let textLengthMax = 16
  static let members: [StaticString] = ["country", "text"]

  static func write(
    _ node: Int, of document: borrowing JSONDocument, isChecked: Bool, _ field: Field, to out: inout [UInt8]
  ) throws(Refusal) {
    try Members.refuseOthers(node, of: document, than: members, field)
    let hasCountry = isChecked || document.member(node, "country") != nil
    let country = hasCountry ? try Members.member(node, "country", of: document, field) : nil
    let written = try Members.member(node, "text", of: document, field)
    if let country {
      let code = document.bytes.span.extracting(try field.place(ofText: country, of: document))
      try CountryField.check(code, false, field)
    }
    let text = document.bytes.span.extracting(try field.place(ofText: written, of: document))
    try TextField.refuseHidden(text, field)
    guard (1...textLengthMax).contains(TextField.scalarCount(text)),
      WrittenNumber.hasKey(text) || !key(document.text(written)).isEmpty
    else {
      throw field.refusal(
        "the text is not 1 to \(textLengthMax) characters with a letter or digit", "write the plate as it shows",
        found: text.string)
    }
    out.append(0x7B)
    if let country {
      out.append("\"country\":")
      document.appendText(country, to: &out)
      out.append(0x2C)
    }
    out.append("\"text\":")
    document.appendText(written, to: &out)
    out.append(0x7D)
  }

  /// Capitals and digits; Ñ stays, other letters lose their marks.
  static func key(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var out = WrittenNumber.key(text)
    guard text.contains(where: { $0 >= 0x80 }) else { return out }
    out = []
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0xD1, 0xF1: out.append(contentsOf: "Ñ".utf8)
      case 0x30...0x39: out.append(UInt8(scalar.value))
      default: Transliteration.append(Array(String(scalar).utf8)[...], to: &out)
      }
    }
    return out
  }

  /// Two keys: the plate alone, and where the country is known the plate with it.
  static func appendKeys(
    _ node: Int, of document: borrowing JSONDocument, _ field: Field, to keys: inout [SearchKey]
  ) {
    guard let text = document.member(node, "text") else { return }
    let country = document.member(node, "country").map { document.text($0) }
    WrittenNumber.appendKeys(key(document.text(text)), country: country, field, to: &keys)
  }

  /// `P 123-456`, or `SV/P123456`.
  static func key(typed: ArraySlice<UInt8>) -> [UInt8] {
    WrittenNumber.key(
      typed: typed,
      country: { written in
        let code = key(written)
        return ISO3166.isAlpha2(code.span) ? code : nil
      }, { key($0) })
  }
}

/// Countries as ISO 3166-1 alpha-2 codes.
enum CountryField {
  static func check(_ text: Span<UInt8>, _ special: Bool, _ field: Field) throws(Refusal) {
    if ISO3166.isAlpha2(text) || special && ISO3166.isSpecial(text) { return }
    let also = special ? ", or XXA (stateless), XXB, XXC (refugee), XXX (unspecified)" : ""
    throw field.refusal(
      "not a country of ISO 3166-1", "write two capitals such as SV\(also)",
      found: text.string)
  }
}

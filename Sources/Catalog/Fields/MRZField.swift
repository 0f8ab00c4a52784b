/// Machine-readable zones, kept as lines divided by line feeds.
enum MRZField {
  static func write(_ text: ArraySlice<UInt8>, _ field: Field, to out: inout [UInt8]) throws(Refusal) {
    let zone = try read(text, field)
    out.append(0x22)
    for (index, character) in zone.characters.enumerated() {
      if index > 0, index % zone.format.width == 0 { out.append("\\n") }
      out.append(character)
    }
    out.append(0x22)
  }

  static func read(_ text: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> MRZ {
    do { return try MRZ(text) } catch {
      throw field.refusal(error.problem, "read the zone from the document again")
    }
  }

  /// A whole zone is searched by its document number.
  static func key(typed: ArraySlice<UInt8>, _ field: Field) throws(Refusal) -> [UInt8] {
    MRZRule.numberKey(of: try read(typed, field))
  }
}

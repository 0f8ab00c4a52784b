import Terms

/// A machine-readable zone must agree with the fields it repeats, and fills in those that are absent.
struct MRZRule: Hashable, Sendable {
  let mrz: Int
  let document: Int
  let surname: Int
  let given: Int
  let birth: Int
  let sex: Int
  let nationality: Int

  func derive(_ draft: inout Draft, _ definition: Definition, now: Instant) throws(Refusal) {
    guard let text = draft.text(mrz) else { return }
    let field = definition.sorted[mrz]
    let zone = try MRZField.read(text, field)
    draft.zone = zone
    func country(_ code: String, _ part: String) throws(Refusal) -> [UInt8] {
      guard let code = ISO3166.code(ofTravelDocument: Array(code.utf8)[...]) else {
        throw field.refusal("\(part) is no country of ISO 3166-1", "read the zone from the document again")
      }
      return code
    }
    let issuer = try country(zone.issuer, "the issuing State")
    let nationality = try country(zone.nationality, "the nationality")
    func put(_ field: Int, _ text: some Sequence<UInt8>) {
      if draft.node(field) == nil { draft.slots[field] = draft.document.addText(text) }
    }
    if draft.node(document) == nil {
      draft.slots[document] = draft.document.addObject(
        try documentMembers(of: zone, issuer: issuer, definition, now: now))
    }
    put(surname, zone.surname.utf8.map { $0 == 0x3C ? 0x20 : $0 })
    if !zone.given.isEmpty { put(given, zone.given.utf8.map { $0 == 0x3C ? 0x20 : $0 }) }
    put(birth, MRZDates.birthText(zone.birth, now: now).utf8)
    put(sex, [zone.sex?.asciiValue ?? 0x58])
    put(self.nationality, nationality)
  }

  private func documentMembers(
    of zone: MRZ, issuer: [UInt8], _ definition: Definition, now: Instant
  ) throws(Refusal) -> [(name: String, text: [UInt8])] {
    let kind =
      switch zone.documentCode.first {
      case "P": "passport"
      case "V": "visa"
      default: "identity-card"
      }
    let own = Self.numberKey(of: zone)
    var number: [UInt8]? = own
    if kind == "identity-card" {
      // A card's own number is not always the person's: that may stand in the optional data, or in both together.
      let optional = WrittenNumber.key(Array(zone.optional.utf8)[...])
      let candidates = [own, optional, own + optional]
      number = candidates.first { NationalIdentity.fault(of: $0[...], country: issuer[...]) == nil }
    }
    guard let number else {
      throw definition.sorted[document].refusal(
        "missing, and the machine-readable zone does not hold the identity number", "add the document")
    }
    var members: [(name: String, text: [UInt8])] = [("country", issuer)]
    if let expiry = MRZDates.expiryText(zone.expiry, now: now) { members.append(("expiry", Array(expiry.utf8))) }
    members.append(("kind", Array(kind.utf8)))
    members.append(("number", number))
    return members
  }

  func check(_ draft: borrowing Draft, _ definition: Definition) throws(Refusal) {
    guard let zone = draft.zone else { return }
    func disagree(_ field: Int, _ part: String) -> Refusal {
      definition.sorted[field].refusal(
        "\(part) is not what the machine-readable zone says", "read both from the document again")
    }
    try checkDocument(draft, zone) { disagree(document, $0) }
    guard let surname = draft.text(surname), Self.agree(zone.surname, surname, mayBeTruncated: zone.mayBeTruncated)
    else {
      throw disagree(self.surname, "the surname")
    }
    guard Self.agree(zone.given, draft.text(given) ?? [], mayBeTruncated: zone.mayBeTruncated) else {
      throw disagree(given, "the given names")
    }
    guard let birth = draft.text(birth), let parts = DateField.parts(birth.span, partial: true),
      MRZDates.agree(zone.birth, parts)
    else { throw disagree(self.birth, "the birth date") }
    guard draft.text(sex)?.first == zone.sex?.asciiValue ?? 0x58 else { throw disagree(sex, "the sex") }
    let nationality = ISO3166.code(ofTravelDocument: Array(zone.nationality.utf8)[...])
    guard let text = draft.text(self.nationality), nationality?.elementsEqual(text) == true else {
      throw disagree(self.nationality, "the nationality")
    }
  }

  private func checkDocument(
    _ draft: borrowing Draft, _ zone: MRZ, _ disagree: (String) -> Refusal
  ) throws(Refusal) {
    guard let node = draft.node(document), let number = draft.document.member(node, "number"),
      let country = draft.document.member(node, "country"), let kind = draft.document.member(node, "kind")
    else { return }
    let key = WrittenNumber.key(draft.document.text(number))
    let (own, optional) = (Self.numberKey(of: zone), WrittenNumber.key(Array(zone.optional.utf8)[...]))
    guard key == own || key == optional || key == own + optional else { throw disagree("the number") }
    let issuer = ISO3166.code(ofTravelDocument: Array(zone.issuer.utf8)[...])
    guard issuer?.elementsEqual(draft.document.text(country)) == true else { throw disagree("the country") }
    let kindText = draft.document.string(kind)
    let fits =
      switch zone.documentCode.first {
      case "P": kindText == "passport" || kindText == "travel-document"
      case "V": kindText == "visa"
      default: kindText != "passport" && kindText != "visa" && kindText != "birth-certificate"
      }
    guard fits else { throw disagree("the kind") }
    if let expiry = draft.document.member(node, "expiry").map({ draft.document.text($0) }),
      let parts = DateField.parts(expiry.span, partial: false), !MRZDates.agree(zone.expiry, parts)
    {
      throw disagree("the expiry")
    }
  }

  /// Whether a name and its form in the zone agree in one of the ways to transliterate; a zone too narrow may hold the
  /// beginning only (Doc 9303-3 section 4.6).
  static func agree(_ zone: String, _ name: ArraySlice<UInt8>, mayBeTruncated: Bool) -> Bool {
    let written = Array(zone.utf8)
    return Transliteration.Style.allCases.contains { style in
      let full = Transliteration.capitals(name, style: style)
      return full == written || mayBeTruncated && isShortened(written, of: full)
    }
  }

  /// Each word of the zone begins a word of the name, in order; a name may be cut or its words shortened.
  private static func isShortened(_ zone: [UInt8], of full: [UInt8]) -> Bool {
    var words = full.split(separator: 0x3C)[...]
    for word in zone.split(separator: 0x3C) {
      guard let match = words.firstIndex(where: { $0.starts(with: word) }) else { return false }
      words = words[(match + 1)...]
    }
    return true
  }

  /// The zone's number without the fillers that stand for its spaces and hyphens (Doc 9303-4 section 4.2.2.2).
  static func numberKey(of zone: MRZ) -> [UInt8] { WrittenNumber.key(Array(zone.number.utf8)[...]) }

  /// The zone's document number is found under the document's name, also where the document holds another number.
  func appendKeys(_ draft: borrowing Draft, _ definition: Definition, to keys: inout [SearchKey]) {
    guard definition.sorted[mrz].isSearchable, let text = draft.text(mrz), let zone = try? MRZ(text) else { return }
    let name = definition.sorted[document].name
    let number = Self.numberKey(of: zone)
    keys.append(SearchKey(field: name, value: number))
    if let issuer = ISO3166.code(ofTravelDocument: Array(zone.issuer.utf8)[...]) {
      keys.append(SearchKey(field: name, value: issuer + [0x2F] + number))
    }
  }
}

import Terms

/// Makes a key of a person's name and birth date together: `ERIKSSON<<ANNA<MARIA 1974-08-12`. A name alone would find too
/// many, and a lookup must be of somebody. A name has one key in all the ways its letters can be transliterated.
struct NameRule: Hashable, Sendable {
  let key: String
  let surname: Int
  let given: Int?
  let birth: Int

  func appendKeys(_ draft: borrowing Draft, to keys: inout [SearchKey]) {
    guard let surname = draft.text(surname), let birth = draft.text(birth) else { return }
    keys.append(SearchKey(field: key, value: Self.value(surname, given.flatMap { draft.text($0) } ?? [], birth)))
  }

  private static func value(
    _ surname: ArraySlice<UInt8>, _ given: ArraySlice<UInt8>, _ birth: ArraySlice<UInt8>
  ) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(surname.count + given.count + birth.count + 4)
    Transliteration.appendFolded(surname, to: &out)
    if !given.isEmpty {
      out.append(0x3C)
      out.append(0x3C)
      let start = out.count
      Transliteration.appendFolded(given, to: &out)
      if out.count == start { out.removeLast(2) }
    }
    out.append(0x20)
    out.append(contentsOf: birth)
    return out
  }

  /// `Eriksson, Anna Maria 1974-08-12`, or `ERIKSSON<<ANNA<MARIA 1974-08-12`.
  func key(typed: String) throws(Refusal) -> SearchKey {
    let bytes = NFC.normalized(typed)
    let form = "type SURNAME, GIVEN NAMES and the birth date, such as \"Eriksson, Anna Maria 1974-08-12\""
    guard let space = bytes.lastIndex(of: 0x20),
      DateField.parts(bytes.span.extracting((space + 1)...), partial: true) != nil
    else {
      throw Refusal(field: key, found: typed, problem: "no birth date at the end", whatToDo: form)
    }
    let name = bytes[..<space]
    var divide = name.firstIndex(of: 0x2C).map { ($0, $0 + 1) }
    for at in name.indices.dropLast() where divide == nil && name[at] == 0x3C && name[at + 1] == 0x3C {
      divide = (at, at + 2)
    }
    let surname = name[..<(divide?.0 ?? name.endIndex)]
    let given = divide.map { name[$0.1...] } ?? []
    let value = Self.value(surname, given, bytes[(space + 1)...])
    guard let first = value.first, (0x41...0x5A).contains(first) else {
      throw Refusal(field: key, found: typed, problem: "no surname", whatToDo: form)
    }
    return SearchKey(field: key, value: value)
  }
}

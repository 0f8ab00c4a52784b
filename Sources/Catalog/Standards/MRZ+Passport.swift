import Terms

extension MRZ {
  /// The zone of a passport (TD3, Doc 9303-4 section 4.2.2) with all its check digits, for sample data.
  /// - Parameters:
  ///   - state: the three letters of the issuing State, which is also the nationality.
  ///   - sex: `F`, `M`, or anything else for unspecified.
  /// - Throws: `MRZFault` when a part does not fit into such a zone.
  public static func passport(
    state: String, number: String, surname: String, givenNames: String, birth: CalendarDay, sex: String,
    expiry: CalendarDay
  ) throws(MRZFault) -> MRZ {
    let given = Transliteration.capitals(Array(givenNames.utf8)[...])
    let name = Transliteration.capitals(Array(surname.utf8)[...]) + (given.isEmpty ? [] : Array("<<".utf8) + given)
    let state = padded(Array(state.utf8), 3)
    func checked(_ field: [UInt8]) -> [UInt8] { field + [checkDigit(of: field)] }

    let numberField = checked(padded(Array(number.utf8), 9))
    let birthField = checked(sixDigits(birth))
    // The optional data stay empty; their check digit may be a filler or 0.
    let expiryField = checked(sixDigits(expiry))
    let optional = checked(padded([], 14))
    let sexField = sex == "F" || sex == "M" ? Array(sex.utf8) : [0x3C]
    let composite = checkDigit(of: numberField + birthField + expiryField + optional)
    let first = Array("P<".utf8) + state + padded(Array(name.prefix(39)), 39)
    let second = numberField + state + birthField + sexField + expiryField + optional + [composite]
    return try MRZ((first + [0x0A] + second)[...])
  }

  private static func padded(_ text: [UInt8], _ width: Int) -> [UInt8] {
    text + [UInt8](repeating: 0x3C, count: max(0, width - text.count))
  }

  private static func sixDigits(_ day: CalendarDay) -> [UInt8] {
    let (year, month, date) = day.components
    var out: [UInt8] = []
    for part in [year % 100, month, date] { out.appendDecimal(part, width: 2) }
    return out
  }
}

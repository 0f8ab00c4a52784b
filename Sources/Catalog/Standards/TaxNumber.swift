import Terms

/// Checks of tax numbers of companies and traders, where a rule is known; each takes the letters and digits only, in capitals.
/// No official text was found for any; the rules are those of public code (python-stdnum), and the forms in use.
public enum TaxNumber {
  /// A country's tax number with its check digit, which `?` stands for, for sample data; nil when none fits.
  public static func completed(_ number: String, country: CountryCode) -> String? {
    let code = Array(country.description.utf8)
    return "0123456789K".lazy.map { number.replacing("?", with: String($0)) }
      .first { fault(of: WrittenNumber.key(Array($0.utf8)[...])[...], country: code[...]) == nil }
  }

  typealias Fault = NationalIdentity.Fault

  /// The fault of a country's tax number. Countries without a known rule have none, Panama's RUC among them: its forms are
  /// many, and its check digits stand apart from it.
  static func fault(of number: ArraySlice<UInt8>, country: ArraySlice<UInt8>) -> Fault? {
    switch (country.first, country.last) {
    case (0x47, 0x54): guatemalan(number)  // GT
    case (0x53, 0x56): salvadoran(number)  // SV
    case (0x43, 0x52): costaRican(number)  // CR
    case (0x48, 0x4E): honduran(number)  // HN
    case (0x4E, 0x49): nicaraguan(number)  // NI
    default: nil
    }
  }

  /// NIT of Guatemala: up to eleven digits and one of check: -(sum of d_i i, i from 2 at the right) mod 11, 10 written K.
  static func guatemalan(_ number: ArraySlice<UInt8>) -> Fault? {
    let plain = number.drop { $0 == 0x30 }
    guard (2...12).contains(plain.count), let check = plain.last, let digits = digits(plain.dropLast()),
      check == 0x4B || (0x30...0x39).contains(check)
    else {
      return Fault(problem: "a NIT has up to eleven digits and a digit or K", whatToDo: "write it as 576937-K")
    }
    var sum = 0
    for (place, digit) in digits.reversed().enumerated() { sum += digit * (place + 2) }
    let expected = (11 - sum % 11) % 11
    guard check == (expected == 10 ? 0x4B : 0x30 + UInt8(expected)) else {
      return Fault(problem: "the NIT's check digit does not fit", whatToDo: "read the number from the document again")
    }
    return nil
  }

  /// NIT of El Salvador: place (4 digits, from 0, 1 or 9), date ddmmyy, serial (3), check digit; or a person's DUI, which has
  /// taken its place. Serials up to 100 are checked with the weights 14 to 2 mod 11, later ones with 2 7 6 5 4 3 2 7 6 5 4 3 2
  /// and the sum's negative; 10 is written 0.
  static func salvadoran(_ number: ArraySlice<UInt8>) -> Fault? {
    if number.count == 9 { return NationalIdentity.salvadoran(number) }
    guard number.count == 14, let digits = digits(number), [0, 1, 9].contains(digits[0]) else {
      return Fault(
        problem: "a NIT has fourteen digits, the first 0, 1 or 9, a DUI nine", whatToDo: "write it as 0614-050707-104-8"
      )
    }
    let serial = digits[10] * 100 + digits[11] * 10 + digits[12]
    let weights = serial <= 100 ? Array((2...14).reversed()) : [2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
    let sum = zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 } % 11
    guard digits[13] == (serial <= 100 ? sum : (11 - sum) % 11) % 10 else {
      return Fault(problem: "the NIT's check digit does not fit", whatToDo: "read the number from the document again")
    }
    return nil
  }

  /// Costa Rica: cédula jurídica or NITE, ten digits from 2 to 5; cédula física, nine, perhaps after a 0; DIMEX, eleven or
  /// twelve from 1. None has a check digit; the types within a cédula jurídica are not checked, as new ones come.
  static func costaRican(_ number: ArraySlice<UInt8>) -> Fault? {
    let first = number.first.map { Int($0) - 0x30 } ?? -1
    let fits =
      switch number.count {
      case 9: (1...9).contains(first)
      case 10: (0...0).contains(first) || (2...5).contains(first)
      case 11, 12: first == 1
      default: false
      }
    guard fits, digits(number) != nil else {
      return Fault(
        problem: "not a cédula jurídica (10 digits from 2 to 5), cédula física (9) or DIMEX (11 or 12 from 1)",
        whatToDo: "write it as 3-101-999999")
    }
    return nil
  }

  /// RTN of Honduras: fourteen digits; no check digit is known.
  static func honduran(_ number: ArraySlice<UInt8>) -> Fault? {
    guard number.count == 14, digits(number) != nil else {
      return Fault(problem: "an RTN has fourteen digits", whatToDo: "write it as 08019995123456")
    }
    return nil
  }

  /// RUC of Nicaragua: a letter (J for companies) and thirteen digits, no check being known; or a person's cédula.
  static func nicaraguan(_ number: ArraySlice<UInt8>) -> Fault? {
    let isLetter = number.first.map { (0x41...0x5A).contains($0) } == true
    if isLetter, number.count == 14, digits(number.dropFirst()) != nil { return nil }
    if !isLetter, number.count == 14 { return NationalIdentity.nicaraguan(number) }
    return Fault(
      problem: "a RUC has a letter and thirteen digits, or is a cédula", whatToDo: "write it as J0310000000001")
  }

  private static func digits(_ number: ArraySlice<UInt8>) -> [Int]? {
    guard number.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return number.map { Int($0) - 0x30 }
  }
}

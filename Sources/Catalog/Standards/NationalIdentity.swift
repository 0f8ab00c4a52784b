import Terms

/// Checks of national identity numbers, where a rule is known; each takes the letters and digits only, in capitals.
public enum NationalIdentity {
  /// A country's identity card number with its check digit or letter, which `?` stands for, for sample data; nil when none
  /// fits.
  public static func completed(_ number: String, country: CountryCode) -> String? {
    let code = Array(country.description.utf8)
    return "0123456789ABCDEFGHJKLMNPQRSTUVWXY".lazy.map { number.replacing("?", with: String($0)) }
      .first { fault(of: WrittenNumber.key(Array($0.utf8)[...])[...], country: code[...]) == nil }
  }

  /// What is wrong with a number; nil when nothing is.
  struct Fault: Hashable {
    let problem: String
    let whatToDo: String
  }

  /// The fault of a country's identity card number. Countries without a known rule have none.
  static func fault(of number: ArraySlice<UInt8>, country: ArraySlice<UInt8>) -> Fault? {
    switch (country.first, country.last) {
    case (0x53, 0x56): salvadoran(number)  // SV
    case (0x47, 0x54): guatemalan(number)  // GT
    case (0x4E, 0x49): nicaraguan(number)  // NI
    case (0x48, 0x4E): honduran(number)  // HN
    default: nil
    }
  }

  /// DUI of El Salvador: eight digits and one of check, (10 - sum d_i * (9 - i) mod 10) mod 10.
  static func salvadoran(_ number: ArraySlice<UInt8>) -> Fault? {
    guard let digits = digits(number, count: 9) else {
      return Fault(problem: "a DUI has nine digits", whatToDo: "write it as 00016297-5")
    }
    var sum = 0
    for (i, digit) in digits.prefix(8).enumerated() { sum += digit * (9 - i) }
    guard digits.last == (10 - sum % 10) % 10 else {
      return Fault(problem: "the DUI's check digit does not fit", whatToDo: "read the number from the card again")
    }
    return nil
  }

  /// CUI of Guatemala (on the DPI): eight digits, one of check, two of the department, two of the municipality.
  /// Check: sum d_i * (i + 2) mod 11. No digit can be the remainder 10: such numbers are taken with check digit 0, as
  /// public code does, since refusing a real person costs more. New municipalities come: only 00 is refused.
  static func guatemalan(_ number: ArraySlice<UInt8>) -> Fault? {
    guard let digits = digits(number, count: 13) else {
      return Fault(problem: "a CUI has thirteen digits", whatToDo: "write it as 1587 56444 0904")
    }
    var sum = 0
    for (i, digit) in digits.prefix(8).enumerated() { sum += digit * (i + 2) }
    guard digits[8] == sum % 11 % 10 else {
      return Fault(problem: "the CUI's check digit does not fit", whatToDo: "read the number from the DPI again")
    }
    guard (1...22).contains(digits[9] * 10 + digits[10]), digits[11] * 10 + digits[12] > 0 else {
      return Fault(
        problem: "the CUI ends in no department (01 to 22) and municipality",
        whatToDo: "read the last four digits from the DPI again")
    }
    return nil
  }

  /// Cédula of Nicaragua: municipality (3 digits), birth date ddmmyy, serial (4), letter. The letter is the thirteen
  /// digits mod 23 in an alphabet without I, O and Z; public codes agree on it, no official text was found.
  static func nicaraguan(_ number: ArraySlice<UInt8>) -> Fault? {
    guard number.count == 14, let letter = number.last, let digits = digits(number.dropLast(), count: 13) else {
      return Fault(problem: "a cédula has thirteen digits and a letter", whatToDo: "write it as 486-180689-0001X")
    }
    let value = digits.reduce(0) { $0 * 10 + $1 }
    let letters = Array("ABCDEFGHJKLMNPQRSTUVWXY".utf8)
    guard letters[value % 23] == letter else {
      return Fault(problem: "the cédula's letter does not fit", whatToDo: "read the number from the card again")
    }
    guard (1...31).contains(digits[3] * 10 + digits[4]), (1...12).contains(digits[5] * 10 + digits[6]) else {
      return Fault(
        problem: "the cédula's middle part is no date (ddmmyy)", whatToDo: "read the number from the card again")
    }
    return nil
  }

  /// DNI of Honduras: place (4 digits), year (4), serial (5). No check digit is known.
  static func honduran(_ number: ArraySlice<UInt8>) -> Fault? {
    guard digits(number, count: 13) != nil else {
      return Fault(problem: "a DNI has thirteen digits", whatToDo: "write it as 0801-1990-12345")
    }
    return nil
  }

  private static func digits(_ number: ArraySlice<UInt8>, count: Int) -> [Int]? {
    guard number.count == count, number.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return number.map { Int($0 - 0x30) }
  }
}

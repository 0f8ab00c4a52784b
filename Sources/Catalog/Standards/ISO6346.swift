/// Numbers of freight containers (ISO 6346 section 3): an owner's three letters, the category U (freight container), J
/// (equipment that comes off) or Z (trailer or chassis), six digits, and a check digit.
public enum ISO6346 {
  /// A number without its check digit, completed, for sample data; nil when it has not the form.
  public static func completed(_ number: String) -> String? {
    guard let compact = compact(Array(number.utf8)[...]), compact.count == 10, isWellFormed(compact) else { return nil }
    return String(decoding: compact + [checkDigit(of: compact)], as: UTF8.self)
  }

  /// Letters and digits of a number in capitals; nil when there is anything else than these, spaces and hyphens.
  static func compact(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    for byte in text {
      switch byte {
      case 0x30...0x39, 0x41...0x5A: out.append(byte)
      case 0x61...0x7A: out.append(byte & 0xDF)
      case 0x20, 0x2D: continue
      default: return nil
      }
      guard out.count <= 11 else { return nil }
    }
    return out
  }

  /// Whether a compact number has the form, with its check digit or without.
  static func isWellFormed(_ number: [UInt8]) -> Bool {
    (10...11).contains(number.count) && number.prefix(3).allSatisfy { (0x41...0x5A).contains($0) }
      && [0x55, 0x4A, 0x5A].contains(number[3]) && number.dropFirst(4).allSatisfy { (0x30...0x39).contains($0) }
  }

  /// The check digit that a well-formed number must have, as a character (annex A): the values times 1, 2, 4 ... 512, added,
  /// mod 11. Owners are advised not to use numbers that leave 10, but they are on the road: their digit is 0.
  static func checkDigit(of number: [UInt8]) -> UInt8 {
    var sum = 0
    for (place, byte) in number.prefix(10).enumerated() { sum += value(byte) << place }
    return 0x30 + UInt8(sum % 11 % 10)
  }

  /// Letters count from 10, and no multiple of 11 is taken: A 10, B 12, K 21, L 23, U 32, V 34, Z 38.
  private static func value(_ byte: UInt8) -> Int {
    guard byte >= 0x41 else { return Int(byte) - 0x30 }
    let letter = Int(byte) - 0x41
    return 10 + letter + (letter >= 1 ? 1 : 0) + (letter >= 11 ? 1 : 0) + (letter >= 21 ? 1 : 0)
  }
}

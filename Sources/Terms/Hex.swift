func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }

/// The eight lower-case digits of a number below 2^32, the first in the highest byte: all eight at once, each in a byte of its own.
func hexDigits(_ value: UInt64) -> UInt64 {
  var nibbles = (value & 0xFFFF_0000) << 16 | value & 0xFFFF
  nibbles = (nibbles & 0x0000_FF00_0000_FF00) << 8 | nibbles & 0x0000_00FF_0000_00FF
  nibbles = (nibbles & 0x00F0_00F0_00F0_00F0) << 4 | nibbles & 0x000F_000F_000F_000F
  // From ten on adding six carries into the upper half of the byte, and "a" stands 39 behind where "9" + 1 would.
  let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
  return nibbles + 0x3030_3030_3030_3030 + letters * 39
}

func hexNibble(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x61...0x66: byte - 0x57
  case 0x41...0x46: byte - 0x37
  default: nil
  }
}

extension [UInt8] {
  /// The bytes of an even number of hexadecimal digits, or nil.
  public init?(hex text: some StringProtocol) {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    self = []
    reserveCapacity(digits.count / 2)
    for position in stride(from: 0, to: digits.count, by: 2) {
      guard let high = hexNibble(digits[position]), let low = hexNibble(digits[position + 1]) else { return nil }
      append(high << 4 | low)
    }
  }
}

extension Sequence<UInt8> {
  /// Lower-case hexadecimal digits.
  public var hex: String {
    String(decoding: flatMap { [hexDigit($0 >> 4), hexDigit($0 & 0xF)] }, as: UTF8.self)
  }
}

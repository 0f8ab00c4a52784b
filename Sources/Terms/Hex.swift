func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }

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

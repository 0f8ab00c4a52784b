/// Reads UTF-8 by the table of RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Reader {
  /// The first byte that belongs to no scalar; nil when the bytes are UTF-8.
  static func firstFault(in bytes: [UInt8]) -> Int? {
    var at = 0
    while at < bytes.count {
      guard let (_, length) = scalar(in: bytes.span, at: at) else { return at }
      at += length
    }
    return nil
  }

  /// The scalar at `at` and its length in bytes, or nil when none stands there.
  static func scalar(in bytes: Span<UInt8>, at: Int) -> (value: UInt32, length: Int)? {
    guard bytes.indices.contains(at) else { return nil }
    let first = bytes[at]
    // Nearly all letters beyond ASCII that are met here.
    if first & 0xE0 == 0xC0, first >= 0xC2, at + 1 < bytes.count, bytes[at + 1] & 0xC0 == 0x80 {
      return (UInt32(first & 0x1F) << 6 | UInt32(bytes[at + 1] & 0x3F), 2)
    }
    let length: Int
    var value: UInt32
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0x00...0x7F: return (UInt32(first), 1)
    case 0xE0: (length, value, second) = (3, 0, 0xA0...0xBF)
    case 0xED: (length, value, second) = (3, 0xD, 0x80...0x9F)
    case 0xE1...0xEF: (length, value) = (3, UInt32(first & 0x0F))
    case 0xF0: (length, value, second) = (4, 0, 0x90...0xBF)
    case 0xF4: (length, value, second) = (4, 4, 0x80...0x8F)
    case 0xF1...0xF3: (length, value) = (4, UInt32(first & 0x07))
    default: return nil
    }
    guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { return nil }
    for offset in 1..<length {
      let byte = bytes[at + offset]
      guard byte & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    return (value, length)
  }
}

/// Hexadecimal digits as readers and programs print them.
enum HexText {
  /// The digits in capitals without the spaces and hyphens among them; nil when anything else stands there.
  static func capitals(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    for byte in text {
      switch byte {
      case 0x30...0x39, 0x41...0x46: out.append(byte)
      case 0x61...0x66: out.append(byte & 0xDF)
      case 0x20, 0x2D: continue
      default: return nil
      }
    }
    return out
  }

  static func string(_ digits: [UInt8]) -> String { String(decoding: digits, as: UTF8.self) }
}

/// Base32 (RFC 4648 section 6) in capitals without padding: what people copy by hand.
public enum Base32 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  /// The text of bytes.
  public static func text(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    var (buffer, bits) = (UInt32(0), 0)
    for byte in bytes {
      buffer = (buffer << 8 | UInt32(byte)) & 0xFFFF
      bits += 8
      while bits >= 5 {
        bits -= 5
        out.append(digits[Int(buffer >> UInt32(bits) & 31)])
      }
    }
    if bits > 0 { out.append(digits[Int(buffer << UInt32(5 - bits) & 31)]) }
    return String(decoding: out, as: UTF8.self)
  }
}

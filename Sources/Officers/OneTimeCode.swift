import Sodium
import Terms

/// Time-based one-time passwords (RFC 6238) as the usual apps make them: HMAC-SHA-1, six digits, a step of 30 seconds.
public enum OneTimeCode {
  /// Bytes of a secret: as long as the hash (RFC 4226 section 4, requirement 6).
  public static let secretByteCount = 20
  /// Seconds of a step.
  static let step: Int64 = 30
  /// Digits of a code.
  public static let digits = 6
  /// Steps before and after the present one whose codes are taken: clocks differ, and typing takes time (RFC 6238 section 5.2).
  static let drift: Int64 = 1

  /// The step of a moment.
  public static func step(at moment: Instant) -> Int64 { moment.seconds / step }

  /// The code of a step.
  public static func code(_ secret: [UInt8], step: Int64, digits: Int = digits) -> String {
    let counter = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(bitPattern: step) >> UInt64(56 - 8 * $0)) }
    let hash = HMACSHA1.code(key: SecretBytes(copying: secret), counter)
    // RFC 4226 section 5.3: four bytes at the place that the last one names.
    let place = Int(hash[hash.count - 1] & 0xF)
    let number = hash[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
    let modulus = (0..<digits).reduce(UInt32(1)) { product, _ in product &* 10 }
    let text = String(number % modulus)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// The step of which this is the code, about a moment, after `last`; nil when there is none.
  public static func match(_ typed: String, _ secret: [UInt8], at moment: Instant, after last: Int64) -> Int64? {
    let now = step(at: moment)
    let typed = SecretBytes(copying: typed.utf8.filter { $0 != 0x20 })
    return (now - drift...now + drift).filter { $0 > last }.first { step in
      SecretBytes(copying: code(secret, step: step).utf8).isEqual(to: typed)
    }
  }

  /// What an app reads from the QR code (the Key URI format of Google Authenticator). `issuer` and `account` are of letters, digits, dots,
  /// hyphens and spaces.
  public static func address(_ secret: [UInt8], issuer: String, account: String) -> String {
    func encoded(_ text: String) -> String {
      text.utf8.map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: String(UnicodeScalar(byte))
        default: "%" + [byte].hex.uppercased()
        }
      }.joined()
    }
    return
      "otpauth://totp/\(encoded(issuer)):\(encoded(account))?secret=\(Base32.text(secret))&issuer=\(encoded(issuer))"
      + "&algorithm=SHA1&digits=\(digits)&period=\(step)"
  }
}

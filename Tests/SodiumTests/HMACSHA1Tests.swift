import Sodium
import Terms
import Testing

/// HMAC-SHA-1 against the vectors of RFC 2202 section 3.
@Suite struct HMACSHA1Tests {
  static let vectors: [(key: [UInt8], message: [UInt8], code: String)] = [
    ([UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8), "b617318655057264e28bc0b6fb378c8ef146be00"),
    (Array("Jefe".utf8), Array("what do ya want for nothing?".utf8), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    (
      [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
      "125d7342b9ac11cd91a39af48aa17b4f63f175d3"
    ),
    (
      [UInt8](repeating: 0xAA, count: 80), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "aa4ae5e15272d00e95705637ce8a3b55ed402112"
    ),
  ]

  @Test(arguments: vectors) func theCodeIsThatOfTheStandard(_ key: [UInt8], _ message: [UInt8], _ code: String) {
    #expect(HMACSHA1.code(key: SecretBytes(copying: key), message).hex == code)
  }
}

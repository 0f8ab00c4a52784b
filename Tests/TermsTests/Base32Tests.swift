import Terms
import Testing

/// RFC 4648 section 10, without padding.
@Suite struct Base32Tests {
  @Test(
    arguments: zip(
      ["", "f", "fo", "foo", "foob", "fooba", "foobar"],
      ["", "MY", "MZXQ", "MZXW6", "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"]))
  func theTextIsThatOfTheStandard(_ plain: String, _ text: String) { #expect(Base32.text(Array(plain.utf8)) == text) }
}

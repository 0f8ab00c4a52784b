extension [UInt8] {
  /// Appends a JSON text with the fewest escapes (RFC 8785 section 3.2.2.2). `text` is valid UTF-8.
  mutating func appendJSONText(_ text: ArraySlice<UInt8>) { text.withUnsafeBytes { appendJSONText($0) } }

  /// Appends a JSON text with the fewest escapes.
  mutating func appendJSONText(_ text: String) {
    var text = text
    text.withUTF8 { appendJSONText(UnsafeRawBufferPointer($0)) }
  }

  private mutating func appendJSONText(_ text: UnsafeRawBufferPointer) {
    append(0x22)
    var rest = text[...]
    while true {
      let plain = rest.prefix(UnsafeRawBufferPointer(rebasing: rest).bytes.firstSpecial(from: 0, isBeyondASCII: false))
      append(contentsOf: plain)
      rest = rest[plain.endIndex...]
      guard let byte = rest.popFirst() else { break }
      append(0x5C)
      switch byte {
      case 0x22, 0x5C: append(byte)
      case 0x08: append(0x62)
      case 0x09: append(0x74)
      case 0x0A: append(0x6E)
      case 0x0C: append(0x66)
      case 0x0D: append(0x72)
      default:
        append(contentsOf: "u00".utf8)
        append(0x30 + byte >> 4)
        let low = byte & 0xF
        append(low < 10 ? 0x30 + low : 0x57 + low)
      }
    }
    append(0x22)
  }

  /// Appends a JSON text of ASCII letters that need no escapes.
  mutating func appendJSONText(_ text: StaticString) {
    append(0x22)
    text.withUTF8Buffer { append(contentsOf: $0) }
    append(0x22)
  }

  /// Appends ASCII.
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }
}

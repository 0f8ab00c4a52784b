// The standard library holds Unicode normalisation behind this SPI, which Foundation itself uses; it spares a second
// copy of the tables and all of Foundation.
@_spi(_Unicode) import Swift

/// Unicode normalisation (UAX 15).
enum NFC {
  /// Every scalar below U+0300 is in NFC as it stands (UAX 15 section 9: NFC_Quick_Check=Yes, combining class 0).
  static let firstSuspect: UInt32 = 0x300

  /// The text in normalisation form C, as UTF-8.
  static func normalized(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count)
    for scalar in text._nfc { out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
    return out
  }

  /// The text's scalars, fully decomposed.
  static func decomposed(_ text: String) -> [Unicode.Scalar] { Array(text._nfd) }
}

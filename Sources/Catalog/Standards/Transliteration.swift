/// Names in the letters of a machine-readable zone (ICAO Doc 9303-3 section 6).
enum Transliteration {
  /// What stands for a letter that the table gives a choice for.
  enum Style: CaseIterable {
    /// One letter: Ñ is N, Ü is U, Ä is A, Ö is O, Å is A. Usual in Spanish, and what search keys use.
    case plain
    /// The letters of the table: Ä is AE, Ö is OE, Ü is UE, Å is AA, Ñ is N.
    case expanded
    /// The escapes of the table: Ñ is NXX, Ü is UXX; Ä, Ö, Å as `expanded`.
    case escaped
  }

  /// Letters that do not decompose into a base letter and marks.
  private static let whole: [UInt32: StaticString] = [
    0xC6: "AE", 0xD0: "D", 0xD8: "OE", 0xDE: "TH", 0xDF: "SS", 0xE6: "AE", 0xF0: "D", 0xF8: "OE", 0xFE: "TH",
    0x110: "D", 0x111: "D", 0x126: "H", 0x127: "H", 0x131: "I", 0x132: "IJ", 0x133: "IJ", 0x138: "K", 0x141: "L",
    0x142: "L", 0x149: "N", 0x14A: "N", 0x14B: "N", 0x152: "OE", 0x153: "OE", 0x166: "T", 0x167: "T", 0x17F: "S",
    0x18F: "E", 0x259: "E", 0x1E9E: "SS",
  ]

  /// Ñ and Ü, which the table escapes as NXX and UXX.
  private static let escapes: [UInt32] = [0xD1, 0xDC, 0xF1, 0xFC]

  /// Whether each letter is Latin, or one of the marks that names hold: space, hyphen, apostrophes, full stop, comma.
  static func isName(_ text: Span<UInt8>) -> Bool {
    var at = 0
    while at < text.count {
      switch text[at] {
      case 0x41...0x5A, 0x61...0x7A, 0x20, 0x27, 0x2C, 0x2D, 0x2E: at += 1
      case 0..<0x80: return false
      default:
        guard let (scalar, length) = UTF8Reader.scalar(in: text, at: at),
          letters(of: scalar, .plain) != 0 || scalar == 0x2019 || isMark(scalar)
        else { return false }
        at += length
      }
    }
    return true
  }

  /// Appends the name in capitals, words divided by `<`, other marks left out (apostrophes join, hyphens divide:
  /// Doc 9303-3 section 4.6). Letters of no known transliteration divide as well.
  static func append(_ text: ArraySlice<UInt8>, style: Style = .plain, digits: Bool = false, to out: inout [UInt8]) {
    let start = out.count
    var divides = false
    func divide(_ out: inout [UInt8]) {
      if divides, out.count > start { out.append(0x3C) }
      divides = false
    }
    func ascii(_ byte: UInt8, _ out: inout [UInt8]) {
      switch byte {
      case 0x41...0x5A, 0x61...0x7A:
        divide(&out)
        out.append(byte & 0xDF)
      case 0x30...0x39 where digits:
        divide(&out)
        out.append(byte)
      case 0x27, 0x2E: break
      default: divides = true
      }
    }
    let text = text.span
    var at = 0
    while at < text.count {
      let byte = text[at]
      guard byte >= 0x80, let (scalar, length) = UTF8Reader.scalar(in: text, at: at) else {
        ascii(byte, &out)
        at += 1
        continue
      }
      at += length
      if case let letters = letters(of: scalar, style), letters != 0 {
        divide(&out)
        append(letters, to: &out)
        if style == .escaped, escapes.contains(scalar) { out.append(contentsOf: [0x58, 0x58]) }
      } else if !isMark(scalar) && scalar != 0x2019 {
        divides = true
      }
    }
  }

  /// Appends the name so that all its transliterations come out the same: MÜLLER, MUELLER and MUXXLLER as `MULLER`, PEÑA,
  /// PENA and PENXXA as `PENA`. Some names come together that are not the same, such as SÁENZ and SANZ.
  static func appendFolded(_ text: ArraySlice<UInt8>, to out: inout [UInt8]) {
    var (at, kept) = (out.count, out.count)
    append(text, to: &out)
    let end = out.count
    // In its own place: what is kept never overtakes what is read.
    while at < end {
      let letter = out[at]
      out[kept] = letter
      kept += 1
      at += 1
      switch letter {
      case 0x41:  // A: AA for Å, AE for Ä
        while at < end, out[at] == 0x41 || out[at] == 0x45 { at += 1 }
      case 0x4F:  // O: OE for Ö
        while at < end, out[at] == 0x45 { at += 1 }
      case 0x55:  // U: UE or UXX for Ü
        while at < end, out[at] == 0x45 { at += 1 }
        fallthrough
      case 0x4E:  // N: NXX for Ñ
        if at + 1 < end, out[at] == 0x58, out[at + 1] == 0x58 { at += 2 }
      default: break
      }
    }
    out.removeLast(end - kept)
  }

  /// The name in capitals.
  static func capitals(_ text: ArraySlice<UInt8>, style: Style = .plain) -> [UInt8] {
    var out: [UInt8] = []
    append(text, style: style, to: &out)
    return out
  }

  private static func isMark(_ scalar: UInt32) -> Bool { (0x300...0x36F).contains(scalar) }

  /// One or two capitals in one number, the first above the second; 0 when there are none.
  private typealias Letters = UInt16

  private static func letters(_ text: StaticString) -> Letters {
    text.withUTF8Buffer { Letters($0.first ?? 0) << 8 | Letters($0.count > 1 ? $0[1] : 0) }
  }

  private static func append(_ letters: Letters, to out: inout [UInt8]) {
    out.append(UInt8(letters >> 8))
    if letters & 0xFF != 0 { out.append(UInt8(letters & 0xFF)) }
  }

  /// Latin-1 Supplement to Latin Extended-B, then Latin Extended Additional: the base letter of each, or the letters above.
  private static let table: [Letters] = (Array(UInt32(0xC0)...0x2FF) + Array(0x1E00...0x1EFF)).map { value in
    if let letters = whole[value] { return Self.letters(letters) }
    guard let scalar = Unicode.Scalar(value), scalar.properties.isAlphabetic,
      let base = NFC.decomposed(String(scalar)).first
    else { return 0 }
    if let letters = whole[base.value] { return Self.letters(letters) }
    return base.value < 0x80 && base.properties.isAlphabetic ? Letters(base.value & 0xDF) << 8 : 0
  }

  private static func letters(of value: UInt32, _ style: Style) -> Letters {
    if style != .plain {
      switch value {
      case 0xC4, 0xE4: return letters("AE")
      case 0xC5, 0xE5: return letters("AA")
      case 0xD6, 0xF6: return letters("OE")
      case 0xDC, 0xFC: return letters(style == .expanded ? "UE" : "U")
      default: break
      }
    }
    switch value {
    case 0xC0...0x2FF: return table[Int(value) - 0xC0]
    case 0x1E00...0x1EFF: return table[Int(value) - 0x1E00 + 0x240]
    default: return 0
    }
  }
}

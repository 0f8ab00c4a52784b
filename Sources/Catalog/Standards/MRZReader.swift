/// Takes a zone of known layout apart.
struct MRZReader {
  let characters: [UInt8]
  let format: MRZ.Format

  private static let filler: UInt8 = 0x3C

  /// The characters of a range; empty when the range is not within the zone.
  func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
    range.lowerBound >= 0 && range.upperBound <= characters.count ? characters[range] : []
  }

  private func character(_ at: Int) -> UInt8 { characters.indices.contains(at) ? characters[at] : Self.filler }

  /// The characters without the fillers at the end.
  func text(_ range: Range<Int>) -> String { Self.trimmed(slice(range)) }

  private static func trimmed(_ characters: ArraySlice<UInt8>) -> String {
    let end = characters.lastIndex { $0 != filler }.map { $0 + 1 } ?? characters.startIndex
    return String(decoding: characters[characters.startIndex..<end], as: UTF8.self)
  }

  /// A code of letters, at least one.
  func letters(_ range: Range<Int>, _ part: String) throws(MRZFault) -> String {
    let text = text(range)
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else { throw .part(part) }
    return text
  }

  /// The document's number. Beyond nine characters it goes on in the optional data, its check digit after it and the
  /// usual place of the check digit left as a filler (Doc 9303-5 section 4.2.2.1 note j, 9303-6 likewise).
  func number() throws(MRZFault) -> (text: String, isLong: Bool, optionalUsed: Int) {
    let part = "the document number"
    let range = format.number
    let head = slice(range)
    let digit = character(range.upperBound)
    if digit == Self.filler, format == .td1 || format == .td2, let first = format.optional.first {
      let tail = slice(first).prefix { $0 != Self.filler }
      if let check = tail.last {
        let rest = tail.dropLast()
        guard !rest.isEmpty, !head.contains(Self.filler) else { throw .part(part) }
        guard check == MRZ.checkDigit(of: [head, rest].joined()) else { throw .checkDigit(part) }
        return (String(decoding: Array(head) + rest, as: UTF8.self), true, tail.count)
      }
    }
    guard digit == MRZ.checkDigit(of: head) else { throw .checkDigit(part) }
    let text = Self.trimmed(head)
    guard !text.isEmpty, text.utf8.first != Self.filler else { throw .part(part) }
    return (text, false, 0)
  }

  /// A date yymmdd whose parts may be unknown, and its check digit.
  func date(_ range: Range<Int>, _ part: String) throws(MRZFault) -> MRZ.Date {
    let digit = character(range.upperBound)
    let isUnknown = digit == Self.filler && slice(range).allSatisfy { $0 == Self.filler }
    guard isUnknown || digit == MRZ.checkDigit(of: slice(range)) else { throw .checkDigit(part) }
    let year = try pair(range.lowerBound, part)
    let month = try pair(range.lowerBound + 2, part)
    let day = try pair(range.lowerBound + 4, part)
    guard month.map({ (1...12).contains($0) }) ?? true, day.map({ (1...31).contains($0) }) ?? true else {
      throw .part(part)
    }
    return MRZ.Date(year: year, month: month, day: day)
  }

  private func pair(_ at: Int, _ part: String) throws(MRZFault) -> Int? {
    let (a, b) = (character(at), character(at + 1))
    if a == Self.filler && b == Self.filler { return nil }
    guard (0x30...0x39).contains(a), (0x30...0x39).contains(b) else { throw .part(part) }
    return Int(a - 0x30) * 10 + Int(b - 0x30)
  }

  func sex() throws(MRZFault) -> Character? {
    switch character(format.sex) {
    case 0x46: "F"
    case 0x4D: "M"
    case Self.filler: nil
    default: throw .part("the sex")
    }
  }

  /// The optional data, without what a long number took of it.
  func optional(skippingFirst used: Int) -> String {
    var parts: [String] = []
    for (index, range) in format.optional.enumerated() {
      let text = Self.trimmed(slice(range).dropFirst(index == 0 ? used : 0).drop { $0 == Self.filler })
      if !text.isEmpty { parts.append(text) }
    }
    return parts.joined(separator: " ")
  }

  /// Only passports check their optional data; empty, the digit may be 0 or a filler (Doc 9303-4 section 4.2.2.2).
  func checkOptional() throws(MRZFault) {
    guard format == .td3, let range = format.optional.first else { return }
    let digit = character(range.upperBound)
    if digit == Self.filler, slice(range).allSatisfy({ $0 == Self.filler }) { return }
    guard digit == MRZ.checkDigit(of: slice(range)) else { throw .checkDigit("the optional data") }
  }

  func checkComposite() throws(MRZFault) {
    guard let composite = format.composite else { return }
    guard character(composite.digit) == MRZ.checkDigit(of: composite.ranges.map(slice).joined()) else {
      throw .checkDigit("the whole zone")
    }
  }

  /// Primary and secondary identifier (Doc 9303-3 section 4.6): two fillers divide them, one divides words.
  func names() throws(MRZFault) -> (surname: String, given: String, mayBeTruncated: Bool) {
    let field = slice(format.names)
    guard !field.contains(where: { (0x30...0x39).contains($0) }), let first = field.first, first != Self.filler else {
      throw .part("the name")
    }
    let whole = Self.trimmed(field)
    let bytes = Array(whole.utf8)
    var divide = bytes.count
    for at in bytes.indices.dropLast() where bytes[at] == Self.filler && bytes[at + 1] == Self.filler {
      divide = at
      break
    }
    let surname = String(decoding: bytes.prefix(divide), as: UTF8.self)
    let given = Self.trimmed(bytes.dropFirst(divide).drop { $0 == Self.filler })
    return (surname, given, field.last != Self.filler)
  }
}

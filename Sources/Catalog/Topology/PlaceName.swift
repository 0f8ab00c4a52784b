/// How ids of crossings and posts are written.
///
/// `GT-SV/la-hachadura` is a crossing between two countries, `SV/acajutla` a gateway of one; a post's id is its crossing's,
/// a stroke, and its country: `GT-SV/la-hachadura/SV`. Few posts have a UN/LOCODE, so every place has an id of its own.
enum PlaceName {
  /// The longest part after the first stroke.
  static let slugLengthMax = 48

  static func isCrossing(_ id: ArraySlice<UInt8>) -> Bool {
    guard let stroke = id.firstIndex(of: 0x2F) else { return false }
    let countries = id[..<stroke]
    let slug = id[(stroke + 1)...]
    guard (1...slugLengthMax).contains(slug.count),
      slug.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
    else { return false }
    switch countries.count {
    case 2: return isCountry(countries)
    case 5:
      return isCountry(countries.prefix(2)) && countries.dropFirst(2).first == 0x2D && isCountry(countries.suffix(2))
    default: return false
    }
  }

  static func isPost(_ id: ArraySlice<UInt8>) -> Bool {
    guard let stroke = id.lastIndex(of: 0x2F) else { return false }
    return isCountry(id[(stroke + 1)...]) && isCrossing(id[..<stroke])
  }

  private static func isCountry(_ code: ArraySlice<UInt8>) -> Bool {
    code.count == 2 && code.allSatisfy { (0x41...0x5A).contains($0) }
  }
}

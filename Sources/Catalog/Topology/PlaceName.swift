/// How ids of crossings and posts are written.
///
/// `GT-SV/la-hachadura` is a crossing between two countries, `SV/acajutla` a gateway of one; a post's id is its crossing's,
/// a stroke, and its country: `GT-SV/la-hachadura/SV`. Few posts have a UN/LOCODE, so every place has an id of its own.
enum PlaceName {
  /// The longest part after the first stroke.
  static let slugLengthMax = 48

  static func isCrossing(_ id: Span<UInt8>) -> Bool {
    guard let stroke = id.indices.first(where: { id[$0] == 0x2F }) else { return false }
    let slug = id.extracting((stroke + 1)...)
    guard (1...slugLengthMax).contains(slug.count),
      slug.indices.allSatisfy({
        (0x61...0x7A).contains(slug[$0]) || (0x30...0x39).contains(slug[$0]) || slug[$0] == 0x2D
      })
    else { return false }
    switch stroke {
    case 2: return isCountry(id, 0)
    case 5: return isCountry(id, 0) && id[2] == 0x2D && isCountry(id, 3)
    default: return false
    }
  }

  static func isPost(_ id: Span<UInt8>) -> Bool {
    guard id.count >= 3, id[id.count - 3] == 0x2F else { return false }
    return isCountry(id, id.count - 2) && isCrossing(id.extracting(..<(id.count - 3)))
  }

  /// Whether the two bytes from a place on, which must be there, are capitals.
  private static func isCountry(_ id: Span<UInt8>, _ at: Int) -> Bool {
    (0x41...0x5A).contains(id[at]) && (0x41...0x5A).contains(id[at + 1])
  }
}

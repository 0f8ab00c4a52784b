import Terms

/// Numbers as papers and systems write them, of documents, companies and declarations: letters, digits and a few signs among
/// them. Kept in capitals as written, found by letters and digits alone, with their country or without.
enum WrittenNumber {
  /// Whether nothing but letters A-Z, digits, spaces, hyphens, dots and strokes stands in it.
  static func isPlain(_ number: ArraySlice<UInt8>) -> Bool {
    number.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20, 0x2D...0x2F: true
      default: false
      }
    }
  }

  /// Appends a plain number as a JSON text in capitals.
  static func append(_ number: ArraySlice<UInt8>, to out: inout [UInt8]) {
    out.append(0x22)
    for byte in number { out.append((0x61...0x7A).contains(byte) ? byte & 0xDF : byte) }
    out.append(0x22)
  }

  /// Letters and digits only, in capitals.
  static func key(_ number: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(number.count)
    for byte in number {
      switch byte {
      case 0x30...0x39, 0x41...0x5A: out.append(byte)
      case 0x61...0x7A: out.append(byte & 0xDF)
      default: break
      }
    }
    return out
  }

  /// Whether there is a letter or a digit in it, so that it has a key.
  static func hasKey(_ number: Span<UInt8>) -> Bool {
    for at in number.indices {
      switch number[at] {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return true
      default: break
      }
    }
    return false
  }

  /// Two keys: the number alone, and with its country where that is known.
  static func appendKeys(_ key: [UInt8], country: ArraySlice<UInt8>?, _ field: Field, to keys: inout [SearchKey]) {
    keys.append(SearchKey(field: field.name, value: key))
    guard let country else { return }
    var value: [UInt8] = []
    value.reserveCapacity(country.count + 1 + key.count)
    value.append(contentsOf: country)
    value.append(0x2F)
    value.append(contentsOf: key)
    keys.append(SearchKey(field: field.name, value: value))
  }

  /// The key of what an officer typed, `00016297-5` or `SV/00016297-5`. `country` gives the code that stands before a stroke,
  /// nil when none does; `key` that of the number.
  static func key(
    typed: ArraySlice<UInt8>, country: (ArraySlice<UInt8>) -> [UInt8]?, _ key: (ArraySlice<UInt8>) -> [UInt8]
  ) -> [UInt8] {
    guard let stroke = typed.firstIndex(of: 0x2F), let country = country(typed[..<stroke]) else { return key(typed) }
    let number = key(typed[(stroke + 1)...])
    return number.isEmpty ? [] : country + [0x2F] + number
  }
}

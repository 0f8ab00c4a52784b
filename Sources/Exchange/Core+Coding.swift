import Terms

// How bodies may be written for a neighbour: one whose program is older reads them as they are, and no other way.
extension Core {
  /// The name of the state that holds which codings a neighbour reads.
  static func codingKey(_ country: CountryCode) -> String { codingPrefix + country.description }
  private static let codingPrefix = "coding/"

  /// How what is published now is written for a neighbour. What it said on an earlier link holds: it may be away now, and programs grow.
  func coding(for country: CountryCode) -> BodyCoding {
    (readCodings[country] ?? 0) >= BodyCoding.dictionary.rawValue ? .dictionary : .plain
  }

  func receive(codings last: UInt8, from country: CountryCode) {
    guard readCodings[country] != last else { return }
    readCodings[country] = last
    building.commit.states.append((Self.codingKey(country), [last]))
  }

  func loadCodings() throws(ReadError) {
    readCodings = [:]
    for (key, value) in try store.readStates(Self.codingPrefix) {
      guard let country = try? CountryCode(key.dropFirst(Self.codingPrefix.count)), value.count == 1 else {
        throw .damaged("the state \(key)")
      }
      readCodings[country] = value.first
    }
  }
}

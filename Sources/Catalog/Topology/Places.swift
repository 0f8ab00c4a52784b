import Terms

/// A member country.
public struct Country: Hashable, Sendable {
  /// ISO 3166-1 alpha-2.
  public let code: CountryCode
  /// Its name.
  public let name: Translated
  /// The three letters of its travel documents (ICAO Doc 9303-3 section 5).
  public let icao: String
  /// Where its neighbours dial its node, `host:port`; nil when it only dials.
  public let endpoint: String?
}

/// Who is no country, has no posts and sends nothing, and may receive what says nothing of a person.
public struct Observer: Hashable, Sendable {
  /// `XA` to `XZ`.
  public let code: CountryCode
  /// Its name.
  public let name: Translated
  /// Where countries dial its node, `host:port`; nil when it only dials.
  public let endpoint: String?
}

/// A place where people and goods pass from one country to another.
public struct Crossing: Hashable, Sendable {
  /// Such as `GT-SV/la-hachadura`.
  public let id: String
  /// What kind of place.
  public let kind: Kind
  /// Its name.
  public let name: Translated
  /// Two posts at a land or ferry crossing, one per country; one at a port or airport.
  public let posts: [Post]
  /// The countries of the posts.
  public let countries: [CountryCode]
  /// Which post acts where the realm's default does not hold.
  public let acting: [ActingRule]

  /// Kinds of crossings.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A road across the border.
    case land
    /// A ship between two ports that are each other's other side.
    case ferry
    /// A seaport: one country's gateway to anywhere.
    case port
    /// An airport: one country's gateway to anywhere.
    case airport

    /// How many posts such a place has.
    public var postCount: Int { self == .land || self == .ferry ? 2 : 1 }
  }

  /// Whether one passes here from one of the countries to the other: between its two, or into or out of its only one.
  public func connects(_ from: CountryCode, _ to: CountryCode) -> Bool {
    guard from != to else { return false }
    let (leaves, enters) = (countries.contains(from), countries.contains(to))
    return kind.postCount == 2 ? leaves && enters : leaves != enters
  }
}

/// One country's post at a crossing.
public struct Post: Hashable, Sendable {
  /// Such as `GT-SV/la-hachadura/SV`.
  public let id: String
  /// Whose it is.
  public let country: CountryCode
  /// Its name.
  public let name: String
  /// Its UN/LOCODE, five letters, where it has one.
  public let unlocode: String?
}

/// An exception to the realm's default: this post acts for this direction.
public struct ActingRule: Hashable, Sendable {
  /// The country being left.
  public let from: CountryCode
  /// The country being entered.
  public let to: CountryCode
  /// For this dataset only; nil for all.
  public let dataset: DatasetName?
  /// The post that acts.
  public let post: String
}

/// Two countries that exchange, neighbours or not.
public struct Pair: Hashable, Sendable {
  /// The two, in the order in which the file and its crossings name them.
  public let countries: [CountryCode]
  /// Whether they share a land border.
  public let areNeighbours: Bool
  /// What can be agreed, for both directions.
  public let streams: [StreamTerms]

  /// Whether one of the two is an observer.
  public var hasObserver: Bool { countries.contains(where: \.isObserver) }

  /// The form `GT-SV`.
  public var name: String { countries.map(\.description).joined(separator: "-") }
}

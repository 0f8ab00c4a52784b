import Terms

/// What can be in a federation: its countries, crossings, datasets and pairs. What is in force is agreed apart.
public struct Topology: Hashable, Sendable {
  /// The federation.
  public let realm: Realm
  /// The member countries, alphabetical.
  public let countries: [Country]
  /// Who receives and is no country, alphabetical.
  public let observers: [Observer]
  /// All crossings, in the order of the file.
  public let crossings: [Crossing]
  /// All pairs, in the order of the file.
  public let pairs: [Pair]
  /// The datasets' definitions, alphabetical.
  public let definitions: [Definition]
  /// Which side acts at a crossing where no rule says otherwise.
  public let actingDefault: ActingSide

  private let crossingNames: FieldNames
  private let posts: [Post]
  private let postNames: FieldNames

  /// A side of a passage.
  public enum ActingSide: String, Hashable, Sendable, CaseIterable {
    /// The country being left makes the control.
    case departure
    /// The country being entered makes it.
    case entry
  }

  init(
    realm: Realm, countries: [Country], observers: [Observer], crossings: [Crossing], pairs: [Pair],
    definitions: [Definition],
    actingDefault: ActingSide
  ) {
    (self.realm, self.crossings, self.pairs, self.actingDefault) = (realm, crossings, pairs, actingDefault)
    self.countries = countries.sorted { $0.code < $1.code }
    self.observers = observers.sorted { $0.code < $1.code }
    self.definitions = definitions.sorted { $0.dataset < $1.dataset }
    crossingNames = FieldNames(crossings.map { Array($0.id.utf8) })
    posts = crossings.flatMap(\.posts)
    postNames = FieldNames(posts.map { Array($0.id.utf8) })
  }

  /// The member country of this code.
  public func country(_ code: CountryCode) -> Country? { countries.first { $0.code == code } }

  /// Where the node of a country or an observer is dialled.
  public func endpoint(of code: CountryCode) -> String? {
    country(code)?.endpoint ?? observers.first { $0.code == code }?.endpoint
  }

  /// The crossing of this id.
  public func crossing(_ id: String) -> Crossing? { crossingNames.index(of: id.utf8).map { crossings[$0] } }

  /// The crossing of an id in UTF-8.
  func crossing(_ id: Span<UInt8>) -> Crossing? { crossingNames.index(of: id).map { crossings[$0] } }

  /// The post of this id.
  public func post(_ id: String) -> Post? { postNames.index(of: id.utf8).map { posts[$0] } }

  /// The post of an id in UTF-8.
  func post(_ id: Span<UInt8>) -> Post? { postNames.index(of: id).map { posts[$0] } }

  /// The definition of a dataset.
  public func definition(_ dataset: DatasetName) -> Definition? { definitions.first { $0.dataset == dataset } }

  /// The definition of the dataset with this name; nil also when it is no name at all.
  public func definition(named name: String) -> Definition? { (try? DatasetName(name)).flatMap { definition($0) } }

  /// The pair of two countries, in either order.
  public func pair(_ a: CountryCode, _ b: CountryCode) -> Pair? {
    pairs.first { $0.countries == [a, b] || $0.countries == [b, a] }
  }

  /// What two countries can agree, for both directions; empty when they are no pair.
  public func terms(between a: CountryCode, and b: CountryCode) -> [StreamTerms] { pair(a, b)?.streams ?? [] }

  /// The post that acts for a dataset at a crossing in one direction: by the crossing's rule for the dataset, else by its
  /// rule for all, else by the realm's default. At a gateway of one country its only post acts. Nil when the crossing does
  /// not connect the two.
  public func actingPost(at crossing: Crossing, from: CountryCode, to: CountryCode, dataset: DatasetName) -> Post? {
    guard crossing.connects(from, to) else { return nil }
    if crossing.posts.count == 1 { return crossing.posts.first }
    let rules = crossing.acting.filter { $0.from == from && $0.to == to }
    if let rule = rules.first(where: { $0.dataset == dataset }) ?? rules.first(where: { $0.dataset == nil }) {
      return crossing.posts.first { $0.id == rule.post }
    }
    let side = actingDefault == .departure ? from : to
    return crossing.posts.first { $0.country == side }
  }
}

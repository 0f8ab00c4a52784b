import Catalog
import Ceremony
import Terms

/// A home's signed documents, read again at every call.
public struct HomeDocuments: SignedDocuments {
  private let home: Home
  /// The node's own card.
  public let card: Card

  /// The documents of a home.
  public init(_ home: Home) throws(HomeError) {
    self.home = home
    card = try home.card()
  }

  /// Whose home it is.
  public var country: CountryCode { home.config.country }

  /// All agreements, the one in force of each pair after the older ones.
  public func agreements() throws -> [Agreement] {
    var all: [Agreement] = []
    for partner in try home.partners() {
      let current = try home.agreement(with: partner)
      all += try home.agreements(with: partner).filter { $0.digest != current?.digest }
      if let current { all.append(current) }
    }
    return all
  }

  /// A neighbour's cards, oldest first.
  public func cards(of country: CountryCode) throws -> [Card] { try home.cards(of: country) }

  /// Keeps a card that a neighbour pushed over the link.
  public func accept(_ card: Card, now: Instant) throws -> Card.Renewal { try home.accept(card, now: now) }

  /// Why the operator suspended the exchange with a neighbour.
  public func suspension(of country: CountryCode) throws -> String? { try home.suspension(of: country) }

  /// The tokens of systems that may call the API.
  public func tokens() throws -> [TokenBook.Entry] { try home.tokens() }
}

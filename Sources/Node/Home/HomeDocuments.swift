import Catalog
import Ceremony
import Exchange
import Officers
import Sodium
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

  /// The countries with which an agreement was ever signed.
  public func partners() throws -> [CountryCode] { try home.partners() }

  /// Every agreement ever signed with a country, in the order of signing.
  public func agreements(with country: CountryCode) throws -> [Agreement] { try home.agreements(with: country) }

  /// Those that can be in force.
  public func countingAgreements(with country: CountryCode) throws -> [Agreement] {
    try home.countingAgreements(with: country)
  }

  /// A neighbour's cards, oldest first.
  public func cards(of country: CountryCode) throws -> [Card] { try home.cards(of: country) }

  /// Keeps a card that a neighbour pushed over the link.
  public func accept(_ card: Card, now: Instant) throws -> Card.Renewal { try home.accept(card, now: now) }

  /// Why the operator suspended the exchange with a neighbour.
  public func suspension(of country: CountryCode) throws -> String? { try home.suspension(of: country) }

  /// The tokens of systems that may call the API.
  public func tokens() throws -> [TokenBook.Entry] { try home.tokens() }

  /// Changes the tokens in the home's file.
  public func changeTokens(_ body: (inout [TokenBook.Entry]) throws -> Void) throws { try home.changeTokens(body) }

  /// On which day each token was used last.
  public func tokenUses() -> [Digest: CalendarDay] { home.tokenUses() }

  /// Keeps that.
  public func keep(tokenUses: [Digest: CalendarDay]) throws { try home.keep(tokenUses: tokenUses) }

  /// The last backup of the home; nil when there was none.
  public func lastBackup() -> BackupNote? { home.lastBackup() }

  /// After how many days without a backup the operator is warned; 0 for never.
  public var backupWarnDays: Int { home.config.backupWarnDays }

  /// The ceremonies kept in the home.
  public func ceremonies() throws -> [CeremonyState] {
    try home.ceremonies().compactMap { try home.ceremony(with: $0) }
  }

  /// Who may use the desk.
  public func officers(_ storage: borrowing SymmetricKey) throws -> [Officer] { try home.officers(storage) }

  /// Changes the officers in the home's file.
  public func changeOfficers(
    _ storage: borrowing SymmetricKey, _ body: (inout [Officer]) throws -> Void
  ) throws {
    try home.changeOfficers(storage, SystemEntropy(), body)
  }

  /// Suspends the exchange with a neighbour.
  public func suspend(_ country: CountryCode, reason: String) throws { try home.suspend(country, reason: reason) }

  /// Ends a suspension.
  public func resume(_ country: CountryCode) throws { try home.resume(country) }

  /// The keys that this node does not use.
  public func disabledKeys() throws -> [DisabledKey] { try home.disabledKeys() }

  /// Stops using a key.
  public func disable(_ kind: CardKey, key: Digest, reason: String) throws {
    try home.disable(kind, key: key, reason: reason)
  }

  /// Uses it again.
  public func enable(_ kind: CardKey, key: Digest) throws { try home.enable(kind, key: key) }

  /// The operators' log.
  public func operatorLog(_ storage: borrowing SymmetricKey, everySignature: Bool) throws -> OperatorLogFile {
    try home.operatorLog(storage, everySignature: everySignature)
  }

  /// Appends a line to it.
  public func appendToOperatorLog(
    _ keys: Keyring, _ body: (OperatorLog) throws -> OperatorEvent
  ) throws -> OperatorLogFile {
    try home.appendToOperatorLog(keys, SystemEntropy(), body)
  }
}

import Catalog
import Ceremony
import Dispatch
import Exchange
import Glibc
import Officers
import Sodium
import Synchronization
import Terms

// What a national operator looks at: how streams went lately, what is signed and what differs, keys, tokens, the disk.
extension Installation {
  // MARK: How streams went lately

  /// How streams stood in the last two hours.
  public var lagHistory: LagHistory { history.withLock { $0 } }

  /// Takes a sample of all streams when it is time for one; called often.
  func sample(at now: Instant) {
    guard history.withLockIfAvailable({ $0.begins(at: now) }) == true else { return }
    // The core is asked, which may be busy: not on the thread of the links.
    DispatchQueue.global().async { [self] in takeSample() }
  }

  /// Takes a sample of all streams now.
  public func takeSample() {
    let now = clock.now()
    guard let streams = engine.inspect({ $0.status(at: now) }) else { return }
    history.withLock { $0.take(streams, at: now) }
    dayBook.note(streams, at: now)
  }

  // MARK: What is signed

  /// The node's own card.
  public var card: Card { documents.card }

  /// Each neighbour's newest card.
  public var cards: [CountryCode: Card] { standing.now.cards }

  /// Why the operator suspended the exchange with a neighbour; nil when it is not, or cannot be read.
  public func suspension(of country: CountryCode) -> String? { (try? documents.suspension(of: country)) ?? nil }

  /// Every term in which the signed agreement with a neighbour differs from this node's topology.
  public func differences(with country: CountryCode) -> [TermDifference] {
    guard let signed = status(of: country)?.shown?.terms else { return [] }
    let proposed = try? AgreementTerms(
      realm: realm, between: self.country, and: country,
      streams: registry.topology.terms(between: self.country, and: country), validFrom: signed.validFrom,
      validUntil: signed.validUntil)
    // A topology that has nothing with this country proposes no terms.
    guard let proposed else { return signed.streams.map { .onlyMine($0.stream) } }
    return signed.differences(from: proposed)
  }

  /// How the agreement with a neighbour stands.
  public func status(of country: CountryCode) -> AgreementStanding? {
    standing.now.agreements(at: clock.now()).first { $0.country == country }
  }

  /// The ceremonies kept in the home, each as its last step left it.
  /// - Throws: what is wrong with a file.
  public func ceremonies() throws -> [CeremonyState] { try documents.ceremonies() }

  // MARK: The disk

  /// Bytes that are free on the store's disk, and how many it has; nil when it does not answer.
  public func room() -> (free: UInt64, total: UInt64)? {
    var disk = statvfs()
    guard statvfs(storePath, &disk) == 0 else { return nil }
    return (
      UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue,
      UInt64(disk.f_blocks).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue
    )
  }

  /// Why there is no room for more records; nil while there is.
  public var shortage: String? { store.shortage?.description }
}

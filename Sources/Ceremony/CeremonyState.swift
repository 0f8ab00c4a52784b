import Ledger
import Sodium
import Terms

/// One side of a ceremony between two of its steps: offer, compare, sign, complete. It is kept as bytes from step to step,
/// so that each step can be its own process on a machine that was switched off in between. A step with the input it already
/// had is harmless; a step that is refused changes nothing.
public struct CeremonyState: Hashable, Sendable {
  /// How far the ceremony is.
  public enum Step: UInt8, Hashable, Sendable, CaseIterable {
    /// This side made its offer.
    case offered = 1
    /// The other side's offer fits; its code waits to be read aloud.
    case compared = 2
    /// This side signed.
    case signed = 3
    /// Both signed.
    case complete = 4
  }

  /// This side's offer.
  public let offer: Offer
  /// The other side's offer, once compared.
  public internal(set) var otherOffer: Offer?
  /// What this side signed.
  public internal(set) var signedFile: SignedFile?
  /// What the other side signed.
  public internal(set) var otherSignedFile: SignedFile?
  /// Whether the operator allowed the neighbour's pinned root key to be replaced by the one in this offer.
  public internal(set) var replacesPinnedRoot = false
  // Kept once computed; it follows from the two offers.
  var knownCode: CeremonyCode?

  /// How far the ceremony is.
  public var step: Step {
    if otherSignedFile != nil { return .complete }
    if signedFile != nil { return .signed }
    return otherOffer == nil ? .offered : .compared
  }
  /// This side.
  public var country: CountryCode { offer.country }
  /// The other side.
  public var neighbour: CountryCode { offer.terms.partner(of: offer.country) ?? offer.country }
  /// The code to read aloud, once the other side's offer is here.
  public var code: CeremonyCode? { knownCode }

  init(offer: Offer) { self.offer = offer }

  /// Begins a ceremony: makes this side's offer.
  /// - Throws: `CeremonyError` when card or terms do not belong to this root, or are over.
  public static func offer(
    root: borrowing RootKey, card: Card, terms: AgreementTerms, _ entropy: some Entropy, now: Instant
  ) throws(CeremonyError) -> CeremonyState {
    guard terms.realm == root.realm else { throw .malformed("topology", "it is of the realm \(terms.realm)") }
    return CeremonyState(offer: try Offer(root: root, card: card, terms: terms, entropy, now: now))
  }

  /// Whether the offer already made says the same and still counts: then making it again gives the same file.
  /// - Throws: `CeremonyError.underWay` once the other side's offer was compared, until both signed: whoever made another offer
  ///   then would throw away what was read aloud or signed.
  public func stillOffers(_ terms: AgreementTerms, card: Card, now: Instant) throws(CeremonyError) -> Bool {
    guard step == .offered || step == .complete else { throw .underWay(neighbour, signed: step == .signed) }
    return step == .offered && offer.terms == terms && offer.card == card && (try? offer.check(now: now)) != nil
  }

  /// Takes the other side's offer and gives the code to read aloud. `pinned` is the root key already pinned for the
  /// neighbour, if any; another root is refused unless `replacingPinnedRoot`.
  /// - Throws: `CeremonyError` that says why the offer is refused.
  public mutating func compare(
    _ bytes: [UInt8], pinned: NoteKey?, replacingPinnedRoot: Bool = false, now: Instant
  ) throws(CeremonyError) -> CeremonyCode {
    if let otherOffer, let code {
      guard otherOffer.bytes == bytes else { throw .offerChanged(neighbour) }
      if step == .compared { try checkOffers(now: now) }
      return code
    }
    let other = try Offer(bytes)
    guard other.country != country else { throw .ownFile("offer") }
    guard other.country == neighbour else { throw .otherCountry(expected: neighbour, found: other.country) }
    try offer.check(now: now)
    try other.check(now: now)
    guard other.root.key != offer.root.key else { throw .sameRoot }
    let differences = offer.terms.differences(from: other.terms, here: "here", there: "in the offer of \(neighbour)")
    guard differences.isEmpty else {
      throw offer.terms.differsOnlyInDays(from: other.terms)
        ? .daysDiffer(differences, neighbour, from: other.terms.validFrom, until: other.terms.validUntil)
        : .termsDiffer(differences)
    }
    let replaces = pinned.map { $0 != other.root } ?? false
    if let pinned, replaces, !replacingPinnedRoot {
      throw .rootChanged(neighbour, pinned: pinned, found: other.root)
    }
    let code = CeremonyCode(offer, other)
    (otherOffer, knownCode, replacesPinnedRoot) = (other, code, replaces)
    return code
  }

  /// Signs, after the code was read aloud and typed: gives the file for the other side. `offer` is the other side's offer
  /// file again, so that what is signed is what was compared.
  /// - Throws: `CeremonyError` that says why nothing is signed.
  public mutating func sign(
    offer bytes: [UInt8], code typed: String, officials: [Official], witnesses: [Official] = [],
    root: borrowing RootKey, now: Instant
  ) throws(CeremonyError) -> SignedFile {
    guard let otherOffer, let code else { throw .outOfOrder(needed: "compare the offer of \(neighbour)") }
    guard otherOffer.bytes == bytes else {
      throw bytes == offer.bytes ? .ownFile("offer") : .offerChanged(neighbour)
    }
    guard root.noteKey == offer.root else {
      throw .otherRootKey(expected: offer.root.description, found: root.noteKey.description)
    }
    switch code.compare(typed) {
    case .same: break
    case .different(let groups): throw .wrongCode(groups: groups)
    case .notACode(let digits): throw .notACode(digits: digits)
    }
    guard (1...Minutes.mostPeople).contains(officials.count), witnesses.count <= Minutes.mostPeople else {
      throw .people(officials: officials.count, witnesses: witnesses.count)
    }
    if let signedFile {
      let signed = signedFile.minutes.content
      guard signed.officials == officials, signed.witnesses == witnesses else { throw .alreadySigned(at: signed.time) }
      return signedFile
    }
    try checkOffers(now: now)
    var agreement = try unsigned(with: otherOffer)
    agreement.sign(with: root)
    let (first, second) = country < neighbour ? (offer, otherOffer) : (otherOffer, offer)
    let minutes = try Minutes(
      Minutes.Content(
        realm: offer.terms.realm, country: country, a: first.country, b: second.country, agreement: agreement.digest,
        code: code, offerA: first.digest, offerB: second.digest, time: Instant(milliseconds: now.seconds &* 1000),
        officials: officials, witnesses: witnesses),
      root: root)
    let file = SignedFile(agreement: agreement, minutes: minutes)
    signedFile = file
    return file
  }

  /// Takes the other side's signed file: the agreement is then signed by both.
  /// - Throws: `CeremonyError` that says why the file is refused.
  public mutating func complete(_ bytes: [UInt8], now: Instant) throws(CeremonyError) -> CeremonyResult {
    guard let signedFile, let otherOffer else { throw .outOfOrder(needed: "sign") }
    if let otherSignedFile {
      guard otherSignedFile.bytes == bytes else { throw .alreadyComplete }
      return try result(of: otherSignedFile)
    }
    let other = try SignedFile(bytes)
    guard other != signedFile else { throw .ownFile("signed file") }
    try check(other, of: otherOffer, against: signedFile)
    guard CalendarDay(of: now) <= offer.terms.validUntil else { throw .termsEnded(on: offer.terms.validUntil) }
    do { try otherOffer.card.verify(root: otherOffer.root, now: now) } catch { throw .card(error) }
    let result = try result(of: other)
    otherSignedFile = other
    return result
  }

  private func checkOffers(now: Instant) throws(CeremonyError) {
    try offer.check(now: now)
    try otherOffer?.check(now: now)
  }
}

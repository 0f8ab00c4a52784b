import Ledger
import Terms

extension Card {
  /// What came of a card that a neighbour pushed over the link.
  public enum Renewal: Hashable, Sendable {
    /// It is the card already held.
    case unchanged
    /// It counts from now on; signatures and handshakes by the old card's keys count until `oldUntil`.
    case replaced(oldUntil: Instant)
  }

  /// How long an old card's keys still count after the new card's first moment: seven days, so that a link that is down over
  /// a weekend or a holiday does not lose what was signed just before the rotation.
  public static let overlapMilliseconds: Int64 = 7 * 86_400_000

  /// Whether `new` may replace `old`: signed by the same pinned root, valid, and of a higher serial.
  /// - Throws: `CardError` that says which rule it breaks.
  public static func accept(
    _ new: Card, replacing old: Card, root: NoteKey, now: Instant
  ) throws(CardError) -> Renewal {
    guard new.content.realm == old.content.realm, new.content.country == old.content.country else {
      throw .otherCountry(
        expected: "\(old.content.realm)/\(old.content.country)", found: "\(new.content.realm)/\(new.content.country)")
    }
    try new.verify(root: root, now: now)
    if new.content == old.content { return .unchanged }
    if new.content.serial == old.content.serial {
      throw .twoWithOneSerial(country: new.content.country, serial: new.content.serial)
    }
    guard new.content.serial > old.content.serial else {
      throw .serialNotHigher(country: new.content.country, held: old.content.serial, found: new.content.serial)
    }
    return .replaced(oldUntil: old.end(replacedBy: new))
  }

  /// Which of a country's cards count at a moment: the newest, and older ones during the overlap. Newest first.
  /// - Parameter cards: in order of serial, signatures verified.
  public static func counting(_ cards: [Card], at now: Instant) -> [Card] {
    var counting = Array(cards.suffix(1))
    for (old, new) in zip(cards, cards.dropFirst()).reversed() where now < old.end(replacedBy: new) {
      counting.append(old)
    }
    return counting
  }

  /// Both sides find the same end, whenever the new card reached them.
  private func end(replacedBy new: Card) -> Instant {
    min(content.validUntil, new.content.validFrom.advanced(byMilliseconds: Self.overlapMilliseconds))
  }
}

/// Why a card was refused.
public enum CardError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It is not a signed note.
  case notANote(String)
  /// Its text is not that of a card.
  case malformed(TextError)
  /// It is another country's, or of another realm.
  case otherCountry(expected: String, found: String)
  /// The country's root key did not sign it.
  case notSigned(country: CountryCode)
  /// It counts only later.
  case notYetValid(country: CountryCode, from: Instant)
  /// It counts no more.
  case expired(country: CountryCode, until: Instant)
  /// One key stands in it twice.
  case keyWithTwoJobs(country: CountryCode)
  /// A newer card is held already.
  case serialNotHigher(country: CountryCode, held: UInt64, found: UInt64)
  /// The root signed two different cards under one serial.
  case twoWithOneSerial(country: CountryCode, serial: UInt64)

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .notANote(let what): "the card is not a signed note: \(what)"
    case .malformed(let error): error.description
    case .otherCountry(let expected, let found): "the card is of \(found), one of \(expected) is expected"
    case .notSigned(let country):
      "the card of \(country) is not signed by the root key of \(country); ask \(country) for it again"
    case .notYetValid(let country, let from):
      "the card of \(country) counts from \(from.wholeSeconds) only; check this machine's clock"
    case .expired(let country, let until):
      "the card of \(country) ended at \(until.wholeSeconds); \(country) must issue a new one"
    case .keyWithTwoJobs(let country): "the card of \(country) gives one key two jobs; \(country) must issue a new one"
    case .serialNotHigher(let country, let held, let found):
      "the card of \(country) has serial \(found), one with serial \(held) is held already"
    case .twoWithOneSerial(let country, let serial):
      "\(country) signed two different cards with serial \(serial); speak with \(country) before anything else"
    }
  }
}

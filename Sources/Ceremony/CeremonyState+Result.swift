import Ledger
import Terms

/// What a complete ceremony gives.
public struct CeremonyResult: Hashable, Sendable {
  /// The agreement, signed by both roots; the same bytes on both sides.
  public let agreement: Agreement
  /// The neighbour.
  public let neighbour: CountryCode
  /// The neighbour's root key, to be pinned.
  public let neighbourRoot: NoteKey
  /// Whether it may take the place of another root key that is pinned.
  public let replacesPinnedRoot: Bool
  /// The neighbour's card.
  public let neighbourCard: Card
  /// This side's minutes.
  public let minutes: Minutes
  /// The other side's minutes.
  public let otherMinutes: Minutes
}

extension CeremonyState {
  /// The text that both sides sign.
  func unsigned(with other: Offer) throws(CeremonyError) -> Agreement {
    let (first, second) = country < other.country ? (offer, other) : (other, offer)
    do { return try Agreement(offer.terms, rootA: first.root, rootB: second.root) } catch { throw .agreement(error) }
  }

  /// Refuses a signed file that is not the other side's on the same text in this very ceremony.
  func check(_ file: SignedFile, of other: Offer, against mine: SignedFile) throws(CeremonyError) {
    let (minutes, expected) = (file.minutes.content, mine.minutes.content)
    guard minutes.country == other.country else {
      throw minutes.country == country
        ? .ownFile("signed file") : .otherCountry(expected: other.country, found: minutes.country)
    }
    if file.agreement.digest != mine.agreement.digest {
      var sentences = file.agreement.terms.differences(
        from: offer.terms, here: "as \(neighbour) signed", there: "here")
      for country in [offer.terms.a, offer.terms.b]
      where file.agreement.root(of: country) != mine.agreement.root(of: country) {
        sentences.append("the root key of \(country) is another")
      }
      guard (try? file.agreement.note.isSigned(by: other.root)) == true else {
        throw .fileNotSigned(neighbour, sentences)
      }
      throw .otherTermsSigned(neighbour, sentences)
    }
    guard (try? file.agreement.verify(signedBy: other.country, pinned: other.root)) != nil,
      file.minutes.isSigned(by: other.root)
    else { throw .fileNotSigned(neighbour, []) }
    // The code and the offers bind the file to this ceremony: both nonces are in them.
    guard minutes.code == expected.code, minutes.offerA == expected.offerA, minutes.offerB == expected.offerB,
      minutes.agreement == expected.agreement, minutes.realm == expected.realm, minutes.a == expected.a,
      minutes.b == expected.b
    else { throw .replayed(neighbour, signed: minutes.time) }
  }

  /// What the ceremony gives, once both files are here.
  func result(of other: SignedFile) throws(CeremonyError) -> CeremonyResult {
    guard let signedFile, let otherOffer else { throw .outOfOrder(needed: "sign") }
    let agreement = signedFile.agreement.joined(with: other.agreement)
    do { try agreement.verify(rootA: agreement.rootA, rootB: agreement.rootB) } catch { throw .agreement(error) }
    return CeremonyResult(
      agreement: agreement, neighbour: neighbour, neighbourRoot: otherOffer.root,
      replacesPinnedRoot: replacesPinnedRoot,
      neighbourCard: otherOffer.card, minutes: signedFile.minutes, otherMinutes: other.minutes)
  }
}

import Ledger
import Terms

/// Why a step of a ceremony was refused. Nothing of the ceremony has changed then.
public enum CeremonyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file is not what it should be.
  case malformed(String, String)
  /// A card was refused.
  case card(CardError)
  /// Terms or an agreement were refused.
  case agreement(AgreementError)
  /// An offer is not signed by the root key it names.
  case offerNotSigned(CountryCode)
  /// The offer's country is not one of the pair in its own terms.
  case notOfThePair(CountryCode, a: CountryCode, b: CountryCode)
  /// The offer was made later than now.
  case offerFromTheFuture(CountryCode, made: Instant, now: Instant)
  /// The offer is too old.
  case offerExpired(CountryCode, at: Instant)
  /// The terms are over already.
  case termsEnded(on: CalendarDay)
  /// This side's own file came back instead of the other side's.
  case ownFile(String)
  /// The offer is of a country that this ceremony is not with.
  case otherCountry(expected: CountryCode, found: CountryCode)
  /// Both offers name the same root key.
  case sameRoot
  /// The other side's terms are not these.
  case termsDiffer([String])
  /// The other side's first or last day is not this side's; everything else is the same.
  case daysDiffer([String], CountryCode, from: CalendarDay, until: CalendarDay)
  /// Another root key is already pinned for this country.
  case rootChanged(CountryCode, pinned: NoteKey, found: NoteKey)
  /// Another offer than the one whose code was compared.
  case offerChanged(CountryCode)
  /// The step that must come first has not been done.
  case outOfOrder(needed: String)
  /// The root key is not the one that made the offer.
  case otherRootKey(expected: String, found: String)
  /// What was typed is not a code.
  case notACode(digits: Int)
  /// The code is wrong in these groups.
  case wrongCode(groups: [Int])
  /// No official, or too many people.
  case people(officials: Int, witnesses: Int)
  /// This side has signed already, naming other people.
  case alreadySigned(at: Instant)
  /// The other side's root did not sign its file; the sentences name the terms that differ from this side's.
  case fileNotSigned(CountryCode, [String])
  /// The other side signed another text.
  case otherTermsSigned(CountryCode, [String])
  /// The file is of another ceremony between the two.
  case replayed(CountryCode, signed: Instant)
  /// The ceremony is complete, with another file.
  case alreadyComplete
  /// This side compared, or signed, in the ceremony under way: another offer would throw that away.
  case underWay(CountryCode, signed: Bool)
  /// The file in which this ceremony is kept was altered.
  case stateDamaged(String)

  private static let again = "both sides begin again: istmo ceremony offer --again"

  /// One sentence for a person, ending in what to do.
  public var description: String {
    switch self {
    case .malformed(let what, let problem): "the \(what) cannot be read: \(problem)"
    case .card(let error): error.description
    case .agreement(let error): error.description
    case .offerNotSigned(let country):
      "the offer of \(country) is not signed by the root key it names: it was altered; ask for it again"
    case .notOfThePair(let country, let a, let b): "the offer is of \(country), its terms are between \(a) and \(b)"
    case .offerFromTheFuture(let country, let made, let now):
      "the offer of \(country) was made at \(made.wholeSeconds), here it is \(now.wholeSeconds); set both clocks"
    case .offerExpired(let country, let at):
      "the offer of \(country) ended at \(at.wholeSeconds); \(Self.again)"
    case .termsEnded(let day): "the terms ended on \(day); agree on a later day and begin again"
    case .ownFile(let what): "this is your own \(what); take the one of the other side"
    case .otherCountry(let expected, let found):
      "the offer is of \(found), this ceremony is with \(expected); take the offer of \(expected)"
    case .sameRoot: "both offers name the same root key; each country must make its own"
    case .daysDiffer(let sentences, let country, let from, let until):
      "the two sides propose different days: \(sentences.joined(separator: "; ")); agree on the first and the last day, "
        + "then the side with the wrong ones makes its offer again. For those of \(country): istmo ceremony offer "
        + "--with \(country) --from \(from) --until \(until)"
    case .termsDiffer(let sentences):
      "the two sides propose different terms: \(sentences.joined(separator: "; ")); agree on one topology file, then "
        + "install it (istmo topology install) and make the offers again"
    case .rootChanged(let country, let pinned, let found):
      "the root key of \(country) is \(found), \(pinned) is pinned from an earlier ceremony; do not go on unless "
        + "\(country) confirms in person that it made a new root key, then replace the pin explicitly"
    case .offerChanged(let country):
      "this offer of \(country) is not the one whose code was compared; \(Self.again)"
    case .outOfOrder(let needed): "this step comes later; \(needed) first"
    case .otherRootKey(let expected, let found): "the offer was made with the root key \(expected), this is \(found)"
    case .notACode(let digits): "the code has sixty digits, \(digits) were read; type all twelve groups"
    case .wrongCode(let groups):
      "the code is wrong in group \(groups.map(String.init).joined(separator: ", ")); read it aloud again; if it still "
        + "differs the two sides do not hold the same offers: stop, exchange the files again by hand"
    case .people(let officials, let witnesses):
      "1 to \(Minutes.mostPeople) officials and at most \(Minutes.mostPeople) witnesses are named in the minutes, "
        + "\(officials) and \(witnesses) found"
    case .alreadySigned(let time):
      "this side signed at \(time.wholeSeconds), naming other people; give out that file, or \(Self.again)"
    case .fileNotSigned(let country, let sentences):
      "the signed file is not signed by the root key of \(country): it was altered"
        + (sentences.isEmpty ? "" : " (\(sentences.joined(separator: "; ")))") + "; ask for it again"
    case .otherTermsSigned(let country, let sentences):
      "\(country) signed other terms: \(sentences.joined(separator: "; ")); \(Self.again)"
    case .replayed(let country, let time):
      "\(country) signed this file at \(time.wholeSeconds) in another ceremony; ask for the file of this one"
    case .alreadyComplete: "this ceremony is complete, with another file of the other side"
    case .underWay(let country, false):
      "the offer of \(country) was compared already; go on with that: istmo ceremony show. To throw it away and begin "
        + "again: istmo ceremony offer --again"
    case .underWay(let country, true):
      "this side has signed; go on with that: istmo ceremony show. To throw it away and begin again: istmo ceremony "
        + "offer --again; but where \(country) has the signed file already it can complete the ceremony with it"
    case .stateDamaged(let what): "the ceremony's file was altered (\(what)); \(Self.again)"
    }
  }
}

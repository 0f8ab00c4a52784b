import Ledger
import Sodium
import Terms

/// What one country brings to a ceremony: its root key, its card and the terms it proposes, signed by the root. Nothing in
/// it is secret. The random nonce makes every offer another one, so that the code of one ceremony never fits another.
public struct Offer: Hashable, Sendable {
  /// The longest offer that is read, in bytes.
  public static let longest = AgreementTerms.longest + 16_384
  /// How long an offer can be used: a delegation travels, and may have to come back.
  public static let lifetimeMilliseconds: Int64 = 30 * 86_400_000
  /// How far the clocks of two air-gapped machines may lie apart.
  public static let clockToleranceMilliseconds: Int64 = 86_400_000
  /// The nonce's length in bytes.
  public static let nonceByteCount = 16
  static let title = "istmo offer v1"

  /// The country that offers.
  public let country: CountryCode
  /// Its root key.
  public let root: NoteKey
  /// The nonce.
  public let nonce: [UInt8]
  /// When it was made, in whole seconds.
  public let made: Instant
  /// The first moment at which it cannot be used any more.
  public let expires: Instant
  /// Its card.
  public let card: Card
  /// The terms it proposes.
  public let terms: AgreementTerms
  /// The text with its signature.
  public let note: SignedNote

  /// Makes an offer.
  init(
    root: borrowing RootKey, card: Card, terms: AgreementTerms, _ entropy: some Entropy, now: Instant
  ) throws(CeremonyError) {
    country = root.country
    self.root = root.noteKey
    nonce = entropy.bytes(Self.nonceByteCount)
    made = Instant(milliseconds: now.seconds &* 1000)
    expires = made.advanced(byMilliseconds: Self.lifetimeMilliseconds)
    (self.card, self.terms) = (card, terms)
    let text = Self.text(
      country: country, root: self.root, nonce: nonce, made: made, expires: expires, card: card, terms: terms)
    do {
      var note = try SignedNote(text: text)
      root.sign(&note)
      self.note = note
    } catch { throw .malformed("offer", error.description) }
    try check(now: now)
  }

  /// Reads an offer and checks its signature; nothing yet about time or whom it is for.
  /// - Throws: `CeremonyError` that says what is wrong.
  public init(_ bytes: some Collection<UInt8>) throws(CeremonyError) {
    guard bytes.count <= Self.longest else { throw .malformed("offer", "longer than \(Self.longest) bytes") }
    do { note = try SignedNote(bytes) } catch { throw .malformed("offer", error.description) }
    let cardBytes: [UInt8]
    var lines: TextLines
    do throws(TextError) {
      lines = try TextLines(note.text, what: "offer", longest: Self.longest)
      try lines.literal(Self.title)
      country = try lines.country("Country")
      root = try lines.noteKey("Root key")
      nonce = try lines.value("Nonce", "16 bytes as hexadecimal digits") { text in
        [UInt8](hex: text).flatMap { $0.count == Self.nonceByteCount ? $0 : nil }
      }
      (made, expires) = (try lines.time("Made"), try lines.time("Expires"))
      cardBytes = try lines.value("Card", "a card in base64") { Base64.decode($0) }
    } catch { throw .malformed("offer", error.description) }
    do throws(CardError) { card = try Card(cardBytes) } catch { throw .card(error) }
    do throws(AgreementError) { terms = try AgreementTerms(from: &lines) } catch { throw .agreement(error) }
    do throws(TextError) { try lines.finish() } catch { throw .malformed("offer", error.description) }
    let text = Self.text(
      country: country, root: root, nonce: nonce, made: made, expires: expires, card: card, terms: terms)
    guard text.utf8.elementsEqual(note.text.utf8), note.bytes.elementsEqual(bytes) else {
      throw .malformed("offer", "not in canonical form")
    }
    guard RootKey.isRoot(root, realm: terms.realm, country: country), (try? note.isSigned(by: root)) == true else {
      throw .offerNotSigned(country)
    }
  }

  /// Refuses an offer that is too old or too new, or whose card or terms cannot be used now.
  func check(now: Instant) throws(CeremonyError) {
    guard terms.partner(of: country) != nil else { throw .notOfThePair(country, a: terms.a, b: terms.b) }
    guard made <= now.advanced(byMilliseconds: Self.clockToleranceMilliseconds) else {
      throw .offerFromTheFuture(country, made: made, now: now)
    }
    // An offer cannot give itself a longer life than the rule.
    let end = min(expires, made.advanced(byMilliseconds: Self.lifetimeMilliseconds))
    guard now < end else { throw .offerExpired(country, at: end) }
    do { try card.verify(root: root, now: now) } catch { throw .card(error) }
    guard CalendarDay(of: now) <= terms.validUntil else { throw .termsEnded(on: terms.validUntil) }
  }

  /// The offer as a signed note: the offer file.
  public var bytes: [UInt8] { note.bytes }
  /// SHA-256 of the text, by which minutes name the offer.
  public var digest: Digest { SHA256.hash(Array(note.text.utf8)) }

  private static func text(
    country: CountryCode, root: NoteKey, nonce: [UInt8], made: Instant, expires: Instant, card: Card,
    terms: AgreementTerms
  ) -> String {
    """
    \(title)
    Country: \(country)
    Root key: \(root)
    Nonce: \(nonce.hex)
    Made: \(made.wholeSeconds)
    Expires: \(expires.wholeSeconds)
    Card: \(Base64.encode(card.bytes))

    """ + terms.text
  }
}

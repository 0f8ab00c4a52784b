import Catalog
import Ceremony
import Exchange
import Ledger
import Sodium
import Synchronization
import Terms

/// The signed documents of a home, as the node asks for them.
public protocol SignedDocuments: Sendable {
  /// Whose home it is.
  var country: CountryCode { get }
  /// The node's own card.
  var card: Card { get }
  /// All agreements, both signatures verified against the pinned roots, the one in force of each pair last.
  func agreements() throws -> [Agreement]
  /// A neighbour's cards, verified against its pinned root, oldest first.
  func cards(of country: CountryCode) throws -> [Card]
  /// Keeps a card that a neighbour pushed over the link.
  /// - Throws: which rule of renewal it breaks; nothing is kept then.
  func accept(_ card: Card, now: Instant) throws -> Card.Renewal
  /// Why the operator suspended the exchange with a neighbour; nil when it is not.
  func suspension(of country: CountryCode) throws -> String?
  /// The tokens of systems that may call the API.
  func tokens() throws -> [TokenBook.Entry]
}

/// What the signed documents and the topology say together: who the neighbours are and what may flow.
struct Standing: Sendable {
  var neighbours: [CountryCode: Exchange.Neighbour] = [:]
  /// By digest of the text; older ones too, since older entries name them.
  var agreements: [Digest: Agreement] = [:]
  /// The agreement in force of each pair.
  var current: [CountryCode: Agreement] = [:]
  /// Each neighbour's newest card.
  var cards: [CountryCode: Card] = [:]
  /// Keys with which a neighbour may open a link: the newest card's, and the one before during the overlap.
  var transportKeys: [CountryCode: [ExchangePublicKey]] = [:]
  /// What does not fit together, one sentence each.
  var problems: [String] = []

  init(_ documents: any SignedDocuments, _ registry: Registry, now: Instant) throws {
    let country = documents.country
    for agreement in try documents.agreements() {
      agreements[agreement.digest] = agreement
      if let other = agreement.terms.partner(of: country) { current[other] = agreement }
    }
    for (other, agreement) in current {
      let held = try documents.cards(of: other)
      guard let card = held.last else {
        problems.append("the card of \(other) is missing; complete the ceremony again")
        continue
      }
      if now >= card.content.validUntil {
        problems.append(CardError.expired(country: other, until: card.content.validUntil).description)
      }
      cards[other] = card
      let counting = Card.counting(held, at: now)
      transportKeys[other] = counting.map(\.transportKey)
      let suspension = try documents.suspension(of: other)
      var streams: [AgreedStream] = []
      for terms in agreement.terms.streams {
        let difference = Self.difference(terms, registry)
        if let difference { problems.append("\(terms.stream): \(difference)") }
        streams.append(
          AgreedStream(
            terms: terms, agreement: agreement.digest, validFrom: agreement.terms.validFrom.start,
            validUntil: CalendarDay(daysSinceEpoch: agreement.terms.validUntil.daysSinceEpoch + 1).start,
            paused: suspension ?? difference))
      }
      neighbours[other] = Exchange.Neighbour(
        country: other, logKeys: counting.map(\.logVerifyingKey), receiptKeys: counting.map(\.receiptKey.key),
        sealingKey: card.sealingKey, streams: streams)
    }
  }

  /// What the topology of this node says otherwise than the signed agreement; the stream pauses until they agree.
  private static func difference(_ signed: StreamTerms, _ registry: Registry) -> String? {
    let name = signed.stream
    guard
      let here = registry.topology.terms(between: name.origin, and: name.recipient).first(where: { $0.stream == name })
    else { return "the agreement has it, the topology does not" }
    var changed: [String] = []
    if here.definition != signed.definition || here.version != signed.version { changed.append("definition") }
    if here.filter != signed.filter { changed.append("filter") }
    if here.fields.sorted() != signed.fields.sorted() { changed.append("fields") }
    if here.mode != signed.mode { changed.append("mode") }
    if here.purpose != signed.purpose { changed.append("purpose") }
    if here.roles.sorted() != signed.roles.sorted() { changed.append("roles") }
    if here.retentionDays != signed.retentionDays { changed.append("retention") }
    guard !changed.isEmpty else { return nil }
    return
      "the topology has another \(changed.joined(separator: ", ")) than the signed agreement; mend it or hold a new ceremony"
  }
}

/// The standing of now, shared by everything that reads it.
final class StandingBox: Sendable {
  private let contents: Mutex<Standing>

  init(_ standing: Standing) { contents = Mutex(standing) }

  var now: Standing {
    get { contents.withLock { $0 } }
    set { contents.withLock { $0 = newValue } }
  }
}

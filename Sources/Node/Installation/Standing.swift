import Catalog
import Ceremony
import Exchange
import Ledger
import Officers
import Sodium
import Synchronization
import Terms

/// The signed documents of a home, as the node asks for them.
public protocol SignedDocuments: Sendable {
  /// Whose home it is.
  var country: CountryCode { get }
  /// The node's own card.
  var card: Card { get }
  /// The countries with which an agreement was ever signed.
  func partners() throws -> [CountryCode]
  /// Every agreement ever signed with a country, both signatures verified, in the order of signing.
  func agreements(with country: CountryCode) throws -> [Agreement]
  /// Those of them that can be in force: under the roots that are pinned now.
  func countingAgreements(with country: CountryCode) throws -> [Agreement]
  /// A neighbour's cards, verified against its pinned root, oldest first.
  func cards(of country: CountryCode) throws -> [Card]
  /// Keeps a card that a neighbour pushed over the link.
  /// - Throws: which rule of renewal it breaks; nothing is kept then.
  func accept(_ card: Card, now: Instant) throws -> Card.Renewal
  /// Why the operator suspended the exchange with a neighbour; nil when it is not.
  func suspension(of country: CountryCode) throws -> String?
  /// The tokens of systems that may call the API.
  func tokens() throws -> [TokenBook.Entry]
  /// Changes them durably, while nobody else does.
  func changeTokens(_ body: (inout [TokenBook.Entry]) throws -> Void) throws
  /// On which day each token was used last, by its hash.
  func tokenUses() -> [Digest: CalendarDay]
  /// Keeps that.
  func keep(tokenUses: [Digest: CalendarDay]) throws
  /// Who may use the desk; their names are sealed under the storage key.
  func officers(_ storage: borrowing SymmetricKey) throws -> [Officer]
  /// Changes them durably, while nobody else does.
  func changeOfficers(_ storage: borrowing SymmetricKey, _ body: (inout [Officer]) throws -> Void) throws
  /// The last backup of the home; nil when there was none.
  func lastBackup() -> BackupNote?
  /// After how many days without a backup the operator is warned; 0 for never.
  var backupWarnDays: Int { get }
  /// The ceremonies kept in the home, each as its last step left it.
  func ceremonies() throws -> [CeremonyState]
  /// Suspends the exchange with a neighbour, durably.
  func suspend(_ country: CountryCode, reason: String) throws
  /// Ends a suspension, durably.
  func resume(_ country: CountryCode) throws
  /// The keys that this node does not use.
  func disabledKeys() throws -> [DisabledKey]
  /// Stops using a key, durably.
  func disable(_ kind: CardKey, key: Digest, reason: String) throws
  /// Uses it again, durably.
  func enable(_ kind: CardKey, key: Digest) throws
  /// The operators' log; with every signature verified, or the last one, which covers all lines.
  func operatorLog(_ storage: borrowing SymmetricKey, everySignature: Bool) throws -> OperatorLogFile
  /// Appends the line that `body` makes of the log to it, durably, while nobody else does.
  func appendToOperatorLog(
    _ keys: Keyring, _ body: (OperatorLog) throws -> OperatorEvent
  ) throws -> OperatorLogFile
}

/// What the signed documents and the topology say together: who the neighbours are and what may flow.
struct Standing: Sendable {
  var neighbours: [CountryCode: Exchange.Neighbour] = [:]
  /// By digest of the text; older ones too, since older entries name them.
  var agreements: [Digest: Agreement] = [:]
  /// The agreements of each pair that can be in force, in the order of signing.
  var counting: [CountryCode: [Agreement]] = [:]
  /// While time stays in here, no agreement begins or ends, and `problems` need not be found again.
  let steady: Range<Instant>
  /// Each neighbour's newest card.
  var cards: [CountryCode: Card] = [:]
  /// Keys with which a neighbour may open a link: the newest card's, and the one before during the overlap.
  var transportKeys: [CountryCode: [ExchangePublicKey]] = [:]
  /// The keys of this node's card that it does not use.
  var disabledKeys: [DisabledKey] = []
  /// What does not fit together.
  var problems: [NodeProblem] = []
  /// What neighbours send, by dataset, while time stays in `steady`: each lookup asks for it.
  private var steadyIncoming: [DatasetName: [AgreedStream]] = [:]
  private let country: CountryCode
  /// What an operator should know though nothing is wrong, one sentence each.
  var notes: [String] = []

  init(_ documents: any SignedDocuments, _ registry: Registry, now: Instant) throws {
    country = documents.country
    disabledKeys = try documents.disabledKeys().filter { documents.card.content[$0.kind] == $0.key }
    for stop in disabledKeys { problems.append(.keyStopped(stop)) }
    var signed: [CountryCode: [Agreement]] = [:]
    for other in try documents.partners() {
      signed[other] = try documents.agreements(with: other)
      counting[other] = try documents.countingAgreements(with: other)
    }
    steady = counting.values.joined().map { $0 }.steady(around: now)
    for (other, signed) in signed.sorted(by: { $0.key < $1.key }) {
      for agreement in signed { agreements[agreement.digest] = agreement }
      let held = try documents.cards(of: other)
      guard let card = held.last else {
        problems.append(.cardMissing(other))
        continue
      }
      if now >= card.content.validUntil {
        problems.append(.cardExpired(other, card.content.validUntil))
      }
      cards[other] = card
      let keys = Card.counting(held, at: now)
      // Without its transport key this node neither dials nor answers.
      let hasTransport = !disabledKeys.contains { $0.kind == .transport }
      transportKeys[other] = hasTransport ? keys.map(\.transportKey) : []
      neighbours[other] = Exchange.Neighbour(
        country: other, logKeys: keys.map(\.logVerifyingKey), receiptKeys: keys.map(\.receiptKey.key),
        sealingKey: card.sealingKey,
        streams: streams(
          of: signed, with: other,
          suspension: try documents.suspension(of: other) ?? disabledKeys.first?.sentence, registry, now))
    }
    steadyIncoming = Dictionary(grouping: allIncoming(at: now), by: \.terms.stream.dataset)
  }

  /// The streams of a dataset that neighbours send, as agreed at a moment.
  func incoming(_ dataset: DatasetName, at now: Instant) -> [AgreedStream] {
    guard !steady.contains(now) else { return steadyIncoming[dataset] ?? [] }
    return allIncoming(at: now).filter { $0.terms.stream.dataset == dataset }
  }

  private func allIncoming(at now: Instant) -> [AgreedStream] {
    neighbours.values.flatMap { $0.agreed(at: now) }.filter { $0.terms.stream.recipient == country }
  }

  /// The streams of all agreements of a pair, in the order of signing; notes what pauses those in force.
  private mutating func streams(
    of signed: [Agreement], with other: CountryCode, suspension: String?, _ registry: Registry, _ now: Instant
  ) -> [AgreedStream] {
    let counting = counting[other] ?? []
    let inForce = counting.inForce(at: now)
    var streams: [AgreedStream] = []
    for agreement in signed {
      let counts = counting.contains(agreement)
      let later = counting.drop { $0 != agreement }.dropFirst().filter { now < $0.validUntil }
      for terms in agreement.terms.streams {
        let fault = ObserverRule.fault(terms, registry.definition(of: terms))
        let difference =
          fault.map { .observer($0) }
          ?? Self.difference(terms, later.compactMap { $0.terms(for: terms.stream) }, registry)
        if let difference, agreement == inForce { problems.append(.doesNotFit(terms.stream, difference)) }
        if difference == nil, agreement == inForce, let added = Self.additions(to: terms, registry) {
          notes.append(Self.note(terms, added, registry))
        }
        streams.append(
          AgreedStream(
            // Under a root that was replaced nothing new is made: the span in which it is in force is empty.
            terms: terms, agreement: agreement.digest, validFrom: agreement.validFrom,
            validUntil: counts ? agreement.validUntil : agreement.validFrom, paused: suspension ?? difference?.words,
            isSuspended: suspension != nil))
      }
    }
    return streams
  }

  /// How the agreements of each pair stand at a moment.
  func agreements(at now: Instant) -> [AgreementStanding] {
    counting.sorted { $0.key < $1.key }.map { AgreementStanding($0.value, with: $0.key, at: now) }
  }

  /// What the topology of this node says otherwise than the signed agreement; the stream pauses until they agree. A topology
  /// that says already what a later agreement will bring is right for both, but for the definition: records are made by it now.
  private static func difference(_ signed: StreamTerms, _ later: [StreamTerms], _ registry: Registry) -> TermsFault? {
    let name = signed.stream
    guard
      let here = registry.topology.terms(between: name.origin, and: name.recipient).first(where: { $0.stream == name })
    else { return .notInTopology }
    let isAnnounced = later.contains { changes(from: $0, to: here).isEmpty }
    let changed = changes(from: signed, to: here, adding: additions(to: signed, registry))
      .filter { !isAnnounced || $0 == definitionChange }
    guard !changed.isEmpty else { return nil }
    return .changed(changed)
  }

  private static let definitionChange = TermsFault.Term.definition

  /// The fields that this node's definition has beside those of the agreed one, when that is all that it has otherwise. Then
  /// both work together: the agreed definition stays in force for the stream, and the new fields stay here.
  private static func additions(to signed: StreamTerms, _ registry: Registry) -> [String]? {
    guard let agreed = registry.definition(of: signed), agreed.version == signed.version else { return nil }
    return registry.definition(signed.stream.dataset)?.additions(to: agreed)
  }

  private static func note(_ terms: StreamTerms, _ added: [String], _ registry: Registry) -> String {
    let version = registry.definition(terms.stream.dataset)?.version ?? terms.version
    let fields = added.isEmpty ? "" : "; \(added.joined(separator: ", ")) will not be sent before that"
    return
      "\(terms.stream): version \(terms.version) of the definition is in force by the agreement, version \(version) is installed here; a ceremony agrees on it\(fields)"
  }

  private static func changes(
    from signed: StreamTerms, to here: StreamTerms, adding added: [String]? = nil
  ) -> [TermsFault.Term] {
    var changed: [TermsFault.Term] = []
    var here = here
    if let added {
      (here.definition, here.version) = (signed.definition, signed.version)
      here.fields.removeAll { added.contains($0) }
    }
    if here.definition != signed.definition || here.version != signed.version { changed.append(definitionChange) }
    if here.filter != signed.filter { changed.append(.filter) }
    if here.fields.sorted() != signed.fields.sorted() { changed.append(.fields) }
    if here.mode != signed.mode { changed.append(.mode) }
    if here.purpose != signed.purpose { changed.append(.purpose) }
    if here.roles.sorted() != signed.roles.sorted() { changed.append(.roles) }
    if here.retentionDays != signed.retentionDays { changed.append(.retention) }
    return changed
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

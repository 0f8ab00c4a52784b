import Ceremony
import Ledger
import Sodium
import Terms
import Testing

/// What the tests of this target share: one realm, two countries, sample terms, and both sides of a ceremony.
enum Samples {
  static let now = Instant(milliseconds: 1_790_000_000_000)  // 2026-09-21
  static func realm() throws -> Realm { try Realm("istmo.sieca.int") }
  static func gt() throws -> CountryCode { try CountryCode("GT") }
  static func sv() throws -> CountryCode { try CountryCode("SV") }

  static func stream(_ name: String, _ change: (inout StreamTerms) -> Void = { _ in }) throws -> StreamTerms {
    var terms = StreamTerms(
      stream: try StreamName(name), version: 1, definition: SHA256.hash(Array("definition".utf8)),
      filter: [
        FilterClause(field: "crossing", values: ["GT-SV/*", "GT-SV/anguiatu"]),
        FilterClause(field: "direction", values: ["exit"]),
      ],
      fields: ["time", "document", "names", "crossing", "direction"], mode: .replicate,
      purpose: "Control migratorio único en el país de salida", roles: ["migration-officer", "supervisor"],
      retentionDays: 1095)
    change(&terms)
    return terms
  }

  static func terms(_ change: (inout StreamTerms) -> Void = { _ in }) throws -> AgreementTerms {
    try AgreementTerms(
      realm: realm(), between: sv(), and: gt(),
      streams: [stream("SV/GT/migration", change), stream("GT/SV/migration") { $0.filter = [] }],
      validFrom: CalendarDay("2026-09-01"), validUntil: CalendarDay("2028-08-31"))
  }

  static func card(
    _ root: borrowing RootKey, serial: UInt64 = 1, days: Int64 = 365, _ entropy: SeededEntropy
  ) throws -> Card {
    try Card(
      Card.Content(
        realm: root.realm, country: root.country, serial: serial, validFrom: now,
        validUntil: now.advanced(byMilliseconds: days * 86_400_000), log: SigningKey(entropy).verifyingKey,
        receipt: SigningKey(entropy).verifyingKey, transport: ExchangeKey(entropy).publicKey,
        sealing: ExchangeKey(entropy).publicKey, witness: SigningKey(entropy).verifyingKey),
      root: root)
  }

  static func people(_ country: String) throws -> [Official] { [try Official("Ana Morales, Directora de \(country)")] }
}

/// One delegation: its root key and its kept state, which every step takes up from bytes.
final class Delegation {
  let root: RootKey
  let card: Card
  var kept: [UInt8]

  init(_ country: String, terms: AgreementTerms, seed: UInt64, now: Instant = Samples.now, cardDays: Int64 = 365) throws
  {
    let entropy = SeededEntropy(seed: seed)
    let root = RootKey(realm: terms.realm, country: try CountryCode(country), entropy)
    let card = try Samples.card(root, days: cardDays, entropy)
    kept = try CeremonyState.offer(root: root, card: card, terms: terms, entropy, now: now).bytes
    self.card = card
    self.root = root
  }

  var offer: [UInt8] { get throws { try CeremonyState(kept).offer.bytes } }

  func step<R>(_ body: (inout CeremonyState, borrowing RootKey) throws -> R) throws -> R {
    var state = try CeremonyState(kept)
    let result = try body(&state, root)
    kept = state.bytes
    return result
  }

  func compare(_ offer: [UInt8], pinned: NoteKey? = nil, now: Instant = Samples.now) throws -> String {
    try step { state, _ in try state.compare(offer, pinned: pinned, now: now).description }
  }

  func sign(
    _ offer: [UInt8], code: String, people: [Official]? = nil, now: Instant = Samples.now
  ) throws -> [UInt8] {
    let people = try people ?? Samples.people("X")
    return try step { state, root in
      try state.sign(offer: offer, code: code, officials: people, root: root, now: now).bytes
    }
  }

  func complete(_ file: [UInt8], now: Instant = Samples.now) throws -> CeremonyResult {
    try step { state, _ in try state.complete(file, now: now) }
  }
}

/// Both sides up to the moment when both have signed.
struct Signed {
  let gt: Delegation
  let sv: Delegation
  let gtFile: [UInt8]
  let svFile: [UInt8]

  init(_ terms: AgreementTerms? = nil, seed: UInt64 = 1) throws {
    let terms = try terms ?? Samples.terms()
    gt = try Delegation("GT", terms: terms, seed: seed)
    sv = try Delegation("SV", terms: terms, seed: seed + 1000)
    let (gtOffer, svOffer) = (try gt.offer, try sv.offer)
    let code = try gt.compare(svOffer)
    try #require(try sv.compare(gtOffer) == code)
    gtFile = try gt.sign(svOffer, code: code)
    svFile = try sv.sign(gtOffer, code: code)
  }
}

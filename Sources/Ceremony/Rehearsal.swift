import Ledger
import Sodium
import Terms

/// A whole ceremony of both sides on throw-away keys, for practice and for demonstrations. Every step goes through its
/// files and its kept state, as in earnest; nothing of it counts anywhere, because nobody pins these roots.
public struct Rehearsal: Hashable, Sendable {
  /// What happened, line by line.
  public let transcript: [String]
  /// What one side and the other have at the end, in alphabetical order of country.
  public let (resultA, resultB): (CeremonyResult, CeremonyResult)

  /// Rehearses the ceremony on these terms.
  /// - Throws: `CeremonyError` where the ceremony itself would refuse.
  public static func rehearse(
    _ terms: AgreementTerms, _ entropy: some Entropy, now: Instant
  ) throws(CeremonyError) -> Rehearsal {
    var lines = ["Rehearsal between \(terms.a) and \(terms.b) on throw-away keys; nothing of it counts."]
    let rootA = RootKey(realm: terms.realm, country: terms.a, entropy)
    let rootB = RootKey(realm: terms.realm, country: terms.b, entropy)
    var a = try begin(rootA, terms, entropy, now)
    var b = try begin(rootB, terms, entropy, now)
    for state in [a, b] { lines.append("\(state.country) makes its offer, \(state.offer.bytes.count) bytes.") }
    let (offerA, offerB) = (a.offer.bytes, b.offer.bytes)

    let codeA = try step(&a) { (state) throws(CeremonyError) in try state.compare(offerB, pinned: nil, now: now) }
    let codeB = try step(&b) { (state) throws(CeremonyError) in try state.compare(offerA, pinned: nil, now: now) }
    lines.append("Both read aloud:")
    lines += codeA.lines.map { "  \($0)" }

    let people = [
      try official("Ana Ensayo, Delegate of \(terms.a)"), try official("Juan Ensayo, Delegate of \(terms.b)"),
    ]
    let fileA = try a.sign(
      offer: offerB, code: codeB.description, officials: [people[0]], witnesses: [people[1]], root: rootA, now: now)
    lines.append("\(people[0]) types what \(terms.b) read, and signs.")
    let fileB = try b.sign(
      offer: offerA, code: codeA.description, officials: [people[1]], witnesses: [people[0]], root: rootB, now: now)
    lines.append("\(people[1]) types what \(terms.a) read, and signs.")

    let resultA = try step(&a) { (state) throws(CeremonyError) in try state.complete(fileB.bytes, now: now) }
    let resultB = try step(&b) { (state) throws(CeremonyError) in try state.complete(fileA.bytes, now: now) }
    lines.append("Both hold agreement \(resultA.agreement.digest):")
    lines += resultA.agreement.terms.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      "  \($0)"
    }
    return Rehearsal(transcript: lines, resultA: resultA, resultB: resultB)
  }

  private static func begin(
    _ root: borrowing RootKey, _ terms: AgreementTerms, _ entropy: some Entropy, _ now: Instant
  ) throws(CeremonyError) -> CeremonyState {
    let content = Card.Content(
      realm: root.realm, country: root.country, serial: 1, validFrom: now,
      validUntil: now.advanced(byMilliseconds: 86_400_000), log: SigningKey(entropy).verifyingKey,
      receipt: SigningKey(entropy).verifyingKey, transport: ExchangeKey(entropy).publicKey,
      sealing: ExchangeKey(entropy).publicKey)
    let card: Card
    do { card = try Card(content, root: root) } catch { throw .card(error) }
    return try CeremonyState.offer(root: root, card: card, terms: terms, entropy, now: now)
  }

  // Puts the state away and takes it up again, as the next process does.
  private static func step<R>(
    _ state: inout CeremonyState, _ body: (inout CeremonyState) throws(CeremonyError) -> R
  ) throws(CeremonyError) -> R {
    let result = try body(&state)
    state = try CeremonyState(state.bytes)
    return result
  }

  private static func official(_ text: String) throws(CeremonyError) -> Official {
    do { return try Official(text) } catch { throw .malformed("minutes", error.description) }
  }
}

import Sodium
import Terms

/// One part of what a rule asks of a consignment.
enum LaneCondition: Hashable, Sendable {
  /// Quarantine or customs hold it.
  case held(Bool)
  /// An open alert of one of these severities is on it.
  case alert([Alert.Severity])
  /// Each of these parties is trusted.
  case trusted([String])
  /// A company it names stands so.
  case operators([OperatorStanding.State])
  /// A tag of it has one of these alarms.
  case tag([TagAlarm.Kind])
  /// One of these papers is missing; `*` stands for any.
  case missing([String])
  /// A field of the declaration, or of one of its lines, has one of these values; `*` at the end stands for any ending.
  case text(FilterClause)
  /// It weighs more than so many kilograms.
  case heavier(Int64)
  /// Chance takes so many of a hundred: by the declaration's number and the file of rules, so that it can be computed again.
  case sample(Int64)

  /// The facts for which it holds, in words; nil when it does not.
  func facts(_ facts: ConsignmentFacts, missing: [LaneDecision.Missing], seed: Digest) -> [String]? {
    let declared = facts.consignment.declared
    switch self {
    case .held(let wanted):
      let holds = facts.heldBy
      guard holds.isEmpty != wanted else { return nil }
      return wanted ? holds.map { "held by \($0)" } : ["not held"]
    case .alert(let severities):
      return Self.some(
        facts.alerts.filter { severities.contains($0.severity) }.map {
          "alert \($0.id) of \($0.author) (\($0.severity.rawValue), \($0.code)) on its \($0.subject.rawValue)"
        })
    case .trusted(let parties):
      var words: [String] = []
      for party in parties {
        let trusted = facts.authorisations(of: party).filter { $0.state == .trusted }
        guard let first = trusted.first else { return nil }
        words.append("\(party) is authorised by \(first.country) (\(first.authorisation))")
      }
      return words
    case .operators(let states):
      return Self.some(
        facts.operators.filter { states.contains($0.state) }.map {
          "authorisation \($0.authorisation) of \($0.country) is \($0.state.rawValue) since \($0.since.wholeSeconds)"
        })
    case .tag(let kinds):
      return Self.some(facts.tags.filter { kinds.contains($0.kind) }.map { "tag \($0.epc): \($0.words)" })
    case .missing(let papers):
      return Self.some(
        missing.filter { papers.contains("*") || papers.contains($0.paper) }.map { "\($0.title.en): \($0.words)" })
    case .text(let clause):
      let found = Self.values(of: clause.field, in: declared).filter { clause.admits($0) }
      return Self.some(Set(found).sorted().map { "\(clause.field) is \($0)" })
    case .heavier(let limit):
      // Kilograms of three digits after the point: what stands before it decides, save where it is the limit itself.
      guard let text = declared.text("gross_kg") else { return nil }
      let parts = text.split(separator: ".")
      guard let whole = parts.first.flatMap({ Int64($0) }) else { return nil }
      let hasMore = parts.count > 1 && parts[1].contains { $0 != "0" }
      return whole > limit || whole == limit && hasMore ? ["gross_kg is \(text)"] : nil
    case .sample(let percent):
      let digest = SHA256.hash(Array("\(seed) \(facts.consignment.duca)".utf8))
      let number = digest.bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } % 100
      return number < percent ? ["chance gave \(number) of 0 to 99"] : nil
    }
  }

  /// Where a condition's key stands in a declaration. In a list one value is enough.
  static let texts: [String: String] = [
    "kind": "kind", "destination": "destination", "provenance": "provenance", "regime": "regime", "route": "route",
    "crossing": "crossings", "tariff": "lines.tariff", "origin": "lines.origin", "transport_mode": "transport_mode",
  ]

  private static func values(of key: String, in declared: Statement) -> [String] {
    let field = texts[key] ?? key
    if let dot = field.firstIndex(of: ".") {
      return declared.texts(String(field[field.index(after: dot)...]), in: String(field[..<dot]))
    }
    return declared.text(field).map { [$0] } ?? declared.texts(field)
  }

  private static func some(_ words: [String]) -> [String]? { words.isEmpty ? nil : words }
}

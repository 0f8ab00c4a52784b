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

  /// The facts for which it holds; nil when it does not.
  func facts(_ facts: ConsignmentFacts, missing: [LaneDecision.Missing], seed: Digest) -> [LaneFact]? {
    let declared = facts.consignment.declared
    switch self {
    case .held(let wanted):
      let holds = facts.heldBy
      guard holds.isEmpty != wanted else { return nil }
      return wanted ? holds.map { .held($0) } : [.notHeld]
    case .alert(let severities):
      return Self.some(facts.alerts.filter { severities.contains($0.severity) }.map { .alert($0) })
    case .trusted(let parties):
      var found: [LaneFact] = []
      for party in parties {
        let trusted = facts.authorisations(of: party).filter { $0.state == .trusted }
        guard let first = trusted.first else { return nil }
        found.append(.trusted(party: party, by: first.country, authorisation: first.authorisation))
      }
      return found
    case .operators(let states):
      return Self.some(facts.operators.filter { states.contains($0.state) }.map { .authorised($0) })
    case .tag(let kinds):
      return Self.some(facts.tags.filter { kinds.contains($0.kind) }.map { .tag($0) })
    case .missing(let papers):
      return Self.some(
        missing.filter { papers.contains("*") || papers.contains($0.paper) }.map { .missing($0) })
    case .text(let clause):
      let found = Self.values(of: clause.field, in: declared).filter { clause.admits($0) }
      return Self.some(Set(found).sorted().map { .field(clause.field, $0) })
    case .heavier(let limit):
      // Kilograms of three digits after the point: what stands before it decides, save where it is the limit itself.
      guard let text = declared.text("gross_kg") else { return nil }
      let parts = text.split(separator: ".")
      guard let whole = parts.first.flatMap({ Int64($0) }) else { return nil }
      let hasMore = parts.count > 1 && parts[1].contains { $0 != "0" }
      return whole > limit || whole == limit && hasMore ? [.field("gross_kg", text)] : nil
    case .sample(let percent):
      let digest = SHA256.hash(Array("\(seed) \(facts.consignment.duca)".utf8))
      let number = digest.bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } % 100
      return number < percent ? [.chance(number)] : nil
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

  private static func some(_ facts: [LaneFact]) -> [LaneFact]? { facts.isEmpty ? nil : facts }
}

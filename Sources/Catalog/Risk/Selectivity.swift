import Sodium
import Terms

/// A country's rules for choosing what is looked at: a TOML file of its own, which no neighbour need know.
public struct Selectivity: Sendable {
  /// SHA-256 of the file.
  public let digest: Digest
  /// What the rules are called.
  public let title: Translated
  /// The lane where no rule applies.
  public let otherwise: Lane
  /// The rules, in the order of the file.
  public let rules: [Rule]
  /// Papers that goods need, in the order of the file.
  public let papers: [Paper]
  /// How fast units get from one crossing to another.
  public let ways: TagAlarm.Ways

  /// When these hold, all of them, the lane is asked for.
  public struct Rule: Sendable {
    /// Its name.
    public let name: String
    /// What it says, for people.
    public let title: Translated
    /// The lane it asks for.
    public let lane: Lane
    /// Rules that do not count where this one applies, as those by chance for a trusted operator.
    public let spares: [String]
    /// What must hold.
    let conditions: [LaneCondition]
  }

  /// A paper that some goods need.
  public struct Paper: Sendable {
    /// Its name.
    public let name: String
    /// What it is, for people.
    public let title: Translated
    /// Kinds of support documents (DUCA field 54.1) that are it; `*` at the end stands for any ending.
    public let documents: [String]
    /// Whether its certificate must be held here and stand.
    public let mustBeHeld: Bool
    /// Which goods need it.
    let conditions: [LaneCondition]
  }

  /// The lane of a consignment, and why.
  public func decide(_ facts: ConsignmentFacts) -> LaneDecision {
    let missing = missing(facts)
    var applied: [(rule: Rule, facts: [LaneFact])] = []
    for rule in rules {
      var found: [LaneFact] = []
      let holds = rule.conditions.allSatisfy { condition in
        guard let some = condition.facts(facts, missing: missing, seed: digest) else { return false }
        found += some
        return true
      }
      if holds { applied.append((rule, found)) }
    }
    // What spares counts even where it is spared itself: which comes first must not matter.
    var spared: [String: String] = [:]
    for (rule, _) in applied { for name in rule.spares where spared[name] == nil { spared[name] = rule.name } }
    let reasons = applied.map { rule, facts in
      LaneDecision.Reason(
        rule: rule.name, title: rule.title, lane: rule.lane, facts: facts, sparedBy: spared[rule.name])
    }
    let counting = reasons.filter { $0.sparedBy == nil }
    return LaneDecision(
      lane: counting.map(\.lane).max() ?? otherwise,
      reasons: reasons.enumerated().sorted {
        ($0.element.sparedBy == nil ? 0 : 1, -Self.rank($0.element.lane), $0.offset)
          < ($1.element.sparedBy == nil ? 0 : 1, -Self.rank($1.element.lane), $1.offset)
      }.map(\.element), missing: missing, rules: digest)
  }

  private static func rank(_ lane: Lane) -> Int { Lane.allCases.firstIndex(of: lane) ?? 0 }

  /// The field of a declaration behind a key of the rules: `lines.tariff` behind `tariff`.
  public static func fieldName(of key: String) -> String { LaneCondition.texts[key] ?? key }

  /// The papers that a consignment needs and has not.
  public func missing(_ facts: ConsignmentFacts) -> [LaneDecision.Missing] {
    papers.compactMap { paper in
      let isNeeded = paper.conditions.allSatisfy { $0.facts(facts, missing: [], seed: digest) != nil }
      guard isNeeded, let shortfall = paper.fault(facts) else { return nil }
      return LaneDecision.Missing(paper: paper.name, title: paper.title, shortfall: shortfall)
    }
  }
}

extension Selectivity.Paper {
  /// What is missing of it; nil when it is there.
  func fault(_ facts: ConsignmentFacts) -> LaneDecision.Shortfall? {
    let declared = facts.consignment.declared
    let kinds = FilterClause(field: "documents.kind", values: documents)
    let named = zip(declared.texts("kind", in: "documents"), declared.texts("number", in: "documents"))
      .filter { kinds.admits($0.0) }.map(\.1)
    guard mustBeHeld else { return named.isEmpty ? .notDeclared : nil }
    // Found by the number that the declaration gives, or by the declaration's number that the certificate gives.
    let held = facts.certificates.filter { certificate in
      certificate.text("event") == "issued"
        && (certificate.subjects.share(.certificate, with: declared.subjects)
          || certificate.subjects.share(.declaration, with: declared.subjects))
    }
    guard held.isEmpty else {
      let ends = held.compactMap { issued in
        facts.certificates.first { $0.continues(issued) && ["withdrawn", "replaced"].contains($0.text("event")) }
      }
      guard ends.count == held.count, let end = ends.first else { return nil }
      return .ended(end.text("event") ?? "", end.time)
    }
    return named.isEmpty ? .notDeclaredNorReceived : .notReceived(named)
  }
}

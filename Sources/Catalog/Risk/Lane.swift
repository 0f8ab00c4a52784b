import Terms

/// How closely a consignment is looked at.
public enum Lane: String, Hashable, Comparable, Sendable, CaseIterable {
  /// It passes.
  case green
  /// Its papers are checked.
  case yellow
  /// It is inspected.
  case red

  /// From the least.
  public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What is known of a consignment when its lane is decided. The same facts and the same rules give the same lane.
public struct ConsignmentFacts: Sendable {
  /// The declaration with its events.
  public let consignment: Consignment
  /// Quarantine's holds of it.
  public var holds: [Hold] = []
  /// Open alerts on it.
  public var alerts: [Alert] = []
  /// Authorisations of the companies that it names.
  public var operators: [OperatorStanding] = []
  /// Alarms of its tags.
  public var tags: [TagAlarm] = []
  /// Certificates held here that still stand, perhaps of other consignments.
  public var certificates: [Statement] = []

  /// A consignment of which nothing else is known.
  public init(_ consignment: Consignment) { self.consignment = consignment }

  /// What holds it now, in words.
  public var heldBy: [String] {
    holds.filter { $0.end == nil }.map {
      "quarantine of \($0.country) (\($0.authority)) at \($0.post) since \($0.time.wholeSeconds): \($0.reason)"
    }
      + consignment.customsHolds.map {
        "customs of \($0.origin) at \($0.text("post") ?? "") since \($0.time.wholeSeconds): \($0.text("reason") ?? "")"
      }
  }

  /// The authorisations of the company that a group of the declaration names, such as `exporter`.
  public func authorisations(of party: String) -> [OperatorStanding] {
    let keys = consignment.declared.subjects.values.filter { $0.field == "\(party).company" }.map(\.key)
    return operators.filter { !$0.company.isDisjoint(with: keys) }
  }
}

/// A lane, and why: every rule that applied, with the facts it rests on.
public struct LaneDecision: Hashable, Sendable {
  /// The lane.
  public let lane: Lane
  /// The rules that applied, the gravest first.
  public let reasons: [Reason]
  /// Papers that the goods need and that are missing, in words.
  public let missing: [Missing]
  /// SHA-256 of the file of rules: with the facts it gives the same lane again.
  public let rules: Digest

  /// A rule that applied.
  public struct Reason: Hashable, Sendable {
    /// The rule's name.
    public let rule: String
    /// What it says.
    public let title: Translated
    /// The lane it asks for.
    public let lane: Lane
    /// The facts, in words.
    public let facts: [String]
    /// The rule because of which it does not count; nil when it counts.
    public let sparedBy: String?

    /// The form `red: a quarantine hold (hold ...)`.
    public var words: String {
      "\(lane.rawValue): \(title.en) [\(rule)] \(facts.joined(separator: "; "))"
        + (sparedBy.map { " -- does not count because of \($0)" } ?? "")
    }
  }

  /// A paper that the goods need.
  public struct Missing: Hashable, Sendable {
    /// Its name in the rules.
    public let paper: String
    /// What it is.
    public let title: Translated
    /// What is missing of it, in words.
    public let words: String
  }
}

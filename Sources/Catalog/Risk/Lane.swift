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

  /// What holds it now.
  public var heldBy: [HeldBy] {
    holds.filter { $0.end == nil }.map { HeldBy($0) } + consignment.customsHolds.map { HeldBy(customs: $0) }
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
    /// The facts.
    public let facts: [LaneFact]
    /// The rule because of which it does not count; nil when it counts.
    public let sparedBy: String?

    /// The form `red: a quarantine hold (hold ...)`.
    public var words: String {
      "\(lane.rawValue): \(title.en) [\(rule)] \(facts.map(\.words).joined(separator: "; "))"
        + (sparedBy.map { " -- does not count because of \($0)" } ?? "")
    }
  }

  /// What is missing of a paper.
  public enum Shortfall: Hashable, Sendable {
    /// The declaration does not name it.
    case notDeclared
    /// The declaration does not name it, and it was not received.
    case notDeclaredNorReceived
    /// The declaration names it under these numbers, and it was not received.
    case notReceived([String])
    /// It was received and ended since: `withdrawn` or `replaced`.
    case ended(String, Instant)

    /// It in words.
    public var words: String {
      switch self {
      case .notDeclared: "not among the support documents"
      case .notDeclaredNorReceived: "neither among the support documents nor received"
      case .notReceived(let numbers): "declared as \(numbers.joined(separator: ", ")), but not received"
      case .ended(let how, let time): "the certificate was \(how) on \(time.wholeSeconds)"
      }
    }
  }

  /// A paper that the goods need.
  public struct Missing: Hashable, Sendable {
    /// Its name in the rules.
    public let paper: String
    /// What it is.
    public let title: Translated
    /// What is missing of it.
    public let shortfall: Shortfall

    /// What is missing of it, in words.
    public var words: String { shortfall.words }
  }
}

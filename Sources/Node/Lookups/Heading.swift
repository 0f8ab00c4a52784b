import Catalog
import Exchange
import Terms

/// What an officer must see of a key before the timeline: open alerts, holds, lanes with their reasons, how operators stand, alarms
/// of tags.
public struct Heading: Sendable {
  /// The open alerts on what was found.
  public var alerts: [Alert] = []
  /// The consignments found, the newest first.
  public var consignments: [Shown] = []
  /// Holds that are of none of these consignments.
  public var holds: [Hold] = []
  /// How the operators stand that appear.
  public var operators: [OperatorStanding] = []
  /// Alarms of tags.
  public var tags: [TagAlarm] = []
  /// What could not be told, in words.
  public var notes: [String] = []

  /// A consignment with its lane.
  public struct Shown: Sendable {
    /// What is known of it.
    public let facts: ConsignmentFacts
    /// Its lane; nil when the country has no rules installed.
    public let decision: LaneDecision?

    /// A consignment and its lane by these rules.
    init(_ facts: ConsignmentFacts, _ rules: Selectivity?) {
      self.facts = facts
      decision = rules?.decide(facts)
    }

    /// Releases that stand against a hold.
    public var contradictions: [String] { facts.consignment.contradictions(facts.holds) }

    /// The lines for an officer.
    var words: [String] {
      let duca = facts.consignment.duca
      var words = contradictions.map { "RELEASED THOUGH HELD \(duca): \($0)" }
      words += facts.heldBy.map { "HELD \(duca): \($0)" }
      for hold in facts.holds {
        guard let end = hold.end else { continue }
        words.append(
          "hold \(hold.id) of \(duca): \(end.event) by quarantine of \(hold.country) on \(end.time.wholeSeconds)")
      }
      if let decision {
        words.append("LANE \(decision.lane.rawValue) \(duca)" + (decision.reasons.isEmpty ? ": no rule applies" : ""))
        words += decision.reasons.map { "  \($0.words)" }
        words += decision.missing.map { "  missing: \($0.title.en): \($0.words)" }
      }
      return words
    }
  }

  /// The lines for an officer, the gravest kind first.
  public var words: [String] {
    var words = alerts.sorted { ($1.severity, $0.id) < ($0.severity, $1.id) }.map(\.words)
    words += holds.filter { $0.end == nil }.map {
      "HELD: quarantine of \($0.country) (\($0.authority)) at \($0.post) since \($0.time.wholeSeconds): \($0.reason)"
    }
    words += consignments.flatMap(\.words)
    words += operators.map { "OPERATOR \($0.words)" }
    words += tags.map { "TAG \($0.kind.rawValue) \($0.epc): \($0.words)" }
    if words.isEmpty { words = ["no open alert, no hold, no consignment and no alarm of a tag is known here"] }
    return words + notes
  }
}

extension Alert {
  /// One line for an officer.
  var words: String {
    "ALERT \(severity.rawValue) of \(author) on its \(subject.rawValue), until \(expires.wholeSeconds) [\(code)]: "
      + "\(instruction) (\(id))"
  }
}

extension OperatorStanding {
  /// One line for an officer.
  var words: String {
    "\(name), authorised by \(country) (\(authorisation), \(roles.joined(separator: ", "))): \(state.rawValue) "
      + "since \(since.wholeSeconds)"
  }
}

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
  /// What could not be told.
  public var notes: [HeadingNote] = []

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
    public var contradictions: [ReleaseThoughHeld] { facts.consignment.contradictions(facts.holds) }

    /// The lines for an officer.
    var words: [String] {
      let duca = facts.consignment.duca
      var words = contradictions.map { "RELEASED THOUGH HELD \(duca): \($0.words)" }
      words += facts.heldBy.map { "HELD \(duca): \($0.words)" }
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
    return words + notes.map(\.words)
  }
}

/// What an officer should know of an answer beside it.
public enum HeadingNote: Hashable, Sendable {
  /// Lanes are decided of the newest consignments alone, so many of so many.
  case lanesOfNewest(Int, of: Int)
  /// The country has no rules for lanes installed.
  case noRules
  /// The alerts are not read yet after a start.
  case alertsNotRead
  /// What was declared before is not followed any more.
  case olderNotFollowed
  /// Only the first are shown, so many of so many.
  case firstOf(Int, of: Int)
  /// Since when what is shown was declared.
  case declaredSince(Instant)

  /// It in words.
  public var words: String {
    switch self {
    case .lanesOfNewest(let shown, let all):
      "lanes are shown of the newest \(shown) of \(all) consignments; name a time with since"
    case .noRules: "no lanes: no rules are installed; istmo risk install FILE puts them in force"
    case .alertsNotRead: "open alerts are still being read after the start; ask again in a moment"
    case .olderNotFollowed: "what was declared before is not followed any more; istmo query manifests --since finds it"
    case .firstOf(let shown, let all): "\(all) are expected; the first \(shown) are shown; name another limit"
    case .declaredSince(let time): "declared since \(time.wholeSeconds)"
    }
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

import Terms

/// A fact on which a lane rests, with its parts: each reader has it in words of the own language.
public enum LaneFact: Hashable, Sendable {
  /// It is held.
  case held(HeldBy)
  /// Nothing holds it.
  case notHeld
  /// An open alert is on it.
  case alert(Alert)
  /// A party is authorised, and trusted.
  case trusted(party: String, by: CountryCode, authorisation: String)
  /// How an authorisation of a company that it names stands.
  case authorised(OperatorStanding)
  /// A tag of it has an alarm.
  case tag(TagAlarm)
  /// A paper is missing.
  case missing(LaneDecision.Missing)
  /// A field of the declaration has a value that the rule names.
  case field(String, String)
  /// Chance gave this number of 0 to 99.
  case chance(UInt32)

  /// The fact in words.
  public var words: String {
    switch self {
    case .held(let held): "held by \(held.words)"
    case .notHeld: "not held"
    case .alert(let alert):
      "alert \(alert.id) of \(alert.author) (\(alert.severity.rawValue), \(alert.code)) on its \(alert.subject.rawValue)"
    case .trusted(let party, let country, let authorisation):
      "\(party) is authorised by \(country) (\(authorisation))"
    case .authorised(let standing):
      "authorisation \(standing.authorisation) of \(standing.country) is \(standing.state.rawValue) since "
        + standing.since.wholeSeconds
    case .tag(let alarm): "tag \(alarm.epc): \(alarm.words)"
    case .missing(let missing): "\(missing.title.en): \(missing.words)"
    case .field(let field, let value): "\(field) is \(value)"
    case .chance(let number): "chance gave \(number) of 0 to 99"
    }
  }
}

/// Who holds a consignment, and why.
public struct HeldBy: Hashable, Sendable {
  /// Whether quarantine holds it; else customs does.
  public let isQuarantine: Bool
  /// The country that holds it.
  public let country: CountryCode
  /// Quarantine's authority; empty of customs.
  public let authority: String
  /// Where.
  public let post: String
  /// Since when.
  public let since: Instant
  /// What its officer gave as the reason.
  public let reason: String

  /// Quarantine's hold.
  public init(_ hold: Hold) {
    (isQuarantine, country, authority, post) = (true, hold.country, hold.authority, hold.post)
    (since, reason) = (hold.time, hold.reason)
  }

  init(customs hold: Statement) {
    (isQuarantine, country, authority, post) = (false, hold.origin, "", hold.text("post") ?? "")
    (since, reason) = (hold.time, hold.text("reason") ?? "")
  }

  /// It in words.
  public var words: String {
    let who = isQuarantine ? "quarantine of \(country) (\(authority))" : "customs of \(country)"
    return "\(who) at \(post) since \(since.wholeSeconds): \(reason)"
  }
}

/// Why customs may not release a consignment.
public struct ReleaseObstacle: Hashable, Sendable {
  /// The hold.
  public let hold: Hold
  /// How it ended, where it did and the goods do not go on all the same; nil while it stands.
  public let end: Hold.End?

  /// It in words.
  public var words: String {
    let held = "quarantine of \(hold.country) at \(hold.post) (hold \(hold.id), since \(hold.time.wholeSeconds))"
    return end.map { "\($0.event) on \($0.time.wholeSeconds) by \(held)" } ?? "held by \(held)"
  }
}

/// A release by customs that stands though quarantine holds the goods.
public struct ReleaseThoughHeld: Hashable, Sendable {
  /// The country whose customs released it.
  public let country: CountryCode
  /// When.
  public let time: Instant
  /// The record that says so.
  public let id: RecordID
  /// What stands against it.
  public let obstacle: ReleaseObstacle

  /// It in words.
  public var words: String {
    "released by customs of \(country) on \(time.wholeSeconds) (\(id)), yet \(obstacle.words)"
  }
}

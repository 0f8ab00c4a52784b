import Terms

/// How one authorisation of an economic operator stands for one country on one day.
public struct OperatorStanding: Hashable, Sendable {
  /// The dataset of operators.
  public static let dataset = "operators"

  /// How it stands.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// Authorised, valid, and recognised by the country that asks.
    case trusted
    /// Authorised and valid, but the country that asks does not recognise it.
    case unrecognised = "not-recognised"
    /// Its validity has not begun or is over.
    case expired
    /// Suspended.
    case suspended
    /// Revoked for good.
    case revoked
  }

  /// The record of the authorisation.
  public let id: RecordID
  /// The country that gave it.
  public let country: CountryCode
  /// The company's name.
  public let name: String
  /// The company, by the keys of its tax number.
  public let company: Set<[UInt8]>
  /// The number of the authorisation.
  public let authorisation: String
  /// What it is for.
  public let roles: [String]
  /// How it stands.
  public let state: State
  /// Since when.
  public let since: Instant

  /// The authorisations among operators' records, in order of time. A suspension or revocation counts from the moment it is
  /// known, whatever its own time: the later record, by time and then by id, decides.
  public static func standings(
    _ statements: [Statement], for country: CountryCode, on day: CalendarDay
  ) -> [OperatorStanding] {
    let ordered = statements.filter { $0.dataset == dataset }.sorted(by: Statement.isEarlier)
    return ordered.filter { $0.text("event") == "authorised" }.map { authorised in
      let later = ordered.filter { $0.continues(authorised) }
      // What was revoked is not reinstated: a new authorisation says so.
      let last = later.first { $0.text("event") == "revoked" } ?? later.last
      let state: State =
        switch last?.text("event") {
        case "revoked": .revoked
        case "suspended": .suspended
        default: valid(authorised, for: country, on: day)
        }
      return OperatorStanding(
        id: authorised.id, country: authorised.origin, name: authorised.text("name") ?? "",
        company: Set(authorised.subjects.wholeKeys(.company)), authorisation: authorised.text("authorisation") ?? "",
        roles: authorised.texts("roles"), state: state, since: last?.time ?? authorised.time)
    }
  }

  private static func valid(_ authorised: Statement, for country: CountryCode, on day: CalendarDay) -> State {
    func bound(_ field: String) -> CalendarDay? { authorised.text(field).flatMap { try? CalendarDay($0) } }
    if let from = bound("valid_from"), day < from { return .expired }
    if let until = bound("valid_until"), until < day { return .expired }
    let recognised = authorised.texts("recognised_by")
    return authorised.origin == country || recognised.contains(country.description) ? .trusted : .unrecognised
  }
}

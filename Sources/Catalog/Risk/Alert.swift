import Terms

/// What to look out for, on one subject, until a certain moment: a record `issued` of the dataset `risk-alerts`.
public struct Alert: Hashable, Sendable {
  /// The dataset of alerts, their lifting and the outcome of hits.
  public static let dataset = "risk-alerts"

  /// The record's id.
  public let id: RecordID
  /// The country that issued it; it alone can lift it.
  public let author: CountryCode
  /// What it is on.
  public let subject: Subject
  /// The value, as the search index has it, with its country where it has one; empty when it is on a passage.
  public let key: [UInt8]
  /// The crossings at which it holds; empty for all.
  public let crossings: [String]
  /// What is to be done.
  public let severity: Severity
  /// The code of the reason.
  public let code: String
  /// What to do when it is found, in words.
  public let instruction: String
  /// When it was issued.
  public let time: Instant
  /// When it ceases to hold.
  public let expires: Instant

  /// How far one goes, from the least.
  public enum Severity: String, Hashable, Comparable, Sendable, CaseIterable {
    /// Note that it passed.
    case watch
    /// Check the papers.
    case check
    /// Inspect the goods, the vehicle or the person.
    case inspect
    /// Let it not go on.
    case stop

    /// From the least.
    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// The alert that a record is; nil when it is none that can be matched.
  public init?(_ statement: Statement) {
    guard statement.dataset == Self.dataset, statement.text("event") == "issued",
      let subject = statement.text("subject").flatMap(Subject.init(rawValue:)),
      let severity = statement.text("severity").flatMap(Severity.init(rawValue:)),
      let expires = statement.text("expires").flatMap({ try? Instant($0) })
    else { return nil }
    let keys = statement.subjects.wholeKeys(subject)
    crossings = statement.texts("crossings")
    guard subject == .passage ? !crossings.isEmpty : keys.count == 1 else { return nil }
    (id, author, time) = (statement.id, statement.origin, statement.time)
    (self.subject, self.severity, self.expires) = (subject, severity, expires)
    key = keys.first ?? []
    code = statement.text("code") ?? ""
    instruction = statement.text("instruction") ?? ""
  }

  /// What is looked for in the index: the number without its country, as a camera may not have read that; of the tariff the six
  /// digits that all codes have. Whether a record found by it is a hit, `matches` says.
  public var broadKey: [UInt8] { subject == .tariff ? Array(key.prefix(6)) : key.withoutCountry }

  /// Whether it holds at a moment; whether it was lifted is another question.
  public func holds(at now: Instant) -> Bool { now < expires }

  /// The field in which a record has what the alert is on; nil when it has not.
  public func matches(_ record: RecordSubjects) -> String? {
    if subject == .passage { return record.ahead.isDisjoint(with: crossings) ? nil : "crossings" }
    let places = record.ahead.union(record.here)
    guard crossings.isEmpty || places.isEmpty || !places.isDisjoint(with: crossings) else { return nil }
    return record.values.first { value in
      guard value.subject == subject else { return false }
      if value.key == key { return true }
      switch subject {
      case .tariff:
        // One may name more digits than the other: the shorter leaves it open, and a hit is better looked at than missed. The
        // six digits that stand beside every longer code say nothing of it.
        return record.wholeKeys(.tariff).contains(value.key)
          && (value.key.starts(with: key) || key.starts(with: value.key))
      case .document, .plate, .company:
        // The number alone counts where the record does not say of which country it is.
        return value.key == key.withoutCountry
          && !record.values.contains { $0.field == value.field && $0.key.ends(withNumber: value.key) }
      default: return false
      }
    }?.field
  }
}

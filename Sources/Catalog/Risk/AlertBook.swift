import Terms

/// The alerts that are open, by what they are on: asking it of a record costs a few look-ups, however many there are.
public struct AlertBook: Sendable {
  private struct Place: Hashable {
    let subject: Subject
    let key: [UInt8]
  }

  private var alerts: [RecordID: Alert] = [:]
  private var byKey: [Place: Set<RecordID>] = [:]
  private var byCrossing: [String: Set<RecordID>] = [:]
  /// No alert ends before this moment; nil when none is open. Taking alerts out leaves it as it is, which costs a look too many and
  /// never one too few.
  private var firstEnd: Instant?
  /// What came and went since it was last asked.
  private var fresh: Changes = Changes()
  /// What stands in the place of an earlier version.
  private var successors: [RecordID: RecordID] = [:]

  /// A book without alerts.
  public init() {}

  /// A record that an alert is on.
  public struct Match: Hashable, Sendable {
    /// The alert.
    public let alert: Alert
    /// The field of the record.
    public let field: String
  }

  /// Alerts that came into a book and that went out of it.
  public struct Changes: Sendable {
    /// Those that came and are still there, by id.
    public fileprivate(set) var added: [RecordID: Alert] = [:]
    /// Those that were there and are no more.
    public fileprivate(set) var removed: [RecordID: Alert] = [:]
  }

  /// What came and went since this was last asked: whoever keeps something for each alert need not look at all of them again.
  public mutating func takeChanges() -> Changes {
    defer { fresh = Changes() }
    return fresh
  }

  /// The open alerts, in order of publishing.
  public var open: [Alert] { alerts.values.sorted { $0.id < $1.id } }

  /// Whether there is none.
  public var isEmpty: Bool { alerts.isEmpty }

  /// Whether one is on a passage, which no index finds.
  public var hasPassages: Bool { !byCrossing.isEmpty }

  /// Puts an alert in.
  public mutating func insert(_ alert: Alert) {
    remove(alert.id)
    alerts[alert.id] = alert
    fresh.added[alert.id] = alert
    firstEnd = min(firstEnd ?? alert.expires, alert.expires)
    if alert.subject == .passage {
      for crossing in alert.crossings { byCrossing[crossing, default: []].insert(alert.id) }
    } else {
      byKey[Place(subject: alert.subject, key: alert.broadKey), default: []].insert(alert.id)
    }
  }

  /// Puts an alert in the place of an earlier version of it; nil when the correction is no alert that can be matched.
  public mutating func replace(_ earlier: RecordID, with alert: Alert?, _ id: RecordID) {
    remove(earlier)
    successors[earlier] = id
    if let alert { insert(alert) }
  }

  /// Takes an alert out.
  public mutating func remove(_ id: RecordID) {
    guard let alert = alerts.removeValue(forKey: id) else { return }
    // One that came since and went again is no change for anybody.
    if fresh.added.removeValue(forKey: id) == nil { fresh.removed[id] = alert }
    for crossing in alert.crossings {
      byCrossing[crossing]?.remove(id)
      if byCrossing[crossing]?.isEmpty == true { byCrossing[crossing] = nil }
    }
    let place = Place(subject: alert.subject, key: alert.broadKey)
    byKey[place]?.remove(id)
    if byKey[place]?.isEmpty == true { byKey[place] = nil }
  }

  /// Takes an alert out when its author lifted it, whichever version was named; another country cannot.
  public mutating func lift(_ id: RecordID, by country: CountryCode) {
    var latest = id
    // A correction is later than what it corrects, so this ends.
    while let next = successors[latest], next > latest { latest = next }
    if alerts[latest]?.author == country { remove(latest) }
  }

  /// Takes out what holds no more. While no alert has ended, none is looked at.
  public mutating func expire(at now: Instant) {
    guard let firstEnd, firstEnd <= now else { return }
    defer { self.firstEnd = alerts.values.map(\.expires).min() }
    for alert in alerts.values where !alert.holds(at: now) { remove(alert.id) }
  }

  /// The alerts that may be on a record: those on one of its values, or on a passage of its way. Only these are looked at, however
  /// many are open.
  func candidates(_ record: RecordSubjects) -> Set<RecordID> {
    guard !alerts.isEmpty else { return [] }
    var ids: Set<RecordID> = []
    for value in record.values { ids.formUnion(byKey[Place(subject: value.subject, key: value.key)] ?? []) }
    for crossing in record.ahead { ids.formUnion(byCrossing[crossing] ?? []) }
    return ids
  }

  /// The alerts that hold at a moment and are on a record, in order of publishing.
  public func matches(_ record: RecordSubjects, at now: Instant) -> [Match] {
    candidates(record).sorted().compactMap { id in
      guard let alert = alerts[id], alert.holds(at: now), let field = alert.matches(record) else { return nil }
      return Match(alert: alert, field: field)
    }
  }
}

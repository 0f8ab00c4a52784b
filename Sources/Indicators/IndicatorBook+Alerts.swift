import Catalog
import Terms

/// The country's own alerts of the period, and those on which there were hits.
struct AlertTally {
  var issued: Set<RecordID> = []
  var hit: Set<RecordID> = []
  private(set) var dropped = 0

  /// Alerts of a country in a period: fifty regional days of them a day of a year.
  static let most = 500_000

  mutating func issue(_ ids: [RecordID]) {
    guard issued.count < Self.most else { return dropped += 1 }
    if let id = ids.first { issued.insert(id) }
  }

  mutating func note(_ id: RecordID) {
    guard hit.count < Self.most else { return dropped += 1 }
    hit.insert(id)
  }
}

// What came of alerts. Of no crossing: an alert is on a truck, wherever it is.
extension IndicatorBook {
  mutating func alert(_ record: Statement) {
    switch record.text("event") {
    case "issued" where record.origin == country && scope.period.contains(record.time) && !scope.isNarrowed:
      alerts.issue([record.id])
      keepEarlier(of: record)
    case "hit":
      if let refers = record.record("refers") { alerts.note(refers) }
      let place = crossing(of: record)
      guard record.origin == country, scope.period.contains(record.time), place != nil || !scope.isNarrowed,
        let outcome = record.text("outcome")
      else { return }
      tally.add(
        .alertHitRate, "outcomes", at: place, holds: outcome == "confirmed" || outcome == "other-finding")
    default: return
    }
  }

  /// A hit that the node itself noted.
  mutating func note(_ record: Statement) {
    if let alert = record.record("alert") { alerts.note(alert) }
  }

  mutating func countAlerts() {
    let hit = Set(alerts.hit.map { corrected[$0] ?? $0 })
    for id in alerts.issued { tally.add(.alertHitRate, "alerts", at: nil, holds: hit.contains(id)) }
  }
}

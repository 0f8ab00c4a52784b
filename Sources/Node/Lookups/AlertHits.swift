import Catalog
import Exchange
import Ledger
import Terms

/// What an officer asks who wants to see what alerts are on.
public struct AlertHitsRequest: Sendable {
  /// Only hits of records at this post or crossing, or on their way to it; nil for all.
  public var place: String?
  /// Only hits that nobody has told the outcome of, of alerts that still hold.
  public var onlyOpen = false
  /// The most hits.
  public var limit = 100
  /// Who asks, and what for.
  public var asker: Asker

  /// What an officer asks.
  public init(by asker: Asker) { self.asker = asker }
}

/// The hits of alerts, the newest first.
public struct AlertHitsAnswer: Sendable {
  /// The hits.
  public var hits: [Hit] = []
  /// Alarms of tags that were raised as their reads arrived, the newest first.
  public var tags: [RaisedTagAlarm] = []
  /// Hits that are not shown, as the role may see neither the alert nor the record.
  public var withheldHits = 0
  /// What the answer rests on.
  public var basis = LookupAnswer()

  /// An alert on a record, noted by this node or told of by another country.
  public struct Hit: Sendable {
    /// The alert's record.
    public let alertID: RecordID
    /// The record that it is on; nil when the country that tells of it named none.
    public let recordID: RecordID?
    /// When this node matched them, or when the other country told of it.
    public let matchedAt: Instant
    /// The field in which it was found; nil of a hit that was only told of.
    public let foundIn: String?
    /// The alert; nil when the role may not see it.
    public let alert: Alert?
    /// The record's stream; nil when it is not held here.
    public let stream: StreamName?
    /// The record; nil when the role may not see it, or it does not stand any more.
    public let record: Statement?
    /// What came of it, the latest last.
    public let outcomes: [Statement]
    /// Whether the alert holds now.
    public let isOpen: Bool

    /// `open`, `over` when the alert has ended without an outcome, else the latest outcome.
    public var state: String { outcomes.last?.text("outcome") ?? (isOpen ? "open" : "over") }
  }
}

extension Lookups {
  /// Hits that are looked through for one answer.
  private static let mostHits = 20_000

  /// Looks up the hits, logs durably, then gives the answer; waits for the disk.
  public func answer(_ request: AlertHitsRequest) throws(LookupError) -> AlertHitsAnswer {
    guard let definition = (try? DatasetName(Alert.dataset)).flatMap({ registry.definition($0) }),
      let hitName = try? DatasetName(Installation.hitDataset), registry.definition(hitName) != nil
    else {
      throw .refused(
        Refusal(
          field: "alerts", problem: "the topology has no datasets \(Alert.dataset) and \(Installation.hitDataset)",
          whatToDo: "install a topology that names both"))
    }
    if let place = request.place, registry.topology.post(place) == nil, registry.topology.crossing(place) == nil {
      throw .refused(
        Refusal(
          field: "place", found: place, problem: "no post or crossing of the topology",
          whatToDo: "name one such as GT-SV/la-hachadura/SV or GT-SV/la-hachadura"))
    }
    var inquiry = Inquiry(self) { dataset in
      var lookup = LookupRequest(dataset: dataset, by: request.asker)
      lookup.limit = LookupRequest.mostRecords
      lookup.conditions = [("alerts", request.place ?? "all")]
      return lookup
    }
    var answer = AlertHitsAnswer()
    do throws(ReadError) {
      try inquiry.ask(definition)
      let open = Set((risk.openAlerts() ?? AlertBook()).open.filter { $0.holds(at: clock.now()) }.map(\.id))
      var known: Set<[RecordID?]> = []
      var hits: [AlertHitsAnswer.Hit] = []
      try eachNoted(hitName) { (noted) throws(ReadError) in
        let hit = try self.hit(noted, definition, open, &inquiry)
        known.insert([hit.alertID, hit.recordID])
        if hit.alert == nil, hit.record == nil {
          answer.withheldHits += 1
        } else if Self.isWanted(hit, request) {
          hits.append(hit)
        }
        return hits.count < request.limit
      }
      // What other countries tell of that is not noted here: they have records that were never sent.
      let told = inquiry.statements(try inquiry.scan(definition) { $0.text(of: "event", in: $1) == "hit" })
      for outcome in told.reversed() {
        guard let alertID = outcome.record("refers"), known.insert([alertID, outcome.record("matched")]).inserted
        else { continue }
        let alert = try self.alert(alertID, definition, &inquiry)
        let hit = AlertHitsAnswer.Hit(
          alertID: alertID, recordID: outcome.record("matched"), matchedAt: outcome.time, foundIn: nil, alert: alert,
          stream: nil, record: nil, outcomes: [outcome], isOpen: open.contains(alertID))
        if Self.isWanted(hit, request) { hits.append(hit) }
      }
      hits.sort { $0.matchedAt > $1.matchedAt }
      answer.hits = Array(hits.prefix(request.limit))
      try addTagAlarms(request, to: &answer, &inquiry)
    } catch { throw .read(error) }
    try write(inquiry.logLines())
    answer.basis = inquiry.answer
    return answer
  }

  /// The hits that this node noted, the newest first, as long as they are wanted.
  func eachNoted(
    _ dataset: DatasetName, _ next: (Statement) throws(ReadError) -> Bool
  ) throws(ReadError) {
    let stream = StreamName(origin: country, recipient: country, dataset: dataset)
    var end = try reader.state(of: stream).size
    var looked = 0
    while end > 0, looked < Self.mostHits {
      let piece = try reader.records(stream, chunkAt: end - 1)
      for record in piece.records.reversed() where record.locator.index < end {
        looked += 1
        guard let noted = registry.statement(of: record) else { continue }
        guard try next(noted) else { return }
      }
      end = piece.first
    }
  }

  private func hit(
    _ noted: Statement, _ definition: Definition, _ open: Set<RecordID>, _ inquiry: inout Inquiry
  ) throws(ReadError) -> AlertHitsAnswer.Hit {
    let alertID = noted.record("alert") ?? noted.id
    let recordID = noted.record("matched") ?? noted.id
    let stream = noted.text("stream").flatMap { try? StreamName($0) }
    var record: Statement?
    if let stream, let found = try inquiry.record(recordID, in: stream) {
      record = inquiry.statements([found]).first
    }
    let key = SearchKey(field: "matched", value: Array(recordID.description.utf8))
    let outcomes = inquiry.statements(try inquiry.find([key], in: definition))
      .filter { $0.text("event") == "hit" && $0.record("refers") == alertID }
      .sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    return AlertHitsAnswer.Hit(
      alertID: alertID, recordID: recordID, matchedAt: noted.id.time, foundIn: noted.text("found_in"),
      alert: try alert(alertID, definition, &inquiry), stream: stream, record: record, outcomes: outcomes,
      isOpen: open.contains(alertID))
  }

  private func alert(
    _ id: RecordID, _ definition: Definition, _ inquiry: inout Inquiry
  ) throws(ReadError) -> Alert? {
    for stream in inquiry.streams(of: definition.dataset) {
      if let found = try inquiry.record(id, in: stream) {
        return inquiry.statements([found]).first.flatMap { Alert($0) }
      }
    }
    return nil
  }

  /// The crossing that a place is, or is at.
  static func crossing(of place: String) -> String {
    place.count { $0 == "/" } > 1 ? RecordSubjects.crossing(ofPost: place) : place
  }

  private static func isWanted(_ hit: AlertHitsAnswer.Hit, _ request: AlertHitsRequest) -> Bool {
    if request.onlyOpen, hit.state != "open" { return false }
    guard let place = request.place else { return true }
    let crossing = crossing(of: place)
    if let subjects = hit.record?.subjects { return subjects.ahead.union(subjects.here).contains(crossing) }
    return hit.outcomes.contains { $0.text("post").map(RecordSubjects.crossing(ofPost:)) == crossing }
  }
}

import Catalog
import Exchange
import Ledger
import Terms

/// An alarm of a tag, raised by this node when a read became durable here.
public struct RaisedTagAlarm: Sendable {
  /// What is wrong.
  public let kind: TagAlarm.Kind
  /// The tag.
  public let epc: String
  /// What was found, in words.
  public let found: String
  /// The crossing at which it was read.
  public let crossing: String?
  /// The post at which it was read.
  public let post: String?
  /// When it was read.
  public let readAt: Instant
  /// When the alarm was raised.
  public let raisedAt: Instant
  /// The read.
  public let readID: RecordID
  /// The read's stream.
  public let stream: StreamName?
  /// What the registry and the reads show of it today; nil when it is over: a tag that was unknown may have been registered since.
  public let today: TagAlarm?

  /// Whether it still stands.
  public var isOpen: Bool { today != nil }

  /// One line for an officer.
  public var words: String {
    "\(raisedAt.wholeSeconds) \(isOpen ? "open" : "over"): TAG \(kind.rawValue) \(epc): \(found)\n"
      + "  found in \(stream?.description ?? "") \(readID) of \(readAt.wholeSeconds)"
      + ((post ?? crossing).map { " at \($0)" } ?? "")
  }

  /// The form for programs.
  var json: JSONValue {
    [
      "tag_alarm": .text(kind.rawValue), "epc": .text(epc), "matched_at": .text(raisedAt.description),
      "state": .text(isOpen ? "open" : "over"), "record_id": .text(readID.description),
      "stream": JSONValue(stream?.description), "time": .text(readAt.wholeSeconds),
      "places": .list((post ?? crossing).map { [.text($0)] } ?? []), "found": .text(found), "words": .text(words),
    ]
  }
}

extension Lookups {
  /// Adds the alarms of tags that the role may see: those whose read it may see. Whether one is still open is worked out from what is
  /// known of the tag today.
  func addTagAlarms(
    _ request: AlertHitsRequest, to answer: inout AlertHitsAnswer, _ inquiry: inout Inquiry
  ) throws(ReadError) {
    guard let name = try? DatasetName(Installation.tagAlarmDataset), registry.definition(name) != nil,
      let reads = registry.topology.definition(named: TagAlarm.reads)
    else { return }
    try inquiry.ask(reads)
    var standing: [String: [TagAlarm]] = [:]
    var tags: [RaisedTagAlarm] = []
    var hidden = 0
    let wanted = request.place.map(Self.crossing(of:))
    try eachNoted(name) { (noted) throws(ReadError) in
      guard let kind = noted.text("alarm").flatMap(TagAlarm.Kind.init(rawValue:)), let epc = noted.text("epc"),
        let readID = noted.record("read"), let stream = noted.text("stream").flatMap({ try? StreamName($0) }),
        wanted == nil || noted.text("crossing") == wanted
      else { return true }
      guard try inquiry.record(readID, in: stream) != nil else {
        hidden += 1
        return true
      }
      if standing[epc] == nil { standing[epc] = try alarms(of: epc, &inquiry) }
      let today = standing[epc]?.first { $0.kind == kind }
      guard today != nil || !request.onlyOpen else { return true }
      tags.append(
        RaisedTagAlarm(
          kind: kind, epc: epc, found: noted.text("words") ?? "", crossing: noted.text("crossing"),
          post: noted.text("post"), readAt: noted.time, raisedAt: noted.id.time, readID: readID, stream: stream,
          today: today))
      return tags.count < request.limit
    }
    answer.tags = tags
    answer.withheldHits += hidden
  }

  /// The alarms that a tag has today, as far as the role may see what shows them.
  private func alarms(of epc: String, _ inquiry: inout Inquiry) throws(ReadError) -> [TagAlarm] {
    let key = SearchKey(field: "epc", value: Array(epc.utf8))
    var found: [[Statement]] = []
    for name in [TagAlarm.units, TagAlarm.reads] {
      guard let definition = registry.topology.definition(named: name), definition.searchNames.contains("epc") else {
        return []
      }
      found.append(inquiry.statements(try inquiry.find([key], in: definition)))
    }
    return TagAlarm.alarms(
      units: found[0], reads: found[1], ways: risk.selectivity?.ways ?? TagAlarm.Ways(),
      on: CalendarDay(of: clock.now()))
  }
}

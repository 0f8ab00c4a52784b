import Terms

/// What is wrong with an RFID tag, from the registry of units and from reads.
public struct TagAlarm: Hashable, Sendable {
  /// The datasets of units and of reads.
  public static let (units, reads) = ("cargo-units", "rfid-reads")

  /// What is wrong.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The same EPC with another TID: a copy of the tag.
    case clone
    /// The same EPC at two crossings in less time than the way takes.
    case impossible
    /// The EPC is in no registry that is held here.
    case unknown
    /// Its country blocked the unit.
    case blocked
    /// The unit was taken out of the registry.
    case retired
    /// The tag's validity has not begun or is over.
    case expired
  }

  /// What is wrong.
  public let kind: Kind
  /// The tag.
  public let epc: String
  /// What was found.
  public let finding: Finding
  /// The records that show it.
  public let records: [RecordID]

  /// The shortest times in which a unit gets from one crossing to another.
  public struct Ways: Hashable, Sendable {
    /// Between two crossings that have a country in common.
    public var sameCountryMinutes: Int64 = 15
    /// Between any others: a country lies between them.
    public var otherMinutes: Int64 = 120

    /// The usual ones: no two crossings of the region are nearer than twenty kilometres by road.
    public init() {}

    func minutes(_ a: String, _ b: String) -> Int64 {
      let countries = { (crossing: String) in Set(crossing.prefix { $0 != "/" }.split(separator: "-")) }
      return countries(a).isDisjoint(with: countries(b)) ? otherMinutes : sameCountryMinutes
    }
  }

  /// The alarms of one tag or several, in order of the tag and of `Kind`.
  public static func alarms(
    units: [Statement], reads: [Statement], ways: Ways = Ways(), on day: CalendarDay
  ) -> [TagAlarm] {
    let units = units.filter { $0.dataset == Self.units }.sorted(by: Statement.isEarlier)
    let reads = reads.filter { $0.dataset == Self.reads }.sorted(by: Statement.isEarlier)
    let tags = Set((units + reads).compactMap { $0.text("epc") }).sorted()
    return tags.flatMap { epc in
      let own = units.filter { $0.text("epc") == epc }
      let seen = reads.filter { $0.text("epc") == epc }
      return [
        clone(epc, own, seen), impossible(epc, seen, ways), unknown(epc, own, seen), state(epc, own, on: day),
      ].compactMap { $0 }
    }
  }

  /// The alarms that a read raises: those that it is part of, and those of the tag as it stood on the day of the read. Given are what
  /// the registry says of the tag and reads of it, this one among them.
  public static func raised(
    by read: Statement, units: [Statement], reads: [Statement], ways: Ways = Ways()
  ) -> [TagAlarm] {
    alarms(units: units, reads: reads, ways: ways, on: CalendarDay(of: read.time)).filter { alarm in
      switch alarm.kind {
      case .clone, .impossible: alarm.records.contains(read.id)
      case .unknown, .blocked, .retired, .expired: alarm.epc == read.text("epc")
      }
    }
  }

  private static func clone(_ epc: String, _ units: [Statement], _ reads: [Statement]) -> TagAlarm? {
    let registered = units.last { $0.text("event") == "registered" }
    if let registered, let tid = registered.text("tid"),
      let read = reads.last(where: { $0.text("tid") != nil && $0.text("tid") != tid })
    {
      return TagAlarm(
        kind: .clone, epc: epc,
        finding: .otherThanRegistered(
          by: registered.origin, tid: tid, Sighting(read), read: read.text("tid") ?? ""),
        records: [registered.id, read.id])
    }
    let known = reads.filter { $0.text("tid") != nil }
    guard let first = known.first, let other = known.last(where: { $0.text("tid") != first.text("tid") }) else {
      return nil
    }
    return TagAlarm(
      kind: .clone, epc: epc,
      finding: .twoTags(
        Sighting(first), tid: first.text("tid") ?? "", Sighting(other), other: other.text("tid") ?? ""),
      records: [first.id, other.id])
  }

  private static func impossible(_ epc: String, _ reads: [Statement], _ ways: Ways) -> TagAlarm? {
    let placed = reads.compactMap { read in read.text("crossing").map { (read: read, crossing: $0) } }
    for (before, after) in zip(placed, placed.dropFirst()).reversed() where before.crossing != after.crossing {
      let minutes = after.read.time.milliseconds(since: before.read.time) / 60_000
      let needed = ways.minutes(before.crossing, after.crossing)
      guard minutes < needed else { continue }
      return TagAlarm(
        kind: .impossible, epc: epc,
        finding: .tooFast(Sighting(before.read), minutes: minutes, Sighting(after.read), atLeast: needed),
        records: [before.read.id, after.read.id])
    }
    return nil
  }

  private static func unknown(_ epc: String, _ units: [Statement], _ reads: [Statement]) -> TagAlarm? {
    guard units.isEmpty, let read = reads.last else { return nil }
    return TagAlarm(
      kind: .unknown, epc: epc, finding: .inNoRegistry(Sighting(read)), records: [read.id])
  }

  private static func state(_ epc: String, _ units: [Statement], on day: CalendarDay) -> TagAlarm? {
    guard let registered = units.last(where: { $0.text("event") == "registered" }) else { return nil }
    let later = units.filter { $0.continues(registered) }
    let last = later.first { $0.text("event") == "retired" } ?? later.last
    let reason = last?.text("reason")
    func alarm(_ kind: Kind, _ finding: Finding) -> TagAlarm {
      TagAlarm(kind: kind, epc: epc, finding: finding, records: [registered.id] + (last.map { [$0.id] } ?? []))
    }
    switch last?.text("event") {
    case "retired": return alarm(.retired, .retired(by: registered.origin, reason: reason))
    case "blocked":
      return alarm(
        .blocked, .blocked(by: registered.origin, since: last?.time ?? registered.time, reason: reason))
    default: break
    }
    let until = registered.text("valid_until")
    if let text = registered.text("valid_from"), let from = try? CalendarDay(text), day < from {
      return alarm(.expired, .validFrom(text))
    }
    guard let until, let end = try? CalendarDay(until), end < day else { return nil }
    return alarm(.expired, .validUntil(until))
  }
}

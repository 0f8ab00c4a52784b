import Terms
import Testing

@testable import Catalog

/// What the registry and the reads say of a tag together; and how operators stand.
@Suite struct TagAlarmTests {
  static let epc = "3474257BF40000000000162E"
  private let today = CalendarDay(of: Sample.now)

  func unit(
    _ event: String = "registered", id: UInt64 = 1, refers: UInt64? = nil, until: String = "2031-11-19"
  ) throws -> Statement {
    var line = """
      {"event":"\(event)","epc":"\(Self.epc)","tid":"E2801160600002053A2B17C4","country":"SV",\
      "time":"2026-11-2\(id)T08:00:00Z"
      """
    if event == "registered" {
      line += #","kind":"truck","valid_from":"2026-11-20","valid_until":"\#(until)""#
    } else {
      line += #","reason":"R-3""#
    }
    if let refers { line += ",\"refers\":\"\(try RiskSample.id(refers))\"" }
    return try RiskSample.statement("cargo-units", line + "}", id: id)
  }

  func read(
    _ id: UInt64, at crossing: String = "GT-SV/la-hachadura", tid: String? = "E2801160600002053A2B17C4",
    time: String = "13:00"
  ) throws -> Statement {
    let tid = tid.map { ",\"tid\":\"\($0)\"" } ?? ""
    return try RiskSample.statement(
      "rfid-reads",
      """
      {"epc":"\(Self.epc)"\(tid),"crossing":"\(crossing)","post":"\(crossing)/SV","reader":"A-1",\
      "time":"2026-11-24T\(time):00Z"}
      """, id: id)
  }

  private func kinds(_ units: [Statement], _ reads: [Statement]) -> [TagAlarm.Kind] {
    TagAlarm.alarms(units: units, reads: reads, on: today).map(\.kind)
  }

  @Test func aGoodTagRaisesNothing() throws {
    #expect(try kinds([unit()], [read(10), read(11, time: "13:05"), read(12, tid: nil, time: "13:06")]).isEmpty)
  }

  @Test func theSameEPCWithAnotherTIDIsACopy() throws {
    let other = "E2801160600002053A2B17C5"
    #expect(try kinds([unit()], [read(10), read(11, tid: other)]) == [.clone])
    let words = TagAlarm.alarms(units: [try unit()], reads: [try read(11, tid: other)], on: today).first?.words
    #expect(words?.contains("E2801160600002053A2B17C4") == true && words?.contains(other) == true)
    // Without a registry two reads tell it.
    #expect(try kinds([], [read(10), read(11, tid: other)]) == [.clone, .unknown])
  }

  @Test func twoCrossingsInLessTimeThanTheWayTakes() throws {
    // Neighbouring crossings, then ones with a country between them.
    #expect(try kinds([unit()], [read(10), read(11, at: "GT-SV/anguiatu", time: "13:14")]) == [.impossible])
    #expect(try kinds([unit()], [read(10), read(11, at: "GT-SV/anguiatu", time: "13:15")]).isEmpty)
    #expect(try kinds([unit()], [read(11, at: "SV-HN/el-poy", time: "13:10"), read(10)]) == [.impossible])
    var ways = TagAlarm.Ways()
    ways.sameCountryMinutes = 5
    let reads = [try read(10), try read(11, at: "GT-SV/anguiatu", time: "13:14")]
    #expect(try TagAlarm.alarms(units: [unit()], reads: reads, ways: ways, on: today).isEmpty)
    #expect(ways.minutes("GT-SV/la-hachadura", "CR-PA/sixaola") == 120)
  }

  @Test func aTagThatNoRegistryKnowsIsSaid() throws {
    #expect(try kinds([], [read(10)]) == [.unknown])
    #expect(kinds([], []).isEmpty)
  }

  @Test func whatTheRegistrySaysOfTheUnit() throws {
    let blocked = try unit("blocked", id: 2, refers: 1)
    #expect(try kinds([unit(), blocked], []) == [.blocked])
    #expect(try kinds([unit(), blocked, unit("unblocked", id: 3, refers: 1)], []).isEmpty)
    #expect(
      try kinds([unit(), unit("retired", id: 2, refers: 1), unit("unblocked", id: 3, refers: 1)], []) == [.retired])
    #expect(try kinds([unit(until: "2026-11-23")], []) == [.expired])
    #expect(try kinds([unit(until: "2026-11-24")], []).isEmpty)
  }

  private func operatorRecord(
    _ event: String = "authorised", id: UInt64 = 1, refers: UInt64? = nil, until: String = "2029-12-31"
  ) throws -> Statement {
    var line = """
      {"event":"\(event)","company":{"country":"SV","number":"0614-050707-104-8"},"name":"Café de Ejemplo","country":"SV",\
      "authorisation":"OEA-7","time":"2026-11-2\(id)T08:00:00Z","recognised_by":["GT"]
      """
    if event == "authorised" {
      line += #","programme":"OEA","roles":["exporter"],"valid_from":"2026-01-01","valid_until":"\#(until)""#
    } else if event != "reinstated" {
      line += #","reason":"R-3""#
    }
    if let refers { line += ",\"refers\":\"\(try RiskSample.id(refers))\"" }
    return try RiskSample.statement("operators", line + "}", id: id)
  }

  @Test func anOperatorIsTrustedWhereItIsRecognisedAndNotSuspended() throws {
    func state(_ statements: [Statement], for country: CountryCode = Sample.guatemala) -> [OperatorStanding.State] {
      OperatorStanding.standings(statements, for: country, on: today).map(\.state)
    }
    #expect(try state([operatorRecord()]) == [.trusted])
    #expect(try state([operatorRecord()], for: Sample.salvador) == [.trusted])
    #expect(try state([operatorRecord()], for: CountryCode("HN")) == [.unrecognised])
    #expect(try state([operatorRecord(until: "2026-11-23")]) == [.expired])
    let suspended = try operatorRecord("suspended", id: 2, refers: 1)
    let reinstated = try operatorRecord("reinstated", id: 3, refers: 1)
    #expect(try state([suspended, operatorRecord()]) == [.suspended])
    #expect(try state([operatorRecord(), suspended, reinstated]) == [.trusted])
    let revoked = try operatorRecord("revoked", id: 2, refers: 1)
    #expect(try state([operatorRecord(), revoked, reinstated]) == [.revoked])
  }
}

/// What one read raises of all that is known of its tag.
@Suite struct RaisedTagAlarmTests {
  private let tags = TagAlarmTests()

  @Test func aReadRaisesWhatItIsPartOfAndHowTheTagStands() throws {
    let (first, second) = (try tags.read(10), try tags.read(11, at: "GT-SV/anguiatu", time: "13:05"))
    let third = try tags.read(12, at: "GT-SV/anguiatu", time: "18:00")
    func raised(_ read: Statement, _ units: [Statement], _ reads: [Statement]) -> [TagAlarm.Kind] {
      TagAlarm.raised(by: read, units: units, reads: reads).map(\.kind)
    }
    let unit = try tags.unit()
    #expect(raised(first, [unit], [first]).isEmpty)
    #expect(raised(second, [unit], [first, second]) == [.impossible])
    // The next read is no part of what was impossible before it.
    #expect(raised(third, [unit], [first, second, third]).isEmpty)
    let copy = try tags.read(13, tid: "E2801160600002053A2B17C5", time: "13:30")
    #expect(raised(copy, [unit], [first, copy]) == [.clone])
    #expect(raised(first, [], [first]) == [.unknown])
    let blocked = try tags.unit("blocked", id: 2, refers: 1)
    #expect(raised(first, [unit, blocked], [first]) == [.blocked])
    // Whether it is expired is asked of the day of the read.
    #expect(raised(first, [try tags.unit(until: "2026-11-23")], [first]) == [.expired])
  }
}

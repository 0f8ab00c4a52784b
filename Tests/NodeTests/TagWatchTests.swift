import Catalog
import Exchange
import Foundation
import Terms
import Testing

@testable import Node

/// Alarms of tags are raised as reads and the registry's records arrive, in either order, in both countries, and shown at the post
/// without anybody's asking for the tag.
@Suite(.serialized) struct TagWatchTests {
  private static let tid = "E2801160600002053A2B17C4"

  private func register(_ epc: String, _ risk: RiskPair, plate: String = "C 123-456") throws -> RecordID {
    try risk.publish(
      "cargo-units",
      """
      {"event":"registered","epc":"\(epc)","tid":"\(Self.tid)","country":"SV","time":"\(RiskPair.time(-90))",\
      "kind":"truck","plate":{"country":"SV","text":"\(plate)"},"valid_from":"2026-01-01","valid_until":"2099-12-31"}
      """, at: risk.sv)
  }

  @discardableResult
  private func read(
    _ epc: String, _ risk: RiskPair, minutes: Int64 = -1, tid: String = TagWatchTests.tid,
    crossing: String = "GT-SV/la-hachadura"
  ) throws -> RecordID {
    try risk.publish(
      "rfid-reads",
      """
      {"epc":"\(epc)","tid":"\(tid)","crossing":"\(crossing)","post":"\(crossing)/SV","reader":"A-1",\
      "time":"\(RiskPair.time(minutes))"}
      """, at: risk.sv)
  }

  private func alarms(at node: Installation, _ place: String? = nil, open: Bool = false) throws -> [RaisedTagAlarm] {
    var request = AlertHitsRequest(by: Asker(officer: "of-1", role: "customs-officer", purpose: "test"))
    (request.place, request.onlyOpen) = (place, open)
    return try node.lookups.answer(request).tags
  }

  private func kinds(at node: Installation, _ place: String? = nil, open: Bool = false) throws -> Set<String> {
    Set(try alarms(at: node, place, open: open).map { "\($0.kind.rawValue) \($0.epc.suffix(4))" })
  }

  /// Readers send when they can: the read that made it impossible is the later one, whichever came first.
  @Test func anAlarmOfTwoReadsIsAtTheLaterOneInWhateverOrderTheyCome() throws {
    let risk = try RiskPair()
    let epc = "3474257BF400000000000005"
    _ = try register(epc, risk)
    let late = try read(epc, risk, crossing: "GT-SV/anguiatu")
    #expect(try NodePair.eventually { try risk.gt.engine.reader.state(of: StreamName("SV/GT/rfid-reads")).size > 1 })
    try read(epc, risk, minutes: -9)
    for node in [risk.sv, risk.gt] {
      #expect(try NodePair.eventually { try !alarms(at: node).isEmpty }, "\(node.country)")
      #expect(try alarms(at: node).map(\.readID) == [late])
      #expect(try alarms(at: node).map(\.crossing) == ["GT-SV/anguiatu"])
    }
  }

  @Test func readsRaiseAlarmsInBothCountriesAndThePostIsShownThem() throws {
    let risk = try RiskPair()
    let (good, copied, hasty, stranger) = (
      "3474257BF400000000000001", "3474257BF400000000000002", "3474257BF400000000000003", "3474257BF400000000000004"
    )
    for epc in [good, copied, hasty] { _ = try register(epc, risk) }
    let stream = try StreamName("SV/GT/cargo-units")
    #expect(try NodePair.eventually { try risk.gt.engine.reader.state(of: stream).size > 3 })
    for epc in [good, good, copied, hasty, stranger] { try read(epc, risk, minutes: -9) }
    try read(copied, risk, tid: "E2801160600002053A2B17C5")
    try read(hasty, risk, crossing: "GT-SV/anguiatu")
    // Read again by the next antenna: one alarm for a tag, a crossing and a day.
    try read(stranger, risk, minutes: -8)
    let all: Set = ["clone 0002", "impossible 0003", "unknown 0004"]
    for node in [risk.sv, risk.gt] {
      #expect(try NodePair.eventually { try kinds(at: node) == all }, "\(node.country)")
      #expect(try kinds(at: node, "GT-SV/anguiatu/GT") == ["impossible 0003"])
      #expect(try kinds(at: node, "GT-SV/la-hachadura/GT") == ["clone 0002", "unknown 0004"])
    }
    #expect(try alarms(at: risk.gt).count == 3)
    let copy = try #require(try alarms(at: risk.gt).first { $0.kind == .clone })
    #expect(copy.stream?.description == "SV/GT/rfid-reads" && copy.isOpen)
    #expect(copy.words.contains("TAG clone \(copied): a copy of the tag: SV registered TID"), "\(copy.words)")
    // A role that may not see reads sees no alarm, and is told of it.
    let analyst = try risk.hits(at: risk.gt, role: "quarantine-officer")
    #expect(analyst.tags.isEmpty && analyst.withheldHits == 3)
    // What was shown is in the log.
    let log = try risk.gt.lookupLog(by: "of-1", about: CountryCode("SV"), limit: 500)
    #expect(log.contains { $0["dataset"] == "rfid-reads" && $0["records"]?.json.contains("\(copy.readID)") == true })
  }

  @Test func theRegistryRaisesAndEndsAlarmsOfWhatWasReadBefore() throws {
    let risk = try RiskPair()
    let (late, blocked) = ("3474257BF400000000000005", "3474257BF400000000000006")
    let unit = try register(blocked, risk)
    try read(blocked, risk, minutes: -5)
    try read(late, risk, minutes: -5)
    #expect(try NodePair.eventually { try kinds(at: risk.gt, open: true).contains("unknown 0005") })
    // Registered after it was read: not unknown any more. Blocked after it was read: an alarm of the last read.
    _ = try register(late, risk)
    try risk.publish(
      "cargo-units",
      """
      {"event":"blocked","refers":"\(unit)","epc":"\(blocked)","tid":"\(Self.tid)","country":"SV",\
      "time":"\(RiskPair.time())","reason":"R-3"}
      """, at: risk.sv)
    for node in [risk.sv, risk.gt] {
      #expect(
        try NodePair.eventually { try kinds(at: node, open: true) == ["blocked 0006"] },
        "\(node.country)")
    }
    #expect(try kinds(at: risk.sv).contains("unknown 0005"))
    // After a start what the last day shows is looked at again, and what was raised before is one.
    let before = try alarms(at: risk.gt).count
    let (_, gt) = try risk.pair.restart()
    #expect(gt.watch.openAlerts != nil)
    #expect(try alarms(at: gt).count == before)
    #expect(gt.verify { _ in }.problems.isEmpty)
  }
}

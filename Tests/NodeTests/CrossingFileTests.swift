import Catalog
import Exchange
import Foundation
import Node
import Terms
import Testing

/// One key gives one timeline, across countries and with what refers to it.
@Suite(.serialized) struct CrossingFileTests {
  private func publish(_ line: String, of dataset: String = "migration", at node: Installation) throws -> RecordID {
    let definition = try #require(node.registry.definition(DatasetName(dataset)))
    let draft = try node.registry.draft(
      Array(line.utf8), of: definition, from: node.country, now: SystemClock().now())
    guard case .accepted(let id)? = try node.engine.publish([draft]).first else { throw NotAccepted() }
    return id
  }

  private struct NotAccepted: Error {}

  private func departure(_ number: Int, plate: String = "P 123-456", time: String = "08:03") -> String {
    String(decoding: NodePair.departure(number), as: UTF8.self)
      .replacing("T08:03:22", with: "T\(time):22")
      .replacing("\"decision\"", with: "\"vehicle\":{\"country\":\"SV\",\"text\":\"\(plate)\"},\"decision\"")
  }

  private func request(_ key: String, role: String = "migration-officer") -> CrossingRequest {
    CrossingRequest(key: key, officer: "of-1", role: role, purpose: "test")
  }

  @Test func aPlateGivesDeparturesAndTheirConfirmationsInOrderOfTime() throws {
    let pair = try NodePair()
    let (sv, gt) = try pair.start()
    // Published out of order: what counts is when it happened.
    let later = try publish(departure(1, time: "10:00"), at: sv)
    let earlier = try publish(departure(2, plate: "P123456", time: "09:00"), at: sv)
    _ = try publish(departure(3, plate: "P 999-999"), at: sv)
    #expect(try NodePair.eventually { try gt.lookups.answer(request("P123456")).records.count == 2 })
    let confirmation = try publish(
      """
      {"event":"entry-confirmed","refers":"\(earlier)","post":"GT-SV/la-hachadura/GT","time":"2026-11-24T15:30:00Z"}
      """, at: gt)
    // The confirmation bears no plate; it stands between the two departures.
    #expect(
      try gt.lookups.answer(request("p 123 456")).records.map(\.record.entry.id) == [earlier, confirmation, later])
    #expect(
      try NodePair.eventually {
        try sv.lookups.answer(request("SV/P123456")).records.map(\.record.entry.id) == [earlier, confirmation, later]
      })
    // A document leads to the same kind of file; so does the name with the birth date.
    #expect(try gt.lookups.answer(request("A10000001")).records.map(\.record.entry.id) == [later])
    #expect(try gt.lookups.answer(request("MARCADA, ANA MARIA 1974-08-12")).records.count == 4)
    // A zone has several lines; the log, where what was asked stands, has one.
    let zone = "P<SLVMARCADA<<ANA<MARIA<<<<<<<<<<<<<<<<<<<<<\nA100000014SLV7408122F3001019<<<<<<<<<<<<<<08"
    #expect(try gt.lookups.answer(request(zone)).records.map(\.record.entry.id) == [later])
    let none = try gt.lookups.answer(request("P000001"))
    #expect(none.records.isEmpty && none.sources.contains { $0.stream.origin.description == "SV" })
  }

  @Test func aPlateLeadsThroughEveryDatasetThatKnowsIt() throws {
    let pair = try NodePair()
    let (sv, _) = try pair.start()
    let unit = try publish(
      """
      {"event":"registered","epc":"urn:epc:tag:giai-96:3.0614141.5678","tid":"E2801160600002053A2B17C4","country":"SV",\
      "time":"2026-11-20T08:00:00Z","kind":"truck","plate":{"country":"SV","text":"C 123-456"},\
      "valid_from":"2026-11-20","valid_until":"2031-11-19"}
      """, of: "cargo-units", at: sv)
    let blocked = try publish(
      """
      {"event":"blocked","refers":"\(unit)","epc":"3474257BF40000000000162E","country":"SV",\
      "time":"2026-11-22T08:00:00Z","reason":"R-3"}
      """, of: "cargo-units", at: sv)
    let capture = try publish(
      """
      {"subject":"plate","post":"GT-SV/la-hachadura/SV","camera":"C-3","time":"2026-11-24T13:00:00Z",\
      "plate":{"country":"SV","text":"C123456"},"confidence":93,\
      "image_digest":"\(String(repeating: "0a", count: 32))","image_bytes":151000,"image_media_type":"image/jpeg"}
      """, of: "captures", at: sv)
    let driver = try publish(departure(1, plate: "C-123456"), at: sv)
    let answer = try sv.lookups.answer(request("C 123 456"))
    // The block bears no plate: it refers to the unit.
    #expect(answer.records.map(\.record.entry.id) == [unit, blocked, capture, driver])
    #expect(
      Set(answer.sources.map(\.stream.dataset.description)).isSuperset(of: ["cargo-units", "captures", "migration"]))
  }

  @Test func eachCountryAskedIsInTheLogBeforeTheAnswer() throws {
    let pair = try NodePair()
    let (sv, gt) = try pair.start()
    let id = try publish(departure(1), at: sv)
    #expect(try NodePair.eventually { try gt.lookups.answer(request("P123456")).records.count == 1 })
    let log = try gt.lookupLog(by: "of-1", about: CountryCode("SV"), limit: 100)
    let line = try #require(log.first { $0["dataset"]?.string == "migration" })
    #expect(line["query"]?.string == "key=P123456")
    #expect(line["records"]?.json.contains(id.description) == true)
    // El Salvador learns of it.
    #expect(
      try NodePair.eventually {
        try sv.lookupLog(by: nil, about: CountryCode("SV"), limit: 100).contains {
          $0["records"]?.json.contains(id.description) == true
        }
      })
  }

  @Test func whatARoleMayNotSeeIsNamedAsWithheld() throws {
    let pair = try NodePair()
    let (sv, gt) = try pair.start()
    _ = try publish(departure(1), at: sv)
    #expect(try NodePair.eventually { try gt.lookups.answer(request("P123456")).records.count == 1 })
    let answer = try gt.lookups.answer(request("P123456", role: "janitor"))
    #expect(answer.records.isEmpty)
    #expect(answer.withheld.map(\.description).contains { $0.contains("SV/GT/migration") && $0.contains("janitor") })
  }

  @Test func whatTheKeyOfACrossingFileMayBeIsSaid() throws {
    for json in [
      "{}", "[]", #"{"key":""}"#, #"{"key":7,"officer":"o","role":"r","purpose":"p"}"#, #"{"key":"P1"}"#,
      #"{"key":"P1","officer":"o","role":"r","purpose":"p","from":"SV"}"#,
      #"{"key":"P1","officer":"o","role":"r","purpose":"p","limit":0}"#,
      #"{"key":"P1","officer":"o","role":"r","purpose":"p","since":"yesterday"}"#,
      #"{"key":"P1","officer":"o","role":"r","purpose":"p","more":1}"#,
    ] {
      #expect(throws: TermError.self, "\(json)") {
        try CrossingRequest(json: try JSONValue(parsing: Array(json.utf8)))
      }
    }
    let good = #"{"key":"P1","officer":"o","role":"r","purpose":"p","limit":7,"since":"2026-01-01T00:00:00Z"}"#
    let request = try CrossingRequest(json: try JSONValue(parsing: Array(good.utf8)))
    #expect(request.key == "P1" && request.limit == 7 && request.since != nil)
  }
}

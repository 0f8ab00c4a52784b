import Terms
import Testing

@testable import Catalog

/// What an alert is a hit on, and what it is not.
@Suite struct AlertTests {
  private func capture(_ plate: String) throws -> RecordSubjects {
    try RiskSample.statement(
      "captures",
      """
      {"subject":"plate","post":"GT-SV/la-hachadura/SV","camera":"C-3","time":"2026-11-24T13:00:00Z","plate":\(plate),\
      "confidence":93,"image_digest":"\(String(repeating: "0a", count: 32))","image_bytes":151000,\
      "image_media_type":"image/jpeg"}
      """, id: 9
    ).subjects
  }

  @Test func anAlertIsAHitOnEveryDatasetThatKnowsItsSubject() throws {
    let manifest = try RiskSample.declared().subjects
    for (subject, value, field) in [
      ("plate", #"{"country":"SV","text":"C-123456"}"#, "vehicle.plate"),
      ("plate", #"{"country":"SV","text":"RE 1234"}"#, "vehicle.trailer"),
      ("container", #""CSQU3054383""#, "containers"),
      ("company", #"{"country":"NI","number":"J0310000000001"}"#, "importer.company"),
      ("document", #"{"kind":"identity-card","country":"SV","number":"00016297-5"}"#, "driver.document"),
      ("declaration", #""SV-F 2026-0001234""#, "duca"), ("certificate", #""f 77""#, "documents.number"),
    ] {
      let alert = try RiskSample.alert(subject, value)
      #expect(alert.matches(manifest) == field, "\(subject)")
      #expect(
        alert.matches(
          try RiskSample.declared(
            [
              "duca": #""SV-9""#, "vehicle": nil, "containers": nil,
              "importer": nil, "driver": nil, "documents": nil,
            ], id: 101
          ).subjects) == nil, "\(subject)")
    }
    // A migration record by its document, whatever its kind is called, and by the zone from which it was taken.
    let person = try RiskSample.statement(
      "migration", String(decoding: Sample.line(), as: UTF8.self), id: 8
    ).subjects
    let alert = try RiskSample.alert("document", #"{"kind":"other","country":"SV","number":"000162975"}"#)
    #expect(alert.matches(person) == "document")
  }

  @Test func aPlateOfAnotherCountryIsNoHitAndOneWithoutCountryIs() throws {
    let alert = try RiskSample.alert("plate", #"{"country":"SV","text":"C 123-456"}"#)
    #expect(alert.matches(try capture(#"{"country":"SV","text":"C123456"}"#)) == "plate")
    #expect(alert.matches(try capture(#"{"text":"C123456"}"#)) == "plate")
    #expect(alert.matches(try capture(#"{"country":"GT","text":"C123456"}"#)) == nil)
    #expect(alert.matches(try capture(#"{"country":"SV","text":"C123457"}"#)) == nil)
  }

  @Test func aTariffCodeIsAHitOnWhatBeginsLikeIt() throws {
    // The declaration has 0901210000 and 0902100000.
    let manifest = try RiskSample.declared().subjects
    for (code, isHit) in [
      ("090121", true), ("09012100", true), ("0901210000", true), ("090121000011", true), ("0901210010", false),
      ("09012110", false), ("090210", true), ("090122", false),
    ] { #expect((try RiskSample.alert("tariff", "\"\(code)\"").matches(manifest) != nil) == isHit, "\(code)") }
  }

  @Test func aRouteIsWatchedByTheCrossingsAheadAndOtherAlertsAreNarrowedByThem() throws {
    let manifest = try RiskSample.declared().subjects
    let passage = try RiskSample.alert("passage", nil, crossings: #"["HN-NI/guasaule"]"#)
    #expect(passage.matches(manifest) == "crossings")
    #expect(try RiskSample.alert("passage", nil, crossings: #"["HN-NI/las-manos"]"#).matches(manifest) == nil)
    // A read or a traveller at the crossing is no consignment on its way.
    #expect(passage.matches(try capture(#"{"text":"C123456"}"#)) == nil)
    let plate = #"{"country":"SV","text":"C123456"}"#
    let here = try RiskSample.alert("plate", plate, crossings: #"["GT-SV/la-hachadura"]"#)
    #expect(here.matches(try capture(plate)) == "plate")
    #expect(here.matches(manifest) == nil)
  }

  @Test func aBookFindsWhatIsOpenAndNothingElse() throws {
    var book = AlertBook()
    let manifest = try RiskSample.declared().subjects
    let plate = try RiskSample.alert("plate", #"{"country":"SV","text":"C123456"}"#, id: 1)
    let short = try RiskSample.alert("tariff", #""090121""#, id: 2, expires: "2026-11-24T15:00:00Z")
    let passage = try RiskSample.alert("passage", nil, id: 3, crossings: #"["HN-NI/guasaule"]"#)
    let other = try RiskSample.alert("container", #""TASU1170000""#, id: 4)
    for alert in [plate, short, passage, other] { book.insert(alert) }
    #expect(book.matches(manifest, at: Sample.now).map(\.alert.id) == [plate.id, short.id, passage.id])
    #expect(book.matches(manifest, at: Sample.now).map(\.field) == ["vehicle.plate", "lines.tariff", "crossings"])
    // At its very end an alert holds no more.
    #expect(book.matches(manifest, at: short.expires).map(\.alert.id) == [plate.id, passage.id])
    book.expire(at: short.expires)
    #expect(book.open.count == 3)
    // Another country cannot lift it.
    book.lift(plate.id, by: Sample.guatemala)
    #expect(book.matches(manifest, at: Sample.now).map(\.alert.id) == [plate.id, passage.id])
    book.lift(plate.id, by: Sample.salvador)
    book.remove(passage.id)
    #expect(book.matches(manifest, at: Sample.now).isEmpty && !book.hasPassages && !book.isEmpty)
  }

  @Test func aCorrectedAlertStandsForTheFirstOne() throws {
    var book = AlertBook()
    let first = try RiskSample.alert("plate", #"{"country":"SV","text":"C123456"}"#, id: 1)
    let corrected = try RiskSample.alert("plate", #"{"country":"SV","text":"C999999"}"#, id: 5)
    book.insert(first)
    book.replace(first.id, with: corrected, corrected.id)
    #expect(book.open == [corrected])
    #expect(book.matches(try RiskSample.declared().subjects, at: Sample.now).isEmpty)
    // Whoever lifts it may still name the first.
    book.lift(first.id, by: Sample.salvador)
    #expect(book.isEmpty)
  }
}

import Foundation
import Terms
import Testing

@testable import Catalog

/// The zone fills in what is absent, and contradicts what is wrong.
@Suite struct MRZRuleTests {
  /// A Salvadoran's passport.
  static let zone = quoted(
    MRZTests.passport(
      number: "A00016297", birth: "740812", names: "MARTINEZ<PENA<<ANA<MARIA", issuer: "SLV", nationality: "SLV"))
  static let passport = #"{"kind":"passport","country":"SV","number":"A00016297"}"#
  static let absent: [String: String?] = [
    "document": nil, "surname": nil, "given_names": nil, "birth_date": nil, "sex": nil, "nationality": nil,
  ]

  static func quoted(_ zone: String) -> String { "\"\(zone.replacing("\n", with: "\\n"))\"" }

  private func body(_ changes: [String: String?]) throws -> JSONValue {
    try JSONValue(parsing: Sample.record(changes).body)
  }

  @Test func theZoneFillsInWhatIsAbsent() throws {
    let body = try body(Self.absent.merging(["mrz": Self.zone]) { $1 })
    #expect(body["surname"]?.string == "MARTINEZ PENA" && body["given_names"]?.string == "ANA MARIA")
    #expect(body["birth_date"]?.string == "1974-08-12" && body["sex"]?.string == "F")
    #expect(body["nationality"]?.string == "SV")
    #expect(
      body["document"]?.json
        == #"{"country":"SV","expiry":"2012-04-15","kind":"passport","number":"A00016297"}"#)
    #expect(body["mrz"]?.string?.split(separator: "\n").count == 2)
  }

  @Test func whatTheZoneRepeatsAgreesWithIt() throws {
    let good: [String: String?] = ["mrz": Self.zone, "document": Self.passport]
    _ = try Sample.record(good)
    func disagreement(_ field: String, _ value: String?) throws -> Refusal {
      try Sample.refusal(good.merging([field: value]) { $1 })
    }
    for (field, value, part) in [
      ("surname", #""Martínez""#, "the surname"), ("surname", #""Peña Martínez""#, "the surname"),
      ("given_names", #""Ana""#, "the given names"), ("birth_date", #""1974-08-13""#, "the birth date"),
      ("birth_date", #""1975""#, "the birth date"), ("sex", #""M""#, "the sex"), ("sex", #""X""#, "the sex"),
      ("nationality", #""GT""#, "the nationality"),
      ("document", #"{"kind":"passport","country":"SV","number":"A00016298"}"#, "the number"),
      ("document", #"{"kind":"passport","country":"GT","number":"A00016297"}"#, "the country"),
      ("document", #"{"kind":"visa","country":"SV","number":"A00016297"}"#, "the kind"),
      ("document", #"{"kind":"passport","country":"SV","number":"A00016297","expiry":"2012-04-16"}"#, "the expiry"),
    ] {
      let refusal = try disagreement(field, value)
      #expect(refusal.field == field && refusal.problem.contains("\(part) is not what the machine-readable zone says"))
    }
    // What is known less exactly agrees; so does the same in other letters.
    for (field, value) in [
      ("birth_date", #""1974-08""#), ("birth_date", #""unknown""#), ("surname", #""MARTINEZ-PEÑA""#),
      ("surname", #""Martínez  Peña""#), ("given_names", #""Ana-María""#),
      ("document", #"{"kind":"travel-document","country":"SV","number":"a-00016297","expiry":"2012-04-15"}"#),
    ] { _ = try Sample.record(good.merging([field: value]) { $1 }) }
    // The zone has given names; leaving them out takes the zone's.
    #expect(try body(good.merging(["given_names": nil]) { $1 })["given_names"]?.string == "ANA MARIA")
  }

  @Test func aFaultyZoneIsTheZonesFault() throws {
    let refusal = try Sample.refusal(["mrz": Self.zone.replacing("740812", with: "740813"), "document": nil])
    #expect(refusal.field == "mrz" && refusal.problem.contains("the check digit of the birth date"))
    let nowhere = try Sample.refusal(["mrz": Self.quoted(MRZTests.td3), "document": nil])
    #expect(nowhere.field == "mrz" && nowhere.problem == "the issuing State is no country of ISO 3166-1")
  }

  @Test func lettersThatTheTableSpellsWithTwoAgree() throws {
    for (zone, name) in [
      ("MUELLER", "Müller"), ("MULLER", "Müller"), ("MUXXLLER", "Müller"), ("NUNEZ", "Núñez"), ("NUNXXEZ", "Núñez"),
      ("OESTERGAARD", "Østergård"), ("OESTERGARD", "Østergård"), ("STRASSE", "Straße"), ("ONEILL", "O’Neill"),
      ("DE<LA<CRUZ", "de la Cruz"), ("AVILA<RUIZ", "Ávila-Ruiz"),
    ] { #expect(MRZRule.agree(zone, Array(name.utf8)[...], mayBeTruncated: false), "\(zone) \(name)") }
    for (zone, name) in [("MULLER", "Miller"), ("NUNEZ", "Nunes"), ("DELACRUZ", "de la Cruz"), ("CRUZ", "de la Cruz")] {
      #expect(!MRZRule.agree(zone, Array(name.utf8)[...], mayBeTruncated: false), "\(zone) \(name)")
    }
  }

  @Test func aNameMayBeCutWhereTheZoneIsFull() {
    let name = Array("Papandropoulous Jonathon Alec".utf8)[...]
    #expect(MRZRule.agree("PAPANDROPOULOUS<JONATHON<A", name, mayBeTruncated: true))
    #expect(MRZRule.agree("PAPANDROPOULOUS<J<ALEC", name, mayBeTruncated: true))
    #expect(!MRZRule.agree("PAPANDROPOULOUS<JONATHON<A", name, mayBeTruncated: false))
    #expect(!MRZRule.agree("PAPANDROPOULOUS<X", name, mayBeTruncated: true))
  }

  /// Doc 9303-4 section 4.2.2.2: a filler stands for a space or a hyphen in the number.
  @Test func aNumberWithAHyphenIsTaken() throws {
    let zone = Self.quoted(
      MRZTests.passport(
        number: "AB<12345", names: "MARTINEZ<PENA<<ANA<MARIA", issuer: "SLV", nationality: "SLV"))
    let record = try Sample.record(["mrz": zone, "document": nil])
    #expect(try JSONValue(parsing: record.body)["document"]?["number"]?.string == "AB12345")
    _ = try Sample.record(["mrz": zone, "document": #"{"kind":"passport","country":"SV","number":"AB-12345"}"#])
    let definition = try Sample.definition()
    for typed in ["AB-12345", "ab12345", "SV/AB 12345"] {
      let key = try definition.searchKey(field: "document", typed: typed)
      #expect(definition.searchKeys(of: record.body).contains(key), "\(typed)")
    }
  }

  @Test func aCardsIdentityNumberMayStandInItsOptionalData() throws {
    // A card whose own number is not the DUI, with the DUI 00016297-5 as optional data.
    func card(_ optional: String) -> String {
      func padded(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: "<", startingAt: 0) }
      let first = padded("I<SLVC12345678\(MRZTests.digit("C12345678"))\(optional)", 30)
      let second = "7408122F300415\(MRZTests.digit("300415"))SLV<<<<<<<<<<<"
      let composite = first.dropFirst(5) + second.prefix(7) + second.dropFirst(8).prefix(7) + second.dropFirst(18)
      return Self.quoted(
        "\(first)\n\(second)\(MRZTests.digit(String(composite)))\n\(padded("MARTINEZ<PENA<<ANA<MARIA", 30))")
    }
    let record = try Sample.record(["mrz": card("000162975"), "document": nil])
    #expect(try JSONValue(parsing: record.body)["document"]?["number"]?.string == "000162975")
    // Found by the card's own number too.
    let definition = try Sample.definition()
    let key = try definition.searchKey(field: "document", typed: "C12345678")
    #expect(definition.searchKeys(of: record.body).contains(key))
    let none = try Sample.refusal(["mrz": card("1"), "document": nil])
    #expect(none.field == "document" && none.problem.contains("does not hold the identity number"))
  }
}

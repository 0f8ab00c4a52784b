import Terms
import Testing

@testable import Catalog

/// The same person, plate or document is found however it was written.
@Suite struct SearchTests {
  let definition: Definition

  init() throws { definition = try Sample.definition() }

  private func finds(
    _ field: String, _ typed: String, in changes: [String: String?] = [:], _ expected: Bool = true,
    at place: SourceLocation = #_sourceLocation
  ) throws {
    let keys = definition.searchKeys(of: try Sample.record(changes).body)
    let key = try definition.searchKey(field: field, typed: typed)
    #expect(
      keys.contains(key) == expected, "\(field)=\(typed): \(String(decoding: key.value, as: UTF8.self))",
      sourceLocation: place)
  }

  @Test(arguments: [
    "Martínez Peña, Ana María 1974-08-12", "MARTINEZ PENA, ANA MARIA 1974-08-12", "martínez-peña,ana-maría 1974-08-12",
    "MARTINEZ<PENA<<ANA<MARIA 1974-08-12", "  Martínez   Peña ,  Ana  María   1974-08-12",
    "Marti\u{301}nez Pen\u{303}a, Ana Mari\u{301}a 1974-08-12", "MARTINEZ PENXXA, ANA MARIA 1974-08-12",
  ])
  func aPersonIsFoundByNameAndBirthDate(typed: String) throws { try finds("name", typed) }

  @Test(arguments: [
    "Martínez Peña, Ana María 1974-08-13", "Martínez, Ana María 1974-08-12", "Peña Martínez, Ana María 1974-08-12",
    "Martínez Peña, Ana 1974-08-12", "MartínezPeña, Ana María 1974-08-12", "Martínez Peña Ana María 1974-08-12",
  ])
  func anotherPersonIsNot(typed: String) throws { try finds("name", typed, false) }

  @Test func allTransliterationsOfANameAreOne() throws {
    let ways = [["Müller", "MUELLER", "MULLER", "MUXXLLER", "mueller"], ["Østergård", "OESTERGAARD", "OSTERGARD"]]
    for spellings in ways + [["Núñez", "NUNEZ", "NUNXXEZ"], ["Ähä", "AEHAE", "AHA"], ["Aäa", "AAEA"]] {
      for written in spellings {
        for typed in spellings {
          try finds("name", "\(typed), Ana María 1974-08-12", in: ["surname": "\"\(written)\""])
        }
      }
    }
  }

  @Test func oneNameIsEnoughForWhoHasOne() throws {
    try finds("name", "Sukarno 1974", in: ["surname": #""Sukarno""#, "given_names": nil, "birth_date": #""1974""#])
    try finds("name", "Martínez Peña, Ana María unknown", in: ["birth_date": #""unknown""#])
  }

  @Test func aNameWithoutItsBirthDateIsRefused() throws {
    for typed in ["Martínez Peña, Ana María", "", "1974-08-12", " 1974-08-12", ", Ana 1974-08-12", "... 1974-08-12"] {
      let refusal = try #require(throws: Refusal.self) { _ = try definition.searchKey(field: "name", typed: typed) }
      #expect(refusal.field == "name" && refusal.whatToDo.contains("Eriksson, Anna Maria 1974-08-12"))
    }
  }

  @Test(arguments: ["00016297-5", "000162975", "0001 6297 5", "SV/00016297-5", "sv/000162975"])
  func aDocumentIsFoundByItsNumber(typed: String) throws { try finds("document", typed) }

  @Test func aDocumentOfAnotherCountryIsNot() throws {
    try finds("document", "GT/00016297-5", false)
    try finds("document", "00016297-6", false)
    let refugee = #"{"kind":"travel-document","country":"XXC","number":"R-77"}"#
    try finds("document", "R77", in: ["document": refugee])
    try finds("document", "XXC/R77", in: ["document": refugee])
    try finds("document", "XXB/R77", in: ["document": refugee], false)
  }

  @Test(arguments: ["P 123-456", "P123456", "p·123·456", "SV/P123456", "sv/p-123456"])
  func aPlateIsFoundInAnySpelling(typed: String) throws { try finds("vehicle", typed) }

  @Test func aPlatesLettersAreKeptApart() throws {
    let honduran = #"{"country":"HN","text":"PÑ 12345"}"#
    try finds("vehicle", "pñ12345", in: ["vehicle": honduran])
    try finds("vehicle", "PN\u{303} 12345", in: ["vehicle": honduran])
    try finds("vehicle", "PN12345", in: ["vehicle": honduran], false)
    try finds("vehicle", "GT/P123456", false)
  }

  @Test func aGroupAZoneAndARecordAreFound() throws {
    try finds("group", "bus 12 ticá", in: ["group": #""BUS-12 (Tica)""#])
    let zone = MRZRuleTests.zone
    try finds(
      "mrz",
      MRZTests.passport(
        number: "A00016297", birth: "740812", names: "MARTINEZ<PENA<<ANA<MARIA", issuer: "SLV", nationality: "SLV"),
      in: ["mrz": zone, "document": MRZRuleTests.passport])
    let confirmation = try Sample.record(base: RecordTests.confirmation, from: Sample.guatemala)
    let key = try definition.searchKey(field: "refers", typed: "019ab7e2-5a00-7000-8000-0123456789ab")
    #expect(definition.searchKeys(of: confirmation.body) == [key])
  }

  @Test func onlyWhatIsSearchableCanBeSearched() throws {
    #expect(definition.searchNames == ["document", "group", "guardian_document", "mrz", "name", "refers", "vehicle"])
    let surname = try #require(throws: Refusal.self) { _ = try definition.searchKey(field: "surname", typed: "Peña") }
    #expect(surname.problem == "not searchable in migration" && surname.whatToDo.contains("name"))
    let typo = try #require(throws: Refusal.self) { _ = try definition.searchKey(field: "vehicel", typed: "P1") }
    #expect(typo.problem == "no field of migration" && typo.whatToDo == "write \"vehicle\"")
    for (field, typed) in [("vehicle", "--"), ("document", "SV/"), ("document", ""), ("group", "¡!")] {
      let refusal = try #require(throws: Refusal.self) { _ = try definition.searchKey(field: field, typed: typed) }
      #expect(refusal.problem == "nothing to search for")
    }
    #expect(try definition.comparable("decision").name == "decision")
    #expect(throws: Refusal.self) { try definition.comparable("birth_date") }
  }

  @Test func whatIsTypedWithoutAFieldIsSearchedInAll() {
    #expect(
      definition.searchKeys(typed: "P123456").map(\.field) == ["document", "group", "guardian_document", "vehicle"])
    #expect(definition.searchKeys(typed: "019ab7e2-5a00-7000-8000-0123456789ab").map(\.field).contains("refers"))
    #expect(definition.searchKeys(typed: "Martínez, Ana 1974-08-12").map(\.field).contains("name"))
    #expect(definition.searchKeys(typed: "").isEmpty)
  }

  @Test func keysAreSortedAndOnce() throws {
    let document = #"{"kind":"identity-card","country":"SV","number":"00016297-5"}"#
    let keys = definition.searchKeys(
      of: try Sample.record([
        "minor": #""with-guardian""#, "guardian_document": document, "birth_date": #""2014-08-12""#,
      ]).body)
    #expect(keys == keys.sorted() && Set(keys).count == keys.count)
    #expect(
      keys.map(\.field) == [
        "document", "document", "guardian_document", "guardian_document", "name", "vehicle", "vehicle",
      ])
    #expect(definition.searchKeys(of: Array("nonsense".utf8)).isEmpty)
  }
}

import Terms
import Testing

@testable import Catalog

/// Records of the migration dataset: what must stand, what may, and what agrees with what.
@Suite struct RecordTests {
  private func json(_ record: CheckedRecord) throws -> JSONValue { try JSONValue(parsing: record.body) }

  @Test func aDepartureIsTaken() throws {
    let record = try Sample.record()
    #expect(record.change == .record && record.refers == nil && record.reference == "DGME-2026-1")
    #expect(record.time.wholeSeconds == "2026-11-24T14:03:22Z")
    #expect(try json(record)["surname"]?.string == "Martínez Peña")
  }

  @Test(arguments: [
    "event", "post", "from", "to", "time", "document", "surname", "birth_date", "sex", "nationality", "decision",
  ])
  func whatIsRequiredIsAskedFor(field: String) throws {
    let refusal = try Sample.refusal([field: nil])
    // Without its event, a record has fields that belong to none.
    let expected = field == "event" ? ["event", "birth_date"] : [field]
    #expect(expected.contains(refusal.field))
    if field != "event" { #expect(refusal.problem == "missing" && refusal.whatToDo.hasPrefix("add it")) }
  }

  @Test(arguments: ["given_names", "vehicle", "reference"]) func whatIsNotMayBeAbsent(field: String) throws {
    _ = try Sample.record([field: nil])
  }

  @Test func aConditionAsksForAFieldAndForbidsAnother() throws {
    let refused = try Sample.refusal(["decision": #""refuse""#])
    #expect(refused.field == "reason" && refused.whatToDo.contains("decision is refuse or refer"))
    _ = try Sample.record(["decision": #""refuse""#, "reason": #""documento vencido""#])
    let guardian = #"{"kind":"passport","country":"SV","number":"A1"}"#
    let child = #""2014-08-12""#
    #expect(
      try Sample.refusal(["minor": #""with-guardian""#, "birth_date": child]).field == "guardian_document")
    let alone = try Sample.refusal(["guardian_document": guardian])
    #expect(alone.field == "guardian_document" && alone.problem.contains("no place here"))
    #expect(alone.whatToDo.contains("minor is with-guardian or unaccompanied"))
    _ = try Sample.record(["minor": #""with-guardian""#, "guardian_document": guardian, "birth_date": child])
    _ = try Sample.record(["minor": #""unaccompanied""#, "birth_date": child])
    #expect(try Sample.refusal(["refers": #""019ab7e2-5a00-7000-8000-0123456789ab""#]).field == "refers")
  }

  /// The sample's time is 2026-11-24T08:03:22-06:00.
  @Test(
    arguments: [
      ("2008-11-26", true), ("2008-11-25", nil), ("2008-11-24", nil), ("2008-11-23", nil), ("2008-11-22", false),
      ("1974-08-12", false), ("2026-11-24", true), ("2008-12", true), ("2008-11", nil), ("2008-10", false),
      ("2009", true), ("2008", nil), ("2007", false), ("unknown", nil),
    ] as [(String, Bool?)])
  func whoIsUnderEighteenIsSaidToBeAMinorAndNobodyElse(born: String, isMinor: Bool?) throws {
    let birth = "\"\(born)\""
    if isMinor == true {
      let refusal = try Sample.refusal(["birth_date": birth])
      #expect(refusal.field == "minor" && refusal.problem == "missing" && refusal.whatToDo.contains("under 18"))
    } else {
      _ = try Sample.record(["birth_date": birth])
    }
    if isMinor == false {
      let refusal = try Sample.refusal(["birth_date": birth, "minor": #""unaccompanied""#])
      #expect(refusal.field == "minor" && refusal.problem.contains("18 or more") && !refusal.logText.contains("unacc"))
    } else {
      _ = try Sample.record(["birth_date": birth, "minor": #""unaccompanied""#])
    }
  }

  @Test func whoIsBornOnALeapDayTurnsEighteenOnTheFirstOfMarch() throws {
    func isUnderAge(_ day: String) throws -> Bool? {
      OfAgeRule.isUnderAge(born: Array("2008-02-29".utf8)[...], at: try CalendarDay(day).start)
    }
    #expect(try isUnderAge("2026-02-27") == true)
    for day in ["2026-02-28", "2026-03-01", "2026-03-02"] { #expect(try isUnderAge(day) == nil) }
    #expect(try isUnderAge("2026-03-03") == false)
  }

  @Test func aFieldThatThereIsNotIsRefusedWithTheNearestName() throws {
    let typo = try Sample.refusal(["surnames": #""x""#])
    #expect(typo.field == "surnames" && typo.whatToDo == "write \"surname\"")
    let other = try Sample.refusal(["favourite_colour": #""x""#])
    #expect(other.problem == "no field of the dataset migration" && other.whatToDo.contains("dataset show migration"))
    // A field name from outside may itself be personal: it is not logged.
    #expect(!other.logText.contains("favourite"))
  }

  @Test func theLogTextHoldsNoValue() throws {
    let refusal = try Sample.refusal(["document": #"{"kind":"identity-card","country":"SV","number":"00016297-6"}"#])
    #expect(refusal.description.contains("00016297-6"))
    #expect(!refusal.logText.contains("00016297"))
    #expect(refusal.logText.hasPrefix("document: "))
  }

  // One control, two facts: the exit that the acting post records, and the entry that the other country confirms.

  static let confirmation: [(String, String)] = [
    ("event", #""entry-confirmed""#), ("refers", #""019ab7e2-5a00-7000-8000-0123456789ab""#),
    ("post", #""GT-SV/la-hachadura/GT""#), ("time", #""2026-11-24T08:09:00-06:00""#),
  ]

  @Test func aConfirmationRefersToTheDepartureAndRepeatsNothing() throws {
    let record = try Sample.record(base: Self.confirmation, from: Sample.guatemala)
    #expect(record.refers?.description == "019ab7e2-5a00-7000-8000-0123456789ab")
    let body = try json(record)
    #expect(body["crossing"]?.string == "GT-SV/la-hachadura", "taken from the post")
    #expect(try Sample.refusal(["refers": nil], base: Self.confirmation, from: Sample.guatemala).field == "refers")
    for (field, value) in Sample.departure where !["event", "crossing", "post", "time", "reference"].contains(field) {
      let refusal = try Sample.refusal([field: value], base: Self.confirmation, from: Sample.guatemala)
      #expect(refusal.field == field && refusal.problem.contains("no place here"))
    }
  }

  @Test func aRefusalOfEntryGivesItsReason() throws {
    let change: [String: String?] = ["event": #""entry-refused""#]
    #expect(try Sample.refusal(change, base: Self.confirmation, from: Sample.guatemala).field == "reason")
    _ = try Sample.record(
      change.merging(["reason": #""alerta""#]) { $1 }, base: Self.confirmation, from: Sample.guatemala)
  }

  @Test func nobodyRecordsWhatAnotherCountrysOfficersDid() throws {
    let confirmed = try Sample.refusal(base: Self.confirmation, from: Sample.salvador)
    #expect(confirmed.field == "post" && confirmed.problem == "a post of GT, not of SV")
    #expect(try Sample.refusal(from: Sample.guatemala).problem == "a post of SV, not of GT")
  }

  @Test func theActingPostMakesTheControl() throws {
    let other = try Sample.refusal(["post": #""GT-SV/la-hachadura/GT""#], from: Sample.guatemala)
    #expect(other.field == "post" && other.problem.contains("not the post that acts for migration"))
    #expect(other.whatToDo == "the control is made at GT-SV/la-hachadura/SV")
    let elsewhere = try Sample.refusal(["post": #""GT-SV/anguiatu/SV""#])
    #expect(elsewhere.field == "post" && elsewhere.problem.contains("not a post of the crossing"))
    let there = try Sample.refusal(["to": #""HN""#])
    #expect(there.field == "from" && there.whatToDo.contains("GT and SV, in either order"))
    #expect(try Sample.refusal(["to": #""SV""#]).field == "to")
    // At Paso Canoas the country being entered acts (domain.md M2).
    let canoas: [String: String?] = [
      "crossing": #""CR-PA/paso-canoas""#, "post": #""CR-PA/paso-canoas/CR""#, "from": #""PA""#, "to": #""CR""#,
    ]
    _ = try Sample.record(canoas, from: Sample.country("CR"))
    let departure = try Sample.refusal(
      canoas.merging(["post": #""CR-PA/paso-canoas/PA""#]) { $1 }, from: Sample.country("PA"))
    #expect(departure.whatToDo == "the control is made at CR-PA/paso-canoas/CR")
  }

  @Test func anAirportLeadsAnywhereFromItsOnlyCountry() throws {
    let airport: [String: String?] = ["crossing": #""SV/monsenor-romero""#, "post": #""SV/monsenor-romero/SV""#]
    _ = try Sample.record(airport)
    _ = try Sample.record(airport.merging(["from": #""US""#, "to": #""SV""#]) { $1 })
    let foreign = try Sample.refusal(airport.merging(["from": #""GT""#, "to": #""US""#]) { $1 })
    #expect(foreign.field == "from" && foreign.whatToDo.contains("write SV as from or as to"))
  }

  @Test func birthComesBeforeTheControl() throws {
    let refusal = try Sample.refusal(["birth_date": #""2026-11-27""#])
    #expect(refusal.field == "birth_date" && refusal.problem == "after time")
    _ = try Sample.record(["birth_date": #""2026-11-24""#, "minor": #""unaccompanied""#])
    _ = try Sample.record(["birth_date": #""unknown""#])
    #expect(try Sample.refusal(["birth_date": #""2027""#]).field == "birth_date")
  }

  // Corrections.

  static let id = #""019ab7e2-5a00-7000-8000-0123456789ab""#

  @Test func aCorrectionIsAWholeRecord() throws {
    let record = try Sample.record(["replaces": Self.id])
    guard case .replaces(let id) = record.change else {
      Issue.record("\(record.change)")
      return
    }
    #expect("\"\(id)\"" == Self.id)
    #expect(try json(record)["replaces"] == nil, "what a record does stands in its entry, not in its body")
    #expect(try Sample.refusal(["replaces": Self.id, "surname": nil]).field == "surname")
    #expect(try Sample.refusal(["replaces": #""x""#]).problem == "not a record id")
    #expect(try Sample.refusal(["replaces": "7"]).problem == "not a record id")
    #expect(try Sample.refusal(["replaces": Self.id, "withdraws": Self.id]).problem.contains("replace and withdraw"))
  }

  @Test func aWithdrawalHoldsAReasonAtMost() throws {
    let bare = try Sample.record(base: [("withdraws", Self.id)])
    #expect(bare.body == Array("{}".utf8) && bare.time == Sample.now)
    let whole = try Sample.record(base: [("withdraws", Self.id), ("reason", #""error""#), ("reference", #""r-2""#)])
    #expect(String(decoding: whole.body, as: UTF8.self) == #"{"reason":"error","reference":"r-2"}"#)
    #expect(whole.reference == "r-2")
    let refusal = try Sample.refusal(["surname": #""Peña""#], base: [("withdraws", Self.id)])
    #expect(refusal.field == "surname" && refusal.problem.contains("no place in a withdrawal"))
  }

  // Lines.

  @Test(arguments: ["", "[]", "7", "null", "\"x\"", "{", "{} {}", "{\"event\":}", "\u{FEFF}{}"])
  func aLineIsOneObject(line: String) throws {
    let (definition, topology) = (try Sample.definition(), try Sample.topology())
    #expect(throws: Refusal.self) {
      try definition.check(Array(line.utf8), from: Sample.salvador, topology: topology, now: Sample.now)
    }
  }

  @Test func aBodyHasAtMost64KiB() throws {
    let space = String(repeating: " ", count: 70_000)
    let refusal = try Sample.refusal(["given_names": "\(space)\"Ana\""])
    #expect(refusal.field == "line" && refusal.problem == "longer than 64 KiB")
  }

  @Test func theOtherDatasetIsRecordedToo() throws {
    let lookup = """
      {"officer":"of-17","role":"migration-officer","post":"GT-SV/la-hachadura/GT","purpose":"control de entrada",\
      "dataset":"migration","about":"SV","query":"vehicle=P123456","found":1,"records":[\(Self.id)],\
      "time":"2026-11-24T14:00:00.250Z"}
      """
    let record = try Sample.definition("lookups").check(
      Array(lookup.utf8), from: Sample.guatemala, topology: Sample.topology(), now: Sample.now)
    #expect(record.time.description == "2026-11-24T14:00:00.250Z")
  }
}

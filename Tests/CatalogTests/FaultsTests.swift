import Terms
import Testing

@testable import Catalog

/// All faults of a record at once.
@Suite struct FaultsTests {
  private func faults(_ changes: [String: String?]) throws -> [Refusal] {
    try Sample.definition("migration").faults(
      of: Sample.line(changes), from: Sample.salvador, topology: Sample.topology(), now: Sample.now)
  }

  @Test func aGoodRecordHasNone() throws { #expect(try faults([:]).isEmpty) }

  @Test func eachFieldIsToldOnceWithItsFirstFault() throws {
    let found = try faults(["surname": nil, "sex": #""Q""#, "birth_date": #""1974-13-01""#, "authorised_days": "\"x\""])
    #expect(Set(found.map(\.field)) == ["surname", "sex", "birth_date", "authorised_days"])
    #expect(found.first { $0.field == "surname" }?.problem == "missing")
  }

  @Test func whatComparesFieldsIsToldWhenTheyAreWellFormed() throws {
    #expect(try faults(["to": #""SV""#]).map(\.field).contains("to"))
  }

  @Test func thereIsAFaultExactlyWhereCheckRefuses() throws {
    let names = try Sample.definition("migration").fields.map(\.name)
    for name in names {
      for value in [nil, "\"\"", "7", "[]", "{}", "\"SV\"", "null"] as [String?] {
        let line = Sample.line([name: value])
        let definition = try Sample.definition("migration")
        let isTaken =
          (try? definition.check(line, from: Sample.salvador, topology: Sample.topology(), now: Sample.now)) != nil
        #expect(try faults([name: value]).isEmpty == isTaken, "\(name): \(value ?? "absent")")
      }
    }
    for line in ["", "{", "[]", #"{"nothing":1}"#] {
      let found = try Sample.definition("migration").faults(
        of: Array(line.utf8), from: Sample.salvador, topology: Sample.topology(), now: Sample.now)
      #expect(!found.isEmpty, "\(line)")
    }
  }
}

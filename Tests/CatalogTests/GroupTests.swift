import Terms
import Testing

@testable import Catalog

/// Groups of fields: what may stand in them, how they are found, and what of them leaves.
@Suite struct GroupTests {
  let cargo: Cargo

  init() throws { cargo = try Cargo() }

  @Test func aGroupIsKeptInCanonicalForm() throws {
    let body = try cargo.check()
    #expect(
      body.hasPrefix(
        #"{"driver":{"name":"Ana","paper":{"country":"SV","kind":"passport","number":"A1"}},"gross":"33.500","issued":"#
      )
    )
    #expect(
      body.contains(
        #""lines":[{"code":"09011120","criterion":"A","gross":"11.000","net":"10.000","origin":"region","price":"40.000","what":"Coffee"},{"marks":["X","Y"],"net":"20.000","what":"Tea"}]"#
      ))
    #expect(try cargo.check(body) == body)
  }

  @Test(arguments: [
    (#""net":"20""#, #""net":"2O""#, #"lines[2].net: not a decimal number (found "2O"); write digits and a point"#),
    (#","net":"20""#, "", "lines[2].net: missing; add it; every record has it"),
    (
      #"["X","Y"]"#, #"["X",7]"#,
      #"lines[2].marks[2]: a text is expected, not a number (found "7"); write it in quotes"#
    ),
    (#"["X","Y"]"#, #"["X","Y","Z"]"#, "lines[2].marks: more than 2 values; write fewer"),
    (#""net":"20""#, #""nett":"20""#, #"lines[2]: a member that is not known (found "nett"); write "net""#),
    (
      #""criterion":"A""#, #""marks":["Q"]"#,
      "lines[1].criterion: missing; add it; it is required when origin is region"
    ),
    (#""origin":"region""#, #""origin":"world""#, "lines[1].criterion: has no place here; leave it out"),
    (#"{"what":"Tea""#, #"7,{"what":"Tea""#, "lines[2]: an object is expected, not a number; write {"),
    (#""papers":[{"number":"F-1","lines":"1-2"}]"#, #""papers":[]"#, "papers: an empty list; leave the member out"),
    (
      #""papers":[{"number":"F-1","lines":"1-2"}]"#, #""papers":{}"#,
      "papers: a list of objects is expected, not an object"
    ),
    (#""kind":"passport""#, #""kind":"pass""#, #"driver.paper: not a kind of document (found "pass")"#),
    (#""name":"Ana""#, #""nome":"Ana""#, #"driver: a member that is not known (found "nome"); write "name""#),
  ])
  func aFaultNamesTheObjectByItsPlace(part: String, other: String, said: String) {
    #expect(cargo.refusal(part, other).hasPrefix(said), "\(cargo.refusal(part, other))")
  }

  @Test func thereAreAtMostSoManyObjects() {
    let five = Array(repeating: #"{"what":"Tea","net":"6"}"#, count: 5).joined(separator: ",")
    #expect(throws: Refusal.self) { try cargo.check("{\"lines\":[\(five)]}") }
  }

  @Test func aFieldInAGroupIsFound() throws {
    let body = Array(try cargo.check().utf8)
    let keys = cargo.definition.searchKeys(of: body)
    #expect(keys.contains(try cargo.definition.searchKey(field: "lines.code", typed: "0901.11")))
    #expect(keys.contains(try cargo.definition.searchKey(field: "driver.paper", typed: "SV/a-1")))
    #expect(cargo.definition.searchNames == ["driver.paper", "lines.code"])
    #expect(throws: Refusal.self) { try cargo.definition.searchKey(field: "code", typed: "090111") }
    #expect(throws: Refusal.self) { try cargo.definition.searchKey(field: "lines.net", typed: "1") }
    let all = cargo.definition.searchKeys(typed: "0901.11.20").map(\.field)
    #expect(all == ["driver.paper", "lines.code"])
  }

  @Test func rulesAreToldInWords() {
    #expect(
      cargo.definition.rulesInWords == [
        "net is the sum of lines.net", "worth is the sum of lines.price", "net is at most gross",
        "lines.net is at most lines.gross", "value is the sum of freight, other", "papers.lines names places of lines",
        "until is after issued", "owner is the country that publishes",
      ])
  }

  // What leaves.

  private func project(_ fields: [String]) throws -> String {
    String(
      decoding: cargo.definition.project(Array(try cargo.check().utf8), onto: fields), as: UTF8.self)
  }

  @Test func anAgreementNamesEachFieldOfAGroup() throws {
    #expect(cargo.definition.sharedFields.contains("lines.net") && !cargo.definition.sharedFields.contains("lines"))
    #expect(
      !cargo.definition.sharedFields.contains("lines.price") && !cargo.definition.sharedFields.contains("driver.name"))
    #expect(try project(["lines.what", "net"]) == #"{"lines":[{"what":"Coffee"},{"what":"Tea"}],"net":"30.000"}"#)
    #expect(try project(["lines.price"]) == #"{"lines":[{"price":"40.000"},{}]}"#)
    #expect(try project(["driver.paper"]) == #"{"driver":{"paper":{"country":"SV","kind":"passport","number":"A1"}}}"#)
    // A group's own name names none of its fields.
    #expect(try project(["lines", "lines.none", "none.net"]) == "{}")
    let shared = try project(cargo.definition.sharedFields)
    #expect(!shared.contains("price") && !shared.contains("Ana") && shared.contains("Coffee"))
  }

  private func refusal(_ body: String, _ fields: [String]? = nil) throws -> String? {
    let terms = try cargo.terms(fields)
    do {
      try cargo.definition.verify(body: Array(body.utf8), terms: terms)
      return nil
    } catch { return "\(error.field): \(error.problem)" }
  }

  @Test func theRecipientTakesWhatWasAgreedAndNothingElse() throws {
    let shared = try project(cargo.definition.sharedFields)
    #expect(try refusal(shared) == nil)
    #expect(try refusal(cargo.check()) == "driver.name: not agreed")
    #expect(try refusal(project(["lines.what", "lines.net", "net"]), ["lines.what", "lines.net", "net"]) == nil)
    #expect(try refusal(shared.replacing(#","what":"Tea""#, with: "")) == "lines[2].what: missing")
    #expect(
      try refusal(shared.replacing("\"Tea\"", with: "\"Tea \"")) == "lines[2].what: a space at the start or the end")
    #expect(
      try refusal(shared.replacing(#""what":"Tea""#, with: #""price":"1.000","what":"Tea""#))
        == "lines[2].price: not agreed")
    #expect(try refusal(shared.replacing("20.000", with: "20")) == "line: not in canonical form")
    #expect(try refusal(shared, ["lines.what"]) == "driver: not agreed")
    // Whether a criterion belongs cannot be said without the origin.
    let few = ["lines.criterion", "lines.what"]
    #expect(try refusal(project(few), few) == nil)
  }

  @Test func termsMayNameAGroupForItsSharedFields() throws {
    let topology = Faulty.topology.replacing(
      "filter = { place = [\"{pair}/*\"] }", with: "fields = [\"net\", \"lines\"]"
    )
    .replacing("trial", with: "cargo")
    let (read, faults) = Topology.read("t.toml") { path in
      path == "t.toml" ? Array(topology.utf8) : Array((Cargo.head + Cargo.fields).utf8)
    }
    #expect(faults.isEmpty, "\(faults)")
    #expect(
      read?.pairs.first?.streams.first?.fields == [
        "lines.code", "lines.criterion", "lines.gross", "lines.marks", "lines.net", "lines.origin", "lines.what", "net",
      ])
  }
}

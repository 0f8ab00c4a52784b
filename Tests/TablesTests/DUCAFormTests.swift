import Catalog
import Foundation
import Terms
import Testing

@testable import Tables

/// Declarations under the numbers of the DUCA's fields, and records: each made of the other without loss.
@Suite struct DUCAFormTests {
  private static let topology = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Topology").path

  private func definition() throws -> Definition {
    try #require(Definition.load("\(Self.topology)/datasets/manifests.toml").definition)
  }

  private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

  /// Every field that the form has, filled in.
  private static let whole = """
    {"kind":"DUCA-F","route":["SV","GT"],"crossings":["GT-SV/la-hachadura"],"time":"2026-11-24T08:00:00-06:00",\
    "expected":"2026-11-24T12:00:00-06:00","1":"EXP-77","2":"SV-F-2026-0001234","3":"2026-11-24",\
    "4.1":"0614-050707-104-8","4.3":"SV","4.4":"Café de Ejemplo","4.5":"Km 5","5.1":"576937-K","5.3":"GT",\
    "5.4":"Destino","5.5":"Zona 12","6.1":"AUX-9","6.2":"0614-050707-104-8","6.2.country":"SV","6.3":"Agencia",\
    "6.4":"San Salvador","7":"SV-01","8":"SV-02","9":"GT-03","10":"GT-04","11":"10","12":"00","13":"N",\
    "14":"2026-12-24","15":"SV","16":"SV","17":"GT","18":"Z-1","19.1":"T-44","19.2":"Transportes","20":"road",\
    "21":"Acajutla","22":"Guatemala","23.1":"00016297-5","23.1.kind":"identity-card","23.1.expiry":"2030-01-01",\
    "23.2":"L-1","23.3":"SV","23.4":"Ana Pérez","24.1":"C 123-456","24.2":"SV","24.3":"Volvo","24.4":"VIN9",\
    "24.5":"RE-9","24.5.country":"SV","24.6":1,"24.7":["A77","A78"],"24.8":"14","24.9":"40","24.10":"G",\
    "24.11":["CSQU3054383"],"25":"100.00","26":"10.00","27":"2.50","28":"0.50","29":"113.00","30":"FOB",\
    "31":"1.000000","32":"1050","33":"1000","34":"7.00","55":"Frágil","56":"2027-01-05","58":"V-8","59":"E-3",\
    "61":true,"40":[{"40":1,"35":10,"36":"BG","37":"600","38":"630","39":"Q","41":"SV","42":"KGM","43":"600.000",\
    "44":"TLC","45":"09012100","46":"Café tostado","47.1":"A","48":"60.00","52":"63.00"},\
    {"40":2,"35":5,"37":"400","38":"420","41":"SV","45":"090111","46":"Café verde","52":"50.00"}],\
    "54":[{"54.1":"380","54.2":"F-77","54.3":"2026-11-20","54.4":"2027-11-20","54.5":"SV","54.6":"1-2","54.7":"DGA",\
    "54.8":"113.00"}]}
    """

  @Test func everyNumberIsTakenAndComesOutAgain() throws {
    let definition = try definition()
    let topology = try Topology.load("\(Self.topology)/central-america.toml")
    let read = try DUCAForm.read(try json(Self.whole))
    #expect(read.passedOver.isEmpty)
    let now = try Instant("2026-11-25T00:00:00Z")
    func stored(_ record: JSONValue) throws -> [UInt8] {
      try definition.check(Array(record.json.utf8), from: CountryCode("SV"), topology: topology, now: now).body
    }
    let body = try stored(read.record)
    let written = try #require(DUCAForm.write(try JSONValue(parsing: body)))
    #expect(try stored(DUCAForm.read(written).record) == body)
    // Each number of the form is in the sample, so none is left untried.
    let numbers = DUCAFields.once.map(\.number) + DUCAFields.groups.flatMap { [$0.number] + $0.fields.map(\.number) }
    for number in numbers { #expect(Self.whole.contains("\"\(number)\":"), "\(number)") }
    for number in numbers { #expect(written.json.contains("\"\(number)\":"), "\(number)") }
  }

  /// The form and the definition, each written by hand, agree on every number.
  @Test func theNumbersAreThoseThatTheDefinitionNames() throws {
    let definition = try definition()
    var known: [String: Field] = [:]
    for field in definition.fields.flatMap({ [$0] + ($0.inner ?? []) }) { known[field.name] = field }
    let places =
      DUCAFields.once
      + DUCAFields.groups.flatMap { group in group.fields.map { ($0.number, "\(group.group).\($0.path)") } }
    var told: Set<String> = []
    for (number, path) in places where path != "reference" {
      let parts = path.split(separator: ".").map(String.init)
      let field = try #require(known[path] ?? known[parts.dropLast().joined(separator: ".")], "\(path)")
      told.insert(field.name)
      #expect(throws: Never.self, "\(path)") {
        _ = try CellPath(path.contains("lines.") || path.contains("documents.") ? parts[0] : path, in: definition)
      }
      let words = field.description.es
      guard let range = words.firstMatch(of: /campos? ([0-9., ay]+)/)?.output.1 else {
        Issue.record("\(path): \(words)")
        continue
      }
      let numbers = range.matches(of: /\d+(\.\d+)?/).map { String($0.output.0) }
      let bare = number.split(separator: ".").prefix { $0.first?.isNumber == true }.joined(separator: ".")
      let spans = range.contains(" a ") && numbers.count == 2
      let major = bare.split(separator: ".").first
      #expect(
        numbers.contains(bare) || (spans && numbers[0].split(separator: ".").first == major)
          || numbers.contains { bare.hasPrefix("\($0).") }, "\(number) \(path): \(words)")
    }
    // And no field with a number is left out of the form.
    for field in definition.leaves where field.description.es.contains(/campos? \d/) {
      #expect(told.contains(field.name), "\(field.name): \(field.description.es)")
    }
  }

  @Test(arguments: [
    (#"{"63":"x"}"#, #"63: no field of a DUCA that can stand here; leave it out; fields have their numbers"#),
    (#"{"lines":[]}"#, "lines: no field of a DUCA that can stand here"),
    (#"{"4":"x"}"#, "4: no field of a DUCA"), (#"{"37":"1"}"#, "37: no field of a DUCA that can stand here"),
    (#"{"40":[{"1":"x"}]}"#, "40[1].1: no field of a DUCA that can stand here"),
    (#"{"40":{}}"#, "40: a list of objects is expected; write [{...}, {...}], one for each"),
    (#"{"54":[7]}"#, "54[1]: an object is expected"),
    (#"{"40":[{"40":2}]}"#, "40[1]: not the line's place in the list (found \"2\"); write 1, or put the lines"),
    (#"{"event":"departed"}"#, "event: a DUCA is a declaration"), ("[]", "line: a declaration is an object"),
  ])
  func whatNoDUCAHasIsRefusedByName(_ text: String, _ words: String) throws {
    let refusal = #expect(throws: Refusal.self) { _ = try DUCAForm.read(try json(text)) }
    #expect(refusal?.description.hasPrefix(words) == true, "\(refusal?.description ?? "")")
  }

  @Test func whatTheDatasetDoesNotKeepIsPassedOverAndNamed() throws {
    let read = try DUCAForm.read(try json(#"{"2":"D-1","4.2":"NIT","57":"x","40":[{"53":"1","35":1},{"53":"2"}]}"#))
    #expect(
      read.passedOver == [
        "4.2 (type of the exporter's number)", "57 (officers' signatures)", "53 (settlement of the line)",
      ])
    #expect(read.record.json == #"{"event":"declared","duca":"D-1","lines":[{"packages":1}]}"#)
  }

  @Test func aChangeOfStateIsNoDeclaration() {
    #expect(DUCAForm.write(["event": "departed", "duca": "D-1"]) == nil)
  }

  @Test func aRefusalNamesTheNumber() {
    #expect(DUCAForm.shown("lines[2].net_kg") == "37 (lines[2].net_kg)")
    #expect(DUCAForm.shown("exporter.company") == "4.1 (exporter.company)")
    #expect(DUCAForm.shown("gross_kg") == "32 (gross_kg)" && DUCAForm.shown("lines") == "40 (lines)")
    #expect(DUCAForm.shown("route") == "route")
  }
}

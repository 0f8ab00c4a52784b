import Sodium
import Terms
import Testing

@testable import Catalog

/// What leaves a country and what the other takes: projection to the agreed fields, filter, and the recipient's own check.
@Suite struct AgreedTests {
  let definition: Definition
  let terms: StreamTerms

  init() throws {
    definition = try Sample.definition()
    terms = try Sample.terms()
  }

  private func shared(_ changes: [String: String?] = [:]) throws -> [UInt8] {
    definition.project(try Sample.record(changes).body, onto: terms.fields)
  }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func refusal(
    of body: [UInt8], _ terms: StreamTerms? = nil, isWithdrawal: Bool = false,
    at place: SourceLocation = #_sourceLocation
  ) -> Refusal? {
    do {
      try definition.verify(body: body, terms: terms ?? self.terms, isWithdrawal: isWithdrawal)
      return nil
    } catch { return error }
  }

  @Test func onlyTheAgreedFieldsLeave() throws {
    let record = try Sample.record(["officer": #""of-9""#])
    let whole = try JSONValue(parsing: record.body)
    #expect(whole["officer"] != nil && whole["reference"] != nil)
    let body = try JSONValue(parsing: definition.project(record.body, onto: terms.fields))
    #expect(body["officer"] == nil && body["reference"] == nil)
    guard case .object(let members) = body, case .object(let all) = whole else {
      Issue.record("no objects")
      return
    }
    #expect(members == all.filter { terms.fields.contains($0.name) })
    #expect(members.map(\.name) == members.map(\.name).sorted())
    #expect(refusal(of: Array(body.json.utf8)) == nil)
    for fields in [["surname"], ["time", "crossing"], [], ["none-such"]] {
      let few = try JSONValue(parsing: definition.project(record.body, onto: fields))
      #expect(few == .object(all.filter { fields.contains($0.name) }))
    }
    #expect(definition.project(bytes("nonsense"), onto: terms.fields) == bytes("{}"))
    #expect(definition.project(bytes("[1]"), onto: terms.fields) == bytes("{}"))
  }

  @Test func theSampleTermsShareAllButTheInternalFields() throws {
    #expect(Set(definition.fields.map(\.name)).subtracting(terms.fields) == ["officer", "reference"])
    #expect(terms.filter == [FilterClause(field: "crossing", values: ["GT-SV/*"])])
  }

  @Test func theRecipientRefusesWhatWasNotAgreed() throws {
    let good = try shared()
    #expect(refusal(of: good) == nil)
    let whole = try Sample.record(["officer": #""of-9""#]).body
    #expect(refusal(of: whole)?.field == "officer" && refusal(of: whole)?.problem == "not agreed")
    var other = terms
    other.version = 2
    #expect(refusal(of: good, other)?.field == "definition")
    other = terms
    other.definition = SHA256.hash([1])
    #expect(refusal(of: good, other)?.problem.contains("another definition") == true)
    #expect(refusal(of: good, try Sample.terms("SV/GT/lookups"))?.field == "definition")
  }

  @Test func theRecipientChecksEachFieldAgain() throws {
    let good = String(decoding: try shared(), as: UTF8.self)
    for (part, other, field) in [
      (#""nationality":"SV""#, #""nationality":"SLV""#, "nationality"), (#""sex":"F""#, #""sex":"f""#, "sex"),
      (#""number":"00016297-5""#, #""number":"00016297-6""#, "document"), (#""decision":"admit","#, "", "decision"),
      (#""event":"departure""#, #""event":"entry-confirmed""#, "birth_date"),
      (#""birth_date":"1974-08-12""#, #""birth_date":"1974-8-12""#, "birth_date"),
      (#""sex":"F""#, #""sex":"F","sexo":"F""#, "sexo"), (#""sex":"F""#, #""sex":"F","sex":"F""#, "sex"),
    ] {
      try #require(good.contains(part), "\(part)")
      #expect(refusal(of: bytes(good.replacing(part, with: other)))?.field == field, "\(other)")
    }
  }

  @Test func onlyTheCanonicalFormIsTaken() throws {
    let good = String(decoding: try shared(), as: UTF8.self)
    for other in [
      good + " ", " " + good, good.replacing(":", with: ": ", maxReplacements: 1),
      good.replacing("Peña", with: #"Pe\u00f1a"#), good.replacing("Peña", with: "Pen\u{303}a"),
      good.replacing("14:03:22Z", with: "14:03:22.000Z"), good.replacing("14:03:22Z", with: "14:03:22+00:00"),
      good.replacing(#"{"country":"SV","kind":"identity-card""#, with: #"{"kind":"identity-card","country":"SV""#),
      good.replacing(
        #""crossing":"GT-SV/la-hachadura","decision":"admit""#,
        with: #""decision":"admit","crossing":"GT-SV/la-hachadura""#),
    ] {
      #expect(other.utf8.elementsEqual(good.utf8) == false)
      #expect(refusal(of: bytes(other))?.problem == "not in canonical form", "\(other)")
    }
  }

  @Test func theRecipientRefusesWhatTheFilterDoesNotAdmit() throws {
    let other = try shared([
      "crossing": #""SV-HN/el-poy""#, "post": #""SV-HN/el-poy/SV""#, "to": #""HN""#,
    ])
    #expect(!definition.admits(other, filter: terms.filter))
    let found = try #require(refusal(of: other))
    #expect(found.field == "crossing" && found.problem == "outside the agreed filter (crossing = GT-SV/*)")
  }

  @Test func aWithdrawalIsTakenWithoutItsFilter() throws {
    #expect(refusal(of: bytes("{}"), isWithdrawal: true) == nil)
    #expect(refusal(of: bytes(#"{"reason":"error"}"#), isWithdrawal: true) == nil)
    #expect(refusal(of: bytes(#"{"reference":"r"}"#), isWithdrawal: true)?.problem == "not agreed")
    #expect(refusal(of: bytes(#"{"sex":"F"}"#), isWithdrawal: true)?.problem == "has no place in a withdrawal")
    #expect(refusal(of: bytes("{}"))?.problem == "missing")
    #expect(refusal(of: bytes("{ }"), isWithdrawal: true)?.problem == "not in canonical form")
  }

  @Test func whatIsNotSharedIsNotAskedFor() throws {
    // Without the event, the recipient cannot know which fields belong.
    var few = terms
    few.fields = ["crossing", "post", "time", "vehicle", "guardian_document"]
    let body = definition.project(try Sample.record().body, onto: few.fields)
    #expect(refusal(of: body, few) == nil)
    few.fields = ["crossing", "post"]
    #expect(refusal(of: body, few)?.problem == "not agreed")
  }

  // Filters.

  private func admits(_ field: String, _ values: String..., changes: [String: String?] = [:]) throws -> Bool {
    definition.admits(try Sample.record(changes).body, filter: [FilterClause(field: field, values: values)])
  }

  @Test func aClauseAdmitsItsValuesAndBeginnings() throws {
    #expect(try admits("crossing", "GT-SV/la-hachadura"))
    #expect(try admits("crossing", "GT-HN/*", "GT-SV/la-*"))
    #expect(try admits("crossing", "*"))
    #expect(try admits("to", "HN", "GT"))
    #expect(try !admits("crossing", "GT-SV/la-hachadur"))
    #expect(try !admits("crossing", "GT-SV/la-hachadura/SV", "gt-sv/*", "SV-GT/*", ""))
    #expect(try !admits("crossing", "GT-SV/la-hachadura**"))
    #expect(try !admits("to", "SV"))
    #expect(try !admits("minor", "*"), "a field that is absent meets nothing")
    #expect(try !admits("authorised_days", "30", changes: ["authorised_days": "30"]), "only texts are compared")
    #expect(try !admits("none", "*"))
  }

  @Test func allClausesHold() throws {
    let body = try Sample.record().body
    let (yes, no) = (FilterClause(field: "to", values: ["GT"]), FilterClause(field: "decision", values: ["refuse"]))
    #expect(definition.admits(body, filter: []))
    #expect(definition.admits(body, filter: [yes, yes]))
    #expect(!definition.admits(body, filter: [yes, no]))
    #expect(!definition.admits(bytes("nonsense"), filter: [yes]))
    #expect(definition.admits(bytes("nonsense"), filter: []))
  }

  @Test func bothWaysToAskAFilterAgree() {
    for value in ["GT-SV/la-hachadura", "GT", "", "*", "á*", "a"] {
      for pattern in ["GT-SV/*", "GT", "*", "", "**", "á*", "GT-SV/la-hachadura"] {
        let clause = FilterClause(field: "x", values: [pattern])
        #expect(NameList([value]).hasOne(admittedBy: pattern) == clause.admits(value), "\(value) \(pattern)")
      }
    }
    let names = NameList(["GT-SV/b", "GT-SV/a", "CR-PA/x", "SV/acajutla"])
    #expect(names.hasOne(admittedBy: "GT-SV/*") && names.hasOne(admittedBy: "SV/acajutla"))
    #expect(!names.hasOne(admittedBy: "GT-HN/*") && !names.hasOne(admittedBy: "SV/acajutl"))
    #expect(!names.hasOne(admittedBy: "Z*") && !NameList([]).hasOne(admittedBy: "*"))
  }

  @Test func theFieldsOfABodyAreListedInTheOrderOfTheDefinition() throws {
    let body = try Sample.record().body
    let names = definition.fields(of: body).map(\.name)
    #expect(names == definition.fields.map(\.name).filter(names.contains))
    #expect(names.first == "event" && names.last == "reference")
    #expect(definition.text(of: "surname", in: body) == "Martínez Peña")
    #expect(definition.text(of: "vehicle", in: body) == nil)
    #expect(definition.text(of: "minor", in: body) == nil && definition.text(of: "none", in: body) == nil)
  }

  @Test func aBodyIsTheSameHoweverTheLineWasWritten() throws {
    let body = try Sample.record().body
    var random = Seeded(2026)
    let topology = try Sample.topology()
    for _ in 0..<200 {
      var line: [UInt8] = []
      let spaces: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
      func space() { for _ in 0..<random.below(3) { line.append(random.pick(spaces)) } }
      space()
      for (index, (name, value)) in Sample.departure.shuffled(using: &random).enumerated() {
        line.append(index == 0 ? 0x7B : 0x2C)
        space()
        line += Self.escaped("\"\(name)\"", &random)
        space()
        line.append(0x3A)
        space()
        line += Self.escaped(value, &random)
        space()
      }
      line.append(0x7D)
      let again = try definition.check(line, from: Sample.salvador, topology: topology, now: Sample.now)
      #expect(again.body == body)
    }
    // What is canonical is its own canonical form.
    #expect(try definition.check(body, from: Sample.salvador, topology: topology, now: Sample.now).body == body)
  }

  /// Some letters as escapes, some letters with marks in two scalars.
  private static func escaped(_ json: String, _ random: inout Seeded) -> [UInt8] {
    let decomposes = random.below(2) == 0
    var out: [UInt8] = []
    for scalar in decomposes ? NFC.decomposed(json) : Array(json.unicodeScalars) {
      let isLetter = scalar.properties.isAlphabetic || scalar.value > 0x7F || (0x30...0x39).contains(scalar.value)
      if isLetter, random.below(5) == 0 {
        let hex = String(scalar.value, radix: 16, uppercase: random.below(2) == 0)
        out += Array("\\u\(String(repeating: "0", count: 4 - hex.utf8.count))\(hex)".utf8)
      } else {
        out += Array(String(scalar).utf8)
      }
    }
    return out
  }
}

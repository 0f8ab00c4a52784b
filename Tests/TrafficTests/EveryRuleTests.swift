import Catalog
import Terms
import Testing

@testable import Traffic

/// Every rule over several fields, of every definition, has an example here that is refused with its message: the field, what was
/// found, and what to do. A rule without an example fails the test, and so does an example of a rule that is gone.
@Suite struct EveryRuleTests {
  /// A good record with some members changed, and what is said of it then. `as` publishes as another country.
  private struct Example {
    let rule: String
    var base: [String: String] = [:]
    var author: String?
    var changes: [String: String] = [:]
    let said: String

    init(
      _ rule: String, of base: [String: String] = [:], as author: String? = nil, _ changes: [String: String] = [:],
      says said: String
    ) {
      (self.rule, self.base, self.author, self.changes, self.said) = (rule, base, author, changes, said)
    }
  }

  private static func ownPost(_ field: String = "post") -> Example {
    Example(
      "\(field) is a post of the country that publishes", as: "another",
      says: "\(field): a post of {own}, not of {author} (found \"{post}\"); records of that post are published by {own}"
    )
  }
  private static let ownCountry = Example(
    "country is the country that publishes", as: "another",
    says: "country: not {author}, which publishes (found \"{country}\"); records of another country are published by it"
  )
  private static let postOfCrossing = Example(
    "post is a post of crossing", ["crossing": #""CR-PA/sixaola""#],
    says: "post: not a post of the crossing (found \"{post}\"); write a post whose id begins with the crossing's, or "
      + "correct the crossing")
  private static func expires(_ end: String, _ start: String, _ from: String, _ to: String) -> Example {
    Example(
      "\(end) is after \(start)", [start: "\"\(from)\"", end: "\"\(to)\""],
      says: "\(end): not after \(start) (found \"\(to)\"); write a later one")
  }

  private static let zone =
    #""P<SLVMARTINEZ<<ANA<<<<<<<<<<<<<<<<<<<<<<<<<<\nA000162977SLV7408122F3001318<<<<<<<<<<<<<<<2""#

  private static let examples: [String: [Example]] = [
    "captures": [postOfCrossing, ownPost()], "incidents": [postOfCrossing, ownPost()],
    "posts": [postOfCrossing, ownPost()], "quarantine": [postOfCrossing, ownPost()],
    "rfid-reads": [postOfCrossing, ownPost()],
    "cargo-units": [ownCountry, expires("valid_until", "valid_from", "2026-11-24", "2026-11-24")],
    "operators": [ownCountry, expires("valid_until", "valid_from", "2026-11-24", "2026-11-23")],
    "measures": [ownCountry, expires("due", "starts", "2026-11-24", "2026-11-01")],
    "projects": [
      ownCountry, expires("ends", "starts", "2026-11-24", "2026-11-01"),
      Example(
        "disbursed is at most amount", ["amount": #""100""#, "disbursed": #""100.01""#],
        says: "disbursed: more than amount (found \"100.01; amount is 100\"); correct one of the two"),
    ],
    "indicators": [
      ownCountry,
      Example(
        "period_starts is not after period_ends", ["period_starts": #""2026-11-24""#, "period_ends": #""2026-11-23""#],
        says: "period_starts: after period_ends (found \"2026-11-24\"); correct one of the two"),
    ],
    "lookups": [ownPost()],
    "risk-alerts": [
      expires("expires", "time", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00.000Z"), ownPost(),
    ],
    "certificates": [
      ownPost(),
      Example(
        "items.net_kg is at most items.gross_kg",
        ["items": #"[{"description":"Café","net_kg":"2","gross_kg":"1.5","origin":"SV"}]"#],
        says: "items[1].net_kg: more than items.gross_kg (found \"2; items.gross_kg is 1.5\"); correct one of the two"),
    ],
    "manifests": [
      ownPost(),
      Example(
        "net_kg is the sum of lines.net_kg", ["net_kg": #""1""#],
        says: "net_kg: not the sum of lines.net_kg (found \"1; the sum is {net}\"); correct it or what it adds up"),
      Example(
        "gross_kg is the sum of lines.gross_kg", ["gross_kg": #""9999999""#],
        says: "gross_kg: not the sum of lines.gross_kg (found \"9999999; the sum is {gross}\"); correct it or what it "
          + "adds up"),
      Example(
        "net_kg is at most gross_kg",
        [
          "net_kg": #""3""#, "gross_kg": #""2""#,
          "lines": #"[{"packages":1,"net_kg":"3","gross_kg":"2","origin":"SV","tariff":"090121","description":"x"}]"#,
        ],
        says: "net_kg: more than gross_kg (found \"3; gross_kg is 2\"); correct one of the two"),
      Example(
        "lines.net_kg is at most lines.gross_kg",
        [
          "net_kg": #""5""#, "gross_kg": #""5""#,
          "lines": #"[{"packages":1,"net_kg":"1","gross_kg":"2","origin":"SV","tariff":"090121","description":"x"},"#
            + #"{"packages":1,"net_kg":"4","gross_kg":"3","origin":"SV","tariff":"090121","description":"x"}]"#,
        ],
        says: "lines[2].net_kg: more than lines.gross_kg (found \"4; lines.gross_kg is 3\"); correct one of the two"),
      Example(
        "customs_value is the sum of transaction_value, freight, insurance, other_costs",
        [
          "transaction_value": #""10""#, "freight": #""1""#, "insurance": #""1""#, "other_costs": #""0""#,
          "customs_value": #""13""#,
        ],
        says:
          "customs_value: not the sum of transaction_value, freight, insurance, other_costs (found \"13; the sum is "
          + "12\"); correct it or one of them"),
      Example(
        "customs_value is the sum of lines.customs_value",
        [
          "net_kg": #""1""#, "gross_kg": #""2""#, "transaction_value": #""10""#, "freight": #""0""#,
          "insurance": #""0""#, "other_costs": #""0""#, "customs_value": #""10""#,
          "lines": #"[{"packages":1,"net_kg":"1","gross_kg":"2","origin":"SV","tariff":"090121","description":"x","#
            + #""customs_value":"9"}]"#,
        ],
        says:
          "customs_value: not the sum of lines.customs_value (found \"10; the sum is 9\"); correct it or what it adds "
          + "up"),
      Example(
        "documents.lines names places of lines",
        ["documents": #"[{"kind":"380","number":"1","lines":"1-99"}]"#],
        says: "documents[1].lines: a line that is not there (found \"1-99\"); name lines from 1 to the number of lines"),
      Example(
        "acceptance_date is not after regime_expiry",
        ["acceptance_date": #""2026-11-24""#, "regime_expiry": #""2026-11-23""#],
        says: "acceptance_date: after regime_expiry (found \"2026-11-24\"); correct one of the two"),
      Example(
        "acceptance_date is not after valid_until",
        ["acceptance_date": #""2026-11-24""#, "valid_until": #""2026-11-23""#, "regime_expiry": "-"],
        says: "acceptance_date: after valid_until (found \"2026-11-24\"); correct one of the two"),
    ],
    "migration": [
      postOfCrossing,
      Example(
        "post acts at crossing from from to to", of: ["event": "departure", "crossing": "GT-SV/la-hachadura"],
        as: "GT", ["from": #""SV""#, "to": #""GT""#, "post": #""GT-SV/la-hachadura/GT""#],
        says: "post: not the post that acts for migration at this crossing in this direction (found "
          + "\"GT-SV/la-hachadura/GT\"); the control is made at GT-SV/la-hachadura/SV"),
      ownPost(),
      Example(
        "mrz agrees with the person's fields", of: ["event": "departure", "crossing": "GT-SV/la-hachadura"],
        [
          "mrz": zone, "document": #"{"kind":"passport","country":"SV","number":"A00016297"}"#,
          "surname": #""Flores""#, "given_names": #""Ana""#, "birth_date": #""1974-08-12""#, "sex": #""F""#,
          "nationality": #""SV""#, "guardian": "-", "travel_document": "-",
        ],
        says: "surname: the surname is not what the machine-readable zone says; read both from the document again"),
      Example(
        "birth_date is not after time", of: ["event": "departure"],
        ["birth_date": #""2030-01-01""#, "mrz": "-"],
        says: "birth_date: after time (found \"2030-01-01\"); correct one of the two"),
      Example(
        "minor is for who, born birth_date, is under 18 at time", of: ["event": "departure"],
        ["birth_date": #""2020-01-01""#, "mrz": "-", "minor": "-"],
        says: "minor: missing; add it, as birth_date is of a person under 18; or correct birth_date"),
    ],
  ]

  private let topology: Topology
  private let records: [String: [TrafficRecord]]
  private let now = TrafficTests.day.start.plus(minutes: 10 * 24 * 60)

  /// A small day that has one of everything, made once for these tests and those of fields.
  static let traffic = Result {
    let topology = try TrafficTests().topology
    let plan = TrafficPlan(firstDay: TrafficTests.day, days: 1, scale: 0.02, seed: 1, isCovering: true)
    return (topology: topology, records: Array(TrafficGenerator(topology, plan)))
  }

  init() throws {
    let (topology, all) = try Self.traffic.get()
    self.topology = topology
    records = Dictionary(grouping: all, by: \.dataset.description)
  }

  /// Records that only nodes write.
  static let nodesOwn = [
    "indicators": """
    {"country":"SV","period_starts":"2026-11-01","period_ends":"2026-11-02","indicator":"crossing-time","statistic":"median",\
    "value":"10","unit":"minutes","sample":9,"method":"1","time":"2026-11-03T00:00:00Z"}
    """,
    "lookups": """
    {"officer":"of-1","role":"auditor","purpose":"x","dataset":"migration","about":"GT","found":0,\
    "time":"2026-11-24T08:00:00Z","post":"GT-SV/la-hachadura/SV"}
    """,
  ]

  /// A good record that has the fields an example changes or rests on, and who publishes it.
  private func base(_ dataset: String, _ example: Example) throws -> (author: CountryCode, members: [JSONValue.Member])?
  {
    if let line = Self.nodesOwn[dataset] {
      guard case .object(let members) = try JSONValue(parsing: Array(line.utf8)) else { return nil }
      return (try CountryCode("SV"), members)
    }
    let field = String(example.rule.prefix { $0 != " " && $0 != "." })
    let fitting = (records[dataset] ?? []).compactMap { record -> (CountryCode, [JSONValue.Member])? in
      let line = record.line(
        referringTo: record.refers == nil ? nil : "019ab7e2-5a00-7000-8000-0123456789ab")
      guard case .object(let members) = line,
        example.base.allSatisfy({ name, value in line[name] == .text(value) })
      else { return nil }
      let has = example.changes.isEmpty ? line[field] != nil : line["event"] == nil || isWhole(line, example)
      return has ? (record.origin, members) : nil
    }
    return fitting.first
  }

  /// Whether it is of the kind of record that holds what is changed: such a record holds one of those fields already.
  private func isWhole(_ line: JSONValue, _ example: Example) -> Bool {
    let names = example.changes.filter { $0.value != "-" }.keys
    return names.contains { line[$0] != nil && $0 != "time" }
  }

  @Test func everyRuleHasAnExampleThatIsRefusedWithItsMessage() throws {
    var known = 0
    for definition in topology.definitions {
      let dataset = definition.dataset.description
      var left = Self.examples[dataset] ?? []
      // A rule that makes a search key of a name refuses nothing.
      for rule in definition.rulesInWords where !rule.hasPrefix("a person is found by") {
        guard let place = left.firstIndex(where: { $0.rule == rule }) else {
          Issue.record("\(dataset): the rule \"\(rule)\" has no example; add one that is refused")
          continue
        }
        known += 1
        try check(left.remove(at: place), definition)
      }
      for example in left { Issue.record("\(dataset): there is no rule \"\(example.rule)\" any more") }
    }
    #expect(known >= 41)
  }

  private func check(_ example: Example, _ definition: Definition) throws {
    let dataset = definition.dataset.description
    guard let (own, members) = try base(dataset, example) else {
      Issue.record("\(dataset): no record to try \"\(example.rule)\" on")
      return
    }
    var author = own
    if example.author == "another" {
      author = try #require(["GT", "SV"].map { try CountryCode($0) }.first { $0 != own })
    } else if let other = example.author {
      author = try CountryCode(other)
    }
    let kept = members.filter { example.changes[$0.name] == nil }
    let changed = try example.changes.filter { $0.value != "-" }.map { name, text in
      JSONValue.Member(name: name, value: try JSONValue(parsing: Array("[\(text)]".utf8)).first ?? .null)
    }
    let line = JSONValue.object(kept + changed)
    func text(_ name: String) -> String { line[name]?.string ?? "" }
    let said = example.said.replacing("{author}", with: author.description).replacing("{own}", with: own.description)
      .replacing("{post}", with: text("post")).replacing("{country}", with: text("country"))
    do {
      let body = try definition.check(Array(line.json.utf8), from: author, topology: topology, now: now).body
      Issue.record("\(dataset): \"\(example.rule)\" takes \(String(decoding: body, as: UTF8.self))")
    } catch {
      // What adds up differs with the record.
      let found = error.description.replacing(/the sum is [0-9.]+/, with: "the sum is N")
      let wanted = said.replacing(/the sum is ([0-9.]+|\{[a-z]+\})/, with: "the sum is N")
      #expect(found == wanted, "\(dataset): \(example.rule)")
    }
  }
}

extension JSONValue {
  fileprivate var first: JSONValue? { if case .list(let items) = self { items.first } else { nil } }
}

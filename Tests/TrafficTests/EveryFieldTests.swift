import Catalog
import Terms
import Testing

@testable import Traffic

/// What every field of every definition asks (that it stands, where it may stand, what its values look like) is tried on good records:
/// each is refused under the field's name, with advice.
@Suite struct EveryFieldTests {
  private let topology: Topology
  private let records: [String: [(author: CountryCode, line: JSONValue)]]
  private let now = TrafficTests.day.start.plus(minutes: 10 * 24 * 60)

  /// Good records of what traffic lacks: those that nodes write, and events that are rare.
  private static let others: [(dataset: String, line: String)] = [
    ("indicators", EveryRuleTests.nodesOwn["indicators"] ?? ""), ("lookups", EveryRuleTests.nodesOwn["lookups"] ?? ""),
    (
      "hits",
      #"{"alert":"019ab7e2-5a00-7000-8000-0123456789ab","author":"SV","matched":"019ab7e2-5a00-7000-8000-0123456789ab","#
        + #""stream":"SV/SV/manifests","subject":"plate","found_in":"plate"}"#
    ),
    (
      "tag-alarms",
      #"{"alarm":"clone","epc":"3474257BF400000000000001","read":"019ab7e2-5a00-7000-8000-0123456789ab","#
        + #""stream":"SV/SV/rfid-reads","time":"2026-11-24T08:00:00Z","words":"x","crossing":"GT-SV/anguiatu"}"#
    ),
    (
      "cargo-units",
      #"{"event":"blocked","refers":"019ab7e2-5a00-7000-8000-0123456789ab","epc":"3474257BF400000000000"#
        + #"001","tid":"E2801160600002053A2B17C4","country":"SV","time":"2026-11-24T08:00:00Z","reason":"R-"#
        + #"1"}"#
    ),
    (
      "cargo-units",
      #"{"event":"retired","refers":"019ab7e2-5a00-7000-8000-0123456789ab","epc":"3474257BF400000000000"#
        + #"001","tid":"E2801160600002053A2B17C4","country":"SV","time":"2026-11-24T08:00:00Z","reason":"R-"#
        + #"1"}"#
    ),
    (
      "certificates",
      #"{"event":"replaced","refers":"019ab7e2-5a00-7000-8000-0123456789ab","number":"N-1","kind":"sani"#
        + #"tary","route":["SV","GT"],"time":"2026-11-24T08:00:00Z","reason":"R-1","replacement":"N-2"}"#
    ),
    (
      "manifests",
      #"{"event":"held","refers":"019ab7e2-5a00-7000-8000-0123456789ab","duca":"D-1","kind":"DUCA-F","r"#
        + #"oute":["SV","GT"],"time":"2026-11-24T08:00:00Z","post":"GT-SV/la-hachadura/SV","reason":"R-1"}"#
    ),
    (
      "risk-alerts",
      #"{"event":"issued","route":["SV","GT"],"time":"2026-11-24T08:00:00Z","subject":"document","docum"#
        + #"ent":{"kind":"passport","country":"SV","number":"A1"},"severity":"stop","code":"R","instruction"#
        + #"":"x","expires":"2026-12-24T08:00:00Z"}"#
    ),
    (
      "risk-alerts",
      #"{"event":"issued","route":["SV","GT"],"time":"2026-11-24T08:00:00Z","subject":"container","cont"#
        + #"ainer":"CSQU3054383","severity":"stop","code":"R","instruction":"x","expires":"2026-12-24T08:00"#
        + #":00Z"}"#
    ),
    (
      "risk-alerts",
      #"{"event":"issued","route":["SV","GT"],"time":"2026-11-24T08:00:00Z","subject":"declaration","de"#
        + #"claration":"D-1","severity":"stop","code":"R","instruction":"x","expires":"2026-12-24T08:00:00Z"#
        + #""}"#
    ),
    (
      "risk-alerts",
      #"{"event":"issued","route":["SV","GT"],"time":"2026-11-24T08:00:00Z","subject":"certificate","ce"#
        + #"rtificate":"N-1","severity":"stop","code":"R","instruction":"x","expires":"2026-12-24T08:00:00Z"#
        + #""}"#
    ),
    (
      "risk-alerts",
      #"{"event":"issued","route":["SV","GT"],"time":"2026-11-24T08:00:00Z","subject":"passage","crossi"#
        + #"ngs":["GT-SV/anguiatu"],"severity":"stop","code":"R","instruction":"x","expires":"2026-12-24T08"#
        + #":00:00Z"}"#
    ),
  ]

  init() throws {
    let (topology, all) = try EveryRuleTests.traffic.get()
    self.topology = topology
    var records: [String: [(author: CountryCode, line: JSONValue)]] = [:]
    for record in all {
      let line = record.line(referringTo: record.refers == nil ? nil : "019ab7e2-5a00-7000-8000-0123456789ab")
      records[record.dataset.description, default: []].append((record.origin, line))
    }
    for (dataset, line) in Self.others {
      records[dataset, default: []].append((try CountryCode("SV"), try JSONValue(parsing: Array(line.utf8))))
    }
    self.records = records
  }

  private func holds(_ condition: Field.Condition, of line: JSONValue) -> Bool {
    condition.parts.allSatisfy { part in part.values.contains(line[part.field]?.string ?? "") }
  }

  /// A line with a member changed, or without it.
  private func changed(_ line: JSONValue, _ name: String, _ value: JSONValue?) -> JSONValue {
    guard case .object(let members) = line else { return line }
    return .object(members.filter { $0.name != name } + (value.map { [.init(name: name, value: $0)] } ?? []))
  }

  private func refusal(
    _ definition: Definition, _ line: JSONValue, from author: CountryCode
  ) -> Refusal? {
    do throws(Refusal) {
      _ = try definition.check(Array(line.json.utf8), from: author, topology: topology, now: now)
      return nil
    } catch { return error }
  }

  /// What no field of the type takes.
  private func bad(_ type: FieldType) -> JSONValue {
    switch type {
    case .text, .boolean: return ["no": "value"]
    case .number: return "seven"
    case .list(let element, _): return .list([bad(element)])
    case .records: return ["no id"]
    case .document: return ["kind": "passport", "country": "SV", "number": ""]
    case .plate: return ["country": "SV", "text": ""]
    case .company: return ["country": "SV", "number": ""]
    case .group: return "no object"
    default: return "\u{21}"
    }
  }

  private func expect(
    _ refusal: Refusal?, under name: String, _ words: String, _ what: String,
    at place: SourceLocation = #_sourceLocation
  ) {
    let bare = refusal?.field.replacing(/\[\d+\]/, with: "")
    #expect(
      bare == name || bare?.hasPrefix("\(name).") == true, "\(what): \(refusal?.description ?? "taken")",
      sourceLocation: place)
    #expect(
      refusal?.problem.contains(words) == true && refusal?.whatToDo.isEmpty == false,
      "\(what): \(refusal?.description ?? "")",
      sourceLocation: place)
  }

  @Test func whatEveryFieldAsksIsRefusedUnderItsName() throws {
    var tried = 0
    for definition in topology.definitions {
      let lines = records[definition.dataset.description] ?? []
      #expect(!lines.isEmpty, "\(definition.dataset)")
      for field in definition.fields where field.name != "reference" {
        tried += try checkPresence(field, definition, lines)
        tried += checkValues(field, definition, lines)
        for inner in field.inner ?? [] where inner.isRequired {
          // Of a group, the first object without the field.
          guard let (author, line) = lines.first(where: { $0.line[field.name] != nil }) else { continue }
          let whole = line[field.name] ?? .null
          let less: JSONValue
          if case .list(let items) = whole, let first = items.first {
            less = .list([changed(first, inner.ownName, nil)] + items.dropFirst())
          } else {
            less = changed(whole, inner.ownName, nil)
          }
          expect(
            refusal(definition, changed(line, field.name, less), from: author), under: inner.name, "missing",
            "\(definition.dataset) without \(inner.name)")
          tried += 1
        }
      }
    }
    #expect(tried > 680, "\(tried)")
  }

  private func checkPresence(
    _ field: Field, _ definition: Definition, _ lines: [(author: CountryCode, line: JSONValue)]
  ) throws -> Int {
    var tried = 0
    let dataset = definition.dataset
    // Some rules fill in what is absent: the crossing of a post, what a zone holds.
    let derived = ["crossing"]
    if field.isRequired, !derived.contains(field.name) {
      let (author, line) = try #require(lines.first { $0.line[field.name] != nil }, "\(dataset) \(field.name)")
      expect(
        refusal(definition, changed(line, field.name, nil), from: author), under: field.name, "missing",
        "\(dataset) without \(field.name)")
      tried += 1
    }
    for condition in field.requiredWhen where !derived.contains(field.name) {
      guard let (author, line) = lines.first(where: { holds(condition, of: $0.line) && $0.line[field.name] != nil })
      else {
        Issue.record("\(dataset) \(field.name): no record where \(condition)")
        continue
      }
      expect(
        refusal(definition, changed(line, field.name, nil), from: author), under: field.name, "missing",
        "\(dataset) without \(field.name) where \(condition)")
      tried += 1
    }
    if !field.onlyWhen.isEmpty {
      let other = lines.first { line in
        !field.onlyWhen.contains { holds($0, of: line.line) } && line.line[field.name] == nil
      }
      guard let (author, line) = other else {
        Issue.record("\(dataset) \(field.name): every record may have it")
        return tried
      }
      // What decides over others is judged by itself first: with a good value, only its place is wrong.
      var fitting = bad(field.type)
      if case .enumeration(let words) = field.type, let word = words.first { fitting = .text(word) }
      expect(
        refusal(definition, changed(line, field.name, fitting), from: author), under: field.name,
        // A zone is read before anything, as it fills in what is absent.
        field.type == .mrz ? "" : "has no place here", "\(dataset) with \(field.name)")
      tried += 1
    }
    return tried
  }

  private func checkValues(
    _ field: Field, _ definition: Definition, _ lines: [(author: CountryCode, line: JSONValue)]
  ) -> Int {
    let allowed = lines.filter { line in
      line.line[field.name] != nil || field.onlyWhen.isEmpty || field.onlyWhen.contains { holds($0, of: line.line) }
    }
    guard let (author, line) = allowed.first(where: { $0.line[field.name] != nil }) ?? allowed.first else {
      Issue.record("\(definition.dataset) \(field.name): no record may have it")
      return 0
    }
    func check(_ value: JSONValue, _ words: String = "") {
      expect(
        refusal(definition, changed(line, field.name, value), from: author), under: field.name, words,
        "\(definition.dataset) \(field.name) = \(value.json.prefix(60))")
    }
    var tried = 1
    check(bad(field.type))
    // Limits, where the type has some.
    switch field.type {
    case .text(let text):
      check(.text(String(repeating: "x", count: text.length.upperBound + 1)))
      tried += 1
    case .number(let range) where range.upperBound < .max:
      check(.number(range.upperBound + 1))
      tried += 1
    case .list(let element, let limit):
      if case .text = element { check(.list((0...limit).map { .text("v\($0)") })) }
    default: break
    }
    return tried
  }
}

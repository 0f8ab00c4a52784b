import Terms
import Testing

@testable import Catalog

/// Records of the sample topology as the questions of risk take them.
enum RiskSample {
  /// The id of the record with this number.
  static func id(_ number: UInt64) throws -> RecordID {
    let hex = String(number, radix: 16)
    return try RecordID("019ab7e2-5a00-7000-8000-" + String(repeating: "0", count: 12 - hex.count) + hex)
  }

  /// A record as it is kept, checked by its definition.
  static func statement(
    _ dataset: String, _ line: String, id number: UInt64, from origin: CountryCode = Sample.salvador,
    earlier: [UInt64] = []
  ) throws -> Statement {
    let definition = try Sample.definition(dataset)
    let record = try definition.check(
      Array(line.utf8), from: origin, topology: try Sample.topology(), now: Sample.now)
    return Statement(
      ReadBody(record.body), of: definition, id: try id(number), origin: origin, earlier: try earlier.map(id))
  }

  /// An alert of a country on one subject.
  static func alert(
    _ subject: String, _ value: String?, id number: UInt64 = 1, from origin: CountryCode = Sample.salvador,
    severity: String = "inspect", crossings: String? = nil, expires: String = "2026-12-24T00:00:00Z"
  ) throws -> Alert {
    var line = """
      {"event":"issued","route":["SV","GT"],"time":"2026-11-24T12:00:00Z","subject":"\(subject)","severity":"\(severity)",\
      "code":"R-7","instruction":"Revisar.","expires":"\(expires)"
      """
    if let value { line += ",\"\(subject)\":\(value)" }
    if let crossings { line += ",\"crossings\":\(crossings)" }
    return try #require(Alert(statement("risk-alerts", line + "}", id: number, from: origin)))
  }

  /// What the sample declaration is about, with members changed.
  static func declared(_ changes: [String: String?] = [:], id number: UInt64 = 100) throws -> Statement {
    guard case .object(let members) = try JSONValue(parsing: Array(ManifestTests.good.utf8)) else {
      throw Refusal(field: "line", problem: "no object", whatToDo: "write one")
    }
    let line = Sample.line(changes, base: members.map { ($0.name, $0.value.json) })
    return try statement("manifests", String(decoding: line, as: UTF8.self), id: number)
  }

  /// A change of the sample declaration's state.
  static func event(
    _ event: String, id number: UInt64, from origin: CountryCode = Sample.salvador,
    post: String = "SV-HN/el-amatillo/SV", time: String = "2026-11-24T13:30:00Z"
  ) throws -> Statement {
    let reason = event == "held" ? ",\"reason\":\"R-1\"" : ""
    return try statement(
      "manifests",
      """
      {"event":"\(event)","refers":"\(try id(100))","duca":"SV-F-2026-0001234","kind":"DUCA-F","route":["SV","HN","NI"],\
      "post":"\(post)","time":"\(time)"\(reason)}
      """, id: number, from: origin)
  }

  /// A quarantine record.
  static func quarantine(
    _ event: String, id number: UInt64, refers: UInt64? = nil, from origin: CountryCode = Sample.salvador,
    ties: String = #""duca":"SV-F-2026-0001234""#, time: String = "2026-11-24T13:00:00Z", earlier: [UInt64] = []
  ) throws -> Statement {
    let post = origin == Sample.salvador ? "SV-HN/el-amatillo/SV" : "GT-SV/la-hachadura/GT"
    var line = """
      {"event":"\(event)","route":["SV","HN","NI"],"post":"\(post)","time":"\(time)","authority":"DGSV",\(ties)
      """
    if let refers { line += ",\"refers\":\"\(try id(refers))\"" }
    if event == "held" { line += ",\"goods\":\"Café\"" }
    if ["held", "returned", "destroyed"].contains(event) { line += ",\"reason\":\"Plaga\"" }
    if event == "treated" { line += ",\"treatment\":{\"code\":\"T-1\"}" }
    return try statement("quarantine", line + "}", id: number, from: origin, earlier: earlier)
  }
}

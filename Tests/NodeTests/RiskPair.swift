import Catalog
import Dispatch
import Exchange
import Foundation
import Synchronization
import Terms
import Testing

@testable import Node

/// Two nodes that exchange what the views on risk need, and records to publish at them.
struct RiskPair {
  static let datasets = [
    "manifests", "certificates", "cargo-units", "rfid-reads", "operators", "risk-alerts", "quarantine",
  ]

  let pair: NodePair
  let (sv, gt): (Installation, Installation)

  /// Both nodes, linked; with the sample's rules for lanes.
  init() throws {
    let taken = Self.datasets.map { "\"\($0)\"" }.joined(separator: ", ")
    pair = try NodePair(rules: "\(NodePair.root)/Topology/risk/selectivity.toml") { text in
      text.replacing(
        "countries = [\"GT\", \"SV\"]\nneighbours = true\nterms = [\"migration\", \"lookups\"]",
        with: "countries = [\"GT\", \"SV\"]\nneighbours = true\nterms = [\"migration\", \"lookups\", \(taken)]")
    }
    (sv, gt) = try pair.start()
  }

  /// A moment near now, as records write it: alerts end, and what was long ago is not expected.
  static func time(_ minutes: Int64 = -1) -> String {
    SystemClock().now().advanced(byMilliseconds: minutes * 60_000).wholeSeconds
  }

  /// Publishes a line as a national system does.
  @discardableResult
  func publish(_ dataset: String, _ line: String, at node: Installation) throws -> RecordID {
    switch try result(dataset, line, at: node) {
    case .accepted(let id), .duplicate(let id): return id
    case .refused(let field, let problem, let remedy): throw NotAccepted("\(dataset) \(field): \(problem); \(remedy)")
    case .failed(let reason): throw NotAccepted(reason)
    }
  }

  /// What becomes of a line.
  func result(_ dataset: String, _ line: String, at node: Installation) throws -> PublishSession.Outcome {
    let definition = try #require(node.registry.definition(DatasetName(dataset)))
    let done = DispatchSemaphore(value: 0)
    let summary = Mutex<PublishSession.Summary?>(nil)
    let session = node.publishSession(definition, resume: {}) { value in
      summary.withLock { $0 = value }
      done.signal()
    }
    _ = Array("\(line)\n".utf8).withUnsafeBytes { session.receive($0) }
    session.finish()
    done.wait()
    let results = try #require(summary.withLock { $0 }).results
    var bytes: [UInt8] = []
    while let piece = try results.next() { bytes += piece }
    let json = try JSONValue(parsing: Array(bytes.prefix { $0 != 0x0A }))
    func text(_ name: String) -> String { json[name]?.string ?? "" }
    switch text("result") {
    case "accepted": return .accepted(try RecordID(text("id")))
    case "duplicate": return .duplicate(try RecordID(text("id")))
    case "refused": return .refused(field: text("field"), problem: text("problem"), remedy: text("remedy"))
    default: return .failed(json.json)
    }
  }

  struct NotAccepted: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// An alert on one subject; `value` as JSON.
  func alert(
    _ subject: String, _ value: String, at node: Installation, severity: String = "inspect",
    route: String = #"["GT","SV"]"#
  ) throws -> RecordID {
    try publish(
      "risk-alerts",
      """
      {"event":"issued","route":\(route),"time":"\(Self.time())","subject":"\(subject)","\(subject)":\(value),\
      "severity":"\(severity)","code":"R-7","instruction":"Revisar el doble fondo.","expires":"\(Self.time(6000))"}
      """, at: node)
  }

  /// A declaration of coffee from El Salvador to Guatemala through La Hachadura.
  func declare(
    _ duca: String = "SV-F-1", plate: String = "C 123-456", container: String = "CSQU3054383",
    tariff: String = "090121",
    at node: Installation? = nil
  ) throws -> RecordID {
    try publish(
      "manifests",
      """
      {"event":"declared","duca":"\(duca)","kind":"DUCA-F","route":["SV","GT"],"crossings":["GT-SV/la-hachadura"],\
      "time":"\(Self.time(-60))","expected":"\(Self.time(60))",\
      "exporter":{"company":{"country":"SV","number":"0614-050707-104-8"},"name":"Café de Ejemplo"},\
      "importer":{"company":{"country":"GT","number":"576937-K"},"name":"Destino"},"regime":"10","destination":"GT",\
      "transport_mode":"road","vehicle":{"plate":{"country":"SV","text":"\(plate)"}},"containers":["\(container)"],\
      "gross_kg":"1050","net_kg":"1000","lines":[{"packages":10,"net_kg":"1000","gross_kg":"1050","origin":"SV",\
      "tariff":"\(tariff)","description":"Café tostado"}],"documents":[{"kind":"380","number":"F-77","lines":"1"}]}
      """, at: node ?? sv)
  }

  /// A change of a declaration's state at La Hachadura.
  func eventLine(_ event: String, of id: RecordID, at node: Installation, duca: String = "SV-F-1") -> String {
    """
    {"event":"\(event)","refers":"\(id)","duca":"\(duca)","kind":"DUCA-F","route":["SV","GT"],\
    "post":"GT-SV/la-hachadura/\(node.country)","time":"\(Self.time())"}
    """
  }

  /// A quarantine record at La Hachadura.
  @discardableResult
  func quarantine(
    _ event: String, refers: RecordID? = nil, ties: String = #""containers":["CSQU3054383"]"#, at node: Installation
  ) throws -> RecordID {
    var line = """
      {"event":"\(event)","route":["SV","GT"],"post":"GT-SV/la-hachadura/\(node.country)","time":"\(Self.time())",\
      "authority":"VISAR",\(ties)
      """
    if let refers { line += ",\"refers\":\"\(refers)\"" }
    if event == "held" { line += #","goods":"Café","reason":"Plaga""# }
    return try publish("quarantine", line + "}", at: node)
  }

  func crossing(_ key: String, at node: Installation, role: String = "customs-officer") throws -> LookupAnswer {
    try node.lookups.answer(CrossingRequest(key: key, by: Asker(officer: "of-1", role: role, purpose: "test")))
  }

  func heading(_ key: String, at node: Installation, role: String = "customs-officer") throws -> Heading {
    try #require(try crossing(key, at: node, role: role).heading)
  }

  func hits(at node: Installation, role: String = "customs-officer") throws -> AlertHitsAnswer {
    try node.lookups.answer(AlertHitsRequest(by: Asker(officer: "of-1", role: role, purpose: "test")))
  }

  func expected(_ place: String, at node: Installation, role: String = "customs-officer") throws -> ExpectedAnswer {
    try node.lookups.answer(ExpectedRequest(place: place, by: Asker(officer: "of-1", role: role, purpose: "test")))
  }
}

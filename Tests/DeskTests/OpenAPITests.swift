import Catalog
import Foundation
import HTTP
import Node
import Terms
import Testing
import Traffic

@testable import Desk

/// The description of the API that the node serves.
@Suite struct OpenAPITests {
  @Test func everyRouteOfTheNetworkIsDescribedAndNoneOfTheHomesOwn() throws {
    let desk = try TestDesk()
    let answer = try APIClient(port: desk.server.port ?? 0).send(.get, "/v1/openapi.json")
    #expect(answer.status == 200 && answer.headers["Content-Type"] == "application/json")
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
    #expect(document["openapi"] as? String == "3.1.0")
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    var described: Set<String> = []
    for (path, operations) in paths {
      for (method, operation) in operations {
        described.insert("\(method.uppercased()) \(path.replacing(/\{.*\}/, with: ""))")
        #expect((operation["summary"] as? String)?.isEmpty == false)
      }
    }
    let routes = Router.routes.filter { $0.access != .local }.map { "\($0.method) \($0.path)" }
    #expect(described == Set(routes))
    #expect(Set(Router.routes.map(\.about.id)).count == Router.routes.count, "two operations of one name")
  }

  @Test func whoHasTheDescriptionIsToldSoAndEveryFileOfThePagesToo() throws {
    let desk = try TestDesk()
    let client = APIClient(port: desk.server.port ?? 0)
    for path in ["/v1/openapi.json", "/desk.css", "/desk.js", "/icon.svg"] {
      let first = try client.send(.get, path)
      let tag = try #require(first.headers["ETag"], "\(path)")
      for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
        let again = try client.send(.get, path, headers: [("If-None-Match", known)])
        #expect(again.status == 304 && again.body.isEmpty && again.headers["ETag"] == tag, "\(path) \(known)")
      }
      let other = try client.send(.get, path, headers: [("If-None-Match", "\"other\"")])
      #expect(other.status == 200 && other.body == first.body)
      let head = try client.send(.head, path)
      #expect(head.status == 200 && head.body.isEmpty && head.headers["ETag"] == tag)
      #expect(head.headers["Content-Length"] == "\(first.body.count)")
    }
  }

  /// A foreign validator, and foreign schema software over the region's invented traffic: what the checks take fits the schemas, and so does
  /// what a lookup shows.
  @Test(.enabled(if: Python.isWanted)) func foreignToolsFindTheDescriptionRightAndTheRecordsAsDescribed() async throws {
    let desk = try TestDesk()
    let system = try desk.system("lookup")
    let folder = "\(desk.folder)/lines"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let lines = try DescribedLines(desk)
    #expect(lines.byDataset.count >= 10, "\(lines.byDataset.keys.sorted())")
    for (dataset, written) in lines.byDataset {
      try Data((written.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: "\(folder)/\(dataset).ndjson"))
      let shown = try system.ask(
        "/v1/query",
        ["dataset": .text(dataset), "officer": "of-1", "role": "auditor", "purpose": "revisión"])
      #expect(shown.status == 200)
      let records = shown.lines.compactMap { $0["record"]?.json }
      #expect(!records.isEmpty, "\(dataset)")
      try Data((records.joined(separator: "\n") + "\n").utf8)
        .write(to: URL(filePath: "\(folder)/\(dataset).shown.ndjson"))
    }
    let bad = [
      #"{"event":"departure"}"#, #"{"event":"departed","crossing":"GT-SV/la-hachadura"}"#,
      desk.departure("A7000001").replacing("\"F\"", with: "\"W\""),
      desk.departure("A7000001").replacing("la-hachadura/GT", with: "la-machadura/GT"),
      desk.departure("A7000001").replacing("{\"event\"", with: "{\"unheard\":1,\"event\""),
      desk.departure("A7000001").replacing("\"A7000001\"", with: #""A\u00001""#), "[]", "7",
    ]
    try Data((bad.joined(separator: "\n") + "\n").utf8)
      .write(to: URL(filePath: "\(folder)/migration.bad.ndjson"))
    let said = try await Python.run("api/describe.py", desk.url, folder, folder: desk.folder)
    #expect(said.contains("ok description"), "\(said)")
  }
}

/// Lines of every dataset that systems publish, from the region's invented traffic, published here.
struct DescribedLines {
  var byDataset: [String: [String]] = [:]

  init(_ desk: TestDesk) throws {
    let day = CalendarDay(daysSinceEpoch: CalendarDay(of: desk.clock.now()).daysSinceEpoch - 4)
    let plan = TrafficPlan(firstDay: day, scale: 0.002, seed: 7, isCovering: true)
    var ids: [String: RecordID] = [:]
    for record in TrafficGenerator(desk.node.registry.topology, plan) where record.origin == desk.node.country {
      // What refers to a record of another country has none here to refer to.
      let refers = record.refers.flatMap { ids[$0] }
      guard record.defect == nil, record.refers == nil || refers != nil else { continue }
      let line = record.line(referringTo: refers?.description).json
      ids[record.reference] = try desk.publish(line, of: "\(record.dataset)")
      byDataset["\(record.dataset)", default: []].append(line)
    }
  }
}

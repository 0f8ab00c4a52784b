import Catalog
import Foundation
import HTTP
import Terms
import Testing

@testable import Desk

/// The API by a foreign program that knows nothing but its description, and its figures by Prometheus' own parser.
@Suite struct SchemathesisTests {
  /// A short run; `Scripts/fuzz-api` makes the long one.
  @Test(.enabled(if: Python.isWanted)) func whatSchemathesisSendsIsAnsweredAsDescribed() async throws {
    let desk = try TestDesk()
    _ = try DescribedLines(desk)
    let token = try desk.token("publish", "lookup", "observe")
    let said = try await Python.run("api/fuzz.py", desk.url, token, "--short", folder: desk.folder)
    #expect(said.contains("ok fuzz"), "\(said)")
  }

  @Test(.enabled(if: Python.isWanted)) func prometheusReadsTheFigures() async throws {
    let desk = try TestDesk()
    _ = try desk.publish(desk.departure("A7000021"))
    let system = try desk.system("observe")
    _ = try APIClient(port: desk.server.port ?? 0).send(.get, "/v1/status")
    let figures = try system.send(.get, "/metrics")
    #expect(figures.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(figures.text.contains("istmo_records_accepted_total 1\n"))
    #expect(figures.text.contains("istmo_http_responses_total{status=\"4xx\"} 1\n"), "\(figures.text)")
    let file = "\(desk.folder)/metrics"
    try Data(figures.body).write(to: URL(filePath: file))
    let said = try await Python.run("api/metrics.py", file, folder: desk.folder)
    #expect(said.contains("ok metrics"), "\(said)")
  }

  /// The engine ends as when the node stops: nothing is taken any more, and what is there can still be read.
  @Test func readyMeansThatRecordsWouldBeTaken() throws {
    let desk = try TestDesk()
    let client = APIClient(port: desk.server.port ?? 0)
    #expect(try client.send(.get, "/readyz").json?["status"] == "ready")
    #expect(try client.send(.get, "/healthz").json?["status"] == "ok")
    desk.node.engine.stop()
    let ready = try client.send(.get, "/readyz")
    #expect(ready.status == 503 && ready.json?["problems"] == ["the node is stopping"], "\(ready.text)")
  }
}

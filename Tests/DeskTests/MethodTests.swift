import Catalog
import HTTP
import Terms
import Testing

@testable import Desk
@testable import Node

/// What holds for every path, whatever it does: methods, tokens, what is not asked for.
@Suite struct MethodTests {
  @Test func everyPathSaysWhatItTakesAndRefusesTheRest() throws {
    let desk = try TestDesk()
    let client = APIClient(port: desk.server.port ?? 0)
    let api = Dictionary(grouping: Router.routes, by: \.path).mapValues { $0.map(\.method) }
    let pages = Dictionary(grouping: Pages.routes, by: \.path).mapValues { $0.map(\.method) }
    for (path, methods) in api.merging(pages, uniquingKeysWith: +) {
      let whole = path.hasSuffix("/") && path != "/" ? path + "0" : path
      let options = try client.send(.options, whole)
      #expect(options.status == 204 && options.body.isEmpty, "\(path)")
      var expected = Set(methods.map(\.description) + ["OPTIONS"])
      if methods.contains(.get) { expected.insert("HEAD") }
      let allowed = Set((options.headers["Allow"] ?? "").split(separator: ", ").map(String.init))
      #expect(allowed == expected, "\(path)")
      for method in [HTTP.Method.get, .post, .put, .delete, .patch, .other("TRACE"), .other("BREW")]
      where !methods.contains(method) {
        let refused = try client.send(method, whole)
        #expect(refused.status == 405, "\(method) \(path): \(refused.status)")
        #expect(refused.headers["Allow"] == options.headers["Allow"], "\(method) \(path)")
      }
    }
    #expect(try client.send(.get, "/v1/nothing").status == 404)
    #expect(try client.send(.options, "/v1/nothing").status == 404)
  }

  @Test func headIsGetWithoutABodyAlsoWhereItIsALookup() throws {
    let desk = try TestDesk()
    let system = try desk.system("observe", "lookup")
    for path in ["/healthz", "/readyz", "/v1/status", "/metrics", "/login"] {
      let head = try system.send(.head, path)
      #expect(head.status == 200 && head.body.isEmpty, "\(path)")
    }
    #expect(try APIClient(port: desk.server.port ?? 0).send(.head, "/v1/status").status == 401)
    let id = try desk.publish(desk.departure("A7000009"))
    let before = try desk.node.lookupLog(by: "of-head", about: nil, limit: 100).count
    let query = [
      (name: "id", value: "\(id)"), (name: "officer", value: "of-head"), (name: "role", value: "auditor"),
      (name: "purpose", value: "prueba"),
    ]
    #expect(try system.send(.head, "/v1/evidence", query: query).status == 200)
    #expect(try desk.node.lookupLog(by: "of-head", about: nil, limit: 100).count == before + 1)
  }

  @Test func aTokenIsAskedForAndToldWhatItLacks() throws {
    let desk = try TestDesk()
    let stranger = APIClient(port: desk.server.port ?? 0)
    let none = try stranger.send(.get, "/v1/status")
    #expect(none.status == 401 && none.headers["WWW-Authenticate"] == #"Bearer realm="istmo""#)
    let wrong = try stranger.send(.get, "/v1/status", headers: [("Authorization", "Bearer istmo-0")])
    #expect(wrong.status == 401 && wrong.headers["WWW-Authenticate"]?.contains("invalid_token") == true)
    for route in Router.routes where route.access != .local && route.access != .open {
      let path = route.path.hasSuffix("/") ? route.path + String(repeating: "0", count: 64) : route.path
      for scope in ["publish", "lookup", "observe"] {
        let status = try desk.system(scope).send(route.method, path).status
        #expect((status == 403) == (scope != route.access.rawValue), "\(route.method) \(path) by \(scope): \(status)")
      }
    }
    let system = try desk.system("observe")
    desk.clock.advance(milliseconds: 2 * 86_400_000)
    #expect(try system.send(.get, "/v1/status").status == 401)
  }

  @Test func aTokenForOneDatasetPublishesThatOneAlone() throws {
    let desk = try TestDesk()
    let system = try desk.system("publish:migration")
    let line = Array(desk.departure("A7000010").utf8)
    #expect(try system.send(.post, "/v1/records", query: [("dataset", "migration")], line).status == 200)
    let other = try system.send(.post, "/v1/records", query: [("dataset", "manifests")], line)
    #expect(other.status == 403 && other.headers["WWW-Authenticate"]?.contains("insufficient_scope") == true)
    // On which day it was used is known, also to a command that reads the home.
    desk.node.tokens.settle()
    #expect(desk.home.tokenUses().values.contains(CalendarDay(of: desk.clock.now())))
  }

  @Test func aQueryOfAnotherShapeIsRefused() throws {
    let desk = try TestDesk()
    let system = try desk.system("observe", "publish", "lookup")
    #expect(try system.send(.get, "/v1/status", query: [("x", "1")]).status == 400)
    #expect(try system.send(.post, "/v1/records", Array("{}".utf8)).status == 400)
    #expect(
      try system.send(.post, "/v1/records", query: [("dataset", "migration"), ("dataset", "manifests")], []).status
        == 400)
    #expect(try system.send(.post, "/v1/records", query: [("dataset", "unheard-of")], []).status == 404)
    #expect(try system.send(.get, "/v1/attachments/zz").status == 400)
  }
}

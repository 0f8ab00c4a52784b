import Catalog
import HTTP
import Node
import Synchronization
import Terms

/// The node's HTTP API, and the officers' pages beside it: turns requests into the node's verbs. The unix socket in the home needs no token, file permissions
/// decide; over TCP all but a few open routes need a bearer token with their scope.
public final class Router: Service {
  let node: Installation
  let work = Workshop()
  let pages: Pages

  /// The longest request body of anything but an upload of records or a bundle.
  static let longestBody = 64 << 10

  /// Counts what the server does; `/metrics` shows it.
  public let meter = Meter()
  private let description = Mutex<Asset?>(nil)

  /// A router over a node. `proxy` is the address of the proxy with TLS through which officers come; nil when there is none. Officers with
  /// one of `secondFactorRoles` must have a second factor.
  public init(_ node: Installation, proxy: String? = nil, secondFactorRoles: Set<String> = []) {
    self.node = node
    pages = Pages(node, work, proxy: proxy, secondFactorRoles: secondFactorRoles)
  }

  /// Pages that wait for news wait no longer.
  public func stopping() {
    pages.events.stop()
  }

  /// Begins a request.
  public func begin(_ request: Request, _ caller: Caller) -> any Handler {
    let (routes, word) = Self.routes(of: request.path)
    guard !routes.isEmpty else {
      if !request.path.hasPrefix("/v1/") { return pages.begin(request, caller) }
      return Answered(caller, Problem(status: 404, detail: "there is no \(request.path); the API begins with /v1/"))
    }
    var allowed: String { Self.allowed(routes.map(\.method)) }
    if request.method == .options { return Answered(caller, Response(status: 204, headers: ["Allow": allowed])) }
    // HEAD is GET without a body (RFC 9110 section 9.3.2); the server leaves the body out.
    let method = request.method == .head ? .get : request.method
    guard let route = routes.first(where: { $0.method == method }) else {
      var refusal = Problem(status: 405, detail: "\(request.path) takes \(allowed)").response
      refusal.headers.add("Allow", allowed)
      return Answered(caller, refusal)
    }
    if let refusal = refusal(of: request, route.access) { return Answered(caller, refusal) }
    do throws(TermError) {
      _ = try route.about.query.read(request.query)
      if let name = route.about.word { _ = try RequestShape("path", [name]).read([(name.name, word)]) }
    } catch { return Answered(caller, Problem(status: 400, detail: error.description)) }
    return route.handle(self)(request, caller)
  }

  private func refusal(of request: Request, _ access: Access) -> Response? {
    if case .unixSocket = request.peer { return nil }
    switch access {
    case .open: return nil
    case .local:
      return Problem(status: 403, detail: "\(request.path) is only for the node's own machine").response
    case .publish, .lookup, .observe:
      // RFC 6750 section 3.1: what was wrong stands in the challenge too.
      guard let token = request.bearerToken else {
        return Self.challenge(401, nil, "send Authorization: Bearer TOKEN; istmo token add makes one")
      }
      // Some are for publishing single datasets. A dataset that there is not is for the upload to refuse.
      let dataset = access == .publish ? published(by: request)?.dataset : nil
      switch node.tokens.standing(of: token, scope: access.rawValue, dataset: dataset) {
      case .counts: return nil
      case .otherDataset(let dataset):
        return Self.challenge(403, "insufficient_scope", "the token is not for publishing \(dataset)")
      case .unknown: return Self.challenge(401, "invalid_token", "the token is unknown or expired")
      case .otherScope:
        return Self.challenge(403, "insufficient_scope", "the token is not for \(access.rawValue)")
      }
    }
  }

  static func challenge(_ status: Int, _ error: String?, _ detail: String) -> Response {
    var response = Problem(status: status, detail: detail).response
    response.headers.add("WWW-Authenticate", "Bearer realm=\"istmo\"" + (error.map { ", error=\"\($0)\"" } ?? ""))
    return response
  }

  /// `GET /v1/openapi.json`. It tells how to ask and holds nothing that was asked, so it is open.
  func openAPI(_ request: Request, _ caller: Caller) -> any Handler {
    Collected(request, caller, limit: 0) { [self] _ in
      run(caller) { [self] in
        // Made once: a topology never changes while a node runs.
        let asset = description.withLock { kept in
          let asset = kept ?? Asset(description: OpenAPI(topology: node.registry.topology).document)
          kept = asset
          return asset
        }
        return asset.response(to: request)
      }
    }
  }

  /// Runs something that reads or waits, away from the server's threads.
  func run(_ caller: Caller, _ body: @escaping @Sendable () -> Response) { work.run(caller, body) }

  static func json(_ value: JSONValue, status: Int = 200) -> Response {
    Response(
      status: status, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"],
      body: .bytes(Array((value.json + "\n").utf8)))
  }

  static func ndjson(_ values: [JSONValue]) -> Response {
    var bytes: [UInt8] = []
    for value in values { value.writeLine(to: &bytes) }
    return ndjson(bytes)
  }

  /// Lines of JSON that are written already.
  static func ndjson(_ lines: [UInt8]) -> Response {
    Response(status: 200, headers: ["Content-Type": linesType, "Cache-Control": "no-store"], body: .bytes(lines))
  }
}

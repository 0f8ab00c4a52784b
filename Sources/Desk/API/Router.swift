import Catalog
import HTTP
import Node
import Terms

/// The node's HTTP API, and the officers' pages beside it: turns requests into the node's verbs. The unix socket in the home needs no token, file permissions
/// decide; over TCP every route but `/healthz` needs a bearer token with its scope.
public final class Router: Service {
  let node: Installation
  let work = Workshop()
  let pages: Pages

  /// The longest request body of anything but an upload of records or a bundle.
  static let longestBody = 64 << 10

  /// A router over a node. `proxy` is the address of the proxy with TLS through which officers come; nil when there is none.
  public init(_ node: Installation, proxy: String? = nil) {
    self.node = node
    pages = Pages(node, work, proxy: proxy)
  }

  /// Pages that wait for news wait no longer.
  public func stopping() { pages.events.stop() }

  /// What a route needs of a caller.
  enum Access: String {
    /// Nothing.
    case open
    /// To publish records.
    case publish
    /// To look records up.
    case lookup
    /// To see how the node is.
    case observe
    /// File permissions of the home: never over TCP.
    case local
  }

  /// Begins a request.
  public func begin(_ request: Request, _ caller: Caller) -> any Handler {
    let path = request.path.hasPrefix(Self.attachmentPath) ? Self.attachmentPath : request.path
    guard let route = Router.routes[path] else {
      if !request.path.hasPrefix("/v1/") { return pages.begin(request, caller) }
      return Answered(caller, Problem(status: 404, detail: "there is no \(request.path); the API begins with /v1/"))
    }
    guard let (access, handle) = route[request.method.description] else {
      let allowed = route.keys.sorted().joined(separator: ", ")
      return Answered(caller, Problem(status: 405, detail: "\(request.path) takes \(allowed)"))
    }
    if let refusal = refusal(of: request, access) { return Answered(caller, refusal) }
    return handle(self)(request, caller)
  }

  private func refusal(of request: Request, _ access: Access) -> Problem? {
    if case .unixSocket = request.peer { return nil }
    switch access {
    case .open: return nil
    case .local: return Problem(status: 403, detail: "\(request.path) is only for the node's own machine")
    case .publish, .lookup, .observe:
      guard let token = request.bearerToken else {
        return Problem(status: 401, detail: "send Authorization: Bearer TOKEN; istmo token add makes one")
      }
      guard node.tokens.allows(token, scope: access.rawValue) else {
        return Problem(status: 401, detail: "the token is unknown, expired or not for \(access.rawValue)")
      }
      return nil
    }
  }

  typealias Handle = @Sendable (Router) -> @Sendable (Request, Caller) -> any Handler

  /// Every route: path, method, what it needs, who does it.
  static let routes: [String: [String: (Access, Handle)]] = [
    "/healthz": ["GET": (.open, Router.health)],
    "/metrics": ["GET": (.observe, Router.metrics)],
    "/v1/records": ["POST": (.publish, Router.publish)],
    "/v1/query": ["POST": (.lookup, Router.query)],
    "/v1/crossing": ["POST": (.lookup, Router.crossing)],
    "/v1/expected": ["POST": (.lookup, Router.expected)],
    "/v1/alerts": ["POST": (.lookup, Router.alerts)],
    "/v1/indicators": ["POST": (.observe, Router.indicators)],
    "/v1/indicators/publish": ["POST": (.local, Router.publishIndicators)],
    "/v1/attachments": ["POST": (.publish, Router.attach)],
    attachmentPath: ["GET": (.lookup, Router.attachment)],
    "/v1/status": ["GET": (.observe, Router.status)],
    "/v1/lookups": ["GET": (.local, Router.lookups)],
    "/v1/evidence": ["GET": (.lookup, Router.evidence)],
    "/v1/fork": ["GET": (.local, Router.fork)],
    "/v1/verify": ["POST": (.local, Router.verify)],
    "/v1/bundle": ["GET": (.local, Router.exportBundle), "POST": (.local, Router.importBundle)],
    "/v1/reload": ["POST": (.local, Router.reload)],
  ]

  /// Runs something that reads or waits, away from the server's threads.
  func run(_ caller: Caller, _ body: @escaping @Sendable () -> Response) { work.run(caller, body) }

  static func json(_ value: JSONValue, status: Int = 200) -> Response {
    Response(status: status, type: "application/json", Array((value.json + "\n").utf8))
  }

  static func ndjson(_ values: [JSONValue]) -> Response {
    var bytes: [UInt8] = []
    for value in values {
      bytes += value.json.utf8
      bytes.append(0x0A)
    }
    return Response(status: 200, type: "application/x-ndjson", bytes)
  }
}

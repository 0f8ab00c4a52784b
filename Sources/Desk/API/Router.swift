import Catalog
import Dispatch
import HTTP
import Node
import Terms

/// The node's HTTP API: turns requests into the node's verbs. The unix socket in the home needs no token, file permissions
/// decide; over TCP every route but `/healthz` needs a bearer token with its scope.
public final class Router: Service {
  let node: Installation
  /// Lookups and other reads run here, a few at a time, so that they never hold up the server's threads.
  let work = DispatchQueue(label: "istmo-desk", attributes: .concurrent)
  let slots = DispatchSemaphore(value: Router.mostAtOnce)

  /// Lookups and other reads under way at once.
  static let mostAtOnce = 8
  /// The longest request body of anything but an upload of records or a bundle.
  static let longestBody = 64 << 10

  /// A router over a node.
  public init(_ node: Installation) { self.node = node }

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
    guard let route = Router.routes[request.path] else {
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
    "/v1/status": ["GET": (.observe, Router.status)],
    "/v1/lookups": ["GET": (.local, Router.lookups)],
    "/v1/evidence": ["GET": (.lookup, Router.evidence)],
    "/v1/fork": ["GET": (.local, Router.fork)],
    "/v1/verify": ["POST": (.local, Router.verify)],
    "/v1/bundle": ["GET": (.local, Router.exportBundle), "POST": (.local, Router.importBundle)],
    "/v1/reload": ["POST": (.local, Router.reload)],
  ]

  /// Runs something that reads or waits, away from the server's threads.
  func run(_ caller: Caller, _ body: @escaping @Sendable () -> Response) {
    read { caller.answer(body()) }
  }

  /// Reads away from the server's threads; the answer may come later from elsewhere.
  func read(_ body: @escaping @Sendable () -> Void) {
    work.async { [slots] in
      slots.wait()
      defer { slots.signal() }
      body()
    }
  }

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

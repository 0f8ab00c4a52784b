import Catalog
import Ceremony
import Desk
import HTTP
import Node
import Noise
import Sodium
import Terms

/// A node opened from its home: locked, with its keys, store and API. Stopped by `stop`.
final class OpenedNode {
  let home: Home
  let installation: Installation
  private let lock: HomeLock
  private var server: Server?
  private let log: Installation.Log
  private let transport: StaticKey

  /// The socket of a home's node, for the command line on the same machine.
  static func socketPath(_ home: String) -> String { "\(home)/node.sock" }

  /// Locks and opens a home.
  init(_ arguments: Arguments, log: @escaping Installation.Log) throws {
    _ = hardenProcess()
    self.log = log
    home = try Home.open(arguments.home)
    lock = try home.lock()
    let source = try StorageKeySource(
      home.config.storageKey, environment: Environment.all, passphraseFile: arguments.value("--storage-passphrase-file")
    )
    let keys = try home.keys(source)
    transport = keys.transport
    installation = try Installation(
      documents: try HomeDocuments(home), registry: try home.loadRegistry(), keys: keys.ring,
      storePath: "\(home.storeFolder)/istmo.db", tokens: TokenBook(try home.tokens()),
      selectivity: try home.loadSelectivity(), log: log)
  }

  /// Serves the API: on the home's socket, and on a TCP address when one is given.
  /// - Returns: the TCP port.
  func serve(tcp: ListenAddress?) throws -> UInt16? {
    let router = Router(
      installation, proxy: home.config.deskProxy, secondFactorRoles: Set(home.config.deskSecondFactor))
    var settings = Server.Settings(
      tcp: tcp.map { Server.Address(host: $0.host, port: $0.port) }, unixPath: Self.socketPath(home.path))
    settings.meter = router.meter
    let log = log
    let server = try Server(settings, router) { log(.warning, "http", $0) }
    self.server = server
    return server.port
  }

  /// Listens for neighbours and dials them.
  /// - Returns: the port it listens on.
  func link(listen: ListenAddress) throws -> UInt16? {
    let topology = installation.registry.topology
    let own = home.config.endpoints
    return try installation.startLink(
      key: transport, listen: listen.description, endpoint: { own[$0]?.description ?? topology.endpoint(of: $0) })
  }

  /// Stops serving, ends the links, closes the store.
  func stop() {
    server?.stop()
    installation.stop()
  }
}

/// The API of a home's node: the running one through its socket, or one opened for this command alone.
final class NodeAccess {
  let client: Client
  private var opened: OpenedNode?

  /// - Parameter silentSeconds: how long an answer may take to begin.
  init(_ arguments: Arguments, _ console: Console, silentSeconds: Int = usualPatience) throws {
    let running = Self.runningNode(of: arguments.home, silentSeconds: silentSeconds)
    if (try? running.send(.init(.get, "/healthz"), limit: 1 << 16)) != nil {
      client = running
      return
    }
    let opened = try OpenedNode(arguments) { level, part, text in
      if level == .error { console.complain("\(part): \(text)") }
    }
    _ = try opened.serve(tcp: nil)
    self.opened = opened
    client = Self.runningNode(of: arguments.home, silentSeconds: silentSeconds)
  }

  /// Seconds that an answer may take to begin, where a command does not say otherwise.
  static let usualPatience = 600

  /// A client of the node that runs on a home, whether or not one does.
  static func runningNode(of home: String, silentSeconds: Int = usualPatience) -> Client {
    Client(.unixSocket(OpenedNode.socketPath(home)), patience: .init(connectSeconds: 2, silentSeconds: silentSeconds))
  }

  /// The status as a running node tells it.
  static func status(_ client: Client) throws -> JSONValue {
    let answer = try client.send(.init(.get, "/v1/status"), limit: 64 << 20)
    guard answer.status == 200 else { throw APIError(answer.status, answer.body) }
    return try JSONValue(parsing: answer.body, longest: 64 << 20)
  }

  /// Ends what was opened for this command.
  func close() {
    opened?.stop()
    opened = nil
  }

  /// Asks for a JSON value.
  func json(_ call: Client.Call, upload: Client.Upload = .none) throws -> JSONValue {
    try JSONValue(parsing: try bytes(call, upload: upload, limit: 64 << 20), longest: 64 << 20)
  }

  /// Asks for bytes.
  /// - Throws: `APIError` with the node's own words when it refuses.
  func bytes(_ call: Client.Call, upload: Client.Upload = .none, limit: Int) throws -> [UInt8] {
    let answer = try client.send(call, upload: upload, limit: limit)
    guard answer.status < 400 else { throw APIError(answer.status, answer.body) }
    return answer.body
  }

  /// Asks for bytes of any number and hands each piece over.
  func pieces(_ call: Client.Call, each: ([UInt8]) throws -> Void) throws {
    var refusal: [UInt8] = []
    var status = 200
    try client.send(call, upload: .none, head: { status = $0.status }) { piece in
      guard status < 400 else { return refusal += piece }
      try each(Array(piece))
    }
    guard status < 400 else { throw APIError(status, refusal) }
  }

  /// Asks for lines and hands each over.
  func lines(_ call: Client.Call, upload: Client.Upload = .none, each: (JSONValue) throws -> Void) throws {
    var waiting: [UInt8] = []
    var status = 200
    try client.send(call, upload: upload, head: { status = $0.status }) { piece in
      waiting += piece
      guard status < 400 else { return }
      while let end = waiting.firstIndex(of: 0x0A) {
        try each(try JSONValue(parsing: Array(waiting[..<end]), longest: 1 << 20))
        waiting.removeFirst(end + 1)
      }
    }
    guard status < 400 else { throw APIError(status, waiting) }
  }
}

/// A request that the node refused, in its own words.
struct APIError: Error, CustomStringConvertible {
  let status: Int
  let description: String

  init(_ status: Int, _ body: [UInt8]) {
    self.status = status
    let detail = (try? JSONValue(parsing: body))?["detail"]?.string
    description = detail ?? "the node answered with status \(status)"
  }
}

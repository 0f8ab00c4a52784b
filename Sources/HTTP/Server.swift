import CMicroHTTPD
import Glibc
import Synchronization

/// An HTTP/1.1 server on libmicrohttpd, on a TCP address, a unix socket, or both.
///
/// ```swift
/// let server = try Server(.init(tcp: .loopback(port: 8080), unixPath: home + "/run/desk"), service, log: print)
/// defer { server.stop(within: .seconds(5)) }
/// ```
public final class Server: Sendable {
  /// A TCP address to listen on.
  public struct Address: Hashable, Sendable {
    /// A name or address of this machine.
    public let host: String
    /// The port, or 0 for any that is free.
    public let port: UInt16

    /// An address.
    public init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

    /// This machine only.
    public static func loopback(port: UInt16 = 0) -> Self { Self(host: "127.0.0.1", port: port) }
  }

  /// Where a server listens and how much it takes on.
  public struct Settings: Sendable {
    /// The TCP address, if any.
    public var tcp: Address?
    /// The path of the unix socket, if any.
    public var unixPath: String?
    /// Event loops.
    public var threads = Limits.threads
    /// TCP connections at once.
    public var tcpConnections = Limits.tcpConnections
    /// TCP connections at once from one address.
    public var connectionsPerAddress = Limits.connectionsPerAddress
    /// Connections at once through the unix socket.
    public var unixConnections = Limits.unixConnections
    /// Counts what the server does.
    public var meter = Meter()
    var pace = Pace()

    /// Listens at the given places, within `Limits`.
    public init(tcp: Address? = .loopback(), unixPath: String? = nil) { (self.tcp, self.unixPath) = (tcp, unixPath) }

    /// Sets how long a connection may take for a head, in seconds, and how long it may be silent.
    public mutating func setPatience(headSeconds: Int, idleSeconds: Int) {
      pace.headMilliseconds = Int64(clamping: headSeconds) * 1_000
      pace.idleSeconds = idleSeconds
    }

    /// Sets after how many seconds the rate of an upload counts and how many bytes a second it must bring.
    public mutating func setUploadPace(graceSeconds: Int, bytesPerSecond: Int) {
      pace.uploadGraceMilliseconds = Int64(clamping: graceSeconds) * 1_000
      pace.uploadBytesPerSecond = bytesPerSecond
    }
  }

  private let core: ServerCore
  private let engine: Mutex<Engine?>
  /// The TCP port it listens on, if it does.
  public let port: UInt16?

  /// Listens and serves until `stop`. Raises the process's limit of open files if its connections need more. `log` gets
  /// one line for each thing refused or gone wrong, without content of requests, and is called on any thread.
  public init(
    _ settings: Settings, _ service: any Service, log: @escaping @Sendable (String) -> Void
  ) throws(ServerError) {
    let journal = Journal(log)
    let connections = settings.tcpConnections + settings.unixConnections
    Engine.raiseFileLimit(for: connections, journal)
    core = ServerCore(
      service: service,
      connections: Connections(
        tcp: settings.tcpConnections, perAddress: settings.connectionsPerAddress, unix: settings.unixConnections),
      meter: settings.meter, journal: journal)
    let engine = try Engine(settings, core)
    port = engine.port
    self.engine = Mutex(engine)
  }

  /// Connections that are open.
  public var connections: Int { core.connections.count }
  /// Requests that were begun and not yet answered.
  public var requestsInFlight: Int { core.requestsInFlight }
  /// Requests begun since the start.
  public var requestsBegun: UInt64 { core.requestsBegun }

  /// Stops accepting, waits for the requests under way at most so long, then cuts what is left and returns when all is
  /// closed and every handler has ended. Not to be called from a handler. A second call does nothing.
  public func stop(within limit: Duration = .seconds(5)) {
    let engine = engine.withLock { engine in
      defer { engine = nil }
      return engine
    }
    engine?.stop(core, within: limit)
  }

  deinit { stop(within: .zero) }
}

/// The threads and sockets of a server that runs.
///
/// `@unchecked`: the loops' C pointers are made in `init` and given back in `stop`, which is called once.
private final class Engine: @unchecked Sendable {
  private let listeners: [Listener]
  private let loops: [OpaquePointer]
  private let acceptor: Acceptor

  var port: UInt16? { listeners.lazy.compactMap(\.port).first }

  init(_ settings: Server.Settings, _ core: ServerCore) throws(ServerError) {
    var listeners: [Listener] = []
    var loops: [OpaquePointer] = []
    do throws(ServerError) {
      if let tcp = settings.tcp { listeners.append(try .tcp(host: tcp.host, port: tcp.port)) }
      if let path = settings.unixPath { listeners.append(try .unix(path: path)) }
      for _ in 0..<max(1, settings.threads) {
        // Each loop has room for all, since how long connections stay is not even; `Connections` keeps the limit.
        let room = settings.tcpConnections + settings.unixConnections + 64
        guard let loop = core.startLoop(connections: room, idleSeconds: settings.pace.idleSeconds) else {
          throw .system("start an event loop", code: errno)
        }
        loops.append(loop)
      }
      acceptor = try Acceptor(listeners, loops, core, settings.pace)
      try acceptor.start()
    } catch {
      listeners.forEach { $0.end() }
      loops.forEach { MHD_stop_daemon($0) }
      throw error
    }
    (self.listeners, self.loops) = (listeners, loops)
  }

  func stop(_ core: ServerCore, within limit: Duration) {
    core.stop()
    core.service.stopping()
    acceptor.end()
    listeners.forEach { $0.end() }
    let deadline = ContinuousClock.now + limit
    while core.requestsInFlight > 0, ContinuousClock.now < deadline { usleep(1_000) }
    // MHD must not be stopped while a connection is suspended: it would abort the process. From `close` on none is
    // suspended any more, and those that are, are resumed.
    core.close()
    for conversation in core.connections.conversations { conversation.resumeAny() }
    loops.forEach { MHD_stop_daemon($0) }
    core.flushLog()
  }

  static func raiseFileLimit(for connections: Int, _ journal: Journal) {
    // Beside connections: the store, links, logs.
    let wanted = rlim_t(connections) + 512
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < wanted else { return }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    if limit.rlim_cur < wanted {
      journal.write("only \(limit.rlim_cur) files may be open, \(wanted) are needed for \(connections) connections")
    }
  }
}

import Glibc
import Sodium
import Synchronization
import Terms

/// Keeps one encrypted connection with every neighbour: listens, dials, proves, carries messages both ways.
///
/// One thread does it all; no link waits for another. Create it, `start` it, `stop` it. `perform`, `post`, `states`, `update` and
/// `stop` may be called from any thread; everything else only on the reactor's thread, that is from the delegate's
/// methods or from `perform`.
public final class LinkReactor: @unchecked Sendable {
  // @unchecked: what follows "reactor's thread" below is touched by that thread alone, which `assertOnThread` checks, and while it waits by
  // who holds `turn`.
  private enum Life {
    case new
    case running(pthread_t)
    case stopped
  }

  let options: LinkOptions
  let clock: any Clock
  let entropy: any Entropy
  let writeLog: @Sendable (LogLevel, String) -> Void
  let mailbox: Mailbox
  private let listenEndpoint: String?
  private let life = Mutex(Life.new)
  private let snapshot = Mutex<[CountryCode: LinkState]>([:])
  /// Held by the reactor's thread but for while it waits, and for a moment by a thread that sends something small meanwhile.
  let turn = Mutex(())
  /// The reactor's thread, as a number; 0 while there is none.
  private let owner = Atomic<UInt>(0)

  // The reactor's thread, after start.
  var identity: LinkIdentity
  var delegate: (any LinkDelegate)?
  var poller: Poller
  var listener: Descriptor?
  var listenerIsArmed = false
  var links: [CountryCode: Link] = [:]
  var connections: [UInt64: Connection] = [:]
  var allowed: [CountryCode: [ExchangePublicKey]] = [:]
  var admission: Admission
  var acceptsLeft = 0
  var dirty: [Connection] = []
  var refusals = RefusalLog()
  var isRunning = true
  var stateChanged = true
  var nextTick: Int64 = 0
  var now: Int64
  private var lastID = Token.firstConnection
  let scratch: UnsafeMutableRawBufferPointer

  enum Token {
    static let bell: UInt64 = 0
    static let listener: UInt64 = 1
    static let firstConnection: UInt64 = 16
  }
  static let scratchByteCount = 64 << 10

  /// A reactor that is not running yet.
  /// - Parameters:
  ///   - listen: where to listen, as `host:port`; port 0 lets the system choose. Nil listens nowhere.
  ///   - delegate: kept until the reactor has stopped.
  ///   - log: called on the reactor's thread; lines hold no secrets and no content.
  /// - Throws: `LinkFailure.system` when the operating system has no descriptors left.
  public init(
    identity: LinkIdentity, listen: String?, neighbours: [Neighbour], delegate: any LinkDelegate, clock: any Clock,
    entropy: any Entropy, options: LinkOptions = LinkOptions(), log: @escaping @Sendable (LogLevel, String) -> Void
  ) throws(LinkFailure) {
    self.identity = identity
    self.delegate = delegate
    self.clock = clock
    self.entropy = entropy
    self.options = options
    listenEndpoint = listen
    writeLog = log
    mailbox = try Mailbox()
    poller = try Poller()
    now = Socket.milliseconds()
    admission = Admission(options.admission, now: now)
    scratch = .allocate(byteCount: Self.scratchByteCount, alignment: 16)
    adopt(neighbours)
    publish()
  }

  deinit { scratch.deallocate() }

  /// Listens and starts the thread.
  /// - Returns: the port it listens on, or nil when it does not listen.
  /// - Throws: `LinkFailure` when it cannot listen there, or was started before.
  @discardableResult public func start() throws(LinkFailure) -> UInt16? {
    var port: UInt16?
    if let listenEndpoint {
      var failure = LinkFailure.notResolved(endpoint: listenEndpoint, problem: "no address")
      for address in try SocketAddress.resolve(listenEndpoint, listening: true) where port == nil {
        do throws(LinkFailure) {
          let listening = try Socket.listen(on: address)
          port = listening.port
          listener = consume listening.socket
        } catch { failure = error }
      }
      guard port != nil else { throw failure }
    }
    try poller.add(mailbox.bell, token: Token.bell, read: true, write: false)
    if let number = listenerNumber {
      try poller.add(number, token: Token.listener, read: true, write: false)
      listenerIsArmed = true
    }
    try life.withLock { (life) throws(LinkFailure) in
      guard case .new = life else { throw .stopped }
      life = .running(try Threads.start("istmo-link", joinable: true) { self.run() })
    }
    return port
  }

  /// Ends all links, tells the delegate, closes everything. Returns when that is done, unless called on the reactor's own
  /// thread, which ends by itself then.
  public func stop() {
    let running: pthread_t? = life.withLock { life in
      defer { life = .stopped }
      if case .running(let thread) = life { return thread }
      return nil
    }
    guard let running else { return }
    _ = mailbox.post { self.isRunning = false }
    if pthread_equal(running, pthread_self()) != 0 { pthread_detach(running) } else { pthread_join(running, nil) }
  }

  /// Runs `work` on the reactor's thread, soon. From any thread.
  /// - Returns: false when the reactor has stopped; the work is then not done.
  @discardableResult public func perform(_ work: @escaping @Sendable () -> Void) -> Bool { mailbox.post(work) }

  /// What every link is doing, at most one tick old. From any thread.
  public func states() -> [CountryCode: LinkState] { snapshot.withLock { $0 } }

  /// Open connections of any kind, proven or not. On the reactor's thread.
  public var connectionCount: Int {
    assertOnThread()
    return connections.count
  }

  var listenerNumber: Int32? { listener?.number }

  func nextID() -> UInt64 {
    lastID += 1
    return lastID
  }

  func log(_ level: LogLevel, _ line: String) { writeLog(level, line) }

  /// Whether this is the reactor's thread.
  var isOnThread: Bool { owner.load(ordering: .relaxed) == pthread_self() }

  func assertOnThread() { precondition(isOnThread, "call this from the delegate's methods or from perform") }

  func publish() {
    var states: [CountryCode: LinkState] = [:]
    for (country, link) in links {
      link.state.phase = link.current != nil ? .up : link.dialling != nil || link.isResolving ? .dialling : .down
      link.state.queuedBytes = link.current?.channel.queuedByteCount ?? 0
      link.state.nextDial = link.dialAt.map { clock.now().advanced(byMilliseconds: max(0, $0 - now)) }
      link.state.lastHeard =
        link.current.map { clock.now().advanced(byMilliseconds: $0.heardAt - now) }
        ?? link.state.lastHeard
      states[country] = link.state
    }
    stateChanged = false
    snapshot.withLock { $0 = states }
  }

  private func run() {
    owner.store(pthread_self(), ordering: .relaxed)
    var timeout: Int64? = 0
    while let wait = timeout {
      let ready = poller.wait(milliseconds: wait)
      timeout = turn.withLock { _ in round(ready) }
      // More is to be done at once; whoever waits for this processor has it first.
      if timeout == 0 { sched_yield() }
    }
    turn.withLock { _ in shutDown() }
  }

  /// Does what is to be done.
  /// - Returns: how long to wait then, in milliseconds; nil at the end.
  private func round(_ ready: [Poller.Readiness]) -> Int64? {
    now = Socket.milliseconds()
    for event in ready { handle(event) }
    serviceDirty()
    if now >= nextTick { tick() }
    if stateChanged { publish() }
    guard isRunning else { return nil }
    return dirty.isEmpty ? max(0, nextTick - Socket.milliseconds()) : 0
  }

  private func handle(_ event: Poller.Readiness) {
    switch event.token {
    case Token.bell: for work in mailbox.take() { work() }
    case Token.listener: acceptWaiting()
    default:
      // A connection closed earlier in this round is no longer listed.
      guard let connection = connections[event.token] else { return }
      if connection.phase == .connecting { return connected(connection) }
      if event.canWrite {
        connection.isBlocked = false
        markDirty(connection)
      }
      if event.canRead || event.isBroken { read(connection, isBroken: event.isBroken) }
    }
  }

  private func shutDown() {
    mailbox.shut()
    for connection in Array(connections.values) { close(connection, .stopped) }
    listener = nil
    for link in links.values { link.dialAt = nil }
    publish()
    delegate = nil
    owner.store(0, ordering: .relaxed)
  }
}

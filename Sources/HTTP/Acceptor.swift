import CMicroHTTPD
import Glibc
import Synchronization

/// Accepts connections on one thread, refuses those over a limit, hands the others to the event loops in turn, and
/// once a second closes what is overdue. Accepting here and not in libmicrohttpd keeps the network and the unix socket
/// under separate limits on the same loops, and lets a server stop accepting without touching the loops.
///
/// `@unchecked`: the loops' C pointers are only read, and MHD_add_connection may be called from any thread.
final class Acceptor: @unchecked Sendable {
  private let listeners: [Listener]
  private let loops: [OpaquePointer]
  private let core: ServerCore
  private let pace: Pace
  private let wake: Int32
  private let stopped = Atomic(false)
  private var thread = pthread_t()
  private var next = 0

  init(_ listeners: [Listener], _ loops: [OpaquePointer], _ core: ServerCore, _ pace: Pace) throws(ServerError) {
    (self.listeners, self.loops, self.core, self.pace) = (listeners, loops, core, pace)
    wake = istmo_event()
    guard wake >= 0 else { throw .system("make an event descriptor", code: errno) }
  }

  deinit { close(wake) }

  func start() throws(ServerError) {
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Acceptor>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw .system("start a thread", code: code)
    }
  }

  /// Stops accepting: clients that come now are refused by the system. Sweeping goes on until `end`.
  func end() {
    stopped.store(true, ordering: .sequentiallyConsistent)
    var one: UInt64 = 1
    _ = write(wake, &one, MemoryLayout<UInt64>.size)
    pthread_join(thread, nil)
  }

  private func run() {
    var swept = Clock.milliseconds
    var full = false
    while !stopped.load(ordering: .sequentiallyConsistent) {
      var polled = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
      if !full { polled += listeners.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) } }
      _ = poll(&polled, nfds_t(polled.count), full ? 100 : 1_000)
      full = false
      for (listener, ready) in zip(listeners, polled.dropFirst()) where ready.revents != 0 {
        full = !accept(from: listener) || full
      }
      let now = Clock.milliseconds
      if now - swept >= 1_000 {
        swept = now
        for (peer, reason) in core.connections.sweep(pace) {
          core.meter.note(.connectionCut)
          core.log("\(peer): closed: \(reason)")
        }
        core.meter.setOpen(core.connections.count)
        core.flushLog()
      }
    }
  }

  /// Accepts what is there, but not without end, so that no listener holds up the other. False when the system has no
  /// more descriptors: then it is tried again in a moment.
  private func accept(from listener: Listener) -> Bool {
    for _ in 0..<64 {
      var storage = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let socket = withUnsafeMutablePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          istmo_accept(listener.socket, $0, &length)
        }
      }
      guard socket >= 0 else {
        let code = errno
        if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) {
          core.log("cannot accept a connection: \(String(cString: strerror(code))); raise the limit of open files")
          return false
        }
        // EAGAIN: that was all. Others: the client is gone already, the next may not be.
        if code == EAGAIN { return true }
        continue
      }
      hand(over: socket, storage, length, unix: listener.path != nil)
    }
    return true
  }

  private func hand(over socket: Int32, _ storage: sockaddr_storage, _ length: socklen_t, unix: Bool) {
    let connection: Connection
    if unix {
      connection = Connection(socket: socket, peer: .unixSocket, origin: .unixSocket)
    } else {
      var yes: Int32 = 1
      setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
      let from = SocketAddress.read(storage)
      connection = Connection(socket: socket, peer: .tcp(address: from.text), origin: from.origin)
    }
    if let limit = core.connections.admit(connection) {
      core.log("\(connection.peer): refused: there are already \(limit)")
      core.meter.note(.connectionRefused)
      let refusal = Reply.bytes(
        Problem(status: 503, detail: "there are too many connections; try again in a moment").response)
      _ = refusal.withUnsafeBytes { istmo_send(socket, $0.baseAddress, $0.count) }
      close(socket)
      return
    }
    core.meter.note(.connection)
    next = (next + 1) % loops.count
    var storage = storage
    let added = withUnsafePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        MHD_add_connection(loops[next], socket, $0, length)
      }
    }
    if added == .NO {
      core.connections.remove(socket)
      core.log("\(connection.peer): refused: no memory")
    }
  }
}

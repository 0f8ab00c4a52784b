import Glibc
import Synchronization

/// All open connections of a server, counted against the limits.
final class Connections: Sendable {
  private struct State {
    var bySocket: [Int32: Connection] = [:]
    var byOrigin: [Origin: Int] = [:]
    var tcp = 0
  }

  private let state = Mutex(State())
  private let tcpLimit: Int
  private let perAddress: Int
  private let unixLimit: Int

  init(tcp: Int, perAddress: Int, unix: Int) {
    (tcpLimit, self.perAddress, unixLimit) = (tcp, perAddress, unix)
  }

  var count: Int { state.withLock { $0.bySocket.count } }

  /// Counts a new connection, or says which limit it is over.
  func admit(_ connection: Connection) -> String? {
    state.withLock { state in
      // A socket number that comes again was closed by MHD without its saying so, for want of memory.
      Self.forget(connection.socket, &state)
      let same = state.byOrigin[connection.origin] ?? 0
      if connection.origin == .unixSocket {
        guard same < unixLimit else { return "\(unixLimit) connections through the unix socket" }
      } else {
        guard same < perAddress else { return "\(perAddress) connections from one address" }
        guard state.tcp < tcpLimit else { return "\(tcpLimit) connections" }
        state.tcp += 1
      }
      state.byOrigin[connection.origin] = same + 1
      state.bySocket[connection.socket] = connection
      return nil
    }
  }

  func find(_ socket: Int32) -> Connection? { state.withLock { $0.bySocket[socket] } }

  /// Called before the socket is closed, so that its number is not yet in use again.
  func remove(_ socket: Int32) { state.withLock { Self.forget(socket, &$0) } }

  var conversations: [Conversation] { state.withLock { $0.bySocket.values.compactMap(\.current) } }

  /// Shuts down what is overdue; MHD then sees the end and closes. Says who and why.
  func sweep(_ pace: Pace) -> [(peer: Peer, reason: String)] {
    let now = Clock.milliseconds
    return state.withLock { state in
      state.bySocket.values.compactMap { connection in
        guard let reason = connection.overdue(at: now, pace) else { return nil }
        shutdown(connection.socket, Int32(SHUT_RDWR))
        return (peer: connection.peer, reason: reason)
      }
    }
  }

  private static func forget(_ socket: Int32, _ state: inout State) {
    guard let old = state.bySocket.removeValue(forKey: socket) else { return }
    if old.origin != .unixSocket { state.tcp -= 1 }
    let left = (state.byOrigin[old.origin] ?? 1) - 1
    state.byOrigin[old.origin] = left > 0 ? left : nil
  }
}

import Foundation
import Glibc
import Synchronization

/// A TCP relay between two nodes that keeps a copy of every byte and can be cut like a cable.
final class Relay: Sendable {
  private struct State {
    var target: UInt16?
    var isCut = false
    var isClosed = false
    var sockets: Set<Int32> = []
    var recorded: [UInt8] = []
    var passed = 0
  }

  /// Where it listens.
  let port: UInt16
  private let listener: Int32
  private let records: Bool
  private let state = Mutex(State())

  init(records: Bool = false) throws {
    self.records = records
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = Loopback.address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    self.listener = listener
    guard listener >= 0, isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: address.sin_port)
    Thread { [self] in accept() }.start()
  }

  /// All bytes so far, both directions.
  var recorded: [UInt8] { state.withLock { $0.recorded } }
  /// How many bytes passed.
  var passed: Int { state.withLock { $0.passed } }

  /// Where connections go on to; nil turns them away.
  func lead(to port: UInt16?) { state.withLock { $0.target = port } }

  /// Ends all connections and takes no more.
  func cut() {
    state.withLock { state in
      state.isCut = true
      for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  /// Takes connections again.
  func mend() { state.withLock { $0.isCut = false } }

  /// Ends it.
  func close() {
    cut()
    state.withLock { $0.isClosed = true }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func accept() {
    while true {
      let from = Glibc.accept(listener, nil, nil)
      if from >= 0 { _ = fcntl(from, F_SETFD, FD_CLOEXEC) }
      let target: UInt16?? = state.withLock { $0.isClosed ? nil : .some($0.isCut ? nil : $0.target) }
      guard let target else {
        if from >= 0 { Glibc.close(from) }
        Glibc.close(listener)
        return
      }
      guard from >= 0 else { continue }
      guard let target, let to = Loopback.connect(target) else {
        Glibc.close(from)
        continue
      }
      let isCut = state.withLock { state in
        state.sockets.formUnion([from, to])
        return state.isCut
      }
      if isCut { for socket in [from, to] { shutdown(socket, Int32(SHUT_RDWR)) } }
      let open = Mutex(2)
      let both = Open(count: open)
      for (source, sink) in [(from, to), (to, from)] {
        Thread { [self] in
          pass(source, sink)
          if both.end() {
            state.withLock { state in state.sockets.subtract([from, to]) }
            Glibc.close(from)
            Glibc.close(to)
          }
        }.start()
      }
    }
  }

  /// Counts the two directions of a connection: the last one closes it.
  private final class Open: Sendable {
    private let count: Mutex<Int>
    init(count: consuming Mutex<Int>) { self.count = count }
    func end() -> Bool {
      count.withLock { count in
        count -= 1
        return count == 0
      }
    }
  }

  private func pass(_ source: Int32, _ sink: Int32) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(source, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      state.withLock { state in
        state.passed += count
        if records { state.recorded += buffer[..<count] }
      }
      guard Loopback.send(Array(buffer[..<count]), to: sink) else { break }
    }
    shutdown(source, Int32(SHUT_RDWR))
    shutdown(sink, Int32(SHUT_RDWR))
  }
}

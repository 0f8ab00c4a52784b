import Foundation
import Glibc
import HTTP
import Synchronization

/// A service made of one closure.
struct Routes: Service {
  let route: @Sendable (Request, Caller) -> any Handler
  func begin(_ request: Request, _ caller: Caller) -> any Handler { route(request, caller) }
}

/// Says back what it was sent.
let echo = Routes { request, caller in
  Collected(request, caller, limit: 1 << 20) { bytes in
    let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
    let head = "\(request.method) \(request.path) \(query) \(request.peer) \(request.headers["x-word"] ?? "-")\n"
    caller.answer(Response(type: "text/plain", Array(head.utf8) + bytes))
  }
}

/// Lines that a server logged.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  @Sendable func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// A folder of this test alone, removed at the end.
final class Folder {
  let path: String
  init() throws {
    path = "/tmp/istmo-http-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Starts a server on a free loopback port, lends it, and stops it.
func withServer<T>(
  _ service: any Service, unixPath: String? = nil, stopWithin: Duration = .seconds(5),
  settings change: (inout Server.Settings) -> Void = { _ in }, log: Lines = Lines(),
  _ body: (Server, UInt16) async throws -> T
) async throws -> T {
  var settings = Server.Settings(tcp: .loopback(), unixPath: unixPath)
  change(&settings)
  let server = try Server(settings, service, log: log.add)
  defer { server.stop(within: stopWithin) }
  return try await body(server, server.port ?? 0)
}

/// A client that writes whatever bytes a test wants.
final class RawClient {
  let socket: Int32

  init(port: UInt16) throws {
    socket = Glibc.socket(AF_INET, 1, 0)  // SOCK_STREAM
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw POSIXError(.ECONNREFUSED) }
  }

  deinit { close(socket) }

  @discardableResult
  func send(_ bytes: some Sequence<UInt8>) -> Bool {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, 0x4000) }  // MSG_NOSIGNAL
      guard sent > 0 else { return false }
      rest = rest.dropFirst(sent)
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(text.utf8) }

  /// What comes until the server closes, `enough` says so, or so many milliseconds pass without a byte.
  func read(milliseconds: Int32 = 5_000, until enough: ((String) -> Bool)? = nil) -> (text: String, closed: Bool) {
    var all: [UInt8] = []
    var closed = false
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !closed {
      if let enough, enough(String(decoding: all, as: UTF8.self)) { break }
      var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, milliseconds) > 0 else { break }
      let count = recv(socket, &buffer, buffer.count, 0)
      if count > 0 { all += buffer[..<count] } else { closed = true }
    }
    return (String(decoding: all, as: UTF8.self), closed)
  }
}

/// The status of an answer in text.
func status(of answer: String) -> Int? { answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

/// Waits until something holds, at most so many seconds.
func eventually(seconds: Double = 5, _ holds: () -> Bool) async -> Bool {
  for _ in 0..<Int(seconds * 200) {
    if holds() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return holds()
}

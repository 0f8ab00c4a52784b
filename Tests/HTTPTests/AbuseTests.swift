import Glibc
import HTTP
import Testing

@Suite(.serialized)
struct AbuseTests {
  static let heads: [(what: String, bytes: String, status: Set<Int>)] = [
    ("dot segments", "GET /a/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("encoded dot segments", "GET /a/%2e%2E/b HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("encoded slash before dots", "GET /a%2f..%2fb HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("backslash", "GET /a%5c..%5cb HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("NUL in the path", "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("NUL in the query", "GET /a?b=%00 HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("half an encoding", "GET /a%4 HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("not UTF-8", "GET /%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("a line end in the path", "GET /a%0d%0aX:%20y HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("absolute target", "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("long target", "GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: x\r\n\r\n", [414]),
    ("target without end", "GET /\(String(repeating: "a", count: 200_000))", [414]),
    ("many query fields", "GET /?\(String(repeating: "a&", count: 100)) HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("no host", "GET / HTTP/1.1\r\n\r\n", [400]),
    ("two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", [400]),
    ("header without colon", "GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", [400]),
    ("space before colon", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\n", [400]),
    ("bare CR in a value", "GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", [400]),
    ("escape in a value", "GET / HTTP/1.1\r\nHost: x\r\nX: \u{1B}[2J\r\n\r\n", [400]),
    (
      "many headers",
      "GET / HTTP/1.1\r\nHost: x\r\n\((0..<150).map { "X-\($0): y\r\n" }.joined())\r\n", [431]
    ),
    ("long header", "GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "y", count: 60_000))\r\n\r\n", [431]),
    (
      "headers without end", "GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: "X: y\r\n", count: 20_000))", [413, 431]
    ),
    ("two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", [400]),
    (
      "length and chunks",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]
    ),
    ("negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", [400]),
    ("signed length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na", [400]),
    ("length beyond 64 bits", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", [413]),
    ("unknown coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", [501]),
    ("chunk size not hexadecimal", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", [400]),
    (
      "chunk size beyond 64 bits",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", [413]
    ),
    (
      "chunk longer than it says",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", [400]
    ),
    ("HTTP of the future", "GET / HTTP/9.0\r\nHost: x\r\n\r\n", [505]),
    ("HTTP of the past", "GET /\r\n\r\n", [400]),
    ("a TLS greeting", "\u{16}\u{3}\u{1}\u{2}\u{0} \r\n\r\n", [400]),
  ]

  @Test(arguments: heads.indices)
  func whatIsNotARequestIsRefusedAndLogged(_ index: Int) async throws {
    let (what, bytes, expected) = Self.heads[index]
    let log = Lines()
    try await withServer(echo, log: log) { server, port in
      let client = try RawClient(port: port)
      client.send(bytes)
      let (text, closed) = client.read()
      #expect(status(of: text).map(expected.contains) == true, "\(what): \(text.prefix(200).debugDescription)")
      #expect(closed, "\(what): the connection stays open")
      #expect(!log.all.isEmpty, "\(what): nothing in the log")
      #expect(try Client(.tcp(host: "127.0.0.1", port: port)).send(.init(.get, "/"), limit: 999).status == 200)
      #expect(await eventually { server.requestsInFlight == 0 })
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func garbageNeverHarmsTheServer(seed: UInt64) async throws {
    try await withServer(echo) { server, port in
      var random = SplitMix(state: seed)
      let valid = Array(
        "POST /a?b=c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n".utf8)
      var clients: [RawClient] = []
      for round in 0..<150 {
        let client = try RawClient(port: port)
        var bytes = valid
        if round % 3 == 0 {
          bytes = (0..<Int(random.next() % 2_000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        } else {
          for _ in 0..<3 { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next()) }
          if round % 3 == 1 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
        }
        client.send(bytes)
        shutdown(client.socket, Int32(SHUT_WR))
        clients.append(client)
      }
      for (round, client) in clients.enumerated() { #expect(client.read().closed, "seed \(seed), round \(round)") }
      clients = []
      #expect(try Client(.tcp(host: "127.0.0.1", port: port)).send(.init(.get, "/"), limit: 999).status == 200)
      #expect(await eventually { server.requestsInFlight == 0 && server.connections <= 1 })
    }
  }

  @Test func aThousandIdleConnectionsStarveNobody() async throws {
    let folder = try Folder()
    let path = folder.path + "/run/desk"
    try await withServer(echo, unixPath: path) { server, port in
      let idle = try (0..<1_000).map { _ in try RawClient(port: port) }
      for (index, client) in idle.enumerated() where index.isMultiple(of: 2) { client.send("GET / HTT") }
      #expect(await eventually { server.connections == 1_000 })
      let client = Client(.tcp(host: "127.0.0.1", port: port), patience: .init(silentSeconds: 2))
      for _ in 0..<100 { #expect(try client.send(.init(.get, "/"), limit: 999).status == 200) }
      #expect(try Client(.unixSocket(path)).send(.init(.get, "/"), limit: 999).status == 200)
    }
  }

  @Test func oneAddressCannotTakeAllConnectionsNorShutOutTheUnixSocket() async throws {
    let folder = try Folder()
    let path = folder.path + "/run/desk"
    let log = Lines()
    try await withServer(echo, unixPath: path, settings: { $0.connectionsPerAddress = 10 }, log: log) { server, port in
      var held = try (0..<10).map { _ in try RawClient(port: port) }
      #expect(await eventually { server.connections == 10 })
      let (text, closed) = try RawClient(port: port).read()
      #expect(status(of: text) == 503 && closed)
      #expect(try Client(.unixSocket(path)).send(.init(.get, "/"), limit: 999).status == 200)
      held.removeAll()
      #expect(await eventually { server.connections == 0 })
      #expect(try Client(.tcp(host: "127.0.0.1", port: port)).send(.init(.get, "/"), limit: 999).status == 200)
    }
    #expect(log.all.contains { $0.contains("10 connections from one address") })
  }

  @Test func aHeadThatDripsIsCutOffHoweverManyBytesCome() async throws {
    let log = Lines()
    try await withServer(echo, settings: { $0.setPatience(headSeconds: 1, idleSeconds: 60) }, log: log) {
      server, port in
      let client = try RawClient(port: port)
      client.send("GET / HTTP/1.1\r\nHost: x\r\n")
      var closed = false
      for _ in 0..<40 where !closed {
        client.send("X: y\r\n")
        closed = client.read(milliseconds: 100).closed
      }
      #expect(closed)
      #expect(await eventually { server.connections == 0 })
    }
    #expect(log.all.contains { $0.contains("no request") })
  }

  @Test func anUploadThatDripsIsCutOffButAPausedOneIsNot() async throws {
    let service = Routes { request, caller in
      if request.path == "/paused" { return Stuck() }
      return Collected(request, caller, limit: 1 << 20) { _ in }
    }
    let settings: (inout Server.Settings) -> Void = { $0.setUploadPace(graceSeconds: 1, bytesPerSecond: 100) }
    try await withServer(service, stopWithin: .zero, settings: settings) { server, port in
      let paused = try RawClient(port: port)
      paused.send("POST /paused HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
      let client = try RawClient(port: port)
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
      var closed = false
      for _ in 0..<40 where !closed {
        client.send("x")
        closed = client.read(milliseconds: 100).closed
      }
      #expect(closed)
      #expect(await eventually { server.requestsInFlight == 1 })
    }
  }

  @Test func aSilentConnectionIsClosed() async throws {
    try await withServer(echo, settings: { $0.setPatience(headSeconds: 60, idleSeconds: 1) }) { _, port in
      let client = try RawClient(port: port)
      #expect(client.read(milliseconds: 6_000).closed)
    }
  }
}

/// Takes one piece and never goes on.
final class Stuck: Handler {
  func receive(_ piece: UnsafeRawBufferPointer) -> Flow { .pause }
}

/// A small repeatable source of numbers (Steele, Lea, Flood 2014).
struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

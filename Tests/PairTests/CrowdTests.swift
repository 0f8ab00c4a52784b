import Catalog
import Glibc
import HTTP
import Testing

/// More clients than do anything: a node serves those who ask, and takes little memory for the others. In a process of its own,
/// whose memory is that of nothing else.
@Suite(.serialized) struct CrowdTests {
  /// Connections that nobody closes before the test ends.
  private final class Sockets {
    var all: [Int32] = []
    func connect(_ count: Int, to port: UInt16) throws {
      for _ in 0..<count { all.append(try #require(Loopback.connect(port))) }
    }
    deinit { for socket in all { close(socket) } }
  }

  /// A thousand connections say nothing and fifty drip; lookups and uploads go on, and the figures show it.
  @Test func idleAndSlowClientsStarveNobody() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let token = try await pair.a.token("publish", "lookup", "observe")
    let (idle, slow) = (Sockets(), Sockets())
    func send(_ method: Method, _ path: String, query: [(String, String)] = [], _ body: [UInt8] = []) async throws
      -> String
    {
      let call = Client.Call(method, path, query: query, headers: ["Authorization": "Bearer \(token)"])
      let answer = try await onThread {
        try node.client().send(call, upload: body.isEmpty ? .none : .bytes(body), limit: 1 << 20)
      }
      #expect(answer.status == 200, "\(path): \(answer.status)")
      return String(decoding: answer.body, as: UTF8.self)
    }
    func serve(_ number: Int) async throws {
      let published = try await send(
        .post, "/v1/records", query: [("dataset", "migration")], Departures.lines(number..<number + 1))
      #expect(published.contains(#""accepted":1"#), "\(published)")
      let question: JSONValue = [
        "dataset": "migration", "officer": "of-1", "role": "auditor", "purpose": "prueba", "limit": 1,
        "where": ["document": .text("A\(String(repeating: "0", count: 7))\(number)")],
      ]
      let found = try await send(.post, "/v1/query", Array(question.json.utf8))
      #expect(found.contains(#""found":1"#), "\(found)")
    }

    try await serve(1)
    let before = try node.mostMemory()
    try idle.connect(1_000, to: node.apiPort)
    try slow.connect(50, to: node.apiPort)
    for (number, socket) in slow.all.enumerated() {
      let begun =
        number % 2 == 0
        ? "POST /v1/query HTTP/1.1\r\nHost: x\r\nX-"
        : "POST /v1/records?dataset=migration HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
          + "Content-Length: 1000\r\n\r\n{"
      Loopback.send(Array(begun.utf8), to: socket)
    }
    for round in 0..<8 {
      for socket in slow.all { Loopback.send([0x61], to: socket) }
      try await serve(2 + round)
    }
    let metrics = try await send(.get, "/metrics")
    let open = try #require(metrics.firstMatch(of: /(?m)^istmo_http_connections_open (\d+)$/).flatMap { Int($0.1) })
    #expect(open >= 1_050)
    let more = try node.mostMemory() - before
    #expect(more < 32 << 20, "\(more) bytes more for 1,050 connections")
    #expect(await node.stop() == .exit(0))
  }
}

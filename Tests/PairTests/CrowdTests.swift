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

  private struct NotServed: Error, CustomStringConvertible { let description: String }

  /// Asks one node with one token.
  private struct System {
    let node: NodeProcess
    let token: String

    @discardableResult
    func send(
      _ method: Method, _ path: String, query: [(String, String)] = [], _ body: [UInt8] = [], for wanted: String
    ) throws -> String {
      let call = Client.Call(method, path, query: query, headers: ["Authorization": "Bearer \(token)"])
      let answer = try node.client().send(call, upload: body.isEmpty ? .none : .bytes(body), limit: 1 << 20)
      let text = String(decoding: answer.body, as: UTF8.self)
      guard answer.status == 200, text.contains(wanted) else {
        throw NotServed(description: "\(path): \(answer.status) \(text)")
      }
      return text
    }

    /// Publishes a departure and looks it up.
    func serve(_ number: Int) throws {
      try send(
        .post, "/v1/records", query: [("dataset", "migration")], Departures.lines(number..<number + 1),
        for: #""accepted":1"#)
      let question: JSONValue = [
        "dataset": "migration", "officer": "of-1", "role": "auditor", "purpose": "prueba", "limit": 1,
        "where": ["document": .text("A\(String(repeating: "0", count: 7))\(number)")],
      ]
      try send(.post, "/v1/query", Array(question.json.utf8), for: #""found":1"#)
    }

    func figure(_ name: String) throws -> Int? {
      try send(.get, "/metrics", for: name).split(separator: "\n").first { $0.hasPrefix(name + " ") }
        .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    }
  }

  /// A thousand connections say nothing and fifty drip; lookups and uploads go on, and the figures show it. On one thread without a
  /// pause: who says nothing is cut after a minute.
  @Test func idleAndSlowClientsStarveNobody() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let system = System(node: node, token: try await pair.a.token("publish", "lookup", "observe"))
    let (accepted, refused, more) = try await onThread {
      try system.serve(1)
      let before = try node.mostMemory()
      let (idle, slow) = (Sockets(), Sockets())
      try idle.connect(1_000, to: node.apiPort)
      try slow.connect(50, to: node.apiPort)
      for (number, socket) in slow.all.enumerated() {
        let begun =
          number % 2 == 0
          ? "POST /v1/query HTTP/1.1\r\nHost: x\r\nX-"
          : "POST /v1/records?dataset=migration HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(system.token)\r\n"
            + "Content-Length: 1000\r\n\r\n{"
        Loopback.send(Array(begun.utf8), to: socket)
      }
      for round in 0..<8 {
        for socket in slow.all { Loopback.send([0x61], to: socket) }
        try system.serve(2 + round)
      }
      defer { withExtendedLifetime(idle) {} }
      return (
        try system.figure("istmo_http_connections_accepted_total"),
        try system.figure("istmo_http_connections_refused_total"), try node.mostMemory() - before
      )
    }
    #expect(try #require(accepted) >= 1_050)
    #expect(refused == 0)
    #expect(more < 32 << 20, "\(more) bytes more for 1,050 connections")
    #expect(await node.stop() == .exit(0))
  }
}

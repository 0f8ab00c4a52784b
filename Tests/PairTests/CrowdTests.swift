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

    /// Publishes a departure, of two digits, and looks it up.
    func serve(_ number: Int) throws {
      try send(
        .post, "/v1/records", query: [("dataset", "migration")], Departures.lines(number..<number + 1),
        for: #""accepted":1"#)
      let question: JSONValue = [
        "dataset": "migration", "officer": "of-1", "role": "auditor", "purpose": "prueba", "limit": 1,
        "where": ["document": .text("A000000\(number)")],
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
    let (open, refused, more) = try await onThread {
      try system.serve(10)
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
      for round in 1...20 {
        for socket in slow.all { Loopback.send([0x61], to: socket) }
        try system.serve(10 + round)
      }
      defer { withExtendedLifetime(idle) {} }
      // The node counts them once a second.
      var open: Int?
      for _ in 0..<100 {
        open = try system.figure("istmo_http_connections_open")
        if open ?? 0 >= 1_050 { break }
        usleep(100_000)
      }
      return (
        open,
        try system.figure("istmo_http_connections_refused_total"), try node.mostMemory() - before
      )
    }
    #expect(try #require(open) >= 1_050)
    #expect(refused == 0)
    #expect(more < 32 << 20, "\(more) bytes more for 1,050 connections")
    #expect(await node.stop() == .exit(0))
  }

  /// One endless line of an upload that announces ten gigabytes: read and thrown away, and the node serves on meanwhile.
  @Test func anEndlessLineTakesLittleMemory() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let system = System(node: node, token: try await pair.a.token("publish", "lookup"))
    let more = try await onThread {
      try system.serve(10)
      let before = try node.mostMemory()
      let endless = Sockets()
      try endless.connect(1, to: node.apiPort)
      let head =
        "POST /v1/records?dataset=migration HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(system.token)\r\n"
        + "Content-Length: 10737418240\r\n\r\n"
      Loopback.send(Array(head.utf8), to: try #require(endless.all.first))
      let piece = [UInt8](repeating: 0x78, count: 1 << 20)
      for _ in 0..<96 { Loopback.send(piece, to: try #require(endless.all.first)) }
      try system.serve(11)
      defer { withExtendedLifetime(endless) {} }
      return try node.mostMemory() - before
    }
    #expect(more < 48 << 20, "\(more) bytes more for 96 MiB of one line")
    #expect(await node.stop() == .exit(0))
  }
}

import Glibc
import HTTP
import Testing

@Suite(.serialized)
struct ClientTests {
  struct Refusal: Error {}

  @Test func anAbsentNodeIsNamed() throws {
    let place = "/tmp/istmo-nobody-\(getpid())"
    #expect(throws: ClientError.notRunning(place)) { try Client(.unixSocket(place)).send(.init(.get, "/"), limit: 9) }
    let server = try Server(.init(), echo) { _ in }
    let port = try #require(server.port)
    server.stop()
    #expect(throws: ClientError.notRunning("127.0.0.1:\(port)")) {
      try Client(.tcp(host: "127.0.0.1", port: port)).send(.init(.get, "/"), limit: 9)
    }
  }

  @Test func aServerThatSaysNothingIsNotWaitedForWithoutEnd() async throws {
    try await withServer(Routes { _, _ in Counting {} }, stopWithin: .zero) { _, port in
      let client = Client(.tcp(host: "127.0.0.1", port: port), patience: .init(silentSeconds: 30, totalSeconds: 1))
      #expect(throws: ClientError.timedOut("127.0.0.1:\(port)")) { try client.send(.init(.get, "/"), limit: 9) }
    }
  }

  @Test func redirectsAreNotFollowedAndProxiesNotAsked() async throws {
    setenv("http_proxy", "http://127.0.0.1:1", 1)
    defer { unsetenv("http_proxy") }
    let service = Routes { _, caller in Answered(caller, Response(status: 302, headers: ["Location": "/elsewhere"])) }
    try await withServer(service) { server, port in
      let answer = try Client(.tcp(host: "127.0.0.1", port: port)).send(.init(.get, "/"), limit: 999)
      #expect(answer.status == 302 && answer.headers["location"] == "/elsewhere")
      #expect(server.requestsBegun == 1)
    }
  }

  @Test func theHeadComesBeforeTheBodyAndALongBodyIsStopped() async throws {
    let service = Routes { _, caller in Answered(caller, Response(text: String(repeating: "x", count: 1 << 20))) }
    try await withServer(service) { _, port in
      let client = Client(.tcp(host: "127.0.0.1", port: port))
      var order: [String] = []
      try client.send(
        .init(.get, "/"), head: { order.append("head \($0.status)") }, receive: { _ in order.append("body") })
      #expect(order.first == "head 200" && order.count > 1 && order.dropFirst().allSatisfy { $0 == "body" })
      #expect(throws: ClientError.tooLong(limit: 1_000)) { try client.send(.init(.get, "/"), limit: 1_000) }
      #expect(throws: Refusal.self) {
        try client.send(.init(.get, "/"), head: { _ in throw Refusal() }, receive: { _ in })
      }
      #expect(try client.send(.init(.get, "/"), limit: 1 << 20).body.count == 1 << 20, "still fit for use")
    }
  }

  @Test func anUploadThatFailsAbortsTheRequest() async throws {
    try await withServer(echo) { server, port in
      let client = Client(.tcp(host: "127.0.0.1", port: port))
      #expect(throws: Refusal.self) {
        try client.send(.init(.put, "/"), upload: .pulled { _ in throw Refusal() }, limit: 9)
      }
      #expect(await eventually { server.requestsInFlight == 0 })
    }
  }

  @Test func aHeaderThatWouldEndItsLineIsNotSent() async throws {
    try await withServer(echo) { server, port in
      let client = Client(.tcp(host: "127.0.0.1", port: port))
      #expect(throws: ClientError.self) { try client.send(.init(.get, "/", headers: ["X": "a\r\nY: b"]), limit: 9) }
      #expect(throws: ClientError.self) { try client.send(.init(.other("GET /x\r\n"), "/"), limit: 9) }
      #expect(server.requestsBegun == 0)
    }
  }

  @Test func anAnswerThatBreaksOffIsAnError() async throws {
    let ticker = Ticker(pieces: 1_000_000)
    let server = try Server(
      .init(), Routes { _, caller in Answered(caller, Response(status: 200, body: .stream(ticker))) }, log: { _ in })
    let port = try #require(server.port)
    var seen = 0
    #expect(throws: ClientError.self) {
      try Client(.tcp(host: "127.0.0.1", port: port)).send(.init(.get, "/")) { piece in
        seen += piece.count
        if seen > 10_000 { server.stop(within: .zero) }
      }
    }
  }
}

import Dispatch
import Foundation
import HTTP
import Synchronization
import Testing

@Suite(.serialized)
struct RoundTripTests {
  /// A handler may wait a moment on the server's thread while nobody else's request waits. What is being sent, however long, holds up nobody.
  @Test func aCallerIsAloneWhileNoOtherRequestWaitsForItsAnswer() async throws {
    let seen = Mutex<[Bool]>([])
    let waiting = Mutex<Caller?>(nil)
    let isThere = DispatchSemaphore(value: 0)
    let service = Routes { request, caller in
      switch request.path {
      case "/stream": return Answered(caller, Response(status: 200, body: .stream(Ticker(pieces: 1_000_000))))
      case "/late":
        return Collected(request, caller, limit: 9) { _ in
          waiting.withLock { $0 = caller }
          isThere.signal()
        }
      default:
        return Collected(request, caller, limit: 9) { _ in
          seen.withLock { $0.append(caller.isAlone) }
          caller.answer(Response(text: "now"))
        }
      }
    }
    try await withServer(service, stopWithin: .zero) { _, port in
      let (reader, other, client) = (try RawClient(port: port), try RawClient(port: port), try RawClient(port: port))
      func ask() {
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(status(of: client.read { $0.hasSuffix("now") }.text) == 200)
      }
      ask()
      reader.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = reader.read { $0.count > 1_000 }
      ask()
      other.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(isThere.wait(timeout: .now() + 20) == .success)
      ask()
      waiting.withLock { $0 }?.answer(Response(text: "late"))
      _ = other.read { $0.hasSuffix("late") }
      ask()
      #expect(seen.withLock { $0 } == [true, true, false, true])
    }
  }

  @Test func aRequestWhoseClientWentAwayWaitsNoLonger() async throws {
    let seen = Mutex<[Bool]>([])
    let (isThere, hasEnded) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let service = Routes { request, caller in
      guard request.path == "/" else {
        isThere.signal()
        return Counting { hasEnded.signal() }
      }
      seen.withLock { $0.append(caller.isAlone) }
      return Answered(caller, Response(text: "now"))
    }
    try await withServer(service, stopWithin: .zero) { _, port in
      let client = try RawClient(port: port)
      func ask() {
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(status(of: client.read { $0.hasSuffix("now") }.text) == 200)
      }
      var gone: RawClient? = try RawClient(port: port)
      gone?.send("POST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
      #expect(isThere.wait(timeout: .now() + 20) == .success)
      ask()
      gone = nil
      #expect(hasEnded.wait(timeout: .now() + 20) == .success)
      ask()
      #expect(seen.withLock { $0 } == [false, true])
    }
  }

  @Test func aRequestOverTCPArrivesWithAllItsParts() async throws {
    try await withServer(echo) { _, port in
      let client = Client(.tcp(host: "127.0.0.1", port: port))
      let answer = try client.send(
        .init(.post, "/a b/ñ", query: [(name: "q", value: "x&y=1 +")], headers: ["X-Word": "hola"]),
        upload: .bytes(Array("body".utf8)), limit: 1_000)
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "text/plain")
      #expect(String(decoding: answer.body, as: UTF8.self) == "POST /a b/ñ q=x&y=1 + 127.0.0.1 hola\nbody")
    }
  }

  @Test func aRequestOverTheUnixSocketSaysSo() async throws {
    let folder = try Folder()
    let path = folder.path + "/run/desk"
    try await withServer(echo, unixPath: path) { server, _ in
      let client = Client(.unixSocket(path))
      for _ in 0..<3 {
        let answer = try client.send(.init(.get, "/x"), limit: 1_000)
        #expect(String(decoding: answer.body, as: UTF8.self) == "GET /x  unix socket -\n")
      }
      #expect(server.connections == 1, "one connection is kept for all requests")
    }
  }

  @Test func aHeadRequestGetsNoBody() async throws {
    try await withServer(echo) { _, port in
      let client = Client(.tcp(host: "127.0.0.1", port: port))
      let answer = try client.send(.init(.head, "/x"), limit: 1_000)
      #expect(answer.status == 200 && answer.body.isEmpty)
      #expect(answer.headers["Content-Length"] != nil)
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await withServer(echo) { _, port in
      let client = try RawClient(port: port)
      client.send((0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
      let (text, _) = client.read { $0.contains("GET /19 ") }
      let order = text.components(separatedBy: "GET ").dropFirst().compactMap {
        $0.split(separator: " ").first.map(String.init)
      }
      #expect(order == (0..<20).map { "/\($0)" })
    }
  }

  @Test func aStreamThatHasNothingYetIsAskedAgainWhenWoken() async throws {
    let ticker = Ticker(pieces: 20)
    try await withServer(Routes { _, caller in Answered(caller, Response(status: 200, body: .stream(ticker))) }) {
      _, port in
      let client = Client(.tcp(host: "127.0.0.1", port: port))
      let answer = try client.send(.init(.get, "/board"), limit: 1_000_000)
      #expect(answer.body == (0..<20).flatMap { [UInt8](repeating: $0, count: 1_000) })
    }
    #expect(ticker.closes == 1)
  }

  @Test func aStreamThatFailsIsNotTakenForWhole() async throws {
    let ticker = Ticker(pieces: 3, fails: true)
    try await withServer(Routes { _, caller in Answered(caller, Response(status: 200, body: .stream(ticker))) }) {
      _, port in
      let client = Client(.tcp(host: "127.0.0.1", port: port))
      #expect(throws: ClientError.self) { try client.send(.init(.get, "/"), limit: 1_000_000) }
    }
    #expect(ticker.closes == 1)
  }

  @Test func anAnswerWhoseHeaderWouldEndItsLineBecomes500() async throws {
    let log = Lines()
    let service = Routes { _, caller in
      Answered(caller, Response(status: 200, headers: ["X-From-Outside": "a\r\nSet-Cookie: b"]))
    }
    try await withServer(service, log: log) { _, port in
      let answer = try Client(.tcp(host: "127.0.0.1", port: port)).send(.init(.get, "/"), limit: 1_000)
      #expect(answer.status == 500)
      #expect(answer.headers["Set-Cookie"] == nil)
    }
    #expect(log.all.contains { $0.contains("X-From-Outside") })
  }

  @Test func aProblemIsJSONOfItsOwnMediaType() async throws {
    let problem = Problem(
      status: 422, type: "urn:istmo:field", detail: "say \"when\"\n", members: [(name: "field", value: "time")])
    try await withServer(Routes { _, caller in Answered(caller, problem) }) { _, port in
      let answer = try Client(.tcp(host: "127.0.0.1", port: port)).send(.init(.get, "/"), limit: 1_000)
      #expect(answer.headers["Content-Type"] == "application/problem+json")
      let expected =
        #"{"type":"urn:istmo:field","title":"Unprocessable Content","status":422,"#
        + #""detail":"say \"when\"\u000a","field":"time"}"#
      #expect(String(decoding: answer.body, as: UTF8.self) == expected)
    }
  }
}

/// Gives a piece only every other time it is asked, waking itself from another thread.
final class Ticker: ResponseStream {
  private let state = Mutex((next: 0, ready: false, closes: 0))
  private let pieces: Int
  private let fails: Bool

  init(pieces: Int, fails: Bool = false) { (self.pieces, self.fails) = (pieces, fails) }

  var closes: Int { state.withLock { $0.closes } }

  func next(max: Int, wake: @escaping @Sendable () -> Void) -> StreamPiece {
    let piece: StreamPiece? = state.withLock { state in
      if state.next == pieces { return fails ? .failed : .end }
      guard state.ready else { return nil }
      defer { state = (state.next + 1, false, state.closes) }
      return .bytes([UInt8](repeating: UInt8(truncatingIfNeeded: state.next), count: 1_000))
    }
    if let piece { return piece }
    DispatchQueue.global().async {
      self.state.withLock { $0.ready = true }
      wake()
    }
    return .later
  }

  func closed() { state.withLock { $0.closes += 1 } }
}

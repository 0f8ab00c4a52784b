import Dispatch
import HTTP
import Synchronization
import Testing

@Suite(.serialized)
struct UploadTests {
  @Test func anUploadOf64MBToASlowConsumerStaysInBoundedMemory() async throws {
    let seen = Mutex(0)
    let taken = Mutex(0)
    let service = Routes { _, caller in
      Sipping(
        caller, done: { count in seen.withLock { $0 = count } }, taken: { count in taken.withLock { $0 += count } })
    }
    try await withServer(service) { _, port in
      let total = 64 << 20
      let piece = [UInt8](repeating: 7, count: 64 << 10)
      var given = 0
      var most = 0
      let client = Client(.tcp(host: "127.0.0.1", port: port))
      let answer = try client.send(
        .init(.post, "/"),
        upload: .pulled { room in
          guard given < total else { return nil }
          let count = min(room, piece.count, total - given)
          given += count
          // On its way, in the system's buffers too. The memory of the process is that of all tests that run meanwhile.
          most = max(most, given - taken.withLock { $0 })
          return Array(piece.prefix(count))
        }, limit: 1_000)
      #expect(answer.status == 200)
      #expect(seen.withLock { $0 } == total)
      #expect(most < 16 << 20)
    }
  }

  @Test func twoHundredRequestsAreAnsweredLaterFromOneOtherThread() async throws {
    let waiting = Mutex<[Caller]>([])
    let service = Routes { request, caller in
      Collected(request, caller, limit: 1_000) { _ in waiting.withLock { $0.append(caller) } }
    }
    try await withServer(service) { server, port in
      let clients = try (0..<200).map { _ in try RawClient(port: port) }
      for round in 0..<3 {
        for client in clients { client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody") }
        #expect(await eventually { waiting.withLock { $0.count } == 200 })
        #expect(server.requestsInFlight == 200)
        DispatchQueue.global().async {
          let all = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
          }
          for caller in all { caller.answer(Response(text: "round \(round)\n")) }
        }
        for client in clients {
          let (text, _) = client.read { $0.hasSuffix("round \(round)\n") }
          #expect(status(of: text) == 200)
        }
      }
    }
  }

  @Test func aShortRefusedUploadKeepsTheConnection() async throws {
    try await withServer(Routes { _, caller in Answered(caller, Problem(status: 401, detail: "who?")) }) {
      server, port in
      let client = try RawClient(port: port)
      for _ in 0..<3 {
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
        let (text, closed) = client.read { $0.contains("who?\"}") }
        #expect(status(of: text) == 401 && !closed)
      }
      #expect(server.connections == 1)
    }
  }

  @Test(arguments: [true, false])
  func aLongUploadIsRefusedBeforeItIsRead(expects: Bool) async throws {
    let service = Routes { request, caller in Collected(request, caller, limit: 1_000) { _ in } }
    try await withServer(service) { _, port in
      let client = try RawClient(port: port)
      client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n\(expects ? "Expect: 100-continue\r\n" : "")\r\n")
      let (text, _) = client.read { $0.contains("in parts") }
      #expect(status(of: text) == 413)
      #expect(text.contains("Connection: close"))
    }
  }

  @Test func anUploadWithoutEndIsCutSoonAfterItsRefusal() async throws {
    let service = Routes { request, caller in Collected(request, caller, limit: 1_000) { _ in } }
    try await withServer(service) { server, port in
      var given = 0
      let client = Client(.tcp(host: "127.0.0.1", port: port))
      let result = try? client.send(
        .init(.post, "/"),
        upload: .pulled { room in
          given += room
          return given > 1 << 30 ? nil : [UInt8](repeating: 0, count: room)
        }, limit: 1_000)
      #expect(result?.status == 413)
      #expect(given < 64 << 20)
      #expect(await eventually { server.requestsInFlight == 0 })
    }
  }

  @Test func aHandlerLearnsThatItsClientWentAway() async throws {
    let ends = Mutex<[Outcome]>([])
    let service = Routes { _, caller in Sipping(caller, ended: { end in ends.withLock { $0.append(end) } }) }
    try await withServer(service) { server, port in
      do {
        let client = try RawClient(port: port)
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        #expect(await eventually { server.requestsInFlight == 1 })
      }
      #expect(await eventually { ends.withLock { $0 } == [.broken] })
      #expect(server.requestsInFlight == 0)
    }
  }

  @Test func chunkedPiecesArriveWholeThroughPauses() async throws {
    let seen = Mutex(0)
    try await withServer(Routes { _, caller in Sipping(caller) { count in seen.withLock { $0 = count } } }) { _, port in
      let client = try RawClient(port: port)
      client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      client.send((1...200).map { "\(String($0, radix: 16))\r\n\(String(repeating: "x", count: $0))\r\n" }.joined())
      client.send("0\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let (text, closed) = client.read()
      #expect(text.components(separatedBy: "HTTP/1.1 200").count == 3 && closed)
    }
    #expect(seen.withLock { $0 } == 0, "the second request had no upload")
  }
}

/// Takes an upload with a pause after every piece, resumed from another thread.
final class Sipping: Handler {
  private let caller: Caller
  private let count = Mutex(0)
  private let taken: @Sendable (Int) -> Void
  private let done: @Sendable (Int) -> Void
  private let ended: @Sendable (Outcome) -> Void

  init(
    _ caller: Caller, done: @escaping @Sendable (Int) -> Void = { _ in },
    ended: @escaping @Sendable (Outcome) -> Void = { _ in }, taken: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    (self.caller, self.taken, self.done, self.ended) = (caller, taken, done, ended)
  }

  func receive(_ piece: UnsafeRawBufferPointer) -> Flow {
    count.withLock { $0 += piece.count }
    taken(piece.count)
    DispatchQueue.global().async { self.caller.resume() }
    return .pause
  }

  func finish() {
    let count = count.withLock { $0 }
    done(count)
    caller.answer(Response(text: "\(count)\n"))
  }

  func end(_ outcome: Outcome) { ended(outcome) }
}

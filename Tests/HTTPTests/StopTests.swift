import Dispatch
import Foundation
import HTTP
import Synchronization
import Testing

@Suite(.serialized)
struct StopTests {
  @Test func whatIsUnderWayIsAnsweredBeforeTheServerStops() async throws {
    let waiting = Mutex<[Caller]>([])
    let service = Routes { request, caller in
      Collected(request, caller, limit: 99) { _ in waiting.withLock { $0.append(caller) } }
    }
    let server = try Server(.init(), service) { _ in }
    let port = try #require(server.port)
    let clients = try (0..<50).map { _ in try RawClient(port: port) }
    for client in clients { client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
    #expect(await eventually { waiting.withLock { $0.count } == 50 })
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) {
      for caller in waiting.withLock({ $0 }) { caller.answer(Response(text: "done\n")) }
    }
    server.stop(within: .seconds(10))
    for client in clients {
      let (text, closed) = client.read()
      #expect(status(of: text) == 200 && text.hasSuffix("done\n") && closed)
    }
    #expect(throws: POSIXError.self) { _ = try RawClient(port: port) }
  }

  @Test func whatDoesNotEndInTimeIsCutAndItsHandlerTold() async throws {
    let ends = Mutex(0)
    let callers = Mutex<[Caller]>([])
    let ticker = Ticker(pieces: 1_000_000)
    let service = Routes { request, caller in
      if request.path == "/stream" { return Answered(caller, Response(status: 200, body: .stream(ticker))) }
      callers.withLock { $0.append(caller) }
      return Counting { ends.withLock { $0 += 1 } }
    }
    let server = try Server(.init(), service) { _ in }
    let port = try #require(server.port)
    let clients = try (0..<30).map { _ in try RawClient(port: port) }
    for (index, client) in clients.enumerated() {
      switch index % 3 {
      case 0: client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      case 1: client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
      default: if index == 2 { client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n") }
      }
    }
    #expect(await eventually { server.requestsInFlight == 21 })
    let start = ContinuousClock.now
    server.stop(within: .milliseconds(100))
    #expect(ContinuousClock.now - start < .seconds(3))
    #expect(ends.withLock { $0 } == 20)
    #expect(ticker.closes == 1)
    for client in clients { #expect(client.read().closed) }
    for caller in callers.withLock({ $0 }) {
      caller.answer(Response(text: "too late"))
      caller.resume()
    }
    server.stop()
  }

  @Test func aServerMayStopWhileItIsUnderFire() async throws {
    for round in 0..<10 {
      let service = Routes { request, caller in
        Collected(request, caller, limit: 99) { _ in
          DispatchQueue.global().async { caller.answer(Response(text: "x")) }
        }
      }
      let server = try Server(.init(), service) { _ in }
      let port = try #require(server.port)
      let running = Mutex(true)
      DispatchQueue.global().async {
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
          while running.withLock({ $0 }), let client = try? RawClient(port: port) {
            client.send(String(repeating: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na", count: 5))
            _ = client.read(milliseconds: 20)
          }
        }
      }
      try await Task.sleep(for: .milliseconds(20 + round * 7))
      server.stop(within: round.isMultiple(of: 2) ? .zero : .seconds(2))
      running.withLock { $0 = false }
      #expect(server.requestsInFlight == 0)
    }
  }
}

/// Waits for ever, and counts its end.
final class Counting: Handler {
  private let ended: @Sendable () -> Void
  init(_ ended: @escaping @Sendable () -> Void) { self.ended = ended }
  func receive(_ piece: UnsafeRawBufferPointer) -> Flow { .pause }
  func end(_ outcome: Outcome) { ended() }
}

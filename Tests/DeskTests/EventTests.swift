import Foundation
import HTTP
import Officers
import Terms
import Testing

@testable import Desk

/// News for open pages: numbers alone, for those who may, for as long as the session is.
@Suite struct EventTests {
  private func news(_ board: UInt64 = 0, _ arrivals: UInt64 = 0, _ expected: UInt64 = 0) -> News {
    News(board: board, arrivals: arrivals, expected: expected)
  }

  private func text(_ stream: EventStream) -> String {
    var out: [UInt8] = []
    while case .bytes(let piece) = stream.next(max: 7, wake: {}) { out += piece }
    return String(decoding: out, as: UTF8.self)
  }

  private func stream(_ rights: Set<Right>) -> EventStream {
    EventStream(token: "t", officer: "ana", rights: rights, onClosed: { _ in })
  }

  @Test func onlyWhatTheRoleMaySeeIsToldAndOnlyWhenItChanged() {
    let stream = stream([.arrivals])
    stream.tell(news(5, 10, 20))
    #expect(text(stream) == "retry: 5000\n\n")
    stream.tell(news(6, 10, 25))
    #expect(text(stream).isEmpty)
    stream.tell(news(7, 12, 26))
    #expect(text(stream) == "event: change\ndata: {\"arrivals\":2}\n\n")
    stream.tell(news(7, 12, 26))
    #expect(text(stream).isEmpty)
  }

  @Test func hitsAndAlarmsAreNewsForWhoMaySearch() {
    let (may, mayNot) = (stream([.search]), stream([.expected]))
    for stream in [may, mayNot] {
      stream.tell(News(alerts: 5))
      _ = text(stream)
      stream.tell(News(alerts: 7))
    }
    #expect(text(may) == "event: change\ndata: {\"alerts\":2}\n\n" && text(mayNot).isEmpty)
  }

  @Test func aSilentStreamIsKeptByComments() {
    let stream = stream([.board, .expected])
    stream.tell(news())
    _ = text(stream)
    for _ in 0..<31 { stream.tell(news()) }
    #expect(text(stream) == ":\n\n:\n\n")
  }

  @Test func whoDoesNotReadTakesBoundedRoomAndMissesNothing() {
    let stream = stream([.board])
    stream.tell(news())
    for number in 1...10_000 as ClosedRange<UInt64> { stream.tell(news(number)) }
    let first = text(stream)
    #expect(first.utf8.count < 4096)
    stream.tell(news(10_000))
    #expect(text(stream).contains("{\"board\":10000}"))
  }

  @Test func itEndsWithAWord() {
    let stream = stream([.board])
    stream.end("over")
    #expect(text(stream) == "retry: 5000\n\nevent: over\ndata: {}\n\n")
    guard case .end = stream.next(max: 10, wake: {}) else {
      Issue.record("it goes on")
      return
    }
  }

  @Test func anOfficerHasAFewAndAllTogetherAreBounded() throws {
    let desk = try TestDesk()
    let streams = EventStreams(desk.node, isAlive: { _ in true })
    defer { streams.stop() }
    var open: [EventStream] = []
    for _ in 0..<EventStreams.mostOfOfficer {
      open.append(try #require(streams.begin(token: "t", officer: "ana", rights: [.board])))
    }
    #expect(streams.begin(token: "t", officer: "ana", rights: [.board]) == nil)
    open[0].closed()
    #expect(streams.begin(token: "t", officer: "ana", rights: [.board]) != nil)
    for number in streams.count..<EventStreams.most {
      #expect(streams.begin(token: "t", officer: "of-\(number / 6)", rights: [.board]) != nil)
    }
    #expect(streams.begin(token: "t", officer: "nadie", rights: [.board]) == nil)
  }

  /// Reads news over HTTP until something stands in it, for half a minute at most.
  private func read(
    _ desk: TestDesk, _ browser: TestBrowser, until words: String, then act: @escaping @Sendable () throws -> Void
  ) throws -> String {
    struct Enough: Error {}
    let client = Client(.tcp(host: "127.0.0.1", port: desk.server.port ?? 0))
    let cookies = browser.cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
    var (heard, hasActed) = ("", false)
    do {
      try client.send(
        .init(.get, "/events", headers: ["Cookie": cookies]),
        head: { #expect($0.status == 200 && $0.headers["Content-Type"] == "text/event-stream") },
        receive: { bytes in
          heard += String(decoding: bytes, as: UTF8.self)
          // What counts as news counts from the moment of the first bytes.
          if !hasActed { DispatchQueue.global().async { try? act() } }
          hasActed = true
          if heard.contains(words) { throw Enough() }
        })
    } catch is Enough {}
    return heard
  }

  @Test func aRecordIsToldToWhoWaitsWithoutAWordOfIt() throws {
    let desk = try TestDesk()
    try desk.keep([try TestDesk.officer("ana", ["migration-officer"])])
    let browser = desk.browser()
    #expect(try browser.login("ana").status == 303)
    let heard = try read(desk, browser, until: "event: change") { _ = try desk.publish(desk.departure("A10000001")) }
    #expect(
      heard.firstMatch(of: /data: \{"arrivals":[1-9][0-9]*,"alerts":0\}/) != nil && !heard.contains("Marcada")
        && !heard.contains("board"), "\(heard)")
  }

  @Test func itEndsWithTheSession() throws {
    let desk = try TestDesk()
    try desk.keep([try TestDesk.officer("ana", ["migration-officer"])])
    let browser = desk.browser()
    #expect(try browser.login("ana").status == 303)
    // Twenty minutes on: the stream has not kept the session.
    let heard = try read(desk, browser, until: "event: over") { desk.clock.advance(milliseconds: SessionTable.idle) }
    #expect(heard.contains("event: over"))
    #expect(try browser.get("/events").status == 303)
  }

  @Test func aServerThatStopsDoesNotWaitForOpenPages() throws {
    let desk = try TestDesk()
    try desk.keep([try TestDesk.officer("ana", ["node-operator"])])
    let browser = desk.browser()
    #expect(try browser.login("ana").status == 303)
    let heard = try read(desk, browser, until: "no such word") { desk.server.stop(within: .seconds(60)) }
    #expect(heard.hasPrefix("retry"))
    for _ in 0..<600 where desk.server.requestsInFlight > 0 { usleep(50_000) }
    #expect(desk.server.requestsInFlight == 0)
  }

  @Test func aPageThatShowsItselfAnewDoesNotUseTheSessionAndIsALookup() throws {
    let desk = try TestDesk()
    try desk.keep([try TestDesk.officer("ana", ["migration-officer"])])
    let browser = desk.browser()
    #expect(try browser.login("ana").status == 303)
    _ = try browser.submit("/purpose", ["purpose": "Control de entrada", "next": "/arrivals"], from: "/search")
    let before = try desk.node.lookupLog(by: "ana", about: nil, limit: 1000).count
    browser.extra = [("X-Istmo-Live", "1")]
    #expect(try browser.get("/arrivals").status == 200)
    #expect(try desk.node.lookupLog(by: "ana", about: nil, limit: 1000).count > before)
    desk.clock.advance(milliseconds: SessionTable.idle / 2)
    #expect(try browser.get("/arrivals").status == 200)
    desk.clock.advance(milliseconds: SessionTable.idle / 2 + 1000)
    #expect(try browser.get("/arrivals").status == 303)
  }
}

import Terms
import Testing

@testable import Catalog

/// What a post expects, kept by crossing: the same as is worked out from each declaration with all its records, whatever the order in
/// which they came, and without looking at what goes elsewhere.
@Suite struct ExpectedBookTests {
  private struct Item {
    let statement: Statement?
    let id: RecordID
    let change: RecordChange
  }

  private let (stream, other): (StreamName, StreamName)
  private let post: Post
  private let crossing: Crossing

  init() throws {
    (stream, other) = (try StreamName("SV/GT/manifests"), try StreamName("GT/GT/manifests"))
    let topology = try Sample.topology()
    crossing = try #require(topology.crossing("SV-HN/el-amatillo"))
    post = try #require(topology.post("SV-HN/el-amatillo/HN"))
  }

  private func declared(_ id: UInt64, crossings: String? = #"["SV-HN/el-amatillo"]"#) throws -> Item {
    let statement = try RiskSample.declared(
      ["crossings": crossings, "route": #"["SV","HN","NI"]"#, "destination": #""NI""#], id: id)
    return Item(statement: statement, id: statement.id, change: .record)
  }

  private func event(_ kind: String, id: UInt64, of declared: UInt64) throws -> Item {
    let statement = try RiskSample.statement(
      "manifests",
      """
      {"event":"\(kind)","refers":"\(try RiskSample.id(declared))","duca":"SV-F-1","kind":"DUCA-F","route":["SV","HN","NI"],\
      "post":"SV-HN/el-amatillo/HN","time":"2026-11-24T14:00:00Z"}
      """, id: id, from: try CountryCode("HN"))
    return Item(statement: statement, id: statement.id, change: .record)
  }

  private func book(_ items: [Item]) -> ExpectedBook {
    var book = ExpectedBook()
    for item in items { book.take(item.statement, id: item.id, item.change, in: stream) }
    return book
  }

  private func expected(_ book: ExpectedBook, since: String = "2020-01-01T00:00:00Z") throws -> [RecordID] {
    book.expected(at: post, of: crossing, since: try Instant(since), from: [stream]).map(\.id)
  }

  @Test func whateverTheOrderTheSameIsExpected() throws {
    let items = [
      try declared(100), try declared(101), try declared(102, crossings: nil),
      try declared(103, crossings: #"["GT-SV/la-hachadura"]"#), try event("arrived", id: 200, of: 100),
      try event("accepted", id: 201, of: 101),
    ]
    let wanted = [try RiskSample.id(101), try RiskSample.id(102)]
    var random = Seeded(5)
    for _ in 0..<50 { #expect(try expected(book(items.shuffled(using: &random))) == wanted) }
    // As it is worked out from each declaration with its records.
    let events = items.compactMap(\.statement).filter { $0.text("event") != "declared" }
    let whole = items.compactMap(\.statement).filter { statement in
      Consignment(statement, events: events.filter { $0.record("refers") == statement.id })
        .isExpected(at: post, of: crossing)
    }
    #expect(whole.map(\.id) == wanted)
  }

  @Test func correctionsAndWithdrawalsCount() throws {
    var items = [try declared(100), try event("arrived", id: 200, of: 100)]
    #expect(try expected(book(items)).isEmpty)
    // The arrival was told by mistake.
    items.append(Item(statement: nil, id: try RiskSample.id(201), change: .withdraws(try RiskSample.id(200))))
    #expect(try expected(book(items)) == [try RiskSample.id(100)])
    // The declaration is corrected; an arrival that names either version ends it.
    let corrected = try declared(101)
    items.append(
      Item(statement: corrected.statement, id: corrected.id, change: .replaces(try RiskSample.id(100))))
    #expect(try expected(book(items)) == [corrected.id])
    for version: UInt64 in [100, 101] {
      #expect(try expected(book(items + [try event("released", id: 202, of: version)])).isEmpty)
    }
    // Corrected to go elsewhere, or withdrawn, under either name.
    let elsewhere = try declared(102, crossings: #"["GT-SV/la-hachadura"]"#)
    let moved = Item(statement: elsewhere.statement, id: elsewhere.id, change: .replaces(corrected.id))
    #expect(try expected(book(items + [moved])).isEmpty)
    for version: UInt64 in [100, 101] {
      let gone = Item(
        statement: nil, id: try RiskSample.id(300), change: .withdraws(try RiskSample.id(version)))
      #expect(try expected(book(items + [gone])).isEmpty)
    }
  }

  @Test func onlyWhatGoesOverTheCrossingIsLookedAt() throws {
    var book = ExpectedBook()
    let elsewhere = try declared(1, crossings: #"["GT-SV/la-hachadura"]"#)
    for number: UInt64 in 1...5_000 {
      book.take(elsewhere.statement, id: try RiskSample.id(number), .record, in: stream)
    }
    for number: UInt64 in 6_001...6_003 {
      let item = try declared(number)
      book.take(item.statement, id: item.id, .record, in: stream)
    }
    #expect(book.count == 5_003 && book.candidates(crossing).count == 3)
    #expect(try expected(book).count == 3)
  }

  @Test func aStreamThatMayNotBeSeenShowsAndEndsNothing() throws {
    var book = ExpectedBook()
    let (declaration, arrival) = (try declared(100), try event("arrived", id: 200, of: 100))
    book.take(declaration.statement, id: declaration.id, .record, in: stream)
    book.take(arrival.statement, id: arrival.id, .record, in: other)
    #expect(try expected(book) == [declaration.id])
    let since = try Instant("2020-01-01T00:00:00Z")
    #expect(book.expected(at: post, of: crossing, since: since, from: [stream, other]).isEmpty)
    #expect(book.expected(at: post, of: crossing, since: since, from: [other]).isEmpty)
  }

  @Test func whatIsOldIsForgottenAndTheBoundSaysSo() throws {
    var book = ExpectedBook()
    for number: UInt64 in 1...3 {
      let item = try declared(number)
      book.take(item.statement, id: item.id, .record, in: stream)
    }
    let time = try RiskSample.id(1).time
    #expect(book.forget(before: time) == time && book.count == 3)
    let later = time.advanced(byMilliseconds: 1)
    #expect(book.forget(before: later) == later && book.count == 0)
    #expect(try expected(book).isEmpty)
  }
}

import Catalog
import HTTP
import Node
import Terms
import Testing

@testable import Desk

/// Long answers page by page.
@Suite struct PagingTests {
  private static let question: [JSONValue.Member] = [
    .init(name: "dataset", value: "migration"), .init(name: "officer", value: "of-7"),
    .init(name: "role", value: "auditor"), .init(name: "purpose", value: "revisión"),
  ]

  private func question(_ more: [(String, JSONValue)] = []) -> JSONValue {
    .object(Self.question + more.map { .init(name: $0.0, value: $0.1) })
  }

  private func published(_ desk: TestDesk, _ count: Int) throws -> [String] {
    try (0..<count).map { number in
      try desk.publish(desk.departure("A71\(1000 + number)", surname: number % 2 == 0 ? "Par" : "Impar")).description
    }
  }

  /// All ids, page by page, and how many pages there were.
  private func walk(
    _ system: APIClient, limit: Int, _ more: [(String, JSONValue)] = []
  ) throws -> (ids: [String], pages: Int) {
    var (ids, pages, next): ([String], Int, String?) = ([], 0, nil)
    repeat {
      let cursor = next.map { [("cursor", JSONValue.text($0))] } ?? []
      let answer = try system.ask("/v1/query", question([("limit", JSONValue(limit))] + more + cursor))
      #expect(answer.status == 200, "\(answer.text)")
      let found = answer.lines.compactMap { $0["id"]?.string }
      #expect(found.count <= limit)
      ids += found
      pages += 1
      next = answer.lines.last?["answer"]?["next"]?.string
    } while next != nil && pages < 100
    return (ids, pages)
  }

  @Test(arguments: [1, 3, 7, 10, 100]) func pagesTogetherAreTheWholeAndEachRecordComesOnce(limit: Int) throws {
    let desk = try TestDesk()
    let all = try published(desk, 20)
    let system = try desk.system("lookup")
    #expect(try walk(system, limit: limit).ids == all.reversed())
    // By the index too, which has no order finer than the month.
    let one = try walk(system, limit: limit, [("where", ["document": "A711004"])])
    #expect(one.ids == [all[4]])
  }

  @Test func whatIsPublishedMeanwhileDoesNotShiftThePages() throws {
    let desk = try TestDesk()
    let all = try published(desk, 6)
    let system = try desk.system("lookup")
    let first = try system.ask("/v1/query", question([("limit", 3)]))
    let next = try #require(first.lines.last?["answer"]?["next"]?.string)
    _ = try published(desk, 4)
    let second = try system.ask("/v1/query", question([("limit", 3), ("cursor", .text(next))]))
    #expect(second.lines.compactMap { $0["id"]?.string } == all.prefix(3).reversed())
  }

  @Test func everyPageIsALookupOfItsOwn() throws {
    let desk = try TestDesk()
    _ = try published(desk, 6)
    let pages = try walk(try desk.system("lookup"), limit: 2).pages
    let lines = try desk.node.lookupLog(by: "of-7", about: nil, limit: 100)
    #expect(lines.count == pages)
    #expect(lines.count { $0["query"]?.string?.hasPrefix("before=") == true } == pages - 1)
  }

  @Test func aCursorIsForItsQuestionItsAskerAndAnHour() throws {
    let desk = try TestDesk()
    _ = try published(desk, 4)
    let system = try desk.system("lookup")
    let first = try system.ask("/v1/query", question([("limit", 2)]))
    let next = try #require(first.lines.last?["answer"]?["next"]?.string)
    func status(_ more: [(String, JSONValue)], _ cursor: String) throws -> Int {
      try system.ask("/v1/query", question(more + [("cursor", .text(cursor))])).status
    }
    #expect(try status([], next) == 200)
    #expect(try status([("limit", 50)], next) == 200)
    #expect(try status([("history", true)], next) == 400)
    #expect(try status([("where", ["document": "A711001"])], next) == 400)
    #expect(try status([("since", "2020-01-01T00:00:00Z")], next) == 400)
    let other = JSONValue.object(
      Self.question.map { $0.name == "officer" ? .init(name: "officer", value: "of-8") : $0 }
        + [.init(name: "cursor", value: .text(next))])
    #expect(try system.ask("/v1/query", other).status == 400)
    for broken in ["0", "zz", String(next.dropLast(2)), next.replacing("0", with: "1"), next + "00"]
    where broken != next {
      #expect(try status([], broken) == 400, "\(broken)")
    }
    desk.clock.advance(milliseconds: 3_600_001)
    #expect(try status([], next) == 400)
    // Another node's.
    let elsewhere = try TestDesk()
    #expect(try elsewhere.system("lookup").ask("/v1/query", question([("cursor", .text(next))])).status == 400)
  }
}

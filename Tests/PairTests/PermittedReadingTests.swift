import Catalog
import Foundation
import Glibc
import HTTP
import Synchronization
import Testing

/// What is held is read only as the agreement permits, and reading harms nothing.
@Suite struct PermittedReadingTests {
  /// A pair whose departures are at the neighbour, and the id of one.
  private func filledPair() async throws -> (Pair, id: String) {
    let pair = try await Pair()
    let nodes = [try await pair.a.start(), try await pair.b.start()]
    let published = try await pair.must("publish", "migration", "--ids", at: pair.a, input: Departures.lines(1..<9))
    #expect(try await pair.settled())
    for node in nodes { #expect(await node.stop() == .exit(0)) }
    return (pair, try String(#require(published.output.split(whereSeparator: \.isWhitespace).dropFirst(2).first)))
  }

  @Test func evidenceIsForThoseWhomTheAgreementLetsLook() async throws {
    let (pair, id) = try await filledPair()
    let out = pair.folder.path + "/e.evidence"
    func export(_ role: String, at side: Pair.Side) async throws -> Istmo.Said {
      try await side.istmo(
        "evidence", "export", id, "--out", out, "--officer", "o-1", "--purpose", "p", "--role", role, "--json")
    }
    let refused = try await export("janitor", at: pair.b)
    #expect(refused.ending == .exit(1))
    #expect(refused.errors.contains("SV/GT/migration") && refused.errors.contains("not janitor"), "\(refused.errors)")
    #expect(!FileManager.default.fileExists(atPath: out))
    let given = try await export("auditor", at: pair.b)
    #expect(given.ending == .exit(0), "\(given.errors)")
    #expect(try given.json["file"]?.string == out)
    // The own register is the country's own matter.
    #expect(try await export("janitor", at: pair.a).ending == .exit(0))
  }

  @Test func nothingIsShownUnderAnAgreementThatHasExpired() async throws {
    let (pair, id) = try await filledPair()
    let later = try await pair.b.start(prefix: try await Foreign.clock(ahead: 190_000_000, in: pair.folder))
    let answer = try await pair.must(
      "query", "migration", "--from", "SV", "--officer", "o-1", "--purpose", "p", "--json", at: pair.b
    ).lines.last
    #expect(answer?["answer"]?["found"]?.number == 0)
    let reasons = answer?["answer"]?["withheld"]?.items.compactMap(\.string) ?? []
    #expect(reasons.contains { $0.contains("expired") }, "\(reasons)")
    let evidence = try await pair.b.istmo(
      "evidence", "export", id, "--out", pair.folder.path + "/e", "--officer", "o-1", "--purpose", "p", "--role",
      "auditor")
    #expect(evidence.ending == .exit(1) && evidence.errors.contains("expired"), "\(evidence.errors)")
    #expect(await later.stop() == .exit(0))
  }

  @Test func aNeighbourThatHasSentNothingYetIsAnAnswerAndNotWithheld() async throws {
    let pair = try await Pair()
    let answer = try await pair.must(
      "query", "migration", "--from", "SV", "--officer", "o-1", "--purpose", "p", "--json", at: pair.b
    ).lines.last?["answer"]
    #expect(answer?["found"]?.number == 0 && answer?["withheld"]?.items.isEmpty == true, "\(answer?.json ?? "")")
    #expect(answer?["sources"]?.items.first?["stream"]?.string == "SV/GT/migration")
    let other = try await pair.must(
      "query", "migration", "--from", "HN", "--officer", "o-1", "--purpose", "p", "--json", at: pair.b
    ).lines.last?["answer"]
    #expect(other?["withheld"]?.items.first?.string?.contains("no agreement") == true)
  }

  /// "No departure recorded" is as provable as a departure.
  @Test func thatNothingWasRecordedIsSaidWithTheOriginsOwnAsOf() async throws {
    let pair = try await Pair()
    let nodes = [try await pair.a.start(), try await pair.b.start()]
    func answer() async throws -> JSONValue? {
      try await pair.must(
        "query", "migration", "--from", "SV", "--officer", "o-1", "--purpose", "p", "--json", at: pair.b
      ).lines.last?["answer"]
    }
    let isTold = try await eventually(every: 500) {
      let answer = try await answer()
      return answer?["found"]?.number == 0 && answer?["sources"]?.items.first?["as_of"]?.string != nil
    }
    #expect(isTold)
    let status = try await pair.b.status()
    #expect(status.ending == .exit(0) && status.json.stream(pair.stream)?["as_of"]?.string != nil)
    for node in nodes { #expect(await node.stop() == .exit(0)) }
  }

  @Test func aStoreThatGrowsMeanwhileIsVerifiedAsClean() async throws {
    let pair = try await Pair()
    let nodes = [try await pair.a.start(), try await pair.b.start()]
    let count = Mutex(0)
    // More than the 256 entries of a tile at a time, all the while.
    async let published: Void = {
      for first in stride(from: 1, to: 2000, by: 300) {
        try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(first..<first + 300))
        count.withLock { $0 = first }
      }
    }()
    var rounds = 0
    while count.withLock({ $0 }) < 1500, rounds < 60 {
      for side in pair.sides {
        let said = try await side.istmo("verify", "--json")
        #expect(said.ending == .exit(0), "\(side.country), round \(rounds): \(said.output)")
      }
      rounds += 1
    }
    #expect(rounds > 0)
    try await published
    for node in nodes { #expect(await node.stop() == .exit(0)) }
  }

  @Test func theSocketOfTheHomeRefusesNumbersAndNamesThatAreNone() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let statuses = try await onThread {
      let client = Client(.unixSocket(pair.a.home + "/node.sock"))
      var statuses: [String: Int] = [:]
      for limit in ["-1", "0", "-9223372036854775808", "100001", "9999999999999999999999", "x", ""] {
        statuses["limit \(limit)"] =
          try client.send(.init(.get, "/v1/lookups", query: [("limit", limit)]), limit: 1 << 16).status
      }
      for query in [("about", "Guatemala"), ("about", "")] {
        statuses["\(query)"] = try client.send(.init(.get, "/v1/lookups", query: [query]), limit: 1 << 16).status
      }
      for stream in ["", "x", "SV/GT", "../..", String(repeating: "A", count: 3000)] {
        statuses["fork \(stream.prefix(9))"] =
          try client.send(.init(.get, "/v1/fork", query: [("stream", stream)]), limit: 1 << 16).status
      }
      for to in ["", "x", "SV", "../"] {
        statuses["bundle \(to)"] =
          try client.send(.init(.get, "/v1/bundle", query: [("to", to)]), limit: 1 << 16).status
      }
      return statuses
    }
    for (what, status) in statuses { #expect((400..<500).contains(status), "\(what): \(status)") }
    #expect(node.isRunning)
    let none = try await pair.a.istmo("fork", "export", "SV/GT/migration", "--out", pair.folder.path + "/fork")
    #expect(none.ending == .exit(1) && none.errors.contains("no proof of a fork"), "\(none.errors)")
    #expect(await node.stop() == .exit(0))
  }
}

import Catalog
import Foundation
import Glibc
import HTTP
import Testing

/// Publishing as national systems do it: by command and over HTTP; every line has its answer.
@Suite(.serialized) struct PublishingTests {
  /// Publishes over HTTP. Gives the status, the lines before the summary, and the summary.
  private func post(
    _ node: NodeProcess, _ token: String, _ bytes: [UInt8]
  ) async throws -> (status: Int, lines: [JSONValue], summary: JSONValue?) {
    let answer = try await onThread {
      try node.client().send(
        .init(
          .post, "/v1/records", query: [("dataset", "migration")], headers: ["Authorization": "Bearer \(token)"]),
        upload: .bytes(bytes), limit: 64 << 20)
    }
    var lines = try answer.body.split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
    let summary = lines.popLast()?["summary"]
    return (answer.status, lines, summary)
  }

  @Test func aLineThatIsTooLongIsOneLineAndIsRefusedOnce() async throws {
    let pair = try await Pair(agreed: false)
    let long = [UInt8](repeating: 0x78, count: 9 << 20) + Array("\n{}\n".utf8) + Departures.lines(1..<2)
    let said = try await pair.a.istmo("publish", "migration", "--ids", input: long)
    #expect(said.output.hasPrefix("3 accepted "), "\(said.output)")
    #expect(said.output.hasSuffix("accepted 1, duplicates 0, refused 2\n"), "\(said.output)")
    let refusals = said.errors.split(separator: "\n")
    #expect(refusals.count == 2)
    #expect(refusals.first?.hasPrefix("line 1: line: longer than 64 KiB; shorten its texts") == true, "\(said.errors)")
    #expect(refusals.last?.hasPrefix("line 2: ") == true, "\(said.errors)")

    // What stands at the end of such a line is no record.
    let spaces = [UInt8](repeating: 0x20, count: 33 * 256 << 10) + Departures.lines(7..<8)
    let tail = try await pair.a.istmo("publish", "migration", input: spaces + Departures.lines(1..<2))
    #expect(tail.output == "accepted 0, duplicates 1, refused 1\n", "\(tail.output)")
    #expect(tail.errors.split(separator: "\n").count == 1 && tail.errors.hasPrefix("line 1: "), "\(tail.errors)")
  }

  @Test func aLineOfAnyLengthTakesLittleMemoryOfTheNode() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let token = try await pair.a.token("publish")
    _ = try await post(node, token, Departures.lines(1..<2))
    let before = try node.mostMemory()
    let body = try await onThread {
      var left = 256 << 20
      return try node.client().send(
        .init(
          .post, "/v1/records", query: [("dataset", "migration")], headers: ["Authorization": "Bearer \(token)"]),
        upload: .pulled { max in
          guard left >= 0 else { return nil }
          let count = min(left, max)
          left -= count
          guard count == 0 else { return [UInt8](repeating: 0x20, count: count) }
          left = -1
          return Array("\n".utf8) + Departures.lines(2..<3)
        }, limit: 1 << 20
      ).body
    }
    let said = String(decoding: body, as: UTF8.self)
    #expect(said.contains(#"{"line":1,"result":"refused","field":"line","problem":"longer than 64 KiB""#), "\(said)")
    #expect(said.contains(#"{"line":2,"result":"accepted""#), "\(said)")
    #expect(try node.mostMemory() - before < 32 << 20)
    #expect(await node.stop() == .exit(0))
  }

  @Test func aLongFileIsPublishedWithTheRightLineNumbers() async throws {
    let pair = try await Pair(agreed: false)
    var lines = Departures.lines(1..<5_001)
    lines += Array("\n{}\n".utf8) + Departures.lines(5_001..<5_003)
    lines.removeLast()  // the last line need not end
    let said = try await pair.a.istmo("publish", "migration", "--ids", input: lines)
    #expect(said.ending == .exit(1))
    #expect(said.errors.hasPrefix("line 5002: "), "\(said.errors)")
    #expect(said.output.hasSuffix("accepted 5002, duplicates 0, refused 1\n"))
    let numbers = said.output.split(separator: "\n").dropLast().compactMap { $0.split(separator: " ").first }
    #expect(numbers.map { Int($0) } == Array(1...5_000) + [5_003, 5_004])
  }

  @Test func everyLineOfALongRequestHasItsAnswerInOrder() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let token = try await pair.a.token("publish")
    var bytes: [UInt8] = []
    for number in 1...12_500 { bytes += number % 5 == 0 ? Departures.lines(number..<number + 1) : Array("{}\n".utf8) }
    let (status, lines, summary) = try await post(node, token, bytes)
    #expect(status == 200)
    #expect(lines.map { $0["line"]?.number } == (1...12_500).map { $0 })
    for line in lines {
      let isGood = (line["line"]?.number ?? 0) % 5 == 0
      #expect(line["result"]?.string == (isGood ? "accepted" : "refused"))
      #expect(isGood ? line["id"]?.string?.count == 36 : line["problem"] != nil && line["remedy"] != nil)
    }
    #expect(summary?["accepted"]?.number == 2_500 && summary?["refused"]?.number == 10_000)
    // Nothing is under way when the last line is read.
    let (_, few, _) = try await post(node, token, Departures.lines(1..<513) + Array("{}\n".utf8))
    #expect(few.map { $0["line"]?.number } == (1...513).map { $0 })
    #expect(await node.stop() == .exit(0))
  }

  @Test func correctionsAreTakenOnceAndRefusedWithWhatToDo() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let token = try await pair.a.token("publish")
    func http(_ line: String) async throws -> JSONValue {
      try #require(try await post(node, token, Array((line + "\n").utf8)).lines.first)
    }
    func cli(_ line: String) async throws -> String {
      let said = try await pair.a.istmo("publish", "migration", "--ids", input: Array((line + "\n").utf8))
      return said.ending == .exit(0) ? said.output : said.errors
    }
    func replacing(_ id: String, _ number: Int) -> String {
      Departures.line(number, surname: "Martínez").replacing("{\"event", with: "{\"replaces\":\"\(id)\",\"event")
    }
    let first = try #require(try await http(Departures.line(1))["id"]?.string)
    let second = try #require(try await http(replacing(first, 1))["id"]?.string)
    // Again: the same correction is a duplicate, another one names the latest id.
    #expect(try await http(replacing(first, 1))["result"]?.string == "duplicate")
    let late = try await http("{\"withdraws\":\"\(first)\"}")
    #expect(late["field"]?.string == "withdraws")
    #expect(late["problem"]?.string == "\(first) was already changed by \(second)")
    #expect(late["remedy"]?.string == "name the latest id of the record, \(second)")
    let lateCLI = try await cli(replacing(first, 2))
    #expect(
      lateCLI
        == "line 1: replaces: \(first) was already changed by \(second); name the latest id of the record, \(second)\n")

    let unknown = "019ab7e2-5a00-7000-8000-0123456789ab"
    for field in ["replaces", "withdraws"] {
      let line = field == "replaces" ? replacing(unknown, 3) : "{\"withdraws\":\"\(unknown)\"}"
      let answer = try await http(line)
      #expect(answer["result"]?.string == "refused" && answer["field"]?.string == field)
      #expect(answer["problem"]?.string == "there is no record \(unknown) in SV/SV/migration")
      #expect(
        try await cli(line)
          == "line 1: \(field): there is no record \(unknown) in SV/SV/migration; name the id that publishing the record "
          + "returned\n")
      let noID = try await cli(line.replacing(unknown, with: "first"))
      #expect(
        noID
          == "line 1: \(field): not a record id (found \"first\"); write the id that publishing the earlier record gave\n"
      )
    }
    let both = try await cli("{\"replaces\":\"\(second)\",\"withdraws\":\"\(second)\"}")
    #expect(both == "line 1: withdraws: a record cannot replace and withdraw at once; write one of both\n")
    let content = try await cli("{\"withdraws\":\"\(second)\",\"surname\":\"Peña\"}")
    #expect(
      content == "line 1: surname: has no place in a withdrawal; leave it out; only a reason may stand there\n")

    #expect(try await cli("{\"withdraws\":\"\(second)\",\"reason\":\"error\"}").hasPrefix("1 accepted "))
    let person = ["--officer", "o-1", "--purpose", "test", "--json", "--home", pair.a.home]
    let now = try await Istmo.run(["query", "migration"] + person).lines
    #expect(now.count == 1)
    let history = try await Istmo.run(["query", "migration", "--history"] + person).lines
    #expect(history.dropLast().map { $0["kind"]?.string } == ["withdraws", "replaces", "record"])
    #expect(await node.stop() == .exit(0))
  }

  @Test func aTokenCountsForItsScopeUntilItsDayOrUntilItIsRemoved() async throws {
    let pair = try await Pair(agreed: false)
    var tokens: [String: String] = [:]
    for (name, scope) in [("publisher", "publish"), ("reader", "lookup"), ("watcher", "observe"), ("old", "publish")] {
      let said = try await pair.must("token", "add", name, "--scope", scope, at: pair.a)
      tokens[name] = said.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    // The day of one has come.
    let file = pair.a.home + "/tokens"
    let kept = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { line in
      let parts = line.split(separator: " ")
      return line.hasSuffix(" old") ? "\(parts[0]) 2026-01-01T00:00:00Z \(parts[2]) \(parts[3])" : String(line)
    }
    let descriptor = open(file, O_WRONLY | O_TRUNC)
    let text = Array((kept.joined(separator: "\n") + "\n").utf8)
    #expect(write(descriptor, text, text.count) == text.count)
    close(descriptor)

    let node = try await pair.a.start()
    tokens["unknown"] = "istmo-" + String(repeating: "0", count: 64)
    let lookup = Array(#"{"dataset":"migration","officer":"o","purpose":"p","role":"migration-officer"}"#.utf8)
    func status(_ name: String?, _ call: Client.Call, _ body: [UInt8] = []) async throws -> (Int, String) {
      var call = call
      if let name { call.headers.add("Authorization", "Bearer \(tokens[name] ?? name)") }
      let asked = call
      let answer = try await onThread {
        try node.client().send(asked, upload: body.isEmpty ? .none : .bytes(body), limit: 1 << 20)
      }
      return (answer.status, (try? JSONValue(parsing: answer.body))?["detail"]?.string ?? "")
    }
    let publish = Client.Call(.post, "/v1/records", query: [("dataset", "migration")])
    let query = Client.Call(.post, "/v1/query")
    let observe = Client.Call(.get, "/v1/status")
    func statuses(_ name: String?) async throws -> [Int] {
      [
        try await status(name, publish, Departures.lines(1..<2)).0, try await status(name, query, lookup).0,
        try await status(name, observe).0,
      ]
    }
    #expect(try await statuses("publisher") == [200, 403, 403])
    #expect(try await statuses("reader") == [403, 200, 403])
    #expect(try await statuses("watcher") == [403, 403, 200])
    for name in ["old", "unknown", "", nil] {
      #expect(try await statuses(name) == [401, 401, 401], "\(name ?? "none")")
    }
    #expect(try await status("reader", publish, Departures.lines(2..<3)).1 == "the token is not for publish")
    #expect(try await status("old", publish, Departures.lines(2..<3)).1 == "the token is unknown or expired")
    #expect(try await status(nil, publish).1.contains("istmo token add makes one"))
    // Removed while the node runs: from then on it counts no more.
    try await pair.must("token", "remove", "publisher", at: pair.a)
    #expect(try await statuses("publisher") == [401, 401, 401])
    // The home's own socket needs none; nothing that was refused was stored.
    let found = try await pair.must("query", "migration", "--officer", "o", "--purpose", "p", "--json", at: pair.a)
    #expect(try found.lines.last?["answer"]?["found"]?.number == 1)
    // What is for this machine alone is so with any token.
    #expect(try await status("watcher", .init(.post, "/v1/verify")).0 == 403)
    #expect(await node.stop() == .exit(0))
  }
}

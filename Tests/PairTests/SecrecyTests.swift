import Catalog
import Foundation
import Glibc
import HTTP
import Terms
import Testing

/// What is published about persons is nowhere in clear: not in a file of either home, not on the link, not in a log.
@Suite struct SecrecyTests {
  /// Words that stand nowhere but in the records and lookups of this test.
  static let words = [
    "Quetzalmarcada", "Xiomaramarcada", "Ñandúmarcado", "MARK7731905", "MARK8842016", "P 987-6X1", "P9876X1",
    "1931-02-07",
    "bus-marcado-17", "DGME-MARK-1", "DGME-MARK-2", "oficial-marcado-9", "proposito-marcado-3", "MARKZORRO",
  ]

  private static func departure(_ reference: String, document: String, surname: String, more: String = "") -> String {
    """
    {"event":"departure","crossing":"GT-SV/la-hachadura","post":"GT-SV/la-hachadura/SV","from":"SV","to":"GT",\
    "time":"2026-11-24T08:03:22-06:00","document":{"kind":"passport","country":"SV","number":"\(document)"},\
    "surname":"\(surname)","given_names":"Xiomaramarcada Ñandúmarcado","birth_date":"1931-02-07","sex":"F",\
    "nationality":"SV","vehicle":{"country":"SV","text":"P 987-6X1"},"decision":"admit","group":"bus-marcado-17",\
    "officer":"oficial-marcado-9","reference":"\(reference)"\(more)}

    """
  }

  @Test func nothingAboutPersonsIsInClearAndAThirdCountryHoldsNoByte() async throws {
    let pair = try await Pair(third: "CR", records: true)
    let third = try #require(pair.c)
    let temporary = pair.folder.path + "/temporary"
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
    let world = ["TMPDIR": temporary, "SQLITE_TMPDIR": temporary]
    var nodes: [NodeProcess] = []
    func startAll() async throws {
      nodes = []
      for side in pair.sides { nodes.append(try await side.start("--log", "debug", environment: world)) }
    }
    try await startAll()
    let ids = try await publish(pair, nodes)
    #expect(try await pair.settled())
    try await look(pair, ids)

    let homes = pair.sides.map(\.home)
    let words = try pair.folder.write((Self.words.joined(separator: "\n") + "\n").utf8, "words")
    try await expectNothing(words, homes + [temporary], "while the nodes run")
    try await pair.must("bundle", "export", "--to", "CR", "--out", pair.folder.path + "/cr.bundle", at: pair.a)
    for node in nodes { await node.kill() }
    try await expectNothing(words, homes + [temporary], "after the nodes were killed")
    try await startAll()
    #expect(try await pair.settled())
    for node in nodes { #expect(await node.stop() == .exit(0)) }
    try await pair.must("bundle", "export", "--to", "GT", "--out", pair.folder.path + "/gt.bundle", at: pair.a)
    for (number, side) in pair.sides.enumerated() { try pair.folder.write(side.relay.recorded, "link-\(number)") }
    let outside =
      (0..<3).map { "\(pair.folder.path)/link-\($0)" } + pair.sides.map { $0.home + ".log" }
      + ["cr.bundle", "gt.bundle"].map { "\(pair.folder.path)/\($0)" }
    try await expectNothing(words, homes + [temporary] + outside, "after the nodes were stopped")

    // The search finds what is there: the words in the input, and the name of a stream in the store.
    let plain = try pair.folder.write(Self.words.joined(separator: " ").utf8, "plain")
    #expect(try await search(words, [plain]).found >= Self.words.count)
    let name = try pair.folder.write(Array("SV/GT/migration\n".utf8), "name")
    #expect(try await search(name, [pair.a.home + "/store"]).found > 0)
    #expect(pair.a.relay.passed + pair.b.relay.passed > 10_000)
    try await expectNoTrace(pair, third)
  }

  /// Marked records by every way in: accepted, corrected, withdrawn, confirmed by the neighbour, refused. Gives the ids.
  private func publish(_ pair: Pair, _ nodes: [NodeProcess]) async throws -> [String] {
    let first = try await pair.must(
      "publish", "migration", "--ids", at: pair.a,
      input: Array(Self.departure("DGME-MARK-1", document: "MARK7731905", surname: "Quetzalmarcada").utf8))
    let id = try #require(first.output.split(whereSeparator: \.isWhitespace).dropFirst(2).first.map(String.init))
    let token = try await pair.a.token("publish")
    let more = Self.departure(
      "DGME-MARK-2", document: "MARK8842016", surname: "Quetzalmarcada", more: ",\"replaces\":\"\(id)\"")
    let api = nodes[0]
    let answer = try await onThread {
      try api.client().send(
        .init(
          .post, "/v1/records", query: [("dataset", "migration")], headers: ["Authorization": "Bearer \(token)"]),
        upload: .bytes(Array(more.utf8)), limit: 1 << 20
      ).body
    }
    let second = try #require(
      try JSONValue(parsing: Array(answer.split(separator: 0x0A).first ?? []))["id"]?.string,
      "\(String(decoding: answer, as: UTF8.self))")
    #expect(try await pair.settled())
    let confirmation = """
      {"event":"entry-confirmed","refers":"\(second)","crossing":"GT-SV/la-hachadura","post":"GT-SV/la-hachadura/GT",\
      "time":"2026-11-24T08:30:00-06:00","officer":"oficial-marcado-9"}

      """
    try await pair.must("publish", "migration", at: pair.b, input: Array(confirmation.utf8))
    // Refused, each in another way: what is wrong is told to the publisher, not to the log.
    let wrong = [
      Self.departure("DGME-MARK-2", document: "MARK7731905", surname: "Quetzalmarcada"),
      Self.departure("DGME-MARK-3", document: "MARK7731905", surname: "Quetzalmarcada 99"),
      Self.departure("DGME-MARK-4", document: "MARKZORRO", surname: "MARKZORRO", more: ",\"MARKZORRO\":1"),
      "{\"surname\":\"Quetzalmarcada\n", "MARKZORRO\n",
    ]
    let refused = try await pair.a.istmo("publish", "migration", input: Array(wrong.joined().utf8))
    #expect(refused.ending == .exit(1))
    #expect(refused.output.hasPrefix("accepted 0, duplicates 0, refused 5"), "\(refused.output)\(refused.errors)")
    return [id, second]
  }

  /// Lookups whose words are marked, good and bad ones.
  private func look(_ pair: Pair, _ ids: [String]) async throws {
    for side in [pair.a, pair.b] {
      for condition in ["document=SV/MARK8842016", "vehicle=SV/P9876X1", "name=Quetzalmarcada/Xiomaramarcada"] {
        let said = try await side.istmo(
          "query", "migration", "--where", condition, "--officer", "oficial-marcado-9", "--purpose",
          "proposito-marcado-3", "--json")
        if condition.hasPrefix("document") {
          #expect(said.ending == .exit(0) && said.output.contains("MARK8842016"), "\(said.output)\(said.errors)")
        }
      }
      let unknown = try await side.istmo(
        "query", "migration", "--where", "MARKZORRO=MARKZORRO", "--officer", "oficial-marcado-9", "--purpose", "x")
      #expect(unknown.ending != .exit(0))
    }
    let evidence = "\(pair.folder.path)/evidence"
    try await pair.must(
      "evidence", "export", ids[1], "--out", evidence, "--officer", "oficial-marcado-9", "--purpose",
      "proposito-marcado-3", at: pair.b)
    #expect(try await pair.settled())
  }

  /// The third country's home, link and log hold no name of a stream that is not its own, no id and no commitment of it.
  private func expectNoTrace(_ pair: Pair, _ third: Pair.Side) async throws {
    let home = pair.a.home
    let marks = try await onThread {
      let stored = try StoredHome(home)
      var marks = ["SV/GT/", "GT/SV/", "SV/SV/"]
      for name in ["SV/GT/migration", "SV/SV/migration", "GT/SV/migration", "SV/SV/lookups"] {
        for index in 0..<(try stored.recount(StreamName(name)).size) {
          let entry = try stored.reader.entry(StreamName(name), at: index).entry
          var id: [UInt8] = []
          entry.id.append(to: &id)
          marks += [entry.id.description, "raw:\(id.hex)", "raw:\(entry.commitment.bytes.hex)"]
        }
      }
      return marks
    }
    #expect(marks.count > 30)
    let file = try pair.folder.write((marks.joined(separator: "\n") + "\n").utf8, "marks")
    try await expectNothing(file, [third.home, third.home + ".log", "\(pair.folder.path)/cr.bundle"], "at CR")
    // Whichever side dialled: the Noise link hides ids and names from everybody on the way.
    try await expectNothing(file, (0..<3).map { "\(pair.folder.path)/link-\($0)" }, "on the links")
    #expect(try await search(file, [home]).found > 0)
  }

  private func expectNothing(_ words: String, _ places: [String], _ when: String) async throws {
    let (output, found, read) = try await search(words, places)
    #expect(found == 0, "\(when): \(output)")
    #expect(read > 1000, "\(when): \(output)")
  }

  private func search(_ words: String, _ places: [String]) async throws -> (output: String, found: Int, read: Int) {
    let said = try await Foreign.run(
      "/usr/bin/python3", [Repository.root + "/Tests/Interop/pair/search.py", words] + places)
    let last = try #require(
      said.output.split(separator: "\n").last?.wholeMatch(of: /read (\d+) in \d+, found (\d+)/),
      "\(said.output)\(said.errors)")
    return (said.output, try #require(Int(last.2)), try #require(Int(last.1)))
  }
}

import Catalog
import Foundation
import Node
import Terms
import Testing

/// Agreements that follow one another, by the program itself.
@Suite(.serialized) struct RenewalTests {
  /// A day, counted from today.
  private func day(_ count: Int64) -> String {
    CalendarDay(daysSinceEpoch: CalendarDay(of: SystemClock().now()).daysSinceEpoch + count).description
  }

  /// Changes a file of the topology and installs it at both.
  private func install(_ pair: Pair, _ file: String, _ change: (String) -> String) async throws {
    let path = "topology/\(file)"
    let before = pair.folder.text(path)
    let after = change(before)
    try #require(after != before)
    try pair.folder.write(after.utf8, path)
    for side in pair.sides { try await pair.must("topology", "install", pair.topologyFile, at: side) }
  }

  /// The departures that the second country holds, by its own officer's lookup, as JSON texts in their order.
  private func held(_ pair: Pair) async throws -> [String] {
    let said = try await pair.must(
      "query", "migration", "--from", "SV", "--officer", "gt-1", "--purpose", "test", "--json", at: pair.b)
    return try said.lines.compactMap { $0["record"] }.map(\.json).sorted {
      $0.contains("surname") && !$1.contains("surname")
    }
  }

  /// Runs both nodes until everything is receipted, checks both stores, and ends them.
  private func exchange(_ pair: Pair, whileRunning: () async throws -> Void = {}) async throws {
    let nodes = [try await pair.a.start(), try await pair.b.start()]
    defer { for node in nodes { node.signal(SIGKILL) } }
    #expect(try await pair.settled(seconds: 40))
    try await whileRunning()
    for node in nodes { #expect(await node.stop() == .exit(0)) }
    for side in [pair.a, pair.b] {
      let said = try await side.istmo("verify")
      #expect(said.ending == .exit(0), "\(said.errors)\(said.output)")
    }
  }

  private func loseStore(_ side: Pair.Side) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: side.home + "/store") {
      try FileManager.default.removeItem(atPath: "\(side.home)/store/\(name)")
    }
  }

  @Test func aBacklogSurvivesARenewalOfTheSameTermsAlsoByBundle() async throws {
    let pair = try await Pair()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<4))
    try await pair.holdCeremony(pair.a, pair.b, offering: "--until", day(1000))
    let bundle = pair.folder.path + "/bundle"
    try await pair.must("bundle", "export", "--to", "GT", "--out", bundle, at: pair.a)
    let taken = try await pair.must("bundle", "import", bundle, "--json", at: pair.b).json
    #expect(taken.stream(pair.stream)?["after"]?.number == 4)
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(4..<6))
    try await exchange(pair)
    #expect(try await held(pair).count == 5)
  }

  @Test func aBacklogSurvivesARenewalWithOtherFieldsAndAnotherFilterAndComesAgainToWhoLostIt() async throws {
    let pair = try await Pair()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<4))
    try await install(pair, "central-america.toml") {
      $0.replacing(
        "[terms.migration]\ndataset = \"migration\"\nfilter = { crossing = [\"{pair}/*\"] }",
        with: """
          [terms.migration]
          dataset = "migration"
          filter = { crossing = ["{pair}/*"], event = ["departure"] }
          fields = ["event", "crossing", "post", "from", "to", "time", "decision"]
          """)
    }
    try await pair.holdCeremony(pair.a, pair.b, offering: "--until", day(1000))
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(4..<6))
    try await exchange(pair)
    try loseStore(pair.b)
    try await exchange(pair)
    let records = try await held(pair)
    #expect(records.map { $0.contains("surname") } == [true, true, true, false, false])
  }

  @Test func recordsOfAFormerDefinitionAreSentAndTakenByTheDefinitionTheyWereMadeUnder() async throws {
    let pair = try await Pair()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<4))
    // Another pair's terms name the field that goes.
    try await install(pair, "central-america.toml") { $0.replacing("\"mrz\", \"vehicle\",", with: "\"mrz\",") }
    try await install(pair, "datasets/migration.toml") { text in
      // The next version knows no vehicles.
      let parts = text.replacing("\nversion = 1\n", with: "\nversion = 2\n").split(separator: "\n[[field]]\n")
      return parts.filter { !$0.hasPrefix("name = \"vehicle\"") }.joined(separator: "\n[[field]]\n")
    }
    try await pair.holdCeremony(pair.a, pair.b)
    let lines = String(decoding: Departures.lines(4..<6), as: UTF8.self)
      .replacing("\"vehicle\":{\"country\":\"SV\",\"text\":\"P 123-456\"},", with: "")
    try await pair.must("publish", "migration", at: pair.a, input: Array(lines.utf8))
    // Published before under its reference: known still.
    let again = try await pair.a.istmo("publish", "migration", input: Array(lines.utf8))
    #expect(again.output.hasPrefix("accepted 0, duplicates 2"))
    try await exchange(pair)
    try loseStore(pair.b)
    try await exchange(pair)
    let records = try await held(pair)
    #expect(records.filter { $0.contains("P 123-456") }.count == 3 && records.count == 5)
  }

  @Test func aSuccessorThatBeginsLaterStopsNothingAndIsNamed() async throws {
    let pair = try await Pair()
    try await pair.holdCeremony(pair.a, pair.b, offering: "--from", day(30), "--until", day(400))
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<3))
    try await exchange(pair) {
      let (status, ending) = try await pair.a.status()
      #expect(ending == .exit(0))
      let agreement = try #require(status["agreements"]?.items.first)
      #expect(agreement["in_force"]?.string != agreement["next"]?.string)
      #expect(agreement["next_begins"]?.string == "\(day(30))T00:00:00Z")
      let text = try await pair.a.istmo("status").output
      #expect(text.contains("takes over at \(day(30))T00:00:00Z"), "\(text)")
    }
    #expect(try await held(pair).count == 2)
    for command in [["agreement", "list"], ["agreement", "show", "GT"]] {
      let said = try await Istmo.run(command + ["--home", pair.a.home])
      #expect(said.output.contains("takes over at \(day(30))T00:00:00Z"), "\(said.output)")
    }
    let listed = try await pair.a.istmo("agreement", "list", "--json").json
    #expect(listed["in_force"]?.boolean == true && listed["next_begins"]?.string == "\(day(30))T00:00:00Z")
  }

  @Test func beforeTheFirstAgreementBeginsTheStatusIsNotGood() async throws {
    let pair = try await Pair(agreed: false)
    try await pair.holdCeremony(pair.a, pair.b, offering: "--from", day(2), "--until", day(400))
    let published = try await pair.a.istmo("publish", "migration", input: Departures.lines(1..<3))
    #expect(published.output.hasPrefix("accepted 2"))
    let node = try await pair.a.start()
    let (status, ending) = try await pair.a.status()
    #expect(ending == .exit(1))
    let problems = status["problems"]?.items.compactMap(\.string) ?? []
    #expect(
      problems.contains { $0.hasPrefix("no agreement with GT is in force") && $0.contains(day(2)) }, "\(problems)")
    #expect(status.stream(pair.stream)?["in_force"]?.boolean == false)
    #expect(await node.stop() == .exit(0))
  }
}

import Catalog
import Foundation
import Glibc
import Terms
import Testing

/// What an officer sees at a post, by the command line, of a node that dies.
@Suite(.serialized) struct RiskCommandTests {
  private static let sample = Repository.root + "/Topology/risk/selectivity.toml"

  private func moment(_ minutes: Int64) -> String {
    Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)).advanced(byMilliseconds: minutes * 60_000)
      .wholeSeconds
  }

  private func declared(_ duca: String) -> [UInt8] {
    Array(
      """
      {"event":"declared","duca":"\(duca)","kind":"DUCA-F","route":["SV","GT"],"crossings":["GT-SV/la-hachadura"],\
      "time":"\(moment(-60))","regime":"10","destination":"GT","transport_mode":"road",\
      "vehicle":{"plate":{"country":"SV","text":"C 123-456"}},"gross_kg":"10","net_kg":"9","lines":[{"packages":1,\
      "net_kg":"9","gross_kg":"10","origin":"SV","tariff":"090121","description":"Café"}],\
      "documents":[{"kind":"380","number":"F-77"}]}

      """.utf8)
  }

  @Test func rulesAreCheckedInstalledAndShown() async throws {
    let folder = try Folder()
    let bad = try folder.write("title = \"t\"\notherwise = \"blue\"\n".utf8, "bad.toml")
    let faults = try await Istmo.run(["risk", "check", bad, "--json"])
    #expect(faults.ending == .exit(1))
    #expect(faults.errors.hasPrefix("\(bad):2:13: unknown otherwise \"blue\"; write one of green, yellow, red"))
    #expect(try faults.json["faults"]?.items.first?["line"]?.number == 2)
    #expect(try await Istmo.run(["risk", "check", Self.sample]).output.contains("good: "))
    #expect(try await Istmo.run(["risk", "check", folder.path + "/none"]).errors.contains("no such file"))

    let pair = try await Pair(agreed: false)
    let none = try await pair.a.istmo("risk", "show")
    #expect(none.ending == .exit(1) && none.errors.contains("risk install FILE"))
    #expect(try await pair.a.istmo("risk", "install", bad).ending == .exit(1))
    #expect(try await pair.a.istmo("risk", "show").ending == .exit(1))
    try await pair.must("risk", "install", Self.sample, at: pair.a)
    let shown = try await pair.must("risk", "show", "--json", at: pair.a).json
    #expect(shown["rules"]?.items.contains { $0["rule"]?.string == "held" } == true)
    #expect(shown["papers"]?.items.count == 3)
  }

  @Test func alertsAndHoldsAreSeenThoughTheNodeDies() async throws {
    let pair = try await Pair(agreed: false)
    try await pair.must("risk", "install", Self.sample, at: pair.a)
    let who = ["--officer", "of-1", "--purpose", "turno", "--home", pair.a.home]
    var node = try await pair.a.start()
    let alert = """
      {"event":"issued","route":["SV"],"time":"\(moment(-1))","subject":"plate","plate":{"country":"SV","text":"C123456"},\
      "severity":"inspect","code":"R-7","instruction":"Revisar el doble fondo.","expires":"\(moment(6000))"}
      """
    try await pair.must("publish", "risk-alerts", at: pair.a, input: Array("\(alert)\n".utf8))
    var wanted = 0
    for number in 1...3 {
      // Accepted is durable; whether the hit is, nobody waited for.
      try await pair.must("publish", "manifests", at: pair.a, input: declared("SV-F-\(number)"))
      await node.kill()
      node = try await pair.a.start()
      wanted += 1
      let all = try await eventually(seconds: 60, every: 50) {
        let lines = try await Istmo.run(["alerts", "--json"] + who).lines
        return lines.count == wanted + 1
      }
      #expect(all, "after \(number) deaths")
    }
    let hits = try await Istmo.run(["alerts", "--at", "GT-SV/la-hachadura/SV", "--open"] + who)
    #expect(hits.output.contains("open: ALERT inspect of SV on its plate") && hits.output.contains("found 3"))
    #expect(try await Istmo.run(["alerts", "--at", "nowhere"] + who).errors.contains("no post or crossing"))

    let hold = """
      {"event":"held","route":["SV","GT"],"post":"GT-SV/la-hachadura/SV","time":"\(moment(-1))","authority":"DGSV",\
      "duca":"SV-F-1","goods":"Café","reason":"Plaga"}
      """
    try await pair.must("publish", "quarantine", at: pair.a, input: Array("\(hold)\n".utf8))
    let lines = try await Istmo.run(["crossing", "SV-F-1", "--role", "customs-officer", "--json"] + who).lines
    let id = try #require(lines.dropFirst().first { $0["record"]?["event"]?.string == "declared" }?["id"]?.string)
    let release = """
      {"event":"released","refers":"\(id)","duca":"SV-F-1","kind":"DUCA-F","route":["SV","GT"],\
      "post":"GT-SV/la-hachadura/SV","time":"\(moment(-1))"}
      """
    let refused = try await pair.a.istmo("publish", "manifests", input: Array("\(release)\n".utf8))
    #expect(refused.ending == .exit(1) && refused.errors.contains("held by quarantine of SV"), "\(refused.errors)")
    let hit = try await pair.a.istmo("publish", "hits", input: Array("{}\n".utf8))
    #expect(hit.ending == .exit(1) && hit.errors.contains("hits is written by the node alone"), "\(hit.errors)")

    let file = try await Istmo.run(["crossing", "SV-F-1", "--role", "customs-officer"] + who).output
    #expect(file.hasPrefix("ALERT inspect of SV on its plate"), "\(file)")
    #expect(
      file.contains("\nHELD SV-F-1: quarantine of SV (DGSV)") && file.contains("\nLANE red SV-F-1\n  red: Held [held]"))
    let expected = try await Istmo.run(["expected", "GT-SV/la-hachadura/SV"] + who).output
    #expect(expected.contains("    LANE red\n") && expected.contains("    HELD by quarantine of SV"), "\(expected)")
    #expect(try await Istmo.run(["expected", "GT-SV/la-hachadura/SV", "--json"] + who).lines.count == 4)
    try await answersAsTables(pair, who)
    try await declarationsUnderTheirNumbers(pair, who)
    #expect(await node.stop() == .exit(0))
    try await pair.must("verify", at: pair.a)
  }

  /// Rows on standard output, all else on standard error.
  private func answersAsTables(_ pair: Pair, _ who: [String]) async throws {
    for (words, head, rows, aside) in [
      (["expected", "GT-SV/la-hachadura/SV"], "duca,kind,id,", 3, "found 3"),
      (["alerts"], "matched_at,state,tag_alarm,", 3, "found 3"),
      (["crossing", "SV-F-1", "--role", "customs-officer"], "stream,id,time,", 2, "HELD SV-F-1: quarantine of SV"),
    ] {
      let said = try await Istmo.run(words + ["--csv"] + who)
      let lines = said.output.split(separator: "\r\n")
      #expect(said.ending == .exit(0) && lines.first?.hasPrefix(head) == true, "\(said.output)\(said.errors)")
      #expect(lines.count == rows + 1 && said.errors.contains(aside), "\(said.output)\(said.errors)")
      #expect(try await Istmo.run(words + ["--csv", "--json"] + who).ending == .exit(2))
    }
    let log = try await pair.a.istmo("lookups", "--csv", "--by", "of-1")
    #expect(log.output.hasPrefix("id,time,country,officer,role,") && log.output.contains(",of-1,customs-officer,"))
  }

  private func declarationsUnderTheirNumbers(_ pair: Pair, _ who: [String]) async throws {
    let said = try await Istmo.run(["query", "manifests", "--duca", "--role", "customs-officer"] + who)
    let lines = said.output.split(separator: "\n")
    #expect(said.ending == .exit(0) && lines.count == 3 && said.errors.hasPrefix("found 3\n"), "\(said)")
    let first = try #require(lines.first { $0.contains(#""2":"SV-F-1""#) })
    #expect(
      first.contains(#""40":[{"40":1,"35":1,"37":"9.000","38":"10.000","41":"SV","45":"090121","46":"Café"}]"#),
      "\(first)")
    let other = first.replacing(#""2":"SV-F-1""#, with: #""2":"SV-F-9","4.2":"NIT""#)
    let bad = first.replacing(#""37":"9.000""#, with: #""37":"99""#)
    let unknown = first.replacing(#""2":"SV-F-1""#, with: #""2":"SV-F-8","63":1"#)
    let input = Array("[\(other),\(bad),\(unknown)]".utf8)
    let published = try await pair.a.istmo("publish", "manifests", "--duca", input: input)
    #expect(published.output == "accepted 1, duplicates 0, refused 2\n", "\(published.output)\(published.errors)")
    #expect(published.errors.contains("not kept: field 4.2 (type of the exporter's number)\n"), "\(published.errors)")
    #expect(
      published.errors.contains("-: declaration 2: 33 (net_kg): not the sum of lines.net_kg"), "\(published.errors)")
    #expect(published.errors.contains("-: declaration 3: 63: no field of a DUCA that can stand here; "))
    #expect(
      try await pair.a.istmo("query", "migration", "--duca", "--officer", "a", "--purpose", "b").ending == .exit(2))
  }
}

import Catalog
import Foundation
import Glibc
import Testing

/// The contract of the command line: exit status, JSON, files that pass between the two sides.
@Suite(.serialized) struct CommandLineTests {
  @Test func aBundleMovesRecordsAndReceiptsWhileTheLinkIsDown() async throws {
    let pair = try await Pair()
    let lines = Departures.lines(1..<31)
    let published = try await pair.must("publish", "migration", "--json", at: pair.a, input: lines)
    #expect(try published.json["accepted"]?.number == 30)

    let there = pair.folder.path + "/sv.bundle"
    let back = pair.folder.path + "/gt.bundle"
    try await pair.must("bundle", "export", "--to", "GT", "--out", there, at: pair.a)
    let taken = try await pair.must("bundle", "import", there, "--json", at: pair.b).json
    // One entry announces the day's key.
    #expect(taken.stream(pair.stream)?["before"]?.number == 0)
    #expect(taken.stream(pair.stream)?["after"]?.number == 31)
    // The same bundle again brings nothing.
    let again = try await pair.must("bundle", "import", there, "--json", at: pair.b).json
    #expect(again.stream(pair.stream)?["before"]?.number == 31)
    #expect(again.stream(pair.stream)?["after"]?.number == 31)

    try await pair.must("bundle", "export", "--to", "SV", "--out", back, at: pair.b)
    let receipted = try await pair.must("bundle", "import", back, "--json", at: pair.a).json
    #expect(receipted.stream(pair.stream)?["receipt"]?.number == 31)
    // With a receipt for everything the next bundle holds cards and checkpoints alone.
    let first = try Data(contentsOf: URL(filePath: there)).count
    try await pair.must("bundle", "export", "--to", "GT", "--out", there, at: pair.a)
    #expect(try Data(contentsOf: URL(filePath: there)).count < first / 2)

    // The wrong side's bundle is refused by name.
    let wrong = try await pair.a.istmo("bundle", "import", there)
    #expect(wrong.ending == .exit(1))
    #expect(wrong.errors.contains("the bundle is for GT"))

    let found = try await pair.must(
      "query", "migration", "--from", "SV", "--where", "document=SV/A00000007", "--officer", "gt-1", "--purpose",
      "test", "--json", at: pair.b
    ).lines
    #expect(found.first?["record"]?["document"]?["number"]?.string == "A00000007")
    for side in [pair.a, pair.b] { try await pair.must("verify", at: side) }
  }

  @Test func everyReadingCommandGivesJSONThatAnotherParserReads() async throws {
    let pair = try await Pair()
    let published = try await pair.must("publish", "migration", "--ids", at: pair.a, input: Departures.lines(1..<4))
    let id = try #require(published.output.split(separator: " ").dropFirst(2).first?.prefix(36))
    let evidence = pair.folder.path + "/e.evidence"
    let person = ["--officer", "sv-1", "--purpose", "test"]
    #expect(
      try await Istmo.run(["evidence", "export", "\(id)", "--out", evidence, "--home", pair.a.home] + person).ending
        == .exit(0))
    let commands: [[String]] = [
      ["status"], ["verify"], ["erase", "--due", "--dry-run"], ["erase", "--due"],
      ["lookups"], ["agreement", "list"], ["agreement", "show", "GT"], ["key", "show"],
      ["ceremony", "show"], ["dataset", "list"], ["dataset", "show", "manifests"], ["token", "list"],
      ["topology", "check", pair.topologyFile],
      ["dataset", "check", Repository.root + "/Topology/datasets/manifests.toml"],
      ["query", "migration"] + person, ["query", "migration", "--unmatched"] + person,
      ["crossing", "P 123-456"] + person, ["alerts"] + person, ["expected", "GT-SV/la-hachadura/SV"] + person,
      ["risk", "check", Repository.root + "/Topology/risk/selectivity.toml"],
    ]
    _ = try await pair.a.token("observe")
    let node = try await pair.a.start()
    defer { node.signal(SIGKILL) }
    for isRunning in [true, false] {
      if !isRunning { #expect(await node.stop() == .exit(0)) }
      for command in commands {
        let home = command.prefix(2).last == "check" ? [] : ["--home", pair.a.home]
        let said = try await Istmo.run(command + ["--json"] + home)
        // Without its neighbour the node cannot say that all flows.
        #expect(said.ending == .exit(command == ["status"] ? 1 : 0), "\(command): \(said.errors)")
        try await expectJSON(said.output, "\(command)")
      }
    }
    for command in [["bundle", "export", "--to", "GT"], ["evidence", "export", "\(id)"] + person] {
      let said = try await Istmo.run(command + ["--json", "--out", evidence + ".2", "--home", pair.a.home])
      #expect(said.ending == .exit(0), "\(command): \(said.errors)")
      try await expectJSON(said.output, "\(command)")
    }
    let checked = try await Istmo.run(["evidence", "verify", evidence, "--json"])
    try await expectJSON(checked.output, "evidence verify")
    let bad = try await pair.a.istmo("publish", "migration", "--json", input: Array("{}\n".utf8))
    #expect(bad.ending == .exit(1))
    #expect(bad.errors.hasPrefix("line 1: "))
    try await expectJSON(bad.output, "publish")
    let mixed = Array(Departures.lines(3..<5)) + Array("{}\n".utf8)
    let ids = try await pair.a.istmo("publish", "migration", "--json", "--ids", input: mixed)
    try await expectJSON(ids.output, "publish --ids")
    #expect(try ids.lines.map { $0["result"]?.string } == ["duplicate", "accepted", nil])
    #expect(try ids.lines.prefix(2).allSatisfy { $0["id"]?.string?.count == 36 })
    #expect(try ids.lines.last?["refused"]?.number == 1)
  }

  @Test func faultsOfATopologyAreGivenAsFields() async throws {
    let folder = try Folder()
    try folder.write(Array("realm = 7\ncountries = []\n".utf8), "t.toml")
    let said = try await Istmo.run(["topology", "check", "t.toml", "--json"], folder: folder.path)
    #expect(said.ending == .exit(1))
    try await expectJSON(said.output, "topology check")
    let faults = try #require(try said.json["faults"]?.items)
    #expect(try said.json["good"]?.boolean == false && faults.count == said.errors.split(separator: "\n").count)
    for (fault, line) in zip(faults, said.errors.split(separator: "\n")) {
      let place = "\(fault["file"]?.string ?? ""):\(fault["line"]?.number ?? 0):\(fault["column"]?.number ?? 0)"
      #expect("\(place): \(fault["problem"]?.string ?? ""); \(fault["advice"]?.string ?? "")" == line)
    }
  }

  /// Each line is a JSON value, says Python.
  private func expectJSON(_ output: String, _ what: String) async throws {
    let folder = try Folder()
    let file = try folder.write(output.utf8, "lines")
    let program =
      "import json,sys\nn=0\nfor l in open(sys.argv[1],'rb'):\n  json.loads(l.decode('utf-8','strict')); n+=1\nprint(n)"
    let said = try await Foreign.run("/usr/bin/python3", ["-c", program, file])
    #expect(said.ending == .exit(0), "\(what): \(said.errors)\(output)")
    #expect((Int(said.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 0, "\(what) said nothing")
  }

  @Test func wrongUsageEndsWithTwoAndAFailureWithOne() async throws {
    let folder = try Folder()
    let none = folder.path + "/none"
    let usage: [[String]] = [
      ["nonsense"], ["ceremony"], ["ceremony", "nonsense"], ["status", "--nonsense"], ["status", "too", "many"],
      ["publish"], ["publish", "Not A Name", "--home", none], ["query", "migration", "--home", none],
      ["query", "migration", "--home", none, "--officer", "x", "--purpose", "y", "--limit", "0"],
      ["query", "migration", "--home", none, "--officer", "x", "--purpose", "y", "--since", "yesterday"],
      ["query", "migration", "--home", none, "--officer", "x", "--purpose", "y", "--from", "Salvador"],
      ["query", "migration", "--home", none, "--officer", "x", "--purpose", "y", "--where", "nothing"],
      ["evidence", "export", "not-an-id", "--out", "f", "--officer", "x", "--purpose", "y", "--home", none],
      ["evidence", "verify"], ["evidence", "verify", "f", "--root", "not a key"], ["bundle", "export"],
      ["agreement", "show", "Guatemala", "--home", none], ["init", "--country", "XX", "--country", "YY"],
      ["ceremony", "offer", "--with", "gt", "--out", "f", "--home", none], ["token", "add", "x", "--scope", "all"],
      ["erase", "--home", none], ["erase", "--now", "--home", none], ["erase", "ID", "--due", "--home", none],
      ["run", "--log", "loud", "--home", none], ["lookups", "--limit", "-1", "--home", none],
    ]
    for words in usage {
      let said = try await Istmo.run(words, folder: folder.path)
      #expect(said.ending == .exit(2), "\(words): \(said.ending) \(said.errors)")
      #expect(!said.errors.isEmpty && said.output.isEmpty, "\(words)")
    }
    let failing: [[String]] = [
      ["status"], ["verify"], ["erase", "--due"], ["run"], ["publish", "migration"], ["lookups"], ["key", "show"],
      ["agreement", "list"],
      ["ceremony", "show"], ["token", "list"], ["dataset", "list"], ["bundle", "import", "none"],
      ["evidence", "verify", "none"], ["topology", "check", "none"],
    ]
    for words in failing {
      let home = ["bundle", "evidence", "topology"].contains(words[0]) ? [] : ["--home", none]
      let said = try await Istmo.run(words + home, folder: folder.path)
      #expect(said.ending == .exit(1), "\(words): \(said.ending) \(said.errors)")
      #expect(said.errors.split(separator: "\n").count == 1 && said.output.isEmpty, "\(words): \(said.errors)")
    }
    #expect(try await Istmo.run([]).ending == .exit(0))
    #expect(try await Istmo.run(["help"]).ending == .exit(0))
    #expect(try await Istmo.run(["status", "--help"]).ending == .exit(0))
    // The home may come from the environment, or lie in the working folder.
    let named = try await Istmo.run(["status"], environment: ["ISTMO_HOME": none])
    #expect(named.errors.contains("there is no home at \(none)"))
    let usual = try await Istmo.run(["status"], folder: folder.path)
    #expect(usual.errors.contains("there is no home at .istmo"))
  }

  @Test func oneProcessHasAHomeAndOthersSpeakThroughIt() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let second = try await pair.a.istmo("run")
    #expect(second.ending == .exit(1))
    #expect(second.errors.contains("in use by process \(node.child)"))
    // A command goes through the running node, and the node stays as it is.
    #expect(try await pair.a.istmo("verify").ending == .exit(0))
    #expect(node.isRunning)
    #expect(await node.stop() == .exit(0))
    // What a killed node left does not stop the next one.
    let killed = try await pair.a.start()
    await killed.kill()
    #expect(try await pair.a.istmo("verify").ending == .exit(0))
    let next = try await pair.a.start()
    #expect(await next.stop() == .exit(0))
  }

  @Test func sigtermAndInterruptEndANodeCleanly() async throws {
    let pair = try await Pair()
    for signal in [SIGTERM, SIGINT] {
      let (one, other) = (try await pair.a.start(), try await pair.b.start())
      let published = try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<200))
      #expect(published.output.hasPrefix(signal == SIGTERM ? "accepted 199" : "accepted 0, duplicates 199"))
      one.signal(signal)
      #expect(await one.ended() == .exit(0))
      #expect(await other.stop() == .exit(0))
      #expect(!FileManager.default.fileExists(atPath: pair.a.home + "/node.sock"))
      #expect(try await pair.a.istmo("verify").ending == .exit(0))
    }
  }

  @Test func aNodeEndsThoughClientsHoldOnToIt() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let token = try await pair.a.token("publish")
    let half = "POST /v1/records?dataset=migration HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
    let pieces = [
      "", "GET /heal", half, "\(half)Content-Length: 90000\r\n\r\n{\"event\":",
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    ]
    let sockets = pieces.compactMap { piece in
      let socket = Loopback.connect(node.apiPort)
      if let socket { Loopback.send(Array(piece.utf8), to: socket) }
      return socket
    }
    let stranger = Loopback.connect(node.linkPort)
    defer { for socket in sockets + [stranger ?? -1] { close(socket) } }
    #expect(sockets.count == pieces.count && stranger != nil)
    let answered = try #require(sockets.last)
    let healthy = Loopback.receive(answered, milliseconds: 2_000)
    #expect(String(decoding: healthy, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
    #expect(await node.stop() == .exit(0))
    #expect(try await pair.a.istmo("verify").ending == .exit(0))
  }

  @Test func aHomeThatOthersCouldReadIsRefusedWithTheFix() async throws {
    let pair = try await Pair(agreed: false)
    let home = pair.a.home
    let places: [(String, mode_t, mode_t)] = [
      ("", 0o755, 0o700), ("/keys", 0o750, 0o700), ("/keys/log.key", 0o640, 0o600), ("/config", 0o604, 0o600),
      ("/store/istmo.db", 0o622, 0o600),
    ]
    for (place, wrong, right) in places {
      if place == "/store/istmo.db" { #expect(try await pair.a.istmo("verify").ending == .exit(0)) }
      #expect(chmod(home + place, wrong) == 0)
      for command in [["run"], ["status"], ["key", "show"], ["publish", "migration"]] {
        let said = try await Istmo.run(command + ["--home", home])
        #expect(said.ending == .exit(1), "\(place) \(command)")
        let fix = "chmod \(String(right, radix: 8)) '\(home)\(place)'"
        #expect(said.errors.contains(fix), "\(place) \(command): \(said.errors)")
      }
      #expect(chmod(home + place, right) == 0)
    }
    #expect(symlink("/etc/hostname", home + "/roots/HN.root") == 0)
    let linked = try await pair.a.istmo("key", "show")
    #expect(linked.ending == .exit(1) && linked.errors.contains("is a symbolic link"))
    unlink(home + "/roots/HN.root")
    #expect(try await pair.a.istmo("key", "show").ending == .exit(0))
  }

  @Test func aSuspensionStopsBothDirectionsUntilItIsEnded() async throws {
    let pair = try await Pair()
    let nodes = [try await pair.a.start(), try await pair.b.start()]
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<3))
    #expect(try await pair.settled())
    try await pair.must("agreement", "suspend", "GT", "--reason", "flood at the bridge", at: pair.a)
    let shown = try await pair.must("agreement", "show", "GT", "--json", at: pair.a).json
    #expect(shown["state"]?.string?.contains("flood at the bridge") == true)
    let log = try await pair.must("operators", at: pair.a).output
    #expect(log.contains("alone: suspend the exchange with GT; reason: flood at the bridge"))
    let published = try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(3..<6))
    #expect(published.output.hasPrefix("accepted 3"))
    let here = try await pair.a.status()
    #expect(here.ending == .exit(1))
    #expect(here.json.stream(pair.stream)?["in_force"]?.boolean == false)
    #expect(here.json.stream(pair.stream)?["lag_records"]?.number == 3)
    // The neighbour learns why.
    let isTold = try await eventually {
      let there = try await pair.b.status()
      return there.ending == .exit(1)
        && there.json.stream(pair.stream)?["problem"]?.string?.contains("flood at the bridge") == true
    }
    #expect(isTold)
    #expect(try await pair.b.status().json.stream(pair.stream)?["size"]?.number == 3)
    try await pair.must("agreement", "resume", "GT", at: pair.a)
    #expect(try await pair.settled())
    #expect(try await pair.b.status().json.stream(pair.stream)?["size"]?.number == 6)
    for node in nodes { #expect(await node.stop() == .exit(0)) }
  }

  @Test func evidenceFromEitherSideHoldsOffline() async throws {
    let pair = try await Pair()
    let published = try await pair.must("publish", "migration", "--ids", at: pair.a, input: Departures.lines(1..<9))
    let id = try #require(published.output.split(separator: "\n").dropFirst(4).first?.split(separator: " ").last)
    let early = try await pair.a.istmo(
      "evidence", "export", "\(id)", "--to", "GT", "--out", pair.folder.path + "/early", "--officer", "x", "--purpose",
      "test")
    #expect(early.ending == .exit(1) && early.errors.contains("GT has given no receipt for it yet"))
    let nodes = [try await pair.a.start(), try await pair.b.start()]
    #expect(try await pair.settled())
    var roots: [String] = []
    for side in [pair.a, pair.b] {
      let root = try await pair.must("key", "show", "--json", at: side).json["root"]?.string
      roots += ["--root", try #require(root)]
    }
    let person = ["--officer", "auditor-1", "--purpose", "test", "--role", "auditor"]
    let cases: [(Pair.Side, [String], String)] = [
      (pair.a, ["--to", "GT"], "\(pair.stream)"), (pair.b, [], "\(pair.stream)"), (pair.a, [], "SV/SV/migration"),
    ]
    for (number, (side, options, stream)) in cases.enumerated() {
      let file = "\(pair.folder.path)/\(number).evidence"
      let made = try await Istmo.run(
        ["evidence", "export", "\(id)", "--out", file, "--home", side.home] + options + person)
      #expect(made.ending == .exit(0), "\(made.errors)")
      let said = try await Istmo.run(["evidence", "verify", file] + roots)
      #expect(said.ending == .exit(0), "\(said.errors)\(said.output)")
      #expect(said.output.contains("of \(stream), in the checkpoint"), "\(said.output)")
      #expect(said.output.hasSuffix("the evidence holds\n"))
      #expect(said.output.contains("GT gave a receipt") == (stream == pair.stream))
      // Another root key than the one the verifier has from elsewhere is not taken.
      let stranger = try await Istmo.run(["evidence", "verify", file, "--root", roots[3], "--root", roots[1]])
      #expect(stranger.ending == .exit(0))
      let wrong = try await Pair("SV", "GT", agreed: false)
      let other = try await wrong.must("key", "show", "--json", at: wrong.a).json["root"]?.string ?? ""
      let refused = try await Istmo.run(["evidence", "verify", file, "--root", other])
      #expect(refused.ending == .exit(1))
    }
    // Whoever looks is in the log, on both sides.
    let log = try await pair.must("lookups", "--json", "--by", "auditor-1", at: pair.b).lines
    #expect(log.count == 1)
    let isShared = try await eventually {
      try await pair.must("lookups", "--json", "--by", "auditor-1", at: pair.a).lines.count == 3
    }
    #expect(isShared)
    for node in nodes { #expect(await node.stop() == .exit(0)) }
  }
}

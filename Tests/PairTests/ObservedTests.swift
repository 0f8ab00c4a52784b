import Catalog
import Foundation
import Glibc
import HTTP
import Testing

/// What an operator's tools see of a node: metrics, health, log lines, and progress on a terminal.
@Suite struct ObservedTests {
  /// Samples of Prometheus' text format 0.0.4: each named by a TYPE line before it.
  private func samples(_ text: String) throws -> [String: Double] {
    var types: [String: String] = [:]
    var samples: [String: Double] = [:]
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# HELP ") { continue }
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        try #require(words.count == 4 && ["counter", "gauge"].contains(words[3]), "\(line)")
        #expect(types.updateValue(String(words[3]), forKey: String(words[2])) == nil, "\(line) twice")
        continue
      }
      let match = try #require(
        line.wholeMatch(of: /([a-z_]+)(\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? (-?[0-9.e+-]+)/), "\(line)")
      let type = try #require(types[String(match.1)], "\(line) has no type")
      #expect((type == "counter") == match.1.hasSuffix("_total"), "\(line)")
      let key = String(match.1) + String(match.2 ?? "")
      #expect(samples.updateValue(try #require(Double(match.3)), forKey: key) == nil, "\(line) twice")
    }
    return samples
  }

  @Test func metricsSayWhatStatusSays() async throws {
    let pair = try await Pair()
    let nodes = [try await pair.a.start(), try await pair.b.start()]
    let published = try await pair.a.istmo(
      "publish", "migration", input: Departures.lines(1..<8) + Array("{}\n".utf8))
    #expect(published.ending == .exit(1) && published.output.hasPrefix("accepted 7, duplicates 0, refused 1"))
    #expect(try await pair.settled())
    let token = try await pair.a.token("observe")
    let answer = try await onThread {
      try nodes[0].client().send(
        .init(.get, "/metrics", headers: ["Authorization": "Bearer \(token)"]), limit: 1 << 20)
    }
    #expect(answer.status == 200)
    #expect(answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
    let samples = try samples(String(decoding: answer.body, as: UTF8.self))
    #expect(samples["istmo_records_accepted_total"] == 7)
    #expect(samples["istmo_commits_failed_total"] == 0)
    #expect((samples["istmo_commits_total"] ?? 0) > 0)
    #expect(samples["istmo_link_up{neighbour=\"GT\"}"] == 1)
    let status = try await pair.a.status().json
    for stream in status["streams"]?.items ?? [] {
      let labels = "{stream=\"\(stream["stream"]?.string ?? "")\",direction=\"\(stream["direction"]?.string ?? "")\"}"
      #expect(samples["istmo_stream_size_entries\(labels)"] == stream["size"]?.number.map(Double.init), "\(labels)")
      #expect(samples["istmo_stream_lag_entries\(labels)"] == 0, "\(labels)")
      #expect(samples["istmo_stream_flowing\(labels)"] == 1, "\(labels)")
    }
    #expect(await nodes[1].stop() == .exit(0))
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(8..<10))
    let later = try await onThread {
      try nodes[0].client().send(
        .init(.get, "/metrics", headers: ["Authorization": "Bearer \(token)"]), limit: 1 << 20)
    }
    let away = try self.samples(String(decoding: later.body, as: UTF8.self))
    #expect(away["istmo_link_up{neighbour=\"GT\"}"] == 0)
    #expect(away["istmo_stream_lag_entries{stream=\"SV/GT/migration\",direction=\"outgoing\"}"] == 2)
    #expect(away["istmo_stream_flowing{stream=\"SV/GT/migration\",direction=\"outgoing\"}"] == 0)
    // A neighbour that is away is not the node's own fault.
    let health = try await onThread { try nodes[0].client().send(.init(.get, "/healthz"), limit: 1 << 16) }
    #expect(health.status == 200)
    #expect(await nodes[0].stop() == .exit(0))
  }

  @Test func everyLogLineHasTimeLevelPartAndText() async throws {
    let pair = try await Pair()
    let nodes = [
      try await pair.a.start("--log", "debug"), try await pair.b.start("--log", "warning"),
    ]
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<3))
    #expect(try await pair.settled())
    try await onThread {
      guard let socket = Loopback.connect(nodes[0].linkPort) else { return }
      Loopback.send(Array("a \"stranger\" with\n\u{1B}[31m control \\ signs".utf8), to: socket)
      _ = Loopback.receive(socket, milliseconds: 300)
      close(socket)
    }
    for node in nodes { #expect(await node.stop() == .exit(0)) }
    let line =
      /time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=(debug|info|warning|error) part=[a-z]+ text="(?:[^"\\]|\\.)*"/
    var levels: Set<Substring> = []
    for (node, side) in zip(nodes, pair.sides) {
      let lines = try String(contentsOfFile: node.logFile, encoding: .utf8).split(separator: "\n")
      for text in lines {
        let match = try #require(text.wholeMatch(of: line), "\(text)")
        if side.country == "SV" { levels.insert(match.1) }
        if side.country == "GT" { #expect(["warning", "error"].contains(match.1), "\(text)") }
      }
    }
    #expect(levels.isSuperset(of: ["info", "warning"]))
  }

  /// Standard error is a terminal, and nothing comes in for a while.
  private static let script = """
    import os, pty, subprocess, sys, time
    master, slave = pty.openpty()
    p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=slave)
    os.set_blocking(master, False)
    seen = b""
    for _ in range(1200):
        try:
            seen += os.read(master, 65536)
        except BlockingIOError:
            time.sleep(0.05)
        if b"working, 2 s" in seen or p.poll() is not None:
            break
    p.stdin.close()
    status = p.wait(60)
    try:
        seen += os.read(master, 65536)
    except BlockingIOError:
        pass
    print(status, repr(seen.decode()))
    """

  @Test func workOfMoreThanASecondShowsOnATerminalThatItGoesOn() async throws {
    let pair = try await Pair(agreed: false)
    let script = try pair.folder.write(Self.script.utf8, "watched.py")
    let said = try await Foreign.run(
      "/usr/bin/python3", [script, Istmo.path, "publish", "migration", "-", "--home", pair.a.home])
    #expect(said.output.hasPrefix("0 "), "\(said.errors)\(said.output)")
    #expect(said.output.contains("working, 1 s") && said.output.contains("working, 2 s"), "\(said.output)")
    // The line is taken away at the end; where nobody looks there is none.
    #expect(said.output.hasSuffix("\\r\\x1b[K'\n"), "\(said.output)")
    let unseen = try await pair.a.istmo("publish", "migration", "-", input: [])
    #expect(unseen.errors.isEmpty)
  }
}

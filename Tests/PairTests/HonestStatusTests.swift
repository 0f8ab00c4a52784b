import Catalog
import Foundation
import Glibc
import Terms
import Testing

/// `status` does not lie: after each fault it is what the stores of both sides say when everything is counted again.
@Suite(.serialized) struct HonestStatusTests {
  /// Waits until both statuses are as expected, kills both nodes at once and counts everything again.
  private func expectHonest(
    _ pair: Pair, _ nodes: [NodeProcess], isQuiet: Bool, _ when: String,
    until holds: (JSONValue, JSONValue) -> Bool
  ) async throws {
    var last: [(json: JSONValue, ending: Ending)] = []
    let isAsExpected = try await eventually(seconds: 120, every: 200) {
      last = [try await pair.a.status(), try await pair.b.status()]
      return holds(last[0].json, last[1].json)
    }
    for node in nodes { node.signal(SIGKILL) }
    for node in nodes { _ = await node.ended() }
    #expect(isAsExpected, "\(when): \(last.map(\.json.json))")
    let (a, b, shown) = (pair.a.home, pair.b.home, last)
    try await onThread {
      let (here, there) = (try StoredHome(a), try StoredHome(b))
      try HonestCheck(here: here, there: there).check(shown[0].json, shown[0].ending, isQuiet: isQuiet, when)
      try HonestCheck(here: there, there: here).check(shown[1].json, shown[1].ending, isQuiet: isQuiet, when)
    }
  }

  private func start(_ pair: Pair) async throws -> [NodeProcess] {
    [try await pair.a.start(), try await pair.b.start()]
  }

  private func publish(_ numbers: Range<Int>, _ pair: Pair) async throws {
    let said = try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(numbers))
    #expect(said.output.hasPrefix("accepted \(numbers.count),"))
  }

  private static func flows(_ status: JSONValue) -> Bool { status["flowing"]?.boolean == true }

  @Test func ofACutLinkAndADeadNeighbour() async throws {
    let pair = try await Pair()
    var nodes = try await start(pair)
    try await publish(1..<21, pair)
    #expect(try await pair.settled())
    try await expectHonest(pair, nodes, isQuiet: true, "all is well") { Self.flows($0) && Self.flows($1) }

    nodes = try await start(pair)
    #expect(try await pair.settled())
    for side in pair.sides { side.relay.cut() }
    #expect(try await eventually { !Self.flows(try await pair.a.status().json) })
    try await publish(21..<26, pair)
    try await expectHonest(pair, nodes, isQuiet: false, "the link is cut") { here, there in
      let streams = (here["streams"]?.items ?? []) + (there["streams"]?.items ?? [])
      return streams.allSatisfy { ($0["linked"]?.boolean == true) == ($0["direction"]?.string == "home") }
        && here.stream(pair.stream)?["lag_records"]?.number == 5 && !Self.flows(here) && !Self.flows(there)
    }

    nodes = try await start(pair)
    for side in pair.sides { #expect(try await side.status().ending == .exit(1)) }
    for side in pair.sides { side.relay.mend() }
    #expect(try await pair.settled())
    await nodes[1].kill()
    try await publish(26..<29, pair)
    // The command opens the dead node's home for itself and says that it does not run.
    try await expectHonest(pair, nodes, isQuiet: false, "the neighbour is dead") { here, there in
      here.stream(pair.stream)?["lag_records"]?.number == 3 && here.stream(pair.stream)?["linked"]?.boolean == false
        && !Self.flows(here) && there["running"]?.boolean == false
    }
  }

  @Test func ofASuspensionByTheRecipient() async throws {
    let pair = try await Pair()
    let nodes = try await start(pair)
    try await publish(1..<4, pair)
    #expect(try await pair.settled())
    try await pair.must("agreement", "suspend", "SV", "--reason", "court order 12", at: pair.b)
    try await publish(4..<9, pair)
    try await expectHonest(pair, nodes, isQuiet: false, "suspended") { here, there in
      here.stream(pair.stream)?["problem"]?.string?.contains("court order 12") == true
        && there.stream(pair.stream)?["obstacle"]?.string?.contains("court order 12") == true
        && here.stream(pair.stream)?["lag_records"]?.number == 5 && !Self.flows(here) && !Self.flows(there)
    }
  }

  @Test func ofTermsThatOneSideChanged() async throws {
    let pair = try await Pair()
    var nodes = try await start(pair)
    try await publish(1..<4, pair)
    #expect(try await pair.settled())
    #expect(await nodes[1].stop() == .exit(0))
    let signed = try String(contentsOfFile: pair.topologyFile, encoding: .utf8)
    let changed = signed.replacing("Single migration control:", with: "Single migration control and tax:")
    #expect(changed != signed)
    try pair.folder.write(changed.utf8, "topology/central-america.toml")
    try await pair.must("topology", "install", pair.topologyFile, at: pair.b)
    nodes[1] = try await pair.b.start()
    try await publish(4..<6, pair)
    try await expectHonest(pair, nodes, isQuiet: false, "other terms") { here, there in
      there.stream(pair.stream)?["in_force"]?.boolean == false
        && there.stream(pair.stream)?["obstacle"]?.string?.contains("another purpose") == true
        && there.stream("SV/GT/lookups")?["in_force"]?.boolean == true
        && here.stream(pair.stream)?["problem"]?.string?.contains("GT says: the topology has another purpose") == true
        && here.stream(pair.stream)?["lag_records"]?.number == 2 && !Self.flows(here) && !Self.flows(there)
    }
    try pair.folder.write(signed.utf8, "topology/central-america.toml")
    try await pair.must("topology", "install", pair.topologyFile, at: pair.b)
    nodes = try await start(pair)
    #expect(try await pair.settled())
    try await expectHonest(pair, nodes, isQuiet: true, "the signed terms again") { Self.flows($0) && Self.flows($1) }
  }

  /// A limit on the size of files stands for a disk without room: it can be set and lifted while a node runs.
  @Test(arguments: [false, true]) func ofADiskWithoutRoom(isRecipient: Bool) async throws {
    let pair = try await Pair()
    let nodes = try await start(pair)
    try await publish(1..<4, pair)
    #expect(try await pair.settled())
    let node = nodes[isRecipient ? 1 : 0]
    func limit(_ size: String) async throws {
      let said = try await Foreign.run("/usr/bin/prlimit", ["--pid", "\(node.child)", "--fsize=\(size):"])
      #expect(said.ending == .exit(0), "\(said.errors)")
    }
    try await limit("4096")
    if isRecipient {
      try await publish(4..<9, pair)
    } else {
      let said = try await pair.a.istmo("publish", "migration", input: Departures.lines(4..<9))
      #expect(said.ending == .exit(1))
      #expect(
        said.output.hasPrefix("accepted 0, duplicates 0, refused 0, not stored 5"), "\(said.output)\(said.errors)")
      #expect(said.errors.contains("the store failed"), "\(said.errors)")
    }
    let isTold = try await eventually(seconds: 120, every: 200) {
      let (here, there) = (try await pair.a.status(), try await pair.b.status())
      let own = isRecipient ? there : here
      guard own.ending == .exit(1), own.json["problems"]?.items.isEmpty == false else { return false }
      // The origin learns from the missing receipts.
      return !isRecipient
        || here.ending == .exit(1) && here.json.stream(pair.stream)?["lag_records"]?.number == 5
          && here.json.stream(pair.stream)?["problem"]?.string?.contains("gives no receipt") == true
    }
    #expect(isTold)
    #expect(node.isRunning)
    try await limit("unlimited")
    if !isRecipient { try await publish(4..<9, pair) }
    #expect(try await pair.settled(), "it goes on by itself when there is room")
    try await expectHonest(pair, nodes, isQuiet: true, "room again") { Self.flows($0) && Self.flows($1) }
  }

  @Test func ofANeighbourWhoseClockIsWrong() async throws {
    let pair = try await Pair()
    let one = try await pair.a.start()
    let other = try await pair.b.start(prefix: try await Foreign.clock(ahead: 120, in: pair.folder))
    try await publish(1..<4, pair)
    let isNamed = try await eventually {
      let (here, there) = (try await pair.a.status().json, try await pair.b.status().json)
      guard let skew = here.stream(pair.stream)?["clock_skew_milliseconds"]?.number,
        let back = there.stream(pair.stream)?["clock_skew_milliseconds"]?.number
      else { return false }
      // To half a minute: messages take their time, and signed times are in seconds.
      return (90_000...150_000).contains(skew) && (90_000...150_000).contains(-back)
    }
    #expect(isNamed)
    #expect(try await pair.a.istmo("status").output.contains("the neighbour's clock is"))
    try await expectHonest(pair, [one, other], isQuiet: true, "a wrong clock") { here, there in
      here.stream(pair.stream)?["receipt_size"]?.number == 4 && there.stream(pair.stream)?["size"]?.number == 4
    }
  }

  @Test func anIdleAsOfIsNeverOlderThanFifteenSeconds() async throws {
    let pair = try await Pair()
    let nodes = try await start(pair)
    try await publish(1..<4, pair)
    #expect(try await pair.settled())
    // Every stream says "as of" once before its age counts.
    let hasSpoken = try await eventually {
      let streams = try await pair.b.status().json["streams"]?.items ?? []
      return streams.allSatisfy {
        $0["direction"]?.string != "incoming" || $0["size"]?.number == 0 || $0["as_of"] != .null
      }
    }
    #expect(hasSpoken)
    for _ in 0..<24 {
      try await Task.sleep(for: .seconds(1))
      let status = try await pair.b.status().json
      let now = try Instant(try #require(status["time"]?.string))
      let stream = try #require(status.stream(pair.stream))
      #expect(stream["linked"]?.boolean == true && stream["flowing"]?.boolean == true)
      let asOf = try Instant(try #require(stream["as_of"]?.string))
      #expect(now.milliseconds(since: asOf) <= 15_000, "\(stream.json) at \(now)")
      // What a lookup shows is what is durable.
      let lines = try await pair.must(
        "query", "migration", "--from", "SV", "--limit", "1", "--officer", "o", "--purpose", "p", "--json", at: pair.b
      ).lines
      let source = try #require(lines.last?["answer"]?["sources"]?.items.first)
      let shown = try Instant(try #require(source["as_of"]?.string))
      #expect(now.milliseconds(since: shown) <= 15_000, "\(source.json) at \(now)")
    }
    for node in nodes { #expect(await node.stop() == .exit(0)) }
  }
}

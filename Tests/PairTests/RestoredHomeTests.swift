import Catalog
import Foundation
import Testing

/// A home put back from an old copy: what it signed and lost is found by the neighbour, never papered over.
@Suite(.serialized) struct RestoredHomeTests {
  private struct Restored {
    let pair: Pair
    let roots: [String]
  }

  /// A pair whose first country's home is as it was with three records, while the neighbour holds five.
  private func restored() async throws -> Restored {
    let pair = try await Pair()
    var nodes = [try await pair.a.start(), try await pair.b.start()]
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<4))
    #expect(try await pair.settled())
    #expect(await nodes[0].stop() == .exit(0))
    let copy = pair.folder.path + "/copy"
    try FileManager.default.copyItem(atPath: pair.a.home, toPath: copy)
    nodes[0] = try await pair.a.start()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(4..<6))
    #expect(try await pair.settled())
    for node in nodes { #expect(await node.stop() == .exit(0)) }
    try FileManager.default.removeItem(atPath: pair.a.home)
    try FileManager.default.moveItem(atPath: copy, toPath: pair.a.home)
    var roots: [String] = []
    for side in pair.sides {
      roots += [
        "--root", try #require(try await pair.must("key", "show", "--json", at: side).json["root"]?.string),
      ]
    }
    return Restored(pair: pair, roots: roots)
  }

  /// Waits for a status of both sides that fits, then compares each with both stores counted again.
  private func expectHonest(
    _ pair: Pair, _ what: String, _ fits: @escaping (JSONValue, JSONValue) -> Bool
  ) async throws {
    let nodes = [try await pair.a.start(), try await pair.b.start()]
    var (here, there) = (try await pair.a.status(), try await pair.b.status())
    let fitted = try await eventually(every: 200) {
      (here, there) = (try await pair.a.status(), try await pair.b.status())
      return fits(here.json, there.json)
    }
    #expect(fitted, "\(what): \(here.json.json)\n\(there.json.json)")
    for node in nodes { #expect(await node.stop() == .exit(0)) }
    let (a, b) = (try StoredHome(pair.a.home), try StoredHome(pair.b.home))
    try HonestCheck(here: a, there: b).check(here.json, here.ending, isQuiet: false, "\(what), here")
    try HonestCheck(here: b, there: a).check(there.json, there.ending, isQuiet: false, "\(what), there")
    for side in pair.sides { #expect(try await side.istmo("verify").ending == .exit(0), "\(what)") }
  }

  @Test func anOriginThatLostWhatItSignedStopsTheStreamOnBothSidesAndSaysSo() async throws {
    let restored = try await restored()
    let pair = restored.pair
    try await expectHonest(pair, "lost data") { here, there in
      here.stream(pair.stream)?["halted"]?.string?.contains("GT holds 6 entries") == true
        && here.stream(pair.stream)?["fork_kept"]?.boolean == false
        && there.stream(pair.stream)?["problem"]?.string?.contains("SV lost data") == true
    }
    // What is no fork has no proof, and nothing more is signed in the stream.
    let none = try await pair.a.istmo("fork", "export", pair.stream, "--out", pair.folder.path + "/fork")
    #expect(none.ending == .exit(1) && none.errors.contains("no proof of a fork"))
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(8..<9))
    #expect(try await pair.a.status().json.stream(pair.stream)?["size"]?.number == 4)
  }

  @Test func anOriginThatSignedASecondHistoryIsProvenToHaveDoneSo() async throws {
    let restored = try await restored()
    let pair = restored.pair
    // Two other records where the neighbour holds two: the same size, another root.
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(6..<8))
    try await expectHonest(pair, "a fork") { here, there in
      [here, there].allSatisfy { status in
        status.stream(pair.stream)?["halted"]?.string?.contains("inconsistent checkpoints") == true
          && status.stream(pair.stream)?["fork_kept"]?.boolean == true
          && status.stream(pair.stream)?["flowing"]?.boolean == false
      }
    }
    for (number, side) in pair.sides.enumerated() {
      let file = "\(pair.folder.path)/\(number).fork"
      try await pair.must("fork", "export", pair.stream, "--out", file, at: side)
      let said = try await Istmo.run(["evidence", "verify", file] + restored.roots)
      #expect(said.ending == .exit(0), "\(said.errors)")
      #expect(said.output.contains("two checkpoints, of sizes 6 and 6, that cannot both be true"), "\(said.output)")
      #expect(try await Istmo.run(["evidence", "verify", file, "--json"]).ending == .exit(1), "no root was named")
      let shown = try await side.istmo("status")
      #expect(shown.output.contains("istmo fork export \(pair.stream)"), "\(shown.output)")
    }
  }

  @Test func anAgreementThatHasExpiredIsSaidOnBothSides() async throws {
    let pair = try await Pair()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(1..<3))
    let prefix = try await Foreign.clock(ahead: 190_000_000, in: pair.folder)
    let nodes = [try await pair.a.start(prefix: prefix), try await pair.b.start(prefix: prefix)]
    let isTold = try await eventually(every: 200) {
      let both = [try await pair.a.status(), try await pair.b.status()]
      return both.allSatisfy { status in
        status.ending == .exit(1) && status.json.stream(pair.stream)?["in_force"]?.boolean == false
          && status.json.stream(pair.stream)?["obstacle"]?.string?.contains("expired") == true
      }
    }
    #expect(isTold)
    #expect(try await pair.b.status().json.stream(pair.stream)?["size"]?.number == 0)
    for node in nodes { #expect(await node.stop() == .exit(0)) }
  }
}

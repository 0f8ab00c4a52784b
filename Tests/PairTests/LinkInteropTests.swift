import Catalog
import Foundation
import Glibc
import Node
import Sodium
import Testing

/// A node as it runs, and a neighbour whose link is made by others: PyPI `noiseprotocol` and Debian `python3-dissononce`
/// with `Tests/Interop/link/peer.py`, which knows the protocol from its page. It plays Guatemala with the transport key
/// of Guatemala's home.
@Suite(
  .enabled(
    if: Foreign.python != nil || ProcessInfo.processInfo.environment["ISTMO_TEST_COMPLETE"] != nil,
    "ISTMO_TEST_PYTHON names no Python; Scripts/test makes one"))
struct LinkInteropTests {
  enum Library: String, CaseIterable { case noiseprotocol, dissononce }
  enum Role: String, CaseIterable { case initiator, responder }

  /// A foreign peer in a process of its own.
  final class Peer: Sendable {
    let child: pid_t
    let scratch: Folder

    /// Plays the second country of a pair; `change` alters the settings.
    init(
      _ pair: Pair, _ library: Library, _ role: Role, node: UInt16? = nil, pings: Int = 1,
      change: (inout [String: Any]) -> Void = { _ in }
    ) throws {
      scratch = try Folder()
      let (home, other) = (try Home.open(pair.b.home), try Home.open(pair.a.home))
      let secret = try home.keys(.file).transport.pair.secret.withUnsafeBytes { Array($0) }
      var settings: [String: Any] = [
        "library": library.rawValue, "role": role.rawValue, "realm": home.config.realm.description,
        "own": pair.b.country, "other": pair.a.country, "secret": Self.hex(secret),
        "remote": try other.card().transportKey.description, "card": Self.hex(try home.card().bytes),
        "port": Int(node ?? 0), "pings": pings, "stop": scratch.path + "/stop",
      ]
      change(&settings)
      // The key reaches the program over its standard input alone; it is of this test's home.
      let input = try scratch.write(try JSONSerialization.data(withJSONObject: settings), "settings")
      defer { unlink(input) }
      child = try Spawner.shared.start(
        .init(
          program: try #require(Foreign.python), arguments: [Repository.root + "/Tests/Interop/link/peer.py"],
          input: input, output: scratch.path + "/out", errors: scratch.path + "/err"))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// What happened so far.
    var events: [JSONValue] {
      scratch.text("out").split(separator: "\n").compactMap {
        try? JSONValue(parsing: Array($0.utf8), longest: 1 << 20)
      }
    }

    func events(_ kind: String) -> [JSONValue] { events.filter { $0["event"]?.string == kind } }

    /// As long as the peer waits itself: 16,000 answers in Python take 20 s of a slow processor, of which the whole suite wants some.
    private static let patience = 300

    /// Waits for an event; fails with all that was said when it does not come.
    func await(_ kind: String, count: Int = 1) async throws -> JSONValue {
      var end: Ending?
      let came = await eventually(seconds: Self.patience) {
        end = ending(of: child)
        return end != nil || events(kind).count >= count
      }
      return try #require(
        came ? events(kind).dropFirst(count - 1).first : nil,
        "no \(kind), \(end?.description ?? "running"): \(scratch.text("out")) \(scratch.text("err"))")
    }

    /// Tells it to end, and waits.
    func end() async throws -> Ending {
      try scratch.write([], "stop")
      return await awaitEnding(of: child, seconds: 60)
    }
  }

  private func linkSentence(_ pair: Pair) async throws -> String {
    try await pair.a.status().json["links"]?[pair.b.country]?.string ?? ""
  }

  @Test(arguments: Library.allCases, Role.allCases)
  func aPeerByOthersIsANeighbourLikeAnyOther(_ library: Library, _ role: Role) async throws {
    let pair = try await Pair()
    let peer: Peer
    let node: NodeProcess
    switch role {
    case .initiator:
      node = try await pair.a.start()
      peer = try Peer(pair, library, .initiator, node: node.linkPort)
    case .responder:
      peer = try Peer(pair, library, .responder)
      let port = try #require(try await peer.await("listening")["port"]?.number)
      pair.b.relay.lead(to: UInt16(clamping: port))
      node = try await pair.a.start()
    }
    let up = try await peer.await("up")
    #expect(up["remote"]?.string == (try Home.open(pair.a.home).card().transportKey.description))
    // The node's hello: version 1, a card that Guatemala's home knows to be El Salvador's.
    let hello = try await peer.await("hello")
    #expect(hello["version"]?.number == 1)
    #expect((-60_000...60_000).contains(hello["skew"]?.number ?? .max), "the node's own time of day")
    let card = try Array(#require(hello["card"]?.string).utf8)
    #expect(card == (try Home.open(pair.a.home).card().bytes))
    // Keep-alive in both directions.
    _ = try await peer.await("answered")
    _ = try await peer.await("pinged", count: 2)
    var sentence = ""
    let isUp = try await eventually(seconds: 30) {
      sentence = try await linkSentence(pair)
      return sentence.hasPrefix("up since")
    }
    #expect(isUp, "\(sentence)")
    #expect(try await peer.end() == .exit(0), "\(peer.scratch.text("err"))")
    #expect(peer.events("closed").isEmpty)
    // Gone again: the node says so and goes on.
    let isDown = try await eventually(seconds: 30) { try await !linkSentence(pair).hasPrefix("up since") }
    #expect(isDown)
    #expect(await node.stop() == .exit(0))
  }

  @Test(arguments: Library.allCases)
  func keysChangeAtTheSameFrameOnBothSides(_ library: Library) async throws {
    let pair = try await Pair()
    let node = try await pair.a.start()
    // One frame for each ping: some more than 2^14 in both directions.
    let peer = try Peer(pair, library, .initiator, node: node.linkPort, pings: (1 << 14) + 200)
    let answered = try await peer.await("answered")
    #expect((answered["sent"]?.number ?? 0) > 1 << 14)
    #expect((answered["received"]?.number ?? 0) > 1 << 14)
    #expect(try await peer.end() == .exit(0), "\(peer.scratch.text("err"))")
    #expect(await node.stop() == .exit(0))
  }

  @Test(arguments: Library.allCases)
  func whoHasAnotherKeyRealmOrCountryIsClosedWithoutAWord(_ library: Library) async throws {
    let pair = try await Pair()
    let node = try await pair.a.start()
    for (key, value) in [
      ("secret", String(repeating: "42", count: 32)), ("realm", "elsewhere.example"), ("own", "PA"), ("other", "HN"),
    ] {
      let peer = try Peer(pair, library, .initiator, node: node.linkPort) { $0[key] = value }
      #expect(await awaitEnding(of: peer.child, seconds: 60) == .exit(0), "\(peer.scratch.text("err"))")
      #expect(peer.events("up").isEmpty)
      #expect(peer.events("closed").count == 1, "\(key): \(peer.scratch.text("out"))")
    }
    #expect(await node.stop() == .exit(0))
  }
}

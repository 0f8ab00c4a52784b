import Catalog
import Foundation
import Glibc
import HTTP
import Ledger
import Node
import Synchronization
import Terms
import Testing

/// Nodes are killed again and again while records are published: what was accepted is at the neighbour, once, in order,
/// and nobody ever signed two histories.
@Suite struct NothingLostTests {
  static let (departures, kills, publishers) = (10_000, 20, 3)
  static let seed = ProcessInfo.processInfo.environment["ISTMO_TEST_SEED"].flatMap { UInt64($0) } ?? 2026

  @Test func everyAcceptedRecordArrivesOnceAndInOrderThoughBothNodesAreKilled() async throws {
    let pair = try await Pair()
    let token = try await pair.a.token("publish")
    let sides = try await [
      Mortal(pair.a, token: try await pair.a.token("lookup", "observe")),
      Mortal(pair.b, token: try await pair.b.token("lookup", "observe")),
    ]
    let publisher = Publisher(token: token, total: Self.departures, meeting: 2) { sides[0].port }
    try await withThrowingTaskGroup { group in
      for number in 0..<Self.publishers {
        let share = Self.departures / Self.publishers + 1
        let numbers = number * share..<min(Self.departures, (number + 1) * share)
        group.addTask { try await publisher.run(numbers, seed: Self.seed + UInt64(number)) }
      }
      for (number, side) in sides.enumerated() {
        group.addTask {
          var random = Seeded(Self.seed ^ UInt64(number + 1) << 32)
          let moments = (0..<Self.kills).map { _ in Int.random(in: 0..<Self.departures, using: &random) }.sorted()
          for moment in moments {
            let late = Int.random(in: 0...40, using: &random)
            try await publisher.meet(moment, as: number, after: late) { try side.strike() }
            try await side.rise(asking: publisher.now.ids.values.randomElement(using: &random))
          }
          publisher.leave(number)
        }
      }
      try await group.waitForAll()
    }
    let outcome = publisher.now
    #expect(outcome.ids.count == Self.departures)
    #expect(outcome.contradictions.isEmpty, "stored twice")
    #expect(try await pair.settled(seconds: 300))
    for side in sides { #expect(side.deaths == Self.kills) }

    async let cleanHere = pair.a.istmo("verify")
    async let cleanThere = pair.b.istmo("verify")
    for said in try await [cleanHere, cleanThere] {
      #expect(said.ending == .exit(0), "\(said.errors)")
      #expect(said.output.hasPrefix("clean"))
    }
    for side in sides { #expect(await side.stop() == .exit(0)) }
    let seen = sides.flatMap(\.seen)
    let (a, b) = (pair.a.home, pair.b.home)
    try await onThread { try Self.compare(outcome, seen, StoredHome(a), StoredHome(b)) }
  }

  /// Both sides' disks against the answers that the publishers got and the checkpoints that were ever seen.
  private static func compare(
    _ outcome: Publisher.Outcome, _ seen: [SignedCheckpoint], _ here: StoredHome, _ there: StoredHome
  ) throws {
    let stream = try StreamName("SV/GT/migration")
    let (sent, held) = (try here.recount(stream), try there.recount(stream))
    #expect(sent.root == held.root && sent.size == held.size)
    #expect(held.ids.count == departures, "seed \(seed)")
    #expect(Set(held.ids) == Set(outcome.ids.values), "seed \(seed)")
    #expect(zip(held.ids, held.ids.dropFirst()).allSatisfy(<), "seed \(seed)")
    #expect(try here.recount(StreamName("SV/SV/migration")).ids == held.ids, "seed \(seed)")
    // Each publisher sent its records in the order of their numbers.
    let share = departures / publishers + 1
    for number in 0..<publishers {
      let numbers = number * share..<min(departures, (number + 1) * share)
      let ids = numbers.compactMap { outcome.ids[$0] }
      #expect(zip(ids, ids.dropFirst()).allSatisfy(<), "seed \(seed)")
    }

    // Every checkpoint is a prefix of the one history that each side has in the end.
    #expect(seen.count > 2 * kills)
    var roots: [Checkpoint: Bool] = [:]
    for checkpoint in Set(seen.map(\.checkpoint)) {
      let name = try StreamName(checkpoint.origin.dropFirst("istmo.sieca.int/".count))
      for side in [here, there] where !name.isHome || name.origin == side.home.config.country {
        guard try side.reader.state(of: name).size >= checkpoint.size else {
          Issue.record("\(checkpoint.origin) \(checkpoint.size) was signed and is gone; seed \(seed)")
          continue
        }
        let root = try Frontier(size: checkpoint.size, from: side.reader.tree(name)).root
        #expect(root == checkpoint.root, "\(checkpoint.origin) \(checkpoint.size); seed \(seed)")
        roots[checkpoint] = true
      }
    }
    #expect(roots.count > 2 * kills)
  }
}

/// A node that is killed and started again; it remembers the checkpoints that could be seen meanwhile.
final class Mortal: Sendable {
  private struct State {
    var node: NodeProcess?
    var deaths = 0
    var seen: [SignedCheckpoint] = []
  }

  private let side: Pair.Side
  private let token: String
  private let state: Mutex<State>

  init(_ side: Pair.Side, token: String) async throws {
    (self.side, self.token) = (side, token)
    state = Mutex(State(node: try await side.start()))
  }

  var port: UInt16? { state.withLock { $0.node?.apiPort } }
  var deaths: Int { state.withLock { $0.deaths } }
  var seen: [SignedCheckpoint] { state.withLock { $0.seen } }

  /// Asks it for its checkpoints and kills it. What it says of its streams is signed when it is asked: nothing of that may be gone then.
  func strike() throws {
    guard let node = state.withLock({ $0.node }) else { return }
    let told = try ["SV/SV/migration", "SV/GT/migration"].compactMap { stream -> SignedCheckpoint? in
      let call = Client.Call(
        .get, "/v1/checkpoint", query: [(name: "stream", value: stream)], headers: ["Authorization": "Bearer \(token)"])
      let answer = try node.client().send(call, limit: 1 << 20)
      // The neighbour does not hold the home stream, and of the other nothing at first.
      return answer.status == 200 ? try SignedCheckpoint(answer.body) : nil
    }
    state.withLock { $0.seen += told }
    node.signal(SIGKILL)
  }

  /// Keeps the checkpoints that are on its disk when it is dead, starts it again and asks it for evidence of a record.
  func rise(asking id: RecordID?) async throws {
    await state.withLock { $0.node }?.kill()
    state.withLock { $0.node = nil }
    let home = side.home
    let left = try await onThread { try StoredHome(home).checkpoints() }
    let next = try await side.start()
    state.withLock { state in
      state.node = next
      state.deaths += 1
      state.seen += left
    }
    guard let id else { return }
    let token = token
    let shown = try await onThread { () -> SignedCheckpoint? in
      let query = [
        (name: "id", value: id.description), ("officer", "auditor-1"), ("role", "auditor"), ("purpose", "test"),
      ]
      let call = Client.Call(.get, "/v1/evidence", query: query, headers: ["Authorization": "Bearer \(token)"])
      guard let answer = try? next.client().send(call, limit: 1 << 20), answer.status == 200 else { return nil }
      let proof = try EvidenceFile(answer.body).sections[.proof] ?? []
      return try TlogProof(String(decoding: proof, as: UTF8.self)).checkpoint
    }
    if let shown { state.withLock { $0.seen.append(shown) } }
  }

  func stop() async -> Ending { await state.withLock { $0.node }?.stop() ?? .hung }
}

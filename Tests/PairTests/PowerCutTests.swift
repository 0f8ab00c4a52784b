import Foundation
import Glibc
import Synchronization
import Terms
import Testing

/// Both nodes lose power again and again while records are published: what no sync had confirmed is gone from their disks.
/// Whatever was told to anybody is there all the same.
@Suite struct PowerCutTests {
  static let (departures, cuts, publishers) = (4_000, 10, 3)
  static let seed = ProcessInfo.processInfo.environment["ISTMO_TEST_SEED"].flatMap { UInt64($0) } ?? 2026

  /// What is lost of what was not synced.
  enum Loss: CaseIterable { case all, some }

  @Test(arguments: Loss.allCases) func everyAcceptedRecordIsThereAfterPowerCuts(loss: Loss) async throws {
    let pair = try await Pair()
    let disk = try await Foreign.changed(by: "powercut", in: pair.folder)
    let token = try await pair.a.token("publish")
    let sides = [try await Powered(pair.a, disk: disk), try await Powered(pair.b, disk: disk)]
    let publisher = Publisher(token: token, total: Self.departures, meeting: 2) { sides[0].port }
    try await withThrowingTaskGroup { group in
      let share = Self.departures / Self.publishers + 1
      for number in 0..<Self.publishers {
        let numbers = number * share..<min(Self.departures, (number + 1) * share)
        group.addTask { try await publisher.run(numbers, seed: Self.seed + UInt64(number)) }
      }
      for (number, side) in sides.enumerated() {
        group.addTask {
          var random = Seeded(Self.seed ^ UInt64(number + 1) << 40)
          let moments = (0..<Self.cuts).map { _ in Int.random(in: 0..<Self.departures, using: &random) }.sorted()
          for moment in moments {
            let late = Int.random(in: 0...40, using: &random)
            try await publisher.meet(moment, as: number, after: late) { side.strike() }
            // What a killed process wrote last is in the system's cache alone; the next one finds it there and builds on it.
            if Bool.random(using: &random) {
              try await side.restart()
              try await Task.sleep(for: .milliseconds(Int.random(in: 0...40, using: &random)))
            }
            try await side.losePower(loss, &random)
          }
          publisher.leave(number)
        }
      }
      try await group.waitForAll()
    }
    let outcome = publisher.now
    #expect(outcome.ids.count == Self.departures)
    #expect(outcome.contradictions.isEmpty, "stored twice")
    // Nobody was told of a checkpoint or given a receipt that the disk then lacked: nothing has stopped.
    #expect(try await pair.settled(seconds: 300))
    for said in [try await pair.a.istmo("verify"), try await pair.b.istmo("verify")] {
      #expect(said.ending == .exit(0), "\(said.errors)")
      #expect(said.output.hasPrefix("clean"))
    }
    // Of one side alone, all cuts may fall between two commits on a machine that is slow.
    #expect(
      sides.contains { $0.bytesLost > 0 }, "no cut hit a write that was not synced: the test shows nothing")
    for side in sides { #expect(await side.stop() == .exit(0)) }
    let (a, b) = (pair.a.home, pair.b.home)
    try await onThread {
      let (here, there) = (try StoredHome(a), try StoredHome(b))
      let told = Set(outcome.ids.values)
      #expect(Set(try here.recount(StreamName("SV/SV/migration")).ids) == told)
      #expect(Set(try there.recount(StreamName("SV/GT/migration")).ids) == told)
    }
  }
}

/// A node whose disk loses what was not synced.
private final class Powered: Sendable {
  private struct State {
    var node: NodeProcess?
    var bytesLost = 0
  }

  private let side: Pair.Side
  private let disk: [String]
  private let state: Mutex<State>

  init(_ side: Pair.Side, disk: [String]) async throws {
    (self.side, self.disk) = (side, disk)
    state = Mutex(State(node: try await Self.start(side, disk)))
  }

  private static func start(_ side: Pair.Side, _ disk: [String]) async throws -> NodeProcess {
    try await side.start(prefix: disk)
  }

  var port: UInt16? { state.withLock { $0.node?.apiPort } }
  var bytesLost: Int { state.withLock { $0.bytesLost } }

  /// Kills the node.
  func strike() { state.withLock { $0.node }?.signal(SIGKILL) }

  /// Starts the killed node again, with the power on.
  func restart() async throws {
    await state.withLock { $0.node }?.kill()
    state.withLock { $0.node = nil }
    let next = try await Self.start(side, disk)
    state.withLock { $0.node = next }
  }

  func losePower(_ loss: PowerCutTests.Loss, _ random: inout Seeded) async throws {
    guard let node = state.withLock({ $0.node }) else { return }
    await node.kill()
    state.withLock { $0.node = nil }
    var lost = 0
    for name in ["istmo.db", "istmo.db-wal", "istmo.db-lock", "istmo.db-commits"] {
      lost += try Self.undo("\(side.home)/store/\(name)", loss, &random)
    }
    // Memory, not disk.
    unlink("\(side.home)/store/istmo.db-shm")
    let next = try await Self.start(side, disk)
    state.withLock { state in
      state.node = next
      state.bytesLost += lost
    }
  }

  /// Takes back what was written to a file since its last sync, last first; gives how many bytes that were. Where only
  /// some of it is lost, a write beyond the file's end leaves zeros.
  private static func undo(_ path: String, _ loss: PowerCutTests.Loss, _ random: inout Seeded) throws -> Int {
    let journal = URL(filePath: path + ".undo")
    guard let bytes = try? [UInt8](Data(contentsOf: journal)) else { return 0 }
    func number(_ at: Int) -> Int { bytes[at..<at + 8].reversed().reduce(0) { $0 << 8 | Int($1) } }
    var changes: [(offset: Int, written: Int, old: [UInt8], length: Int)] = []
    var at = 0
    while at + 32 <= bytes.count, at + 32 + number(at + 16) <= bytes.count {
      let end = at + 32 + number(at + 16)
      changes.append((number(at), number(at + 8), Array(bytes[at + 32..<end]), number(at + 24)))
      at = end
    }
    let file = open(path, O_RDWR)
    try #require(file >= 0)
    defer { close(file) }
    var lost = 0
    for change in changes.reversed() where loss == .all || Bool.random(using: &random) {
      let zeros = loss == .all ? 0 : max(0, change.written - change.old.count)
      let old = change.old + [UInt8](repeating: 0, count: zeros)
      try #require(pwrite(file, old, old.count, off_t(change.offset)) == old.count)
      if loss == .all { try #require(ftruncate(file, off_t(change.length)) == 0) }
      lost += change.written
    }
    try FileManager.default.removeItem(at: journal)
    return lost
  }

  func stop() async -> Ending { await state.withLock { $0.node }?.stop() ?? .hung }
}

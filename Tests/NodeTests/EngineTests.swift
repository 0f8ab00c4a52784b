import Dispatch
import Exchange
import Foundation
import Ledger
import Node
import Sodium
import Store
import Synchronization
import Terms
import Testing

@Suite(.serialized) struct EngineTests {
  struct NoRules: RecordRules {
    struct Unread: RecordReading {
      let body: [UInt8]
      func project(under terms: StreamTerms) -> [UInt8] { body }
      func isAdmitted(under terms: StreamTerms) -> Bool { true }
      var searchKeys: [SearchKey] { [] }
      var reference: String? { nil }
    }

    func retentionDays(of dataset: DatasetName) -> UInt32? { nil }
    func read(_ body: [UInt8], of dataset: DatasetName, version: UInt32) -> any RecordReading { Unread(body: body) }
    func verify(_ body: [UInt8], kind: Entry.Kind, terms: StreamTerms) throws(RuleBreach) -> any RecordReading {
      Unread(body: body)
    }
  }

  private static func engine(_ keys: Keyring, _ home: Home) throws -> Engine {
    let store = MemoryStore()
    let core = try Core(
      realm: home.config.realm, country: home.config.country, keys: keys, store: store, rules: NoRules(),
      entropy: SystemEntropy(), now: Scratch.now, neighbours: [], card: [])
    return Engine(core: core, store: store, clock: SystemClock(), observer: nil)
  }

  /// Notes in which order the link was told to read again and a publisher got its answer.
  private final class Order: EngineLink {
    private let happened = Mutex<[String]>([])
    var all: [String] { happened.withLock { $0 } }
    func add(_ what: String) { happened.withLock { $0.append(what) } }
    func send(_ message: Message, to country: CountryCode) {}
    func close(_ country: CountryCode, reason: String) {}
    func setReading(_ reading: Bool, from country: CountryCode) { add(reading ? "reading again" : "paused") }
  }

  /// A neighbour that comes back after days brings work for seconds: whoever publishes or looks up does not wait for it.
  @Test func whatThisNodesUsersWaitForGoesBeforeWhatANeighbourSent() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let engine = try Self.engine(home.keys(.file).ring, home)
    defer { engine.stop() }
    let order = Order()
    engine.attach(order)
    let (other, done) = (try CountryCode("GT"), DispatchSemaphore(value: 0))
    let message = Message.asOf(stream: try StreamName("GT/SV/migration"), note: [])
    // While the core's thread is held in here, all of it comes in.
    _ = engine.inspect { _ in
      for _ in 0..<9 { engine.enqueue(message, byteCount: 1 << 20, from: other) }
      engine.publish([]) { _ in
        order.add("answered")
        done.signal()
      }
    }
    #expect(done.wait(timeout: .now() + 20) == .success)
    // The last of what the neighbour sent is handled too.
    for _ in 0..<2_000 where order.all.count < 3 { usleep(10_000) }
    #expect(order.all == ["paused", "answered", "reading again"])
  }

  /// Whoever asks while the engine stops gets an answer: what was asked for, or that the node is stopping.
  @Test func nothingAskedOfAnEngineThatStopsIsLeftWithoutAnAnswer() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let keys = try home.keys(.file).ring
    let draft = Draft(
      dataset: try DatasetName("migration"), version: 1, body: Array("{}".utf8), reference: nil, kind: .record)
    for round in 0..<200 {
      let engine = try Self.engine(keys, home)
      let isOver = Atomic(false)
      let asking = DispatchGroup()
      for asker in 0..<4 {
        Thread.detachNewThread(in: asking) {
          while !isOver.load(ordering: .relaxed) {
            if asker == 0 { _ = try? engine.publish([draft]) } else { _ = engine.inspect { _ in 1 } }
          }
        }
      }
      usleep(useconds_t.random(in: 0...2_000))
      engine.stop()
      isOver.store(true, ordering: .relaxed)
      guard asking.wait(timeout: .now() + 20) == .success else {
        Issue.record("in round \(round) somebody waits for ever")
        return
      }
    }
  }
}

extension Thread {
  /// A thread that is in a group until it ends.
  fileprivate static func detachNewThread(in group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
    group.enter()
    detachNewThread {
      body()
      group.leave()
    }
  }
}

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

@Suite(.serialized) struct EngineStopTests {
  private struct NoRules: RecordRules {
    struct Unread: RecordReading {
      let body: [UInt8]
      func project(under terms: StreamTerms) -> [UInt8] { body }
      func isAdmitted(under terms: StreamTerms) -> Bool { true }
      var searchTerms: [SearchTerm] { [] }
      var reference: String? { nil }
    }

    func read(_ body: [UInt8], of dataset: DatasetName, version: UInt32) -> any RecordReading { Unread(body: body) }
    func verify(_ body: [UInt8], kind: Entry.Kind, terms: StreamTerms) throws(RuleBreach) -> any RecordReading {
      Unread(body: body)
    }
  }

  /// Whoever asks while the engine stops gets an answer: what was asked for, or that the node is stopping.
  @Test func nothingAskedOfAnEngineThatStopsIsLeftWithoutAnAnswer() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let keys = try home.keys(.file).ring
    let (realm, country) = (home.config.realm, home.config.country)
    let draft = Draft(
      dataset: try DatasetName("migration"), version: 1, body: Array("{}".utf8), reference: nil, kind: .record)
    for round in 0..<200 {
      let store = MemoryStore()
      let core = try Core(
        realm: realm, country: country, keys: keys, store: store, rules: NoRules(), entropy: SystemEntropy(),
        now: Scratch.now, neighbours: [], card: [])
      let engine = Engine(core: core, store: store, clock: SystemClock(), observer: nil)
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

import Dispatch
import Exchange
import Foundation
import Glibc
import Ledger
import Sodium
import Synchronization
import Terms
import Testing

@testable import Node

/// Threads that do the engine's work for what they wait for themselves.
@Suite(.serialized) struct EngineHelpTests {
  private let engine: Engine
  private let gate = Gate()
  private let draft: Draft

  init() throws {
    let scratch = try Scratch()
    let home = try scratch.home()
    let store = WatchedStore(onCommit: gate.pass)
    let core = try Core(
      realm: home.config.realm, country: home.config.country, keys: home.keys(.file).ring, store: store,
      rules: EngineTests.NoRules(), entropy: SystemEntropy(), now: Scratch.now, neighbours: [], card: [])
    // No tick comes that would do what was forgotten.
    engine = Engine(core: core, store: store, clock: SystemClock(), observer: nil, tickInterval: 3_600_000)
    draft = Draft(
      dataset: try DatasetName("migration"), version: 1, body: Array("{}".utf8), reference: nil, kind: .record)
  }

  /// Publishes records.
  /// - Returns: what is signalled when it is answered, whether it was before this returned, and whether by this thread: on a busy machine
  ///   another may have answered by then.
  private func publish(mayWait: Bool, count: Int = 1) -> (answer: DispatchSemaphore, isAnswered: Bool, isHere: Bool) {
    let (answer, isAnswered, isHere, caller) = (DispatchSemaphore(value: 0), Flag(), Flag(), pthread_self())
    engine.publish(Array(repeating: draft, count: count), mayWait: mayWait) { result in
      if case .success(let results) = result, results.count == count {
        isAnswered.raise()
        if pthread_self() == caller { isHere.raise() }
      }
      answer.signal()
    }
    return (answer, isAnswered.isRaised, isHere.isRaised)
  }

  private func isAnswered(_ answer: DispatchSemaphore) -> Bool { answer.wait(timeout: .now() + 20) == .success }

  /// Waits until the core rests.
  private func settle() {
    for _ in 0..<3 { _ = engine.inspect { _ in } }
  }

  @Test func whoMayWaitIsAnsweredByItsOwnThread() {
    defer { engine.stop() }
    var own = 0
    for _ in 0..<50 {
      let (answer, _, isAnsweredHere) = publish(mayWait: true)
      #expect(isAnswered(answer))
      engine.goOn()
      if isAnsweredHere { own += 1 }
      settle()
    }
    // Not each time: the core's thread may be at it just then.
    #expect(own > 0)
    #expect(!publish(mayWait: false).isHere)
  }

  /// Nobody is kept waiting behind a commit that a thread made which does not call `goOn`.
  @Test func whatComesNextDoesWhatAHelperLeft() {
    defer { engine.stop() }
    for round in 0..<50 {
      let (first, _, _) = publish(mayWait: true)
      let (second, _, _) = publish(mayWait: round.isMultiple(of: 2))
      #expect(isAnswered(first) && isAnswered(second))
    }
    #expect(engine.inspect { $0.isCommitAwaited } == false)
    #expect(gate.passed >= 50)
  }

  /// What came while a helper's commit was on its way to the disk does not wait for `goOn` or for a tick; nor does who published nothing, to
  /// hear when all before is durable.
  @Test(arguments: [0, 1]) func whoWaitsBehindAHelpersCommitIsNotForgotten(count: Int) throws {
    defer { engine.stop() }
    settle()
    gate.close()
    let helper = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let (answer, _, _) = publish(mayWait: true)
      if isAnswered(answer) { helper.signal() }
    }
    #expect(gate.isAwaited(seconds: 20))
    let (answer, isEarly, _) = publish(mayWait: false, count: count)
    // It is with the core, behind the commit.
    settle()
    #expect(!isEarly && engine.inspect { $0.isCommitAwaited } == true)
    gate.open()
    #expect(helper.wait(timeout: .now() + 20) == .success && isAnswered(answer))
  }

  /// A disk that takes long is waited for by the thread that is there for it.
  @Test func aSlowDiskIsNotWaitedForByWhoHasOthersToServe() {
    defer { engine.stop() }
    settle()
    gate.delay(microseconds: useconds_t(2 * CommitLine.quickNanoseconds / 1000))
    #expect(isAnswered(publish(mayWait: false).answer))
    settle()
    #expect(!engine.commits.areQuick)
    for _ in 0..<10 {
      let (answer, _, isAnsweredHere) = publish(mayWait: true)
      #expect(!isAnsweredHere && isAnswered(answer))
    }
    gate.delay(microseconds: 0)
    // One that is held up by other tests is slow, too.
    for _ in 0..<1_000 where !engine.commits.areQuick {
      #expect(isAnswered(publish(mayWait: false).answer))
      settle()
    }
    #expect(engine.commits.areQuick)
  }

  /// All ways in at once: everything is answered, and each record is stored once.
  @Test func helpersAndTheEnginesThreadsDoNotGetInEachOthersWay() throws {
    let (threads, rounds) = (6, 300)
    let accepted = Mutex(0)
    let message = Message.asOf(stream: try StreamName("GT/SV/migration"), note: [])
    let other = try CountryCode("GT")
    let group = DispatchGroup()
    for number in 0..<threads {
      group.enter()
      Thread.detachNewThread {
        for _ in 0..<rounds {
          switch number {
          case 0: engine.enqueue(message, byteCount: 100, from: other)
          case 1: _ = engine.inspect { $0.isCommitAwaited }
          default:
            if isAnswered(publish(mayWait: number.isMultiple(of: 2)).answer) { accepted.withLock { $0 += 1 } }
            if number == 2 { engine.goOn() }
          }
        }
        group.leave()
      }
    }
    #expect(group.wait(timeout: .now() + 120) == .success)
    engine.stop()
    #expect(accepted.withLock { $0 } == (threads - 2) * rounds)
    let home = try #require(engine.reader.streams().first { $0.isHome && $0.dataset == draft.dataset })
    // With the entry of the day's key.
    #expect(try engine.reader.state(of: home).size == UInt64((threads - 2) * rounds + 1))
  }
}

private final class Flag: Sendable {
  private let value = Atomic(false)
  func raise() { value.store(true, ordering: .releasing) }
  var isRaised: Bool { value.load(ordering: .acquiring) }
}

/// What commits go through: it can be closed, or slow.
private final class Gate: Sendable {
  private struct State {
    var isClosed = false
    var delay: useconds_t = 0
    var waiting = 0
    var passed = 0
  }

  private let state = Mutex(State())

  var passed: Int { state.withLock { $0.passed } }
  func close() { state.withLock { $0.isClosed = true } }
  func open() { state.withLock { $0.isClosed = false } }
  func delay(microseconds: useconds_t) { state.withLock { $0.delay = microseconds } }

  /// Whether somebody comes and is held up.
  func isAwaited(seconds: Int) -> Bool {
    for _ in 0..<seconds * 1000 {
      if state.withLock({ $0.waiting > 0 }) { return true }
      usleep(1000)
    }
    return false
  }

  func pass() {
    state.withLock { $0.waiting += 1 }
    while state.withLock({ $0.isClosed }) { usleep(200) }
    usleep(state.withLock { $0.delay })
    state.withLock { state in
      state.waiting -= 1
      state.passed += 1
    }
  }
}

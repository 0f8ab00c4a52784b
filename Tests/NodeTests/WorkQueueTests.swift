import Exchange
import Terms
import Testing

@testable import Node

/// In which order the core gets what waits.
@Suite struct WorkQueueTests {
  private let country: CountryCode
  private let stream: StreamName

  init() throws {
    country = try CountryCode("SV")
    stream = try StreamName("SV/GT/migration")
  }

  private func batch(_ first: UInt64) -> WorkQueue.Work {
    let batch = Message.Batch(
      stream: stream, agreement: .init(), version: 1, first: first, count: 1, entries: [], bodies: [], checkpoint: [])
    return .input(.message(.batch(batch), from: country), byteCount: 1, from: country)
  }

  /// Where the batch begins that is taken; 0 when it is something else, nil when nothing is.
  private func take(_ queue: inout WorkQueue, whileUsersWait usersWait: Bool, at now: UInt64 = 0) -> UInt64? {
    guard let work = queue.takeOutside(whileUsersWait: usersWait, at: now) else { return nil }
    return if case .input(.message(.batch(let batch), _), _, _) = work { batch.first } else { 0 }
  }

  private func takeOwn(_ queue: inout WorkQueue) -> Int { queue.takeOwn().count }
  private func endCommit(_ queue: inout WorkQueue) -> Int { queue.commitEnded() }

  @Test func whatUsersWaitForIsTakenAtOnceAndTheRestOneByOne() {
    var queue = WorkQueue()
    queue.add(batch(1))
    queue.add(.input(.publish([.init(token: 1, drafts: [])]), byteCount: 0, from: nil))
    queue.add(batch(2))
    queue.add(.input(.committed, byteCount: 0, from: nil))
    #expect(takeOwn(&queue) == 2 && takeOwn(&queue) == 0)
    #expect(take(&queue, whileUsersWait: false) == 1)
    #expect(take(&queue, whileUsersWait: false) == 2)
    #expect(take(&queue, whileUsersWait: false) == nil)
  }

  @Test func whatIsPublishedInOneGoIsOneInput() {
    var queue = WorkQueue()
    for token in 1...5 {
      queue.add(.input(.publish([.init(token: UInt64(token), drafts: [])]), byteCount: 0, from: nil))
      // What became of a commit is told in its place.
      if token == 3 { queue.add(.input(.committed, byteCount: 0, from: nil)) }
    }
    let together = queue.takeOwn().map { work in
      if case .input(.publish(let requests), _, _) = work { requests.map(\.token) } else { [UInt64]() }
    }
    #expect(together == [[1, 2, 3], [], [4, 5]])
  }

  @Test func aBatchIsPutOffForOneCommitAndThenSomeAreNot() {
    var queue = WorkQueue()
    for number in 1...20 { queue.add(batch(UInt64(number))) }
    #expect(take(&queue, whileUsersWait: true) == nil)
    #expect(take(&queue, whileUsersWait: true) == nil)
    // Both turns are still to be had: whoever woke the core for them does not do it again.
    #expect(endCommit(&queue) == 2)
    #expect(endCommit(&queue) == 0)
    // Users who always wait stop no neighbour.
    for number in 1...WorkQueue.batchesAfterWaiting {
      #expect(take(&queue, whileUsersWait: true) == UInt64(number))
    }
    #expect(take(&queue, whileUsersWait: true) == nil)
    #expect(take(&queue, whileUsersWait: false) == UInt64(WorkQueue.batchesAfterWaiting) + 1)
  }

  @Test func whatIsShortIsNotPutOff() {
    var queue = WorkQueue()
    queue.add(.input(.message(.asOf(stream: stream, note: []), from: country), byteCount: 1, from: country))
    queue.add(.input(.tick, byteCount: 0, from: nil))
    #expect(take(&queue, whileUsersWait: true) == 0 && take(&queue, whileUsersWait: true) == 0)
  }

  @Test func whileTheCoreRestsOnlyWhatIsShortIsTaken() {
    var queue = WorkQueue()
    queue.respite.asked(at: 0)
    queue.respite.begin(after: 50, at: 100)
    queue.add(.input(.tick, byteCount: 0, from: nil))
    queue.add(batch(1))
    queue.add(.input(.sendMore, byteCount: 0, from: nil))
    #expect(take(&queue, whileUsersWait: false, at: 100) == 0)
    #expect(take(&queue, whileUsersWait: false, at: 149) == nil)
    #expect(take(&queue, whileUsersWait: false, at: 150) == 1)
    queue.respite.begin(after: 155, at: 160)
    #expect(take(&queue, whileUsersWait: false, at: 164) == nil)
    #expect(take(&queue, whileUsersWait: false, at: 165) == 0)
  }

  @Test func whatAnOperatorDecidedGoesBeforeWhatNeighboursSentAndBeforeWhoAsksForItsEffect() {
    var queue = WorkQueue()
    for number in 1...3 { queue.add(batch(UInt64(number))) }
    for input in [
      Core.Input.neighbours([], card: []), .eraseDue(isClockRight: false),
      .goOn(without: country, reason: "it is away"), .bundle([], from: country),
    ] { queue.add(.input(input, byteCount: 0, from: nil)) }
    queue.add(.inspect { _ in })
    let taken = queue.takeOwn().map { work in
      switch work {
      case .input(.neighbours, _, _): "neighbours"
      case .input(.eraseDue, _, _): "erase"
      case .input(.goOn, _, _): "go on"
      case .input(.bundle, _, _): "bundle"
      case .inspect: "inspect"
      default: "other"
      }
    }
    #expect(taken == ["neighbours", "erase", "go on", "bundle", "inspect"])
    #expect(take(&queue, whileUsersWait: false) == 1)
  }
}

import Exchange
import Store
import Terms
import Testing

@testable import Node

/// What is to leave with a commit leaves once, and only when that is durable.
@Suite struct CommitLineTests {
  private let line = CommitLine(MemoryStore())

  private func follower(_ reason: String) throws -> CommitLine.Follower {
    .init(
      message: .refuse(
        .init(stream: try StreamName("SV/GT/migration"), code: .halted, index: 0, reason: reason)),
      country: try CountryCode("GT"))
  }

  private func begin() { line.add(.init(commit: Commit(), telling: [])) }

  @Test func itWaitsForTheCommitAndThenIsSentByWhoBringsIt() throws {
    begin()
    #expect(try !line.follow(follower("first")))
    #expect(line.settle(isDurable: true).map(\.message) == [try follower("first").message])
    // The commit was quicker than the core.
    #expect(try line.follow(follower("second")))
    #expect(line.settle(isDurable: true).isEmpty)
    begin()
    #expect(try !line.follow(follower("third")))
  }

  @Test func whatFollowsACommitThatFailedIsForgotten() throws {
    begin()
    #expect(try !line.follow(follower("before")))
    #expect(line.settle(isDurable: false).isEmpty)
    #expect(try !line.follow(follower("after")))
    begin()
    #expect(line.settle(isDurable: true).isEmpty)
  }
}

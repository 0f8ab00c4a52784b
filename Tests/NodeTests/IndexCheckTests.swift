import Exchange
import Store
import Synchronization
import Terms
import Testing

@testable import Node

/// Finding out whether records are found by their keys, without fetching for each record what thousands share.
@Suite struct IndexCheckTests {
  /// How often places were asked for.
  private final class Counter: Sendable {
    let asked = Mutex(0)
    func count() { asked.withLock { $0 += 1 } }
  }

  private let stream: StreamName
  private let key = BlindKey(bits: 7)
  private let counter = Counter()
  private let store: WatchedStore

  init() throws {
    stream = try StreamName("SV/GT/migration")
    store = WatchedStore(onLocate: counter.count)
  }

  private func add(_ indices: Range<UInt64>) throws {
    var commit = Commit()
    commit.appends = [
      Append(
        stream: stream,
        chunk: Chunk(first: indices.lowerBound, count: indices.count, entries: [1], bodies: [1]),
        tiles: [Digest](
          repeating: Digest(),
          count: Int(indices.upperBound / Commit.leavesPerTile - indices.lowerBound / Commit.leavesPerTile)))
    ]
    commit.index = indices.map {
      IndexEntry(partition: 1, key: key, locator: Locator(stream: stream, index: $0))
    }
    try store.commit(commit)
  }

  private func place(_ index: UInt64) -> Locator { Locator(stream: stream, index: index) }

  @Test(arguments: [3, 40]) func whatIsMissingIsToldHoweverManyShareTheKey(_ count: UInt64) throws {
    try add(0..<count)
    var check = IndexCheck(store)
    for index in 0..<count { #expect(try check.finds(place(index), by: key, in: 1)) }
    #expect(try !check.finds(place(count), by: key, in: 1))
    #expect(try !check.finds(place(0), by: key, in: 2), "another month")
    #expect(try !check.finds(place(0), by: BlindKey(bits: 8), in: 1), "another key")
  }

  @Test func whatManyShareIsFetchedOnce() throws {
    try add(0..<400)
    var check = IndexCheck(store)
    for index in 0..<UInt64(400) { #expect(try check.finds(place(index), by: key, in: 1)) }
    #expect(counter.asked.withLock { $0 } == 1)
    // What came since is looked for again.
    try add(400..<401)
    #expect(try check.finds(place(400), by: key, in: 1))
    #expect(counter.asked.withLock { $0 } == 2)
  }

  @Test func ofTooManyNothingIsTold() throws {
    let most = UInt64(IndexCheck.mostLocations)
    try add(0..<most + 10)
    var check = IndexCheck(store)
    #expect(try check.finds(place(most + 500), by: key, in: 1))
    #expect(try check.finds(place(most + 501), by: key, in: 1))
    #expect(counter.asked.withLock { $0 } == 1)
  }
}

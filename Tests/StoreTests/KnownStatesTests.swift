import Exchange
import Foundation
import Terms
import Testing

@testable import Store

/// States that stay in memory after they were read: always as the last commit left them, and no key that is destroyed one day.
@Suite struct KnownStatesTests {
  private let key = "stream/SV/GT/migration"

  private func kept(_ store: SQLiteStore, _ key: String) -> [UInt8]? {
    store.engine.view.withLock { $0.known.value(Array(key.utf8)) }
  }

  @Test func whatWasReadIsReadAnewAfterEachKindOfCommit() throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file("store.db"), tuning: JournalTests.waiting)
    defer { store.close() }
    try store.commit { $0.states = [(key, [1])] }
    // In the database, so that reading fetches it from there.
    _ = try store.engine.applyWaiting()
    #expect(try store.state(key) == [1])
    #expect(kept(store, key) == [1])
    // Through the journal.
    try store.commit { $0.states = [(key, [2])] }
    #expect(try store.state(key) == [2])
    _ = try store.engine.applyWaiting()
    #expect(try store.state(key) == [2])
    #expect(kept(store, key) == [2])
    // Into the database at once.
    try store.commit { $0.states = [(key, [3]), ("large", [UInt8](repeating: 7, count: 20_000))] }
    #expect(try store.state(key) == [3])
    #expect(try store.state("large")?.count == 20_000)
    #expect(kept(store, "large") == nil)
    try store.commit { $0.states = [(key, nil)] }
    #expect(try store.state(key) == nil)
    _ = try store.engine.applyWaiting()
    #expect(try store.state(key) == nil)
    #expect(kept(store, key) == nil)
  }

  @Test func keysThatAreDestroyedOneDayAreNotKept() throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file("store.db"))
    defer { store.close() }
    let epoch = Commit.destructible + "SV/SV/migration/20000"
    try store.commit { $0.states = [(epoch, [9, 9]), (key, [1])] }
    #expect(try store.state(epoch) == [9, 9])
    #expect(try store.state(key) == [1])
    #expect(kept(store, epoch) == nil)
  }

  @Test func whatACommitOvertookIsNotKept() {
    var known = KnownStates()
    let changes = known.changes
    known.change([("a", [2])])
    known.note([1], of: Array("a".utf8), asOf: changes)
    #expect(known.value(Array("a".utf8)) == nil)
    known.note([2], of: Array("a".utf8), asOf: known.changes)
    #expect(known.value(Array("a".utf8)) == [2])
    known.change([("a", [UInt8](repeating: 0, count: 1 << 20))])
    #expect(known.value(Array("a".utf8)) == nil)
  }

  @Test func fewAreKept() {
    var known = KnownStates()
    for number in 0..<5_000 { known.note([1], of: Array("\(number)".utf8), asOf: known.changes) }
    #expect((0..<5_000).count { known.value(Array("\($0)".utf8)) != nil } <= 1_024)
    #expect(known.value(Array("4999".utf8)) == [1])
  }
}

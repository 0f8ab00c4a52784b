import Exchange
import Foundation
import Glibc
import Synchronization
import Terms
import Testing

@testable import Store

/// Full disks, flipped bits, strange files.
@Suite struct FaultTests {
  let folder: Folder
  let path: String
  let name: StreamName

  init() throws {
    folder = try Folder()
    path = folder.file("store.db")
    name = try stream("SV/GT/migration")
  }

  func limitPages(_ store: SQLiteStore, _ more: Int64?) throws {
    try store.engine.write { (_, database) throws(StoreError) in
      let pages = try database.number("PRAGMA page_count")
      try database.execute("PRAGMA max_page_count=\(more.map { pages + $0 } ?? 1_000_000_000)")
    }
  }

  @Test(arguments: [0, 3, 10, 40]) func aFullDiskStoresNothingOfTheCommitAndGoesOnLater(room: Int64) throws {
    let store = try SQLiteStore(path: path, tuning: .small)
    var model = MemoryStore()
    var actor = try ModelTests.Actor(dice: Dice(seed: UInt64(room)))
    for _ in 0..<20 {
      let commit = actor.commit(model)
      #expect(ModelTests.outcome(store, commit) == ModelTests.outcome(model, commit))
    }
    try limitPages(store, room)
    var refused = 0
    for _ in 0..<400 where refused < 20 {
      let commit = actor.commit(model)
      let before = model.snapshot()
      guard ModelTests.outcome(model, commit) == nil, let error = ModelTests.outcome(store, commit) else { continue }
      try #require(isFull(error), "\(error)")
      refused += 1
      model = MemoryStore(before)
      try actor.compare(store, model, "refused \(refused)")
    }
    #expect(refused > 0)
    try limitPages(store, nil)
    for step in 0..<40 {
      let commit = actor.commit(model)
      #expect(ModelTests.outcome(store, commit) == ModelTests.outcome(model, commit), "after, step \(step)")
      try actor.compare(store, model, "after, step \(step)")
    }
    store.maintenance.settle()
    #expect(store.maintenance.failure == nil)
    try store.verify()
  }

  /// A closed store's file with something of everything in it, and what it holds.
  func sample() throws -> (file: Data, model: MemoryStore) {
    let model = MemoryStore()
    let store = try SQLiteStore(path: path, tuning: .small)
    var actor = try ModelTests.Actor(dice: Dice(seed: 5))
    for _ in 0..<50 {
      let commit = actor.commit(model)
      #expect(ModelTests.outcome(store, commit) == ModelTests.outcome(model, commit))
    }
    store.maintenance.settle()
    store.close()
    return (try Data(contentsOf: URL(fileURLWithPath: path)), model)
  }

  /// What one answer turned out to be beside the model's.
  enum Verdict { case right, reported, wrong }

  func ask<T: Equatable>(_ ours: () throws -> T, _ right: T) throws -> Verdict {
    do {
      return try ours() == right ? .right : .wrong
    } catch {
      guard isDamage(error) else { throw error }
      return .reported
    }
  }

  @Test func aFlippedBitIsReportedOrHarmless() throws {
    let (file, model) = try sample()
    let image = folder.file("image.db")
    var dice = Dice(seed: 99)
    var (harmless, reported, found) = (0, 0, 0)
    for round in 0..<250 {
      var flipped = file
      let (position, bit) = (dice.roll(file.count), dice.roll(8))
      flipped[position] ^= 1 << UInt8(bit)
      for end in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: image + end) }
      try flipped.write(to: URL(fileURLWithPath: image))
      guard let store = try? SQLiteStore(path: image, tuning: .small) else {
        reported += 1
        continue
      }
      let verdicts = try verdicts(store, model)
      let verified = try ask({ try store.verify() })
      #expect(!verdicts.contains(.wrong), "round \(round): bit \(bit) of byte \(position) gave a wrong answer")
      if verdicts.contains(.reported) {
        reported += 1
        #expect(verified == .reported, "round \(round): verify missed bit \(bit) of byte \(position)")
      } else if verified == .reported {
        found += 1
      } else {
        harmless += 1
      }
      store.close()
    }
    print("bits flipped: \(harmless) harmless, \(reported) reported by reads, \(found) by verify alone")
    #expect(reported > 0)
  }

  func ask(_ ours: () throws -> Void) throws -> Verdict {
    do {
      try ours()
      return .right
    } catch {
      guard isDamage(error) else { throw error }
      return .reported
    }
  }

  /// All that a caller can ask, beside the model.
  func verdicts(_ store: SQLiteStore, _ model: MemoryStore) throws -> [Verdict] {
    var all: [Verdict] = []
    let snapshot = model.snapshot()
    all.append(try ask({ try store.states(prefix: "").map(\.value) }, try model.states(prefix: "").map(\.value)))
    for (name, stream) in snapshot.streams {
      for chunk in stream.chunks {
        let right = try model.chunk(of: name, containing: chunk.first)
        all.append(try ask({ try store.chunk(of: name, containing: chunk.end - 1) }, right))
      }
      all.append(try ask({ try store.tiles(of: name, from: 0, limit: 9_999) }, stream.tiles))
    }
    for key in Set(snapshot.index.values.flatMap(\.keys)) {
      all.append(
        try ask(
          { try store.locate(key, partitions: -9...9, limit: 99_999) },
          try model.locate(key, partitions: -9...9, limit: 99_999)))
    }
    return all
  }

  @Test func aSecondStoreOnTheSameFilesIsRefused() throws {
    let store = try SQLiteStore(path: path)
    #expect(refusal { _ = try SQLiteStore(path: path) } == .busy("\(path)-lock is locked"))
    store.close()
    _ = try SQLiteStore(path: path)
  }

  /// A descriptor that is closed twice may be another's by the second time.
  @Test func aStoreThatIsRefusedClosesNoFileOfOthers() throws {
    let store = try SQLiteStore(path: path)
    let (locked, other) = (path + "-lock", folder.file("other"))
    let refused = Mutex<Int?>(nil)
    // A thread of its own: tests that wait for each other must not share theirs.
    Thread.detachNewThread {
      let count = (0..<20_000).count { _ in (try? LockFile(path: locked)) == nil }
      refused.withLock { $0 = count }
    }
    var lost = 0
    while refused.withLock({ $0 }) == nil {
      let file = open(other, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      for _ in 0..<20 where fcntl(file, F_GETFD) < 0 { lost += 1 }
      close(file)
    }
    #expect(lost == 0 && refused.withLock { $0 } == 20_000)
    store.close()
  }

  @Test func aClosedStoreRefuses() throws {
    let store = try SQLiteStore(path: path)
    try store.commit { $0.appends = [append(name, first: 0, count: 1)] }
    store.close()
    store.close()
    #expect(throws: StoreError.self) { try store.commit { $0.states = [("x", [1])] } }
  }

  @Test func filesAreTheOwnersAlone() throws {
    let store = try SQLiteStore(path: path)
    try store.commit { $0.states = [("x", [1])] }
    for end in ["", "-wal", "-lock", "-commits"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: path + end)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(end)")
    }
    #expect(!FileManager.default.fileExists(atPath: path + "-shm"), "what is of one process needs no file to share")
  }

  @Test func aFileThatIsNoStoreIsRefused() throws {
    try Data("certainly not a database, but long enough to be looked at as one".utf8).write(
      to: URL(fileURLWithPath: path))
    let error = refusal { _ = try SQLiteStore(path: path) }
    #expect(error?.description.contains("damaged") == true)
  }

  @Test func aNewerLayoutIsRefusedWithBothNumbers() throws {
    let store = try SQLiteStore(path: path)
    try store.engine.write { (_, database) throws(StoreError) in try database.execute("PRAGMA user_version=7") }
    store.close()
    let error = refusal { _ = try SQLiteStore(path: path) }
    #expect(error?.description.contains("layout 7, this one knows \(Schema.version)") == true)
  }
}

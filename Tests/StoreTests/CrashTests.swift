import Exchange
import Foundation
import Terms
import Testing

@testable import Store

/// What a crash leaves behind: images of the files taken between commits, with logs cut short or damaged.
@Suite struct CrashTests {
  let folder: Folder
  let path: String
  let image: String

  init() throws {
    folder = try Folder()
    (path, image) = (folder.file("store.db"), folder.file("image.db"))
  }

  /// Runs random commits, each counted in the state `n`, and hands each moment to `body`.
  func history(
    seed: UInt64, steps: Int, tuning: Tuning = .small,
    _ body: (SQLiteStore, [MemoryStore.Snapshot], inout Dice) throws -> Void
  )
    throws
  {
    var actor = try ModelTests.Actor(dice: Dice(seed: seed))
    var dice = Dice(seed: seed &+ 1_000)
    let model = MemoryStore()
    let store = try SQLiteStore(path: path, tuning: tuning)
    defer { store.close() }
    var snapshots = [model.snapshot()]
    while snapshots.count <= steps {
      var commit = actor.commit(model)
      commit.states.append(("n", Array("\(snapshots.count)".utf8)))
      guard ModelTests.outcome(model, commit) == nil else { continue }
      try store.commit(commit)
      snapshots.append(model.snapshot())
      try body(store, snapshots, &dice)
    }
  }

  /// Checks that the image holds exactly what one of the moments held.
  /// - Returns: the moment's number.
  @discardableResult
  func check(_ snapshots: [MemoryStore.Snapshot], _ seed: UInt64) throws -> Int {
    let store = try SQLiteStore(path: image, tuning: .small)
    defer { store.close() }
    let number = try store.state("n").flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
    let model = MemoryStore(snapshots[number])
    var actor = try ModelTests.Actor(dice: Dice(seed: seed &+ 2_000))
    for _ in 0..<12 { try actor.compare(store, model, "seed \(seed) moment \(number)") }
    try store.verify()
    try store.commit { $0.states = [("after", [1])] }
    return number
  }

  func cutLog(_ dice: inout Dice) throws -> Int {
    let log = try Data(contentsOf: URL(fileURLWithPath: image + "-wal"))
    let cut = min(log.count, 32 + dice.roll(max(1, log.count - 31)))
    try log.prefix(cut).write(to: URL(fileURLWithPath: image + "-wal"))
    return cut
  }

  @Test(arguments: 1...4) func anImageTakenBetweenCommitsHoldsAllOfThem(seed: UInt64) throws {
    try history(seed: seed, steps: 80) { store, snapshots, dice in
      guard dice.chance(5) else { return }
      try crashImage(of: store, from: path, to: image)
      #expect(try check(snapshots, seed) == snapshots.count - 1)
    }
  }

  /// What is cut off here was synced and not copied into the database yet: the longest loss that a power cut can bring,
  /// were no sync to be trusted and the mark lost as well.
  @Test(arguments: 11...14) func aLogCutAnywhereGivesWholeCommits(seed: UInt64) throws {
    var tuning = Tuning.small
    tuning.walFramesMax = .max
    tuning.marksCommits = false
    tuning.emptiesErased = false
    try history(seed: seed, steps: 80, tuning: tuning) { store, snapshots, dice in
      guard dice.chance(4) else { return }
      try crashImage(of: store, from: path, to: image)
      try FileManager.default.removeItem(atPath: image + "-commits")
      _ = try cutLog(&dice)
      try check(snapshots, seed)
    }
  }

  /// A log cut below what was copied into the database cannot come from a power cut; it must not pass for whole, also
  /// when commits went on while it was copied.
  @Test(arguments: 15...20) func aLogCutBelowWhatWasCopiedIsReported(seed: UInt64) throws {
    var whole = 0
    var tuning = Tuning.small
    tuning.marksCommits = false
    try history(seed: seed, steps: 80, tuning: tuning) { store, snapshots, dice in
      guard dice.chance(4) else { return }
      try crashImage(of: store, from: path, to: image)
      // The journal would tell as well: a commit between it and the database would be missing.
      try FileManager.default.removeItem(atPath: image + "-commits")
      _ = try cutLog(&dice)
      do {
        try check(snapshots, seed)
        whole += 1
      } catch {
        guard isDamage(error) else { throw error }
      }
    }
    #expect(whole > 0)
  }

  @Test(arguments: 17...18) func aLogCutBelowWhatWasCommittedIsReported(seed: UInt64) throws {
    var reported = 0
    try history(seed: seed, steps: 80) { store, snapshots, dice in
      guard dice.chance(4) else { return }
      try crashImage(of: store, from: path, to: image)
      switch dice.roll(8) {
      case 0: try Data().write(to: URL(fileURLWithPath: image + "-wal"))
      case 1: try FileManager.default.removeItem(atPath: image + "-wal")
      default: _ = try cutLog(&dice)
      }
      do {
        #expect(try check(snapshots, seed) == snapshots.count - 1, "commits were lost without a word")
      } catch {
        guard isDamage(error) else { throw error }
        reported += 1
      }
    }
    #expect(reported > 0)
  }

  @Test func aStoreThatIsRefusedIsLeftAsItWas() throws {
    let stream = try stream("SV/GT/migration")
    let store = try SQLiteStore(path: path)
    for first in 0..<UInt64(9) { try store.commit { $0.appends = [append(stream, first: first, count: 1)] } }
    try crashImage(of: store, from: path, to: image)
    try FileManager.default.removeItem(atPath: image + "-lock")
    store.close()
    let log = try Data(contentsOf: URL(fileURLWithPath: image + "-wal"))
    let database = try Database(path: image, role: .writer)
    try database.execute("UPDATE manifest SET data = x'00'")
    let changed = try Data(contentsOf: URL(fileURLWithPath: image + "-wal"))
    #expect(changed.starts(with: log) && changed.count > log.count)
    #expect(refusal { _ = try SQLiteStore(path: image) }.map(isDamage) == true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: image + "-wal")) == changed)
  }

  @Test func aClosedStoreIsOneFileAndItsLock() throws {
    let store = try SQLiteStore(path: path)
    try store.commit { $0.states = [("x", [1])] }
    store.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["store.db", "store.db-lock"])
    #expect(try SQLiteStore(path: path).state("x") == [1])
  }

  @Test(arguments: 21...24) func aDamagedLogHoldsAllCommitsOrIsReported(seed: UInt64) throws {
    var (reported, whole) = (0, 0)
    try history(seed: seed, steps: 80) { store, snapshots, dice in
      guard dice.chance(3) else { return }
      try crashImage(of: store, from: path, to: image)
      var log = try Data(contentsOf: URL(fileURLWithPath: image + "-wal"))
      guard log.count > 32 else { return }
      let position = dice.roll(log.count)
      log[position] ^= 1 << UInt8(dice.roll(8))
      try log.write(to: URL(fileURLWithPath: image + "-wal"))
      do {
        #expect(try check(snapshots, seed) == snapshots.count - 1, "commits were lost without a word")
        whole += 1
      } catch {
        guard isDamage(error) else { throw error }
        reported += 1
      }
    }
    #expect(reported > 0, "seed \(seed): \(whole) whole")
  }

  @Test func pagesOfARunThatNeverStoodGoAtTheNextStart() throws {
    let stream = try stream("SV/GT/migration")
    var store = try SQLiteStore(path: path, tuning: .small)
    try store.commit { $0.index = [entry(1, 1, stream, 1)] }
    var writer = RunWriter(number: try store.engine.nextRun(), partition: 1, level: 0, count: 5_000)
    for key in 0..<UInt64(5_000) { writer.add([IndexItem(key: key, stream: 1, index: key)]) }
    _ = try writer.finish(store.engine)
    store.close()
    store = try SQLiteStore(path: path, tuning: .small)
    store.maintenance.settle()
    let pages = try store.engine.readers.read { (database) throws(StoreError) in
      try database.number("SELECT count(*) FROM pages")
    }
    #expect(pages == 0)
    #expect(try store.locate(1, 1...1).count == 1)
  }
}

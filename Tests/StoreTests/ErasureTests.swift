import Exchange
import Foundation
import Terms
import Testing

@testable import Store

/// What is erased is gone from the files, and lines of the index that tell of it with it.
@Suite struct ErasureTests {
  private let folder: Folder
  private let a: StreamName

  init() throws {
    folder = try Folder()
    a = try stream("SV/GT/migration")
  }

  private var path: String { folder.file("store.db") }

  /// Whether bytes stand anywhere in the store's files.
  private func files(hold bytes: [UInt8]) throws -> Bool {
    for end in ["", "-wal", "-shm", "-lock", "-commits"] {
      guard let data = FileManager.default.contents(atPath: path + end) else { continue }
      if data.range(of: Data(bytes)) != nil { return true }
    }
    return false
  }

  @Test func aKeyThatWasReplacedIsNowhereInTheFiles() throws {
    var dice = Dice(seed: 4)
    let store = try SQLiteStore(path: path, tuning: .small)
    // Many, with other state between, so that pages are split and moved as in years.
    var keys: [String: [UInt8]] = [:]
    for round in 0..<60 {
      for _ in 0..<5 {
        let name = "epoch/SV/GT/d\(dice.roll(1000))/\(dice.roll(1 << 20))"
        keys[name] = keys[name] ?? dice.bytes(170)
        try store.commit { $0.states = [(name, keys[name])] }
      }
      try store.commit { $0.states = [("stream/\(dice.roll(50))", dice.bytes(900)), ("x/\(round)", dice.bytes(200))] }
    }
    let names = keys.keys.sorted()
    for name in names { #expect(try store.state(name) == keys[name]) }
    #expect(try store.states(prefix: "epoch/").map(\.key) == names)
    let gone = names.filter { _ in dice.chance(2) }
    for name in gone { #expect(try files(hold: try #require(keys[name])), "the search finds what is there") }
    for part in stride(from: 0, to: gone.count, by: 7) {
      try store.commit { $0.states = gone[part..<min(part + 7, gone.count)].map { ($0, [1, 2, 3]) } }
    }
    // While the store is in use: the log is emptied behind the commits.
    var isClean = false
    for _ in 0..<600 where !isClean {
      isClean = try !gone.contains { try files(hold: try #require(keys[$0])) }
      if !isClean { usleep(100_000) }
    }
    #expect(isClean)
    for name in names { #expect(try store.state(name) == (gone.contains(name) ? [1, 2, 3] : keys[name])) }
    try store.commit { $0.states = [(gone[0], nil)] }
    #expect(try store.state(gone[0]) == nil)
    try store.verify()
    store.close()
    let again = try SQLiteStore(path: path)
    for name in names.dropFirst() where name != gone[0] {
      #expect(try again.state(name) == (gone.contains(name) ? [1, 2, 3] : keys[name]))
    }
    try again.verify()
  }

  @Test func aFlippedBitInAPlaceIsReported() throws {
    let key = Dice(seed: 9).withBytes(170)
    do {
      let store = try SQLiteStore(path: path)
      try store.commit { $0.states = [("epoch/SV/GT/d/0", key)] }
      store.close()
    }
    var file = try #require(FileManager.default.contents(atPath: path))
    let place = try #require(file.range(of: Data(key)))
    file[place.lowerBound + 50] ^= 4
    try file.write(to: URL(fileURLWithPath: path))
    let store = try SQLiteStore(path: path)
    #expect(isDamage(try #require(refusal { _ = try store.state("epoch/SV/GT/d/0") })))
    #expect(store.problems().contains { $0.contains("epoch/SV/GT/d/0") })
  }

  @Test func aStoreOfTheFormerLayoutIsTakenOver() throws {
    let key = Dice(seed: 11).withBytes(170)
    do {
      let store = try SQLiteStore(path: path)
      try store.commit { $0.states = [("epoch/SV/GT/d/0", key), ("other", [1])] }
      // As a former program wrote it.
      try store.engine.write { (writer, database) throws(StoreError) in
        try database.transaction { () throws(StoreError) in
          try database.execute("DROP TABLE places")
          let rows = try database.statement("SELECT sum FROM state WHERE key = ?")
          rows.bind(1, copying: Array("epoch/SV/GT/d/0".utf8))
          _ = try rows.step()
          writer.manifest.states.remove(UInt64(bitPattern: rows.integer(0)))
          rows.reset()
          let sum = Sums.state(key: Array("epoch/SV/GT/d/0".utf8), value: key)
          let row = try database.statement("INSERT OR REPLACE INTO state(key, sum, value) VALUES(?, ?, ?)")
          row.bind(1, copying: Array("epoch/SV/GT/d/0".utf8))
          row.bind(2, sum)
          try row.run(3, borrowing: key)
          writer.manifest.states.add(UInt64(bitPattern: sum))
          try writer.manifest.write(database)
          try database.execute("PRAGMA user_version=1")
        }
      }
      store.close()
    }
    let store = try SQLiteStore(path: path)
    #expect(try store.state("epoch/SV/GT/d/0") == key && store.state("other") == [1])
    try store.verify()
  }

  @Test func bodiesThatWereErasedAreNowhereInTheFiles() throws {
    let store = try SQLiteStore(path: path, tuning: .small)
    let first = append(a, first: 0, count: 100, bodies: 20_000)
    try store.commit { $0.appends = [first] }
    // Of another seed: neighbouring ones give the same bytes, shifted.
    let rest = append(a, first: 100, count: 100).chunk
    let other = Chunk(first: 100, count: 100, entries: rest.entries, bodies: Dice(seed: 1 << 40).withBytes(20_000))
    try store.commit { $0.appends = [Append(stream: a, chunk: other, tiles: [])] }
    let piece = Array(first.chunk.bodies[9000..<9100])
    #expect(try files(hold: piece))
    try store.commit {
      $0.erasures = [(a, 100)]
      $0.states = [("epoch/SV/GT/d/0", [1])]
    }
    try store.commit { $0.states = [("epoch/SV/GT/d/0", [2])] }
    store.maintenance.settle()
    store.close()
    #expect(try !files(hold: piece))
    let again = try SQLiteStore(path: path)
    #expect(try again.chunk(of: a, containing: 0)?.bodies.isEmpty == true)
    #expect(try again.chunk(of: a, containing: 0)?.entries == first.chunk.entries)
    try again.verify()
  }

  /// The journal alone holds them when they are erased, and the process ends before it is written over.
  @Test(arguments: [false, true]) func bodiesThatWereErasedAreNotInTheJournal(_ crashes: Bool) throws {
    var store = try SQLiteStore(path: path, tuning: JournalTests.waiting)
    try store.commit { $0.appends = [append(a, first: 0, count: 1)] }
    let bodies = Dice(seed: 1 << 41).withBytes(2_000)
    let entries = append(a, first: 1, count: 1).chunk.entries
    try store.commit {
      $0.appends = [Append(stream: a, chunk: Chunk(first: 1, count: 1, entries: entries, bodies: bodies), tiles: [])]
    }
    let piece = Data(bodies[500..<600])
    let journal = URL(fileURLWithPath: path + "-commits")
    let before = try Data(contentsOf: journal)
    #expect(before.range(of: piece) != nil)
    try store.commit { $0.erasures = [(a, 2)] }
    #expect(try Data(contentsOf: journal).range(of: piece) == nil)
    if crashes {
      let image = folder.file("image.db")
      try crashImage(of: store, from: path, to: image)
      store.close()
      try before.write(to: URL(fileURLWithPath: image + "-commits"))
      store = try SQLiteStore(path: image, tuning: JournalTests.waiting)
      #expect(try Data(contentsOf: URL(fileURLWithPath: image + "-commits")).range(of: piece) == nil)
    }
    #expect(try store.chunk(of: a, containing: 1)?.bodies == [])
    try store.verify()
  }

  @Test func linesThatWaitAreThereOnceAfterASweep() throws {
    var store = try SQLiteStore(path: path, tuning: JournalTests.waiting)
    try store.commit { $0.appends = [append(a, first: 0, count: 2)] }
    try store.commit { $0.index = [entry(5, 1, a, 0), entry(5, 2, a, 1)] }
    try store.commit { $0.appends = [append(a, first: 2, count: 2)] }
    try store.commit {
      $0.erasures = [(a, 2)]
      $0.sweptPartitions = [5]
    }
    // Behind the sweep's commit, and before its work moves what is in memory aside.
    try store.commit { $0.index = [entry(5, 3, a, 2), entry(5, 4, a, 3)] }
    try store.engine.freeze()
    store.maintenance.settle()
    for round in 0..<2 {
      for key in UInt64(3)...4 { #expect(try store.locate(key, 5...5).count == 1, "round \(round)") }
      #expect(try store.figures()["index_entries"] == 2)
      try store.verify()
      if round == 0 {
        store.close()
        store = try SQLiteStore(path: path, tuning: JournalTests.waiting)
      }
    }
  }

  /// A run that a sweep writes is as old as those whose place it takes, also when newer ones were written while it counted.
  @Test(arguments: 1...5) func linesComeNewestFirstAlsoAfterASweepAndARestart(round: Int) throws {
    var store = try SQLiteStore(path: path, tuning: .small)
    let count: UInt64 = 40_000
    try store.commit { $0.appends = [append(a, first: 0, count: 200), append(a, first: 200, count: Int(count))] }
    try store.commit { $0.index = (0..<count).map { entry(5, $0 % 100 == 0 ? 7 : $0 &* 0x9E37_79B9_7F4A_7C15, a, $0) } }
    store.maintenance.settle()
    try store.commit {
      $0.erasures = [(a, 200)]
      $0.sweptPartitions = [5]
    }
    // Enough for a run each, while the sweep counts; too few for a merge.
    for part in 0..<3 as Range<UInt64> {
      try store.commit { $0.index = (0..<50).map { entry(5, 7, a, count + part * 50 + $0) } }
      usleep(UInt32(round * 200))
    }
    store.maintenance.settle()
    for _ in 0..<2 {
      let found = try store.locate(7, 5...5, limit: 10_000).map(\.index)
      #expect(found.count == 548 && found == found.sorted(by: >))
      store.close()
      store = try SQLiteStore(path: path, tuning: .small)
    }
    try store.verify()
  }

  @Test(arguments: [false, true]) func linesOfErasedRecordsGoFromMemoryRunsAndFiles(_ areInRuns: Bool) throws {
    let store = try SQLiteStore(path: path, tuning: areInRuns ? .small : Tuning())
    var dice = Dice(seed: 8)
    let keys = (0..<400).map { _ in dice.next() }
    try store.commit { $0.appends = [append(a, first: 0, count: 200), append(a, first: 200, count: 200)] }
    for part in 0..<20 {
      try store.commit {
        $0.index = (part * 20..<(part + 1) * 20).flatMap {
          [entry(5, keys[$0], a, UInt64($0)), entry(IndexField.endless, keys[$0], a, UInt64($0))]
        }
      }
    }
    if areInRuns { store.maintenance.settle() }
    let before = try store.figures()["index_entries"]
    #expect(before == 800)
    try store.commit {
      $0.erasures = [(a, 200)]
      $0.sweptPartitions = [5]
    }
    // For readers at once.
    for (place, key) in keys.enumerated() {
      #expect(try store.locate(key, 5...5).isEmpty == (place < 200))
      #expect(try store.locate(key, 0...0).count == 1)
    }
    store.maintenance.settle()
    #expect(try store.figures()["index_entries"] == (areInRuns ? 600 : 600))
    for (place, key) in keys.enumerated() { #expect(try store.locate(key, 5...5).isEmpty == (place < 200)) }
    try store.verify()
    // All of it: the partition goes whole.
    try store.commit {
      $0.erasures = [(a, 400)]
      $0.sweptPartitions = [5]
    }
    store.maintenance.settle()
    #expect(try store.figures()["index_entries"] == 400)
    try store.verify()
    store.close()
    let again = try SQLiteStore(path: path)
    #expect(try again.locate(keys[399], 5...5).isEmpty && again.locate(keys[399], 0...0).count == 1)
    try again.verify()
  }
}

extension Dice {
  fileprivate func withBytes(_ count: Int) -> [UInt8] {
    var dice = self
    return dice.bytes(count)
  }
}

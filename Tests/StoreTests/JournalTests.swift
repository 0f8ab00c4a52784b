import Exchange
import Foundation
import Terms
import Testing

@testable import Store

/// Commits that are in the journal and not in the database: found, kept, bounded, and never lost without a word.
@Suite struct JournalTests {
  let folder: Folder
  let path: String
  let image: String
  let name: StreamName

  init() throws {
    folder = try Folder()
    (path, image) = (folder.file("store.db"), folder.file("image.db"))
    name = try stream("SV/GT/migration")
  }

  /// The database takes nothing over by itself.
  static let waiting: Tuning = {
    var tuning = Tuning()
    tuning.applyDelay = 3_600_000
    return tuning
  }()

  func journal(_ store: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: store + "-commits")) }

  func write(_ journal: Data, _ store: String) throws {
    try journal.write(to: URL(fileURLWithPath: store + "-commits"))
  }

  /// A store with ten commits of one entry, of which all but the first wait; its image as a killed process leaves it.
  func tenCommits(marked: Bool = true) throws {
    var tuning = Self.waiting
    tuning.marksCommits = marked
    let store = try SQLiteStore(path: path, tuning: tuning)
    for first in 0..<UInt64(10) {
      try store.commit {
        $0.appends = [append(name, first: first, count: 1)]
        $0.states = [("n", [UInt8(first)]), ("n/\(first)", [1])]
        $0.index = [entry(1, first, name, first)]
      }
    }
    #expect(try store.figures()["journal_commits"] == 9)
    try crashImage(of: store, from: path, to: image)
    store.close()
  }

  /// How many of the ten are there, all of each.
  func count(_ store: SQLiteStore) throws -> Int {
    let count = try Int(#require(store.state("n")?.first)) + 1
    for first in 0..<UInt64(count) {
      #expect(try store.chunk(of: name, containing: first) == append(name, first: first, count: 1).chunk)
      #expect(try store.locate(first, 1...1) == [Locator(stream: name, index: first)])
    }
    #expect(try store.chunk(of: name, containing: UInt64(count)) == nil)
    #expect(try store.states(prefix: "n/").count == count)
    return count
  }

  @Test func whatOnlyTheJournalHoldsIsReadAndSurvivesACrash() throws {
    try tenCommits()
    // Opened again and again, with and without the database taking it over in between.
    for round in 0..<3 {
      let store = try SQLiteStore(path: image, tuning: round == 1 ? .small : Self.waiting)
      #expect(try count(store) == 10)
      #expect(store.problems() == [])
      if round == 1 { store.applier.settle() }
      #expect(try store.figures()["journal_commits"] == (round == 0 ? 9 : 0))
      let next = folder.file("image\(round).db")
      try crashImage(of: store, from: image, to: next)
      store.close()
      for end in ["", "-commits", "-wal", "-lock"] {
        try? FileManager.default.removeItem(atPath: image + end)
        try? FileManager.default.copyItem(atPath: next + end, toPath: image + end)
      }
    }
  }

  @Test func aCommitThatTheDatabaseHasIsNotMadeTwice() throws {
    try tenCommits()
    let before = try journal(image)
    var store = try SQLiteStore(path: image, tuning: Self.waiting)
    store.applier.settle()
    try crashImage(of: store, from: image, to: folder.file("later.db"))
    store.close()
    // As if the power had gone before the journal began again: all of it stands there still.
    try write(before, folder.file("later.db"))
    store = try SQLiteStore(path: folder.file("later.db"), tuning: Self.waiting)
    #expect(try count(store) == 10)
    #expect(try store.figures()["journal_commits"] == 0)
    try store.commit { $0.appends = [append(name, first: 10, count: 1)] }
    #expect(store.problems() == [])
  }

  @Test func aJournalCutAnywhereHoldsWholeCommits() throws {
    try tenCommits(marked: false)
    let whole = try journal(image)
    let used = try #require(whole.lastIndex { $0 != 0 }) + 1
    for cut in stride(from: 0, through: used, by: 7) {
      let copy = folder.file("cut.db")
      for end in ["", "-wal", "-lock"] {
        try? FileManager.default.removeItem(atPath: copy + end)
        try FileManager.default.copyItem(atPath: image + end, toPath: copy + end)
      }
      // Half of them end there, the others have zeros, as what was never written has.
      try write(whole.prefix(cut) + (cut % 2 == 0 ? Data(count: whole.count - cut) : Data()), copy)
      let store = try SQLiteStore(path: copy, tuning: Self.waiting)
      let there = try count(store)
      #expect(there == 10 || cut < used)
      try store.commit { $0.appends = [append(name, first: UInt64(there), count: 1)] }
      store.close()
    }
  }

  @Test func aJournalCutBelowWhatWasConfirmedIsReported() throws {
    try tenCommits()
    let whole = try journal(image)
    let used = try #require(whole.lastIndex { $0 != 0 }) + 1
    for cut in stride(from: 0, to: used - 16, by: 397) {
      try write(whole.prefix(cut), image)
      #expect(refusal { _ = try SQLiteStore(path: image) }.map(isDamage) == true, "cut at \(cut)")
    }
    try FileManager.default.removeItem(atPath: image + "-commits")
    #expect(refusal { _ = try SQLiteStore(path: image) }.map(isDamage) == true)
    try write(whole, image)
    #expect(try count(SQLiteStore(path: image)) == 10)
  }

  /// Without the note of what was confirmed, so that the journal itself must tell; only its last record may pass for cut short.
  @Test(arguments: [true, false]) func aFlippedBitInTheJournalIsReportedOrHarmless(marked: Bool) throws {
    try tenCommits(marked: marked)
    let whole = try journal(image)
    // Not the zeros that fill blocks up.
    let written = whole.indices.filter { whole[$0] != 0 }
    var dice = Dice(seed: 4)
    var (reported, cut) = (0, 0)
    for _ in 0..<150 {
      var flipped = whole
      let (position, bit) = (written[dice.roll(written.count)], dice.roll(8))
      flipped[position] ^= 1 << UInt8(bit)
      try write(flipped, image)
      for end in ["", "-wal", "-lock", "-commits"] {
        try? FileManager.default.removeItem(atPath: path + end)
        try FileManager.default.copyItem(atPath: image + end, toPath: path + end)
      }
      do {
        let store = try SQLiteStore(path: path, tuning: Self.waiting)
        let there = try count(store)
        store.close()
        if there < 10 {
          cut += 1
          #expect(!marked && there == 9, "\(there) of 10 after bit \(bit) of byte \(position)")
        }
      } catch {
        guard isDamage(error) else { throw error }
        reported += 1
      }
    }
    #expect(reported > 50 && (marked ? cut == 0 : cut > 0), "\(reported) reported, \(cut) cut short")
  }

  @Test func aRefusedJournalIsLeftAsItWas() throws {
    try tenCommits()
    var damaged = try journal(image)
    damaged[JournalFormat.start + 70] ^= 1
    try write(damaged, image)
    for _ in 0..<2 {
      let error = refusal { _ = try SQLiteStore(path: image) }
      let words = "image.db-commits, byte 4096: commits after it would be lost"
      #expect(error?.description.contains(words) == true, "\(error as Any)")
      #expect(try journal(image) == damaged)
    }
  }

  @Test func theJournalOfAnotherTimeIsRefused() throws {
    try tenCommits()
    let early = folder.file("early.db")
    let store = try SQLiteStore(path: image, tuning: Self.waiting)
    for end in ["", "-wal"] { try FileManager.default.copyItem(atPath: image + end, toPath: early + end) }
    store.applier.settle()
    try store.commit { $0.states = [("epoch/x", [1])] }
    for first in 10..<UInt64(13) { try store.commit { $0.appends = [append(name, first: first, count: 1)] } }
    let later = try journal(image)
    store.close()
    // The database from before the ten, with a journal that begins after them.
    try write(later, early)
    let error = refusal { _ = try SQLiteStore(path: early) }
    #expect(error?.description.contains("commits 2 to 11 are missing") == true, "\(error as Any)")
  }

  @Test func theJournalOfAnotherStoreIsRefusedAndLeftAsItWas() throws {
    try tenCommits(marked: false)
    let other = folder.file("other.db")
    let store = try SQLiteStore(path: other)
    try store.commit { $0.appends = [append(name, first: 0, count: 1)] }
    store.close()
    let foreign = try journal(image)
    try write(foreign, other)
    let error = refusal { _ = try SQLiteStore(path: other) }
    #expect(error?.description.contains("the journal of another store") == true, "\(error as Any)")
    #expect(try journal(other) == foreign)
  }

  /// What a neighbour sends stands in the journal as it came: it must not pass for a record, lest it stops the node.
  @Test(arguments: [false, true]) func bytesThatLookLikeARecordAreNone(_ areOfTheStore: Bool) throws {
    var tuning = Self.waiting
    tuning.journalledBytesMax = 1 << 20
    let store = try SQLiteStore(path: path, tuning: tuning)
    try store.commit { $0.appends = [append(name, first: 0, count: 1)] }
    let own = try store.engine.write { (writer, _) in writer.manifest.lineage }
    let record = JournalFormat.encode([], sequence: 1 << 40, lineage: areOfTheStore ? own : own &+ 1)
      .prefix(JournalFormat.headerBytes)
    // At every place that a record may begin at.
    let bodies = (0..<JournalFormat.alignment).flatMap { _ in record + [UInt8](repeating: 0, count: 33) }
    let entries = append(name, first: 1, count: 1).chunk.entries
    try store.commit {
      $0.appends = [Append(stream: name, chunk: Chunk(first: 1, count: 1, entries: entries, bodies: bodies), tiles: [])]
    }
    try store.commit { $0.states = [("epoch/x", [1])] }
    try store.commit { $0.states = [("y", [1])] }
    try crashImage(of: store, from: path, to: image)
    store.close()
    if areOfTheStore {
      #expect(refusal { _ = try SQLiteStore(path: image) }.map(isDamage) == true, "they stand where a record may")
    } else {
      #expect(try SQLiteStore(path: image).state("y") == [1])
    }
  }

  @Test func aSnapshotHasWhatOnlyTheJournalHolds() throws {
    let store = try SQLiteStore(path: path, tuning: Self.waiting)
    for first in 0..<UInt64(5) {
      try store.commit {
        $0.appends = [append(name, first: first, count: 1)]
        $0.states = [("n", [UInt8(first)])]
        $0.index = [entry(1, first, name, first)]
      }
    }
    #expect(try store.figures()["journal_commits"] == 4)
    let snapshot = try store.snapshot()
    #expect(snapshot.entries == 5)
    try store.commit { $0.states = [("n", [99])] }
    var pieces: [[UInt8]] = []
    while let piece = try snapshot.next() { pieces.append(piece) }
    let copy = folder.file("copy.db")
    // A journal that lies there is not taken for the copy's, neither before nor after.
    try write(journal(path), copy)
    let left = refusal { _ = try StoreImage(path: copy) }
    #expect(left?.description.contains("copy.db-commits is there already") == true)
    try FileManager.default.removeItem(atPath: copy + "-commits")
    let made = try StoreImage(path: copy)
    for piece in pieces { try made.add(piece) }
    try made.finish()
    try write(journal(path), copy)
    #expect(refusal { _ = try SQLiteStore(path: copy) }?.description.contains("another store") == true)
    try FileManager.default.removeItem(atPath: copy + "-commits")
    let back = try SQLiteStore(path: copy)
    #expect(try back.state("n") == [4])
    for first in 0..<UInt64(5) {
      #expect(try back.chunk(of: name, containing: first) == append(name, first: first, count: 1).chunk)
      #expect(try back.locate(first, 1...1) == [Locator(stream: name, index: first)])
    }
    try back.verify()
  }

  @Test func theJournalDoesNotGrowAndEverythingReachesTheDatabase() throws {
    let store = try SQLiteStore(path: path, tuning: .small)
    try store.commit { $0.appends = [append(name, first: 0, count: 1)] }
    for first in 1..<UInt64(600) {
      try store.commit { $0.appends = [append(name, first: first, count: 1, bodies: Int(first) * 97 % 9_000)] }
      #expect(try journal(path).count <= Tuning.small.journalBytes)
    }
    store.applier.settle()
    #expect(try store.figures()["journal_commits"] == 0)
    #expect(store.problems() == [])
    store.close()
    #expect(!FileManager.default.fileExists(atPath: path + "-commits"))
  }

  /// As it does when it is half full: not only when nothing more goes into it.
  @Test func aJournalThatIsEmptiedBeginsAgain() throws {
    let store = try SQLiteStore(path: path, tuning: Self.waiting)
    var next: UInt64 = 0
    func commit() throws {
      try store.commit {
        $0.appends = [append(name, first: next, count: 1, bodies: 1_000)]
        $0.index = [entry(1, next, name, next)]
      }
      next += 1
    }
    try commit()
    for _ in 0..<3 {
      for _ in 0..<5 { try commit() }
      #expect(try store.engine.emptyJournal().walFrames > 0)
      #expect(try store.figures()["journal_commits"] == 0)
      let start = try journal(path).prefix(JournalFormat.start + 512)
      try commit()
      #expect(try journal(path).prefix(JournalFormat.start + 512) != start, "the next commit stands at the start")
    }
    try commit()
    try crashImage(of: store, from: path, to: image)
    store.close()
    let back = try SQLiteStore(path: image, tuning: Self.waiting)
    #expect(try back.figures()["journal_commits"] == 2)
    for index in 0..<next { #expect(try back.locate(index, 1...1) == [Locator(stream: name, index: index)]) }
    try back.verify()
    back.close()
  }

  @Test func aFullDatabaseRefusesUntilWhatWaitsHasRoom() throws {
    let store = try SQLiteStore(path: path, tuning: Self.waiting)
    try store.commit { $0.appends = [append(name, first: 0, count: 1)] }
    func limit(_ pages: String) throws {
      try store.engine.write { (_, database) throws(StoreError) in
        try database.execute("PRAGMA max_page_count=\(pages)")
      }
    }
    try limit("1")
    var next: UInt64 = 1
    while next < 20 {
      try store.commit { $0.appends = [append(name, first: next, count: 1, bodies: 5_000)] }
      next += 1
    }
    // The database cannot take over what waits: no more is accepted before it.
    store.applier.settle()
    let refused = refusal { try store.commit { $0.appends = [append(name, first: next, count: 1)] } }
    #expect(refused.map(isFull) == true)
    #expect(try store.chunk(of: name, containing: 19)?.bodies.count == 5_000)
    #expect(try store.chunk(of: name, containing: 20) == nil)
    try limit("100000")
    try store.commit { $0.appends = [append(name, first: next, count: 1)] }
    #expect(try store.figures()["journal_commits"] == 0)
    #expect(store.problems() == [])
  }

  @Test func aStoreOfTheFormerLayoutIsTakenOver() throws {
    var store = try SQLiteStore(path: path)
    try store.commit { $0.appends = [append(name, first: 0, count: 1)] }
    store.applier.settle()
    // As a former program wrote it: the manifest ends where the number of the newest commit follows.
    try store.engine.write { (_, database) throws(StoreError) in
      let row = try database.statement("SELECT data FROM manifest")
      _ = try row.step()
      var bytes = Array(row.bytes(0).dropLast(9))
      row.reset()
      var sum = Checksum(0x3A41F)
      sum.add(bytes[8...])
      bytes.store(sum.value, at: 0)
      try database.statement("UPDATE manifest SET data = ?").run(1, borrowing: bytes)
      try database.execute("PRAGMA user_version=2")
    }
    store.close()
    store = try SQLiteStore(path: path)
    #expect(try store.engine.write { (writer, _) in writer.manifest.lineage } != 0)
    try store.commit { $0.appends = [append(name, first: 1, count: 1)] }
    store.close()
    store = try SQLiteStore(path: path)
    #expect(try store.chunk(of: name, containing: 1) == append(name, first: 1, count: 1).chunk)
    #expect(try store.chunk(of: name, containing: 0) == append(name, first: 0, count: 1).chunk)
    let version = try store.engine.readers.read { (database) throws(StoreError) in
      try database.number("PRAGMA user_version")
    }
    #expect(version == Schema.version)
  }

  @Test func aCommitComesBackFromItsBytes() throws {
    var actor = try ModelTests.Actor(dice: Dice(seed: 3))
    let model = MemoryStore()
    for _ in 0..<200 {
      var commit = actor.commit(model)
      (commit.erasures, commit.droppedPartitions) = ([], [])
      let bytes = CommitCoding.encode(commit)
      let back = try CommitCoding.decode(bytes[...])
      #expect(CommitCoding.encode(back) == bytes)
      #expect(back.appends.map(\.stream) == commit.appends.map(\.stream))
      #expect(back.appends.map(\.chunk) == commit.appends.map(\.chunk))
      #expect(back.appends.map(\.tiles) == commit.appends.map(\.tiles))
      #expect(back.states.map(\.key) == commit.states.map(\.key))
      #expect(back.states.map(\.value) == commit.states.map(\.value))
      #expect(back.index == commit.index)
      // No cut and no flipped bit makes the decoder trap or hang.
      for _ in 0..<20 {
        var damaged = Array(bytes.prefix(actor.dice.roll(bytes.count + 1)))
        if !damaged.isEmpty { damaged[actor.dice.roll(damaged.count)] ^= 1 << UInt8(actor.dice.roll(8)) }
        _ = try? CommitCoding.decode(damaged[...])
      }
    }
  }
}

import Exchange
import Terms
import Testing

@testable import Store

/// A chunk's bodies lie in parts, of which a lookup reads one.
@Suite struct PartedBodiesTests {
  let folder: Folder
  let path: String
  let name: StreamName

  init() throws {
    folder = try Folder()
    path = folder.file("store.db")
    name = try stream("SV/SV/migration")
  }

  /// Six entries with bodies in three parts: of two, three and one.
  private func parted(first: UInt64, byteCount: Int) -> Append {
    append(name, first: first, count: 6, bodies: byteCount)
  }

  /// The entry at which the part begins that holds the body at a place.
  private func begin(of place: UInt64) -> UInt64 { place < 2 ? 0 : place < 5 ? 2 : 5 }

  @Test(arguments: ConformanceTests.Kind.allCases)
  func oneBodyIsReadWithoutTheOthers(_ kind: ConformanceTests.Kind) throws {
    let store = try kind.open(path)
    let appended = parted(first: 0, byteCount: 400_000)
    try store.commit { $0.appends = [appended] }
    let (whole, offsets) = (appended.chunk, appended.seams.map(\.offset))
    for index in UInt64(0)..<6 {
      let found = try #require(try store.chunk(of: name, containing: index, .body))
      let range = index < 2 ? 0..<offsets[0] : index < 5 ? offsets[0]..<offsets[1] : offsets[1]..<whole.bodies.count
      #expect(found.entries == whole.entries && found.first == 0 && found.count == 6)
      #expect(found.firstBody == begin(of: index))
      #expect(found.bodies[...] == whole.bodies[range])
      for part in [ChunkPart.whole, .sealed] {
        #expect(try store.chunk(of: name, containing: index, part) == whole)
      }
    }
  }

  @Test func whatWaitsInTheJournalIsReadAsAWholeAndLiesInOnePartAfterACrash() throws {
    let store = try SQLiteStore(path: path)
    // The first makes the stream known, and does not wait.
    try store.commit { $0.appends = [parted(first: 0, byteCount: 600)] }
    let waiting = parted(first: 6, byteCount: 600)
    try store.commit { $0.appends = [waiting] }
    let image = folder.file("image.db")
    try crashImage(of: store, from: path, to: image)
    #expect(try store.chunk(of: name, containing: 11, .body) == waiting.chunk)
    store.applier.settle()
    #expect(try store.chunk(of: name, containing: 11, .body)?.firstBody == 11)

    let later = try SQLiteStore(path: image)
    later.applier.settle()
    #expect(try later.chunk(of: name, containing: 11, .body) == waiting.chunk)
    for store in [store, later] {
      #expect(try store.chunk(of: name, containing: 11) == waiting.chunk)
      #expect(store.problems() == [])
    }
  }

  @Test(arguments: ConformanceTests.Kind.allCases)
  func seamsThatDoNotLieBetweenBodiesAreRefused(_ kind: ConformanceTests.Kind) throws {
    let store = try kind.open(path)
    let chunk = append(name, first: 0, count: 6, bodies: 90).chunk
    let bad: [[(count: Int, offset: Int)]] = [
      [(0, 30)], [(-1, 30)], [(6, 30)], [(2, 0)], [(2, -1)], [(2, 90)], [(2, 91)], [(.max, 30)], [(2, .max)],
      [(2, 30), (2, 60)], [(3, 30), (2, 60)], [(2, 30), (3, 30)], [(2, 60), (3, 30)],
    ]
    for seams in bad {
      let seams = seams.map { Append.Seam(count: $0.count, offset: $0.offset) }
      #expect(throws: StoreError.self, "\(seams)") {
        try store.commit { $0.appends = [Append(stream: name, chunk: chunk, tiles: [], seams: seams)] }
      }
    }
    let none = Chunk(first: 0, count: 6, entries: chunk.entries, bodies: [])
    #expect(throws: StoreError.self) {
      try store.commit {
        $0.appends = [Append(stream: name, chunk: none, tiles: [], seams: [.init(count: 1, offset: 1)])]
      }
    }
    try store.commit { $0.appends = [Append(stream: name, chunk: chunk, tiles: [])] }
  }

  @Test(arguments: [0, 2, 5]) func aPartThatIsMissingIsDamageAndTheOthersAreServed(_ lost: UInt64) throws {
    let store = try SQLiteStore(path: path)
    try store.commit { $0.appends = [parted(first: 0, byteCount: 40_000)] }
    try store.engine.write { (_, database) throws(StoreError) in
      let row = try database.statement("DELETE FROM bodies_1 WHERE first = ?")
      row.bind(1, Int64(lost))
      try row.run()
    }
    for index in UInt64(0)..<6 {
      let error = refusal { _ = try store.chunk(of: name, containing: index) }
      #expect(error.map(isDamage) == true)
      guard begin(of: index) != lost else { continue }
      #expect(try store.chunk(of: name, containing: index, .body)?.firstBody == begin(of: index))
    }
    #expect(store.problems() == ["\(name), bodies at 0"])
  }

  /// A program of layout 3 kept each chunk's bodies in one row, and may have been killed while something waited in its journal.
  @Test func aStoreWithBodiesInOneRowIsTakenOverWithItsJournal() throws {
    let store = try SQLiteStore(path: path)
    let chunks = [
      append(name, first: 0, count: 6, bodies: 40_000).chunk, append(name, first: 6, count: 6, bodies: 600).chunk,
    ]
    for chunk in chunks { try store.commit { $0.appends = [Append(stream: name, chunk: chunk, tiles: [])] } }
    try store.engine.write { (_, database) throws(StoreError) in try database.execute("PRAGMA user_version=3") }
    let images = (0..<3).map { folder.file("image\($0).db") }
    try crashImage(of: store, from: path, to: images[0])
    for round in 0..<2 {
      let later = try SQLiteStore(path: images[round])
      let version = try later.engine.readers.read { (database) throws(StoreError) in
        try database.number("PRAGMA user_version")
      }
      #expect(version == Schema.version, "round \(round)")
      for index in UInt64(0)..<12 {
        #expect(try later.chunk(of: name, containing: index) == chunks[Int(index) / 6])
        #expect(try later.chunk(of: name, containing: index, .body) == chunks[Int(index) / 6])
      }
      // Killed again before the journal was taken over.
      try crashImage(of: later, from: images[round], to: images[round + 1])
    }
  }
}

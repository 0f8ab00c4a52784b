import Exchange
import Foundation
import Store
import Terms
import Testing

/// What every store promises, asked of each.
@Suite struct ConformanceTests {
  enum Kind: CaseIterable {
    case memory, sqlite

    /// A store of this kind; of what is on the disk at the path.
    func open(_ path: String) throws -> any Store {
      switch self {
      case .memory: MemoryStore()
      case .sqlite: try SQLiteStore(path: path)
      }
    }
  }

  let folder: Folder
  let a: StreamName
  let b: StreamName

  init() throws {
    folder = try Folder()
    (a, b) = (try stream("SV/GT/migration"), try stream("SV/SV/migration"))
  }

  func open(_ kind: Kind) throws -> any Store { try kind.open(folder.file("store.db")) }

  @Test(arguments: Kind.allCases) func anEmptyStoreHoldsNothing(_ kind: Kind) throws {
    let store = try open(kind)
    #expect(try store.state("x") == nil)
    #expect(try store.states(prefix: "").isEmpty)
    #expect(try store.chunk(of: a, containing: 0) == nil)
    #expect(try store.tiles(of: a, from: 0, limit: 9).isEmpty)
    #expect(try store.locate(1, .min ... .max).isEmpty)
    #expect(store.streams { _ in true }.isEmpty)
    try store.commit(Commit())
  }

  @Test(arguments: Kind.allCases) func aChunkIsFoundByEachOfItsEntries(_ kind: Kind) throws {
    let store = try open(kind)
    let appends = [append(a, first: 0, count: 1), append(a, first: 1, count: 300), append(b, first: 0, count: 7)]
    try store.commit { $0.appends = appends }
    #expect(try store.chunk(of: a, containing: 0) == appends[0].chunk)
    for index in [UInt64(1), 2, 300] { #expect(try store.chunk(of: a, containing: index) == appends[1].chunk) }
    #expect(try store.chunk(of: a, containing: 301) == nil)
    #expect(try store.chunk(of: a, containing: .max) == nil)
    #expect(try store.chunk(of: b, containing: 6) == appends[2].chunk)
    #expect(try store.tiles(of: a, from: 0, limit: 10) == appends[1].tiles)
    #expect(try store.tiles(of: a, from: 1, limit: 10).isEmpty)
    #expect(try store.tiles(of: a, from: .max, limit: 10).isEmpty)
    #expect(try store.tiles(of: a, from: 0, limit: 0).isEmpty)
  }

  @Test(arguments: Kind.allCases) func ofAChunkNoMoreIsGivenThanIsAskedFor(_ kind: Kind) throws {
    let store = try open(kind)
    // Bodies that a commit of its own takes into the database, and such as wait in memory.
    for count in [400_000, 10] {
      let size = try store.chunk(of: a, containing: 0) == nil ? 0 : UInt64(3)
      let whole = append(a, first: size, count: 3, bodies: count).chunk
      try store.commit { $0.appends = [append(a, first: size, count: 3, bodies: count)] }
      for index in size..<(size + 3) {
        #expect(try store.chunk(of: a, containing: index, .whole) == whole)
        #expect(try store.chunk(of: a, containing: index, .sealed) == whole)
      }
    }
    let entries = try #require(try store.chunk(of: a, containing: 1, .entries))
    let whole = try #require(try store.chunk(of: a, containing: 1))
    #expect(entries == Chunk(first: 0, count: 3, entries: whole.entries, bodies: []))
    #expect(try store.chunk(of: a, containing: 6, .entries) == nil)
  }

  @Test(arguments: Kind.allCases) func theStreamsWithAnEntryAreNamed(_ kind: Kind) throws {
    let store = try open(kind)
    let appends = [append(a, first: 0, count: 1), append(b, first: 0, count: 7)]
    try store.commit { $0.appends = appends }
    #expect(Set(store.streams { _ in true }) == [a, b])
    #expect(store.streams { $0.isHome } == [b])
  }

  @Test(arguments: Kind.allCases) func anAppendThatDoesNotStartAtTheEndIsRefusedWhole(_ kind: Kind) throws {
    let store = try open(kind)
    try store.commit { $0.appends = [append(a, first: 0, count: 10)] }
    let error = StoreError.notAtEnd(stream: a, size: 20, first: 10)
    #expect(throws: error) {
      try store.commit {
        $0.appends = [append(b, first: 0, count: 1), append(a, first: 10, count: 10), append(a, first: 10, count: 10)]
        $0.states = [("x", [1])]
        $0.index = [entry(1, 1, a, 1)]
      }
    }
    #expect(try store.chunk(of: b, containing: 0) == nil)
    #expect(try store.chunk(of: a, containing: 10) == nil)
    #expect(try store.state("x") == nil)
    #expect(try store.locate(1, 0...9).isEmpty)
    try store.commit { $0.appends = [append(a, first: 10, count: 1)] }
  }

  @Test(arguments: Kind.allCases) func aStreamThatNeverWasHasSizeZero(_ kind: Kind) throws {
    let store = try open(kind)
    #expect(throws: StoreError.notAtEnd(stream: a, size: 0, first: 1)) {
      try store.commit { $0.appends = [append(a, first: 1, count: 1)] }
    }
  }

  @Test(arguments: Kind.allCases) func impossibleAppendsAreRefused(_ kind: Kind) throws {
    let store = try open(kind)
    for (count, tiles) in [(0, 0), (-1, 0), (Int.max, 0), (256, 0), (1, 1), (255, 1)] {
      #expect(throws: StoreError.self) {
        try store.commit {
          $0.appends = [
            Append(
              stream: a, chunk: Chunk(first: 0, count: count, entries: [], bodies: []),
              tiles: [Digest](repeating: Digest(), count: tiles))
          ]
        }
      }
    }
    try store.commit { $0.appends = [append(a, first: 0, count: 256)] }
  }

  @Test(arguments: Kind.allCases) func stateIsOrderedByBytesAndTheLaterChangeWins(_ kind: Kind) throws {
    let store = try open(kind)
    try store.commit {
      $0.states = [
        ("b/\u{10000}", [1]), ("b/\u{FFFF}", [2]), ("b", [3]), ("c", [4]), ("b/e\u{301}", [5]), ("b/\u{e9}", [6]),
        ("a", [7]), ("a", nil), ("c", [8]), ("empty", []),
      ]
    }
    #expect(try store.states(prefix: "b").map(\.value) == [[3], [5], [6], [2], [1]])
    #expect(try store.states(prefix: "b/").map(\.value) == [[5], [6], [2], [1]])
    #expect(try store.states(prefix: "").count == 7)
    #expect(try store.state("a") == nil)
    #expect(try store.state("c") == [8])
    #expect(try store.state("empty") == [])
    try store.commit { $0.states = [("c", nil), ("never", nil)] }
    #expect(try store.state("c") == nil)
  }

  @Test(arguments: Kind.allCases) func theNewestPartitionAndLineComeFirst(_ kind: Kind) throws {
    let store = try open(kind)
    try store.commit { $0.index = [entry(5, 1, a, 10), entry(7, 1, a, 11), entry(-3, 1, b, 12), entry(5, 1, b, 13)] }
    try store.commit { $0.index = [entry(5, 1, a, 14), entry(5, 2, a, 15), entry(0, .max, a, .max)] }
    #expect(try store.locate(1, .min ... .max).map(\.index) == [11, 14, 13, 10, 12])
    #expect(try store.locate(1, 5...5).map(\.index) == [14, 13, 10])
    #expect(try store.locate(1, 5...7, limit: 2).map(\.index) == [11, 14])
    #expect(try store.locate(1, 5...7, limit: 0).isEmpty)
    #expect(try store.locate(1, 5...7, limit: -1).isEmpty)
    #expect(try store.locate(.max, 0...0) == [Locator(stream: a, index: .max)])
    #expect(try store.locate(3, .min ... .max).isEmpty)
  }

  @Test(arguments: Kind.allCases) func aDroppedPartitionIsForgottenAndCanBeginAgain(_ kind: Kind) throws {
    let store = try open(kind)
    try store.commit { $0.index = [entry(5, 1, a, 1), entry(6, 1, a, 2)] }
    try store.commit {
      $0.index = [entry(5, 1, a, 3)]
      $0.droppedPartitions = [5, 9]
    }
    #expect(try store.locate(1, 0...9).map(\.index) == [2])
    try store.commit { $0.index = [entry(5, 1, a, 4)] }
    #expect(try store.locate(1, 0...9).map(\.index) == [2, 4])
  }

  @Test(arguments: Kind.allCases) func erasingTakesBodiesOfWholeChunksBelow(_ kind: Kind) throws {
    let store = try open(kind)
    let chunks = (0..<4).map { append(a, first: UInt64($0) * 10, count: 10) }
    try store.commit { $0.appends = chunks }
    func held() throws -> [Bool] {
      try (0..<4).map { try store.chunk(of: a, containing: UInt64($0) * 10 + 5)?.bodies.isEmpty == false }
    }
    try store.commit { $0.erasures = [(a, 9), (b, 100)] }
    #expect(try held() == [true, true, true, true])
    try store.commit { $0.erasures = [(a, 29)] }
    #expect(try held() == [false, false, true, true])
    try store.commit { $0.erasures = [(a, 5)] }
    #expect(try held() == [false, false, true, true])
    #expect(try store.chunk(of: a, containing: 3)?.entries == chunks[0].chunk.entries)
    try store.commit {
      $0.appends = [append(a, first: 40, count: 1)]
      $0.erasures = [(a, .max)]
    }
    #expect(try held() == [false, false, false, false])
    #expect(try store.chunk(of: a, containing: 40)?.bodies == [])
    try store.commit { $0.appends = [append(a, first: 41, count: 1)] }
    #expect(try store.chunk(of: a, containing: 41)?.bodies.isEmpty == false)
  }

  @Test func aSnapshotIsWhatWasThere() throws {
    let store = MemoryStore()
    try store.commit { $0.states = [("x", [1])] }
    let snapshot = store.snapshot()
    try store.commit { $0.states = [("x", [2])] }
    #expect(try MemoryStore(snapshot).state("x") == [1])
    #expect(try store.state("x") == [2])
  }
}

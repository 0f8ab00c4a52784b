import Ledger
import Store
import Terms
import Testing

@testable import Exchange

/// A chunk says where its bodies may be taken apart, and each is found in its part.
@Suite struct ChunkPartsTests {
  private let stream: StreamName

  init() throws { stream = try StreamName("SV/SV/migration") }

  private func entry(_ number: Int) -> Entry {
    Entry(
      id: RecordID(time: Instant(milliseconds: Int64(number)), random: (0, UInt64(number))), kind: .record,
      commitment: Digest())
  }

  private func body(_ number: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &+ number) }
  }

  /// What a commit has of records with these bodies.
  private func appends(_ bodies: [[UInt8]], _ form: ChunkBuilder.Form) -> [Append] {
    var building = Building()
    for (number, body) in bodies.enumerated() {
      building.add(
        entry(number), sealed: body[...], to: stream, at: UInt64(number), stretch: 1, tile: nil, form: form)
    }
    building.closeChunk(stream)
    return building.commit.appends
  }

  @Test(
    arguments: [
      Array(repeating: 430, count: 128), Array(repeating: 0, count: 128), [65_000, 1, 0, 65_000, 65_000],
      [ChunkBuilder.longPartByteCount, 1, ChunkBuilder.longPartByteCount - 4, 1], [9], (0..<128).map { $0 * $0 },
      Array(repeating: 146, count: 250), Array(repeating: 1_400, count: 50),
    ], [ChunkBuilder.Form.bodies, .returned])
  func eachBodyIsFoundInItsPart(_ sizes: [Int], form: ChunkBuilder.Form) throws {
    let bodies = sizes.enumerated().map { body($0, $1) }
    let appends = appends(bodies, form)
    for append in appends {
      #expect(append.hasGoodSeams)
      let parts = append.parts
      let ends = parts.dropFirst().map { Int($0.first) } + [Int(append.chunk.end)]
      for (part, end) in zip(parts, ends) {
        #expect(part.bytes.count <= ChunkBuilder.longPartByteCount || end - Int(part.first) == 1)
      }
      #expect(parts.last?.bytes.upperBound == append.chunk.bodies.count)
    }

    let store = MemoryStore()
    var commit = Commit()
    commit.appends = appends
    try store.commit(commit)
    for (number, body) in bodies.enumerated() {
      let found = try #require(try store.chunk(of: stream, containing: UInt64(number), .body))
      #expect(try OpenedChunk.sealedBody(at: UInt64(number), in: found).elementsEqual(body))
    }
  }

  /// Pages of the store are what a lookup reads and what a disk is full of.
  @Test func recordsFillTheirPages() throws {
    let parts = appends((0..<1_000).map { body($0, 146) }, .bodies).dropLast()
    #expect(parts.count == 12)
    for append in parts {
      #expect(append.chunk.entries.count <= ChunkBuilder.entriesByteCount)
      #expect(append.chunk.entries.count > ChunkBuilder.entriesByteCount * 19 / 20)
      #expect(append.parts.count == 3)
      for part in append.parts {
        #expect(part.bytes.count <= ChunkBuilder.partByteCount)
        #expect(part.bytes.count > ChunkBuilder.partByteCount * 19 / 20)
      }
    }
  }

  @Test func entriesOfEveryKindStayWithinAPage() throws {
    var building = Building()
    for number in 0..<300 {
      let kind: Entry.Kind =
        number % 3 == 0 ? .record : number % 3 == 1 ? .replaces(entry(0).id) : .withdraws(entry(number).id)
      building.add(
        Entry(id: entry(number).id, kind: kind, commitment: Digest()), sealed: [], to: stream, at: UInt64(number),
        stretch: .max, tile: nil, form: .bodies)
    }
    building.closeChunk(stream)
    #expect(building.commit.appends.allSatisfy { $0.chunk.entries.count <= ChunkBuilder.entriesByteCount })
    #expect(building.commit.appends.map(\.chunk.count).reduce(0, +) == 300)
  }

  @Test func aBodyBeforeThePartIsRefused() throws {
    let chunk = Chunk(first: 0, count: 3, entries: [], bodies: [1, 7, 1, 8], firstBody: 1)
    #expect(throws: ByteError.self) { try OpenedChunk.sealedBody(at: 0, in: chunk) }
    #expect(try OpenedChunk.sealedBody(at: 2, in: chunk) == [8])
    #expect(throws: ByteError.self) { try OpenedChunk.sealedBody(at: 3, in: chunk) }
    #expect(throws: ByteError.self) { try OpenedChunk.sealedBody(at: .max, in: chunk) }
  }
}

import Ledger
import Store
import Terms
import Testing

@testable import Exchange

/// A chunk says where its bodies may be taken apart, and each is found in its part.
@Suite struct ChunkPartsTests {
  private func entry(_ number: Int) -> Entry {
    Entry(
      id: RecordID(time: Instant(milliseconds: Int64(number)), random: (0, UInt64(number))), kind: .record,
      commitment: Digest())
  }

  private func body(_ number: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &+ number) }
  }

  @Test(
    arguments: [
      Array(repeating: 430, count: 128), Array(repeating: 0, count: 128), [65_000, 1, 0, 65_000, 65_000],
      [ChunkBuilder.partByteCount, 1, ChunkBuilder.partByteCount - 4, 1], [9], (0..<128).map { $0 * $0 },
    ], [ChunkBuilder.Form.bodies, .returned])
  func eachBodyIsFoundInItsPart(_ sizes: [Int], form: ChunkBuilder.Form) throws {
    let stream = try StreamName("SV/SV/migration")
    var builder = ChunkBuilder(first: 0, stretch: 1, form: form)
    let bodies = sizes.enumerated().map { body($0, $1) }
    for (number, body) in bodies.enumerated() { _ = builder.append(entry(number), sealed: body[...], form) }
    let append = Append(stream: stream, chunk: builder.chunk, tiles: [], seams: builder.seams)
    #expect(append.hasGoodSeams)
    let parts = append.parts
    let ends = parts.dropFirst().map { Int($0.first) } + [sizes.count]
    for (part, end) in zip(parts, ends) {
      #expect(part.bytes.count <= ChunkBuilder.partByteCount || end - Int(part.first) == 1)
    }
    #expect(parts.last?.bytes.upperBound == builder.chunk.bodies.count)

    let store = MemoryStore()
    var commit = Commit()
    commit.appends = [append]
    try store.commit(commit)
    for (number, body) in bodies.enumerated() {
      let found = try #require(try store.chunk(of: stream, containing: UInt64(number), .body))
      #expect(try OpenedChunk.sealedBody(at: UInt64(number), in: found).elementsEqual(body))
    }
  }

  @Test func aBodyBeforeThePartIsRefused() throws {
    let chunk = Chunk(first: 0, count: 3, entries: [], bodies: [1, 7, 1, 8], firstBody: 1)
    #expect(throws: ByteError.self) { try OpenedChunk.sealedBody(at: 0, in: chunk) }
    #expect(try OpenedChunk.sealedBody(at: 2, in: chunk) == [8])
    #expect(throws: ByteError.self) { try OpenedChunk.sealedBody(at: 3, in: chunk) }
    #expect(throws: ByteError.self) { try OpenedChunk.sealedBody(at: .max, in: chunk) }
  }
}

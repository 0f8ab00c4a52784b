import Ledger
import Terms

/// How a chunk's two byte strings are laid out.
///
///     entries: varint stretch; PackedEntry[count]
///     bodies:  for each entry: varint length; opaque sealed[length]      (home and incoming streams)
///              varint 2^64-1, then as in a home stream                   (outgoing streams: what a neighbour handed back)
///              varint 2^64-2, then for each entry: varint index in the home stream; varint length; opaque sealed[length]
///                                                                        (outgoing streams)
///              for each entry: varint index in the home stream           (outgoing streams: the body is made again when it is sent)
struct ChunkBuilder {
  /// What lies in a chunk's bodies.
  enum Form {
    /// Bodies, sealed.
    case bodies
    /// The same in a stream to a neighbour, who handed them back.
    case returned
    /// Of each record of a stream to a neighbour its place in the home stream, and the body as it is sent.
    case copies
    /// The places alone.
    case places

    /// What stands before the bodies, where anything does: no index and no length is as large.
    var mark: UInt64? {
      switch self {
      case .bodies, .places: nil
      case .returned: .max
      case .copies: .max - 1
      }
    }
  }

  /// Bytes of entries that a chunk has at most: a lookup reads one chunk, and what SQLite keeps of a row in one page of 4,096 bytes is 4,061,
  /// 19 of them the row's other columns. That is 82 records.
  static let entriesByteCount = 4_042

  /// Bytes of bodies beyond which a chunk is closed, for the same reason; one body may go beyond it.
  static let fullAtByteCount = 256 << 10

  /// Bytes of bodies that are kept together: what fits into a page, where 13 bytes are the row's other columns.
  static let partByteCount = 4_048
  /// From how many on a part stays as small. Where the next body does not fit and there are fewer, as bodies are long, too much of the page
  /// would be lost.
  static let fullPartByteCount = 3_500
  /// Bytes of bodies that are kept together otherwise, where more than one is: what fills two pages of their own and what of a row lies
  /// beside its key.
  static let longPartByteCount = 8_640

  let first: UInt64
  let form: Form
  private(set) var count = 0
  private(set) var seams: [Append.Seam] = []
  private var entries = ByteWriter(capacity: 4096)
  private var bodies = ByteWriter(capacity: 16384)

  init(first: UInt64, stretch: UInt32, form: Form) {
    (self.first, self.form) = (first, form)
    entries.varint(UInt64(stretch))
    if let mark = form.mark { bodies.varint(mark) }
  }

  /// Appends an entry with what the chunk's form keeps of it; gives whether the chunk is full. Nil when it is of another form, or better
  /// begins a chunk of its own: then nothing is appended.
  mutating func append(
    _ entry: Entry, sealed: ArraySlice<UInt8>, homeIndex: UInt64 = 0, _ form: Form
  ) -> Bool? {
    guard form == self.form else { return nil }
    switch form {
    case .bodies, .returned:
      if beginsPart(sealed.count) {
        // Ended with a part, a chunk leaves no page of its bodies half empty.
        if entries.bytes.count * 4 >= Self.entriesByteCount * 3 { return nil }
        seams.append(Append.Seam(count: count, offset: bodies.bytes.count))
      }
    case .copies, .places: bodies.varint(homeIndex)
    }
    PackedEntries.append(entry, to: &entries)
    if form != .places {
      bodies.varint(UInt64(sealed.count))
      bodies.raw(sealed)
    }
    count += 1
    return entries.bytes.count + PackedEntries.longest > Self.entriesByteCount
      || bodies.bytes.count >= Self.fullAtByteCount
  }

  /// Whether a body of so many bytes is not kept together with what is there.
  private func beginsPart(_ byteCount: Int) -> Bool {
    let part = seams.last ?? Append.Seam(count: 0, offset: 0)
    guard count > part.count else { return false }
    let present = bodies.bytes.count - part.offset
    // A body's length takes three bytes at most.
    let next = present + byteCount + 3
    return next > (present >= Self.fullPartByteCount ? Self.partByteCount : Self.longPartByteCount)
  }

  var chunk: Chunk { Chunk(first: first, count: count, entries: entries.bytes, bodies: bodies.bytes) }
}

/// A chunk as read back.
struct OpenedChunk {
  let first: UInt64
  let stretch: UInt32
  let entries: [Entry]
  let bodies: [UInt8]
  private let mark: UInt64?

  init(_ chunk: Chunk, of stream: StreamName) throws(ReadError) {
    do {
      var reader = ByteReader(chunk.entries)
      stretch = UInt32(clamping: try reader.varint("stretch"))
      entries = try PackedEntries.read(chunk.entries[reader.offset...], count: chunk.count)
    } catch {
      throw .damaged("the chunk of \(stream) at \(chunk.first): \(error)")
    }
    first = chunk.first
    bodies = chunk.bodies
    var reader = ByteReader(bodies)
    mark = try? reader.varint("mark")
  }

  /// Whether an outgoing stream keeps the bodies of these entries alone: a neighbour handed them back. So it is where nothing is left,
  /// not even the places in the home stream: they were erased.
  var keepsBodies: Bool { bodies.isEmpty || mark == ChunkBuilder.Form.returned.mark }

  /// Whether an outgoing stream has the bodies as they are sent, beside their places.
  var hasCopies: Bool { mark == ChunkBuilder.Form.copies.mark }

  /// Whether the entry at an index of its stream is one of these.
  func holds(_ index: UInt64) -> Bool { index >= first && index - first < UInt64(entries.count) }

  /// The sealed bodies of all entries, each of no bytes when they were erased; of an outgoing stream those that it has.
  func sealedBodies(of stream: StreamName) throws(ReadError) -> [ArraySlice<UInt8>] {
    guard !bodies.isEmpty else { return Array(repeating: [], count: entries.count) }
    do {
      var reader = ByteReader(bodies)
      if keepsBodies || hasCopies { _ = try reader.varint("mark") }
      var result: [ArraySlice<UInt8>] = []
      result.reserveCapacity(entries.count)
      for _ in entries {
        if hasCopies { _ = try reader.varint("home index") }
        result.append(try reader.raw(Int(clamping: try reader.varint("body length")), "sealed body"))
      }
      try reader.finish("bodies")
      return result
    } catch {
      throw .damaged("the bodies of \(stream) at \(first): \(error)")
    }
  }

  /// The sealed body of the entry at an index, of no bytes when it was erased.
  static func sealedBody(at index: UInt64, in chunk: Chunk) throws(ByteError) -> ArraySlice<UInt8> {
    guard index >= chunk.firstBody else {
      throw ByteError(field: "bodies", offset: 0, problem: "they begin behind the one asked for")
    }
    var reader = ByteReader(chunk.bodies)
    var length = try reader.varint("body length")
    if length == ChunkBuilder.Form.returned.mark { length = try reader.varint("body length") }
    for _ in chunk.firstBody..<index {
      try reader.skip(Int(clamping: length), "sealed body")
      length = try reader.varint("body length")
    }
    return try reader.raw(Int(clamping: length), "sealed body")
  }

  /// The entry at a position of a chunk, with its stretch.
  static func entry(at position: Int, in chunk: Chunk) throws(ByteError) -> (entry: Entry, stretch: UInt32) {
    var reader = ByteReader(chunk.entries)
    let stretch = UInt32(clamping: try reader.varint("stretch"))
    for _ in 0..<position { try PackedEntries.skip(&reader) }
    return (try PackedEntries.read(&reader), stretch)
  }

  /// The indices in the home stream of all entries.
  func homeIndices(of stream: StreamName) throws(ReadError) -> [UInt64] {
    do {
      var reader = ByteReader(bodies)
      if hasCopies { _ = try reader.varint("mark") }
      var result: [UInt64] = []
      result.reserveCapacity(entries.count)
      for _ in entries {
        result.append(try reader.varint("home index"))
        if hasCopies { try reader.skip(Int(clamping: try reader.varint("body length")), "sealed body") }
      }
      try reader.finish("home indices")
      return result
    } catch {
      throw .damaged("the chunk of \(stream) at \(first): \(error)")
    }
  }
}

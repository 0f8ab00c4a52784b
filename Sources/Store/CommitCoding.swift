import Exchange
import Terms

/// A commit as bytes of the journal: appends, states and index lines, which are all that goes there. What a stream is called
/// stands at its first use; after that its place in the list does.
enum CommitCoding {
  /// Bytes that the commit takes at least: what is too large need not be encoded to be known as such.
  static func leastByteCount(_ commit: Commit) -> Int {
    let chunks = commit.appends.reduce(0) { $0 + $1.chunk.entries.count + $1.chunk.bodies.count }
    return commit.states.reduce(chunks + commit.index.count * 11) { $0 + $1.key.utf8.count + ($1.value?.count ?? 0) }
  }

  static func encode(_ commit: Commit) -> [UInt8] {
    var names = Names()
    for append in commit.appends { names.add(append.stream) }
    for entry in commit.index { names.add(entry.locator.stream) }
    let weight = commit.appends.reduce(0) { $0 + $1.chunk.entries.count + $1.chunk.bodies.count + 64 }
    var out = ByteWriter(capacity: 256 + weight + commit.states.count * 512 + commit.index.count * 16)
    out.varint(UInt64(names.list.count))
    for name in names.list { put(Array(name.description.utf8), &out) }
    out.varint(UInt64(commit.appends.count))
    for append in commit.appends {
      out.varint(names.place(append.stream))
      out.varint(append.chunk.first)
      out.varint(UInt64(append.chunk.count))
      put(append.chunk.entries, &out)
      put(append.chunk.bodies, &out)
      out.varint(UInt64(append.tiles.count))
      for tile in append.tiles { out.digest(tile) }
    }
    out.varint(UInt64(commit.states.count))
    for (key, value) in commit.states {
      put(Array(key.utf8), &out)
      out.uint8(value == nil ? 0 : 1)
      if let value { put(value, &out) }
    }
    out.varint(UInt64(commit.index.count))
    for entry in commit.index {
      out.varint(ZigZag.encode(Int64(entry.partition)))
      out.uint64(entry.key.bits)
      out.varint(names.place(entry.locator.stream))
      out.varint(entry.locator.index)
    }
    return out.bytes
  }

  static func decode(_ bytes: ArraySlice<UInt8>) throws(ByteError) -> Commit {
    var reader = ByteReader(bytes)
    var commit = Commit()
    var names: [StreamName] = []
    for _ in 0..<(try reader.varint("streams")) { names.append(try name(&reader)) }
    for _ in 0..<(try reader.varint("appends")) {
      let stream = try pick(names, &reader)
      let first = try reader.varint("first")
      let count = Int(clamping: try reader.varint("count"))
      let (entries, bodies) = (try take("entries", &reader), try take("bodies", &reader))
      var tiles: [Digest] = []
      for _ in 0..<(try reader.varint("tiles")) { tiles.append(try reader.digest("tile")) }
      commit.appends.append(
        Append(stream: stream, chunk: Chunk(first: first, count: count, entries: entries, bodies: bodies), tiles: tiles)
      )
    }
    for _ in 0..<(try reader.varint("states")) {
      let key = try ByteReader.text(take("key", &reader)[...], "key")
      commit.states.append((key, try reader.uint8("value") == 0 ? nil : try take("value", &reader)))
    }
    for _ in 0..<(try reader.varint("lines")) {
      let at = reader.offset
      guard let partition = Int32(exactly: ZigZag.decode(try reader.varint("partition"))) else {
        throw ByteError(field: "partition", offset: at, problem: "out of range")
      }
      let key = BlindKey(bits: try reader.uint64("key"))
      let stream = try pick(names, &reader)
      let locator = Locator(stream: stream, index: try reader.varint("index"))
      commit.index.append(IndexEntry(partition: partition, key: key, locator: locator))
    }
    try reader.finish("commit")
    return commit
  }

  private static func put(_ bytes: [UInt8], _ out: inout ByteWriter) {
    out.varint(UInt64(bytes.count))
    out.raw(bytes)
  }

  private static func take(_ field: String, _ reader: inout ByteReader) throws(ByteError) -> [UInt8] {
    Array(try reader.raw(Int(clamping: try reader.varint(field)), field))
  }

  private static func name(_ reader: inout ByteReader) throws(ByteError) -> StreamName {
    let at = reader.offset
    let text = try ByteReader.text(take("stream", &reader)[...], "stream")
    do { return try StreamName(text) } catch {
      throw ByteError(field: "stream", offset: at, problem: "\(error)")
    }
  }

  private static func pick(_ names: [StreamName], _ reader: inout ByteReader) throws(ByteError) -> StreamName {
    let at = reader.offset
    let place = try reader.varint("stream")
    guard place < UInt64(names.count) else {
      throw ByteError(field: "stream", offset: at, problem: "\(place) of \(names.count)")
    }
    return names[Int(place)]
  }

  /// The streams that a commit names, each once.
  private struct Names {
    private(set) var list: [StreamName] = []
    private var places: [StreamName: UInt64] = [:]
    private var last: (name: StreamName, place: UInt64)?

    mutating func add(_ name: StreamName) {
      guard last?.name != name else { return }
      let place = places[name] ?? UInt64(list.count)
      if places.updateValue(place, forKey: name) == nil { list.append(name) }
      last = (name, place)
    }

    func place(_ name: StreamName) -> UInt64 { places[name] ?? UInt64(list.count) }
  }
}

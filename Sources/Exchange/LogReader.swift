import Ledger
import Terms

/// Reads a stream's log and bodies from the store: for queries, proofs, sending and verifying. Usable from any thread.
public struct LogReader: Sendable {
  /// The store.
  public let store: any Store
  /// The epochs.
  public let vault: EpochVault
  /// The realm of the checkpoint origins.
  public let realm: Realm
  private let parsed = ParsedStates()

  /// A reader over a store.
  public init(store: any Store, vault: EpochVault, realm: Realm) {
    (self.store, self.vault, self.realm) = (store, vault, realm)
  }

  /// A record with where it stands.
  public struct Record: Hashable, Sendable {
    /// Where it stands.
    public let locator: Locator
    /// Its log entry.
    public let entry: Entry
    /// The stretch it belongs to.
    public let context: EntryContext
    /// Its body, opened and checked against the entry's commitment.
    public let body: [UInt8]

    /// A record with where it stands.
    public init(locator: Locator, entry: Entry, context: EntryContext, body: [UInt8]) {
      (self.locator, self.entry, self.context, self.body) = (locator, entry, context, body)
    }
  }

  /// What is kept of a stream, or an empty one.
  public func state(of stream: StreamName) throws(ReadError) -> StreamState {
    guard let bytes = try store.readState(StreamState.stateKey(stream)) else { return StreamState() }
    return try parsed.state(bytes, of: stream)
  }

  /// The names of all streams that have anything.
  public func streams() throws(ReadError) -> [StreamName] {
    let states = try store.readStates("stream/")
    var names: [StreamName] = []
    for (key, _) in states {
      guard let name = try? StreamName(key.dropFirst("stream/".count)) else { throw .damaged("the state \(key)") }
      names.append(name)
    }
    return names
  }

  /// The streams of a dataset that a country holds entries of, its own among them; from memory.
  public func streams(of dataset: DatasetName, to recipient: CountryCode) -> [StreamName] {
    store.streams { $0.dataset == dataset && $0.recipient == recipient }
  }

  /// The entry at an index, with its stretch.
  public func entry(_ stream: StreamName, at index: UInt64) throws(ReadError) -> (entry: Entry, context: EntryContext) {
    let chunk = try storedChunk(stream, at: index, .entries)
    return try entry(of: chunk, in: stream, at: index)
  }

  private func entry(
    of chunk: Chunk, in stream: StreamName, at index: UInt64
  ) throws(ReadError) -> (entry: Entry, context: EntryContext) {
    let (entry, stretch): (Entry, UInt32)
    do throws(ByteError) { (entry, stretch) = try OpenedChunk.entry(at: Int(index - chunk.first), in: chunk) } catch {
      throw .damaged("the chunk of \(stream) at \(chunk.first): \(error)")
    }
    return (entry, try context(stream, stretch))
  }

  /// The record at an index of a home or incoming stream, opened; nil when the entry there has no body.
  public func record(_ stream: StreamName, at index: UInt64) throws(ReadError) -> Record? {
    let chunk = try storedChunk(stream, at: index, .body)
    let (entry, context) = try entry(of: chunk, in: stream, at: index)
    guard entry.hasBody else { return nil }
    if let sealed = try? OpenedChunk.sealedBody(at: index, in: chunk), !sealed.isEmpty,
      let record = try? record(entry, sealed, Locator(stream: stream, index: index), context)
    {
      return record
    }
    // What is wrong with it is for who looks at all of the chunk to say.
    let opened = try self.chunk(stream, at: index)
    return try record(opened, sealed: try opened.sealedBodies(of: stream), Int(index - opened.first), stream, context)
  }

  /// The records of the chunk that holds `index`, newest last, and the index after them. Erased ones are left out.
  public func records(
    _ stream: StreamName, chunkAt index: UInt64
  ) throws(ReadError) -> (records: [Record], first: UInt64, end: UInt64, erased: Int) {
    let opened = try chunk(stream, at: index)
    let context = try context(stream, opened.stretch)
    let sealed = try opened.sealedBodies(of: stream)
    var records: [Record] = []
    var erased = 0
    for position in opened.entries.indices {
      do {
        if let record = try record(opened, sealed: sealed, position, stream, context) { records.append(record) }
      } catch {
        guard case .erased = error else { throw error }
        erased += 1
      }
    }
    return (records, opened.first, opened.first + UInt64(opened.entries.count), erased)
  }

  /// The entries of a chunk with their stretch.
  public struct Entries: Sendable {
    /// The index of the first.
    public let first: UInt64
    /// The entries.
    public let entries: [Entry]
    /// The stretch they belong to.
    public let context: EntryContext
  }

  /// The entries of a chunk.
  public func entries(of chunk: Chunk, in stream: StreamName) throws(ReadError) -> Entries {
    let opened = try OpenedChunk(chunk, of: stream)
    return Entries(first: opened.first, entries: opened.entries, context: try context(stream, opened.stretch))
  }

  /// For a chunk of an outgoing stream: where each entry's record is in the home stream.
  public func homeIndices(of chunk: Chunk, in stream: StreamName) throws(ReadError) -> [UInt64] {
    try OpenedChunk(chunk, of: stream).homeIndices(of: stream)
  }

  /// Whether an outgoing stream keeps the bodies of a chunk, which a neighbour handed back, instead of their places.
  public func keepsBodies(_ chunk: Chunk, in stream: StreamName) throws(ReadError) -> Bool {
    try OpenedChunk(chunk, of: stream).keepsBodies
  }

  /// The entries of a chunk of an outgoing stream whose copies, which lie there to be sent, are not what the entries commit to.
  public func faultyCopies(_ chunk: Chunk, in stream: StreamName) throws(ReadError) -> [UInt64] {
    let opened = try OpenedChunk(chunk, of: stream)
    guard opened.hasCopies else { return [] }
    let (copies, context) = (try opened.sealedBodies(of: stream), try context(stream, opened.stretch))
    var faulty: [UInt64] = []
    for (position, entry) in opened.entries.enumerated() where entry.hasBody {
      let index = opened.first + UInt64(position)
      do throws(ReadError) {
        _ = try record(entry, copies[position], Locator(stream: stream, index: index), context)
      } catch {
        switch error {
        case .erased: break
        case .damaged: faulty.append(index)
        case .store, .absent: throw error
        }
      }
    }
    return faulty
  }

  /// The record at an index of an outgoing stream as a neighbour handed it back; nil when it is made of the home stream.
  public func keptRecord(_ stream: StreamName, at index: UInt64) throws(ReadError) -> Record? {
    guard try chunk(stream, at: index).keepsBodies else { return nil }
    return try record(stream, at: index)
  }

  /// The first index whose entry's id comes after another, at most `size`; the first of all without another.
  func firstIndex(of stream: StreamName, after id: RecordID?, size: UInt64) throws(ReadError) -> UInt64 {
    guard let id else { return 0 }
    return try search(stream, size: size) { $0 <= id }
  }

  /// The first index whose entry's moment is not before `time`, at most `size`.
  public func firstIndex(of stream: StreamName, notBefore time: Instant, size: UInt64) throws(ReadError) -> UInt64 {
    try search(stream, size: size) { $0.time < time }
  }

  /// Where the record with this id is in a stream, or nil.
  public func find(_ id: RecordID, in stream: StreamName, size: UInt64) throws(ReadError) -> UInt64? {
    let index = try search(stream, size: size) { $0 < id }
    guard index < size, try entry(stream, at: index).entry.id == id else { return nil }
    return index
  }

  private func search(
    _ stream: StreamName, size: UInt64, isBefore: (RecordID) -> Bool
  ) throws(ReadError) -> UInt64 {
    var (low, high) = (UInt64(0), size)
    while low < high {
      let opened = try chunk(stream, at: low + (high - low) / 2, .entries)
      guard let first = opened.entries.first, let last = opened.entries.last else { break }
      if !isBefore(first.id) {
        high = opened.first
      } else if isBefore(last.id) {
        low = opened.first + UInt64(opened.entries.count)
      } else {
        return opened.first + UInt64(opened.entries.firstIndex { !isBefore($0.id) } ?? opened.entries.count)
      }
    }
    return low
  }

  func chunk(
    _ stream: StreamName, at index: UInt64, _ part: ChunkPart = .whole
  ) throws(ReadError) -> OpenedChunk {
    try OpenedChunk(try storedChunk(stream, at: index, part), of: stream)
  }

  private func storedChunk(_ stream: StreamName, at index: UInt64, _ part: ChunkPart) throws(ReadError) -> Chunk {
    guard let chunk = try store.readChunk(stream, index, part) else {
      throw .absent(stream: stream, index: index)
    }
    guard chunk.first <= index, index - chunk.first < UInt64(chunk.count) else {
      throw .damaged("the chunk of \(stream) at \(index) holds other entries")
    }
    return chunk
  }

  func context(_ stream: StreamName, _ stretch: UInt32) throws(ReadError) -> EntryContext {
    try parsed.context(stream, stretch) { () throws(ReadError) in
      guard let bytes = try store.readState(Stretch.stateKey(stream, stretch)) else {
        throw .damaged("stretch \(stretch) of \(stream) is missing")
      }
      do {
        let value = try Stretch(bytes)
        return EntryContext(
          origin: stream.checkpointOrigin(in: realm), agreement: value.agreement, version: value.version)
      } catch {
        throw .damaged("stretch \(stretch) of \(stream): \(error)")
      }
    }
  }

  private func record(
    _ opened: OpenedChunk, sealed: [ArraySlice<UInt8>], _ position: Int, _ stream: StreamName, _ context: EntryContext
  ) throws(ReadError) -> Record? {
    let entry = opened.entries[position]
    guard entry.hasBody else { return nil }
    let index = opened.first + UInt64(position)
    if opened.bodies.isEmpty { throw try missing(stream, index) }
    // It came without its body: its time was over before it was sent.
    if opened.keepsBodies, sealed[position].isEmpty { throw .erased(stream: stream, index: index) }
    return try record(entry, sealed[position], Locator(stream: stream, index: index), context)
  }

  private func record(
    _ entry: Entry, _ sealed: ArraySlice<UInt8>, _ locator: Locator, _ context: EntryContext
  ) throws(ReadError) -> Record {
    let (stream, index) = (locator.stream, locator.index)
    let leaf = context.leaf(entry)
    var key = try vault.key(of: stream, at: index)
    let body: [UInt8]
    if let opened = try? key.open(sealed, leaf: leaf) {
      body = opened
    } else {
      // A commit is visible here before the core has taken in its epochs.
      vault.forget(stream)
      key = try vault.key(of: stream, at: index)
      do { body = try key.open(sealed, leaf: leaf) } catch {
        throw .damaged("the body of entry \(index) of \(stream): \(error)")
      }
    }
    guard key.commitment(to: body, of: entry.id) == entry.commitment else {
      throw .damaged("the body of entry \(index) of \(stream) is not the one the entry commits to")
    }
    return Record(locator: locator, entry: entry, context: context, body: body)
  }

  /// Why a body is not there. Where its key still is, nothing was erased.
  private func missing(_ stream: StreamName, _ index: UInt64) throws(ReadError) -> ReadError {
    if try vault.isErased(stream, at: index) { return .erased(stream: stream, index: index) }
    // The commit that erased it is visible here before the core has taken it in.
    vault.forget(stream)
    if try vault.isErased(stream, at: index) { return .erased(stream: stream, index: index) }
    return .damaged("the body of entry \(index) of \(stream) is missing, and was not erased")
  }

  /// Entries of a chunk that keeps bodies that have none though their key is here.
  public func unexplained(_ stream: StreamName, chunkAt index: UInt64) throws(ReadError) -> [Entry] {
    let opened = try chunk(stream, at: index)
    guard !opened.bodies.isEmpty else { return [] }
    let sealed = try opened.sealedBodies(of: stream)
    var found: [Entry] = []
    for (position, entry) in opened.entries.enumerated() where entry.hasBody && sealed[position].isEmpty {
      if try !vault.isErased(stream, at: opened.first + UInt64(position)) { found.append(entry) }
    }
    return found
  }

  /// Leaf hashes of the tile that holds `index`, up to the stream's end.
  func leaves(_ stream: StreamName, tile: UInt64) throws(ReadError) -> [NodeHash] {
    var leaves: [NodeHash] = []
    let end = (tile + 1) * Commit.leavesPerTile
    var index = tile * Commit.leavesPerTile
    while index < end, let chunk = try store.readChunk(stream, index, .entries) {
      let opened = try OpenedChunk(chunk, of: stream)
      let context = try context(stream, opened.stretch)
      guard opened.first <= index, opened.first + UInt64(opened.entries.count) > index else {
        throw .damaged("the chunk of \(stream) at \(index) holds other entries")
      }
      for entry in opened.entries[Int(index - opened.first)...].prefix(Int(end - index)) {
        leaves.append(context.leaf(entry))
        index += 1
      }
    }
    return leaves
  }

  /// The hashes of a stream's tree.
  public func tree(_ stream: StreamName) -> StreamTree { StreamTree(reader: self, stream: stream) }
}

/// The hashes of a stream's tree, from kept tiles and, below them, from the entries.
public final class StreamTree: HashSource {
  private let reader: LogReader
  private let stream: StreamName
  private var leaves: (tile: UInt64, hashes: [NodeHash])?

  init(reader: LogReader, stream: StreamName) { (self.reader, self.stream) = (reader, stream) }

  /// The hash of a complete subtree.
  public func node(level: Int, index: UInt64) throws(ReadError) -> NodeHash {
    if level < 8 {
      let tile = index << UInt64(level) / Commit.leavesPerTile
      if leaves?.tile != tile { leaves = (tile, try reader.leaves(stream, tile: tile)) }
      let first = Int(index << UInt64(level) % Commit.leavesPerTile)
      guard let hashes = leaves?.hashes, hashes.count >= first + 1 << level else {
        throw .absent(stream: stream, index: index << UInt64(level))
      }
      return Self.join(hashes[first..<(first + 1 << level)])
    }
    let count = 1 << (level - 8)
    let tiles = try reader.store.readTiles(stream, index << UInt64(level - 8), count)
    guard tiles.count == count else { throw .damaged("tiles of \(stream) are missing") }
    return Self.join(tiles.map { NodeHash($0) }[...])
  }

  private static func join(_ nodes: ArraySlice<NodeHash>) -> NodeHash {
    var level = Array(nodes)
    while level.count > 1 {
      level = stride(from: 0, to: level.count - 1, by: 2).map { .parent(level[$0], level[$0 + 1]) }
    }
    return level.first ?? NodeHash(RootHash.empty.digest)
  }
}

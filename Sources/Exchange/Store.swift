import Terms

/// What a node keeps, behind one interface: append-only chunks of streams, a blind index, and small keyed state.
/// The store knows no keys and no formats: what it holds is already sealed, hashed or public.
///
/// One commit is atomic and durable: when `commit` returns, all of it survives a power cut; when it throws, none of it
/// happened. Commits come from one thread at a time; reads may come from any thread and see whole commits only.
public protocol Store: Sendable {
  /// Makes all of the commit durable, or none of it.
  func commit(_ commit: Commit) throws(StoreError)

  /// The small state kept under `key`.
  func state(_ key: String) throws(StoreError) -> [UInt8]?

  /// All small state whose key begins with `prefix`, in order of key.
  func states(prefix: String) throws(StoreError) -> [(key: String, value: [UInt8])]

  /// The streams with an entry that are wanted, in any order; from memory.
  func streams(where isWanted: (StreamName) -> Bool) -> [StreamName]

  /// The chunk of a stream that holds the entry at `index`, or nil when the stream is not that long. A store may give more of it
  /// than was asked for.
  func chunk(of stream: StreamName, containing index: UInt64, _ part: ChunkPart) throws(StoreError) -> Chunk?

  /// Roots of complete subtrees of `Commit.leavesPerTile` leaves, from tile number `first`, at most `limit`.
  func tiles(of stream: StreamName, from first: UInt64, limit: Int) throws(StoreError) -> [Digest]

  /// Where records with this blind key are, in the partitions named, newest partition first; at most `limit`. Lines of
  /// records whose bodies were forgotten are not found, but for those in the partition that is kept without end.
  /// Keys are 64 bits: a caller checks what it finds.
  func locate(_ key: BlindKey, partitions: ClosedRange<Int32>, limit: Int) throws(StoreError) -> [Locator]

  /// Bytes on disk, and other figures for people; keys are stable words such as `database_bytes`.
  func figures() throws(StoreError) -> [String: Int64]
}

/// How much of a chunk its reader needs.
public enum ChunkPart: Sendable {
  /// All of it, checked.
  case whole
  /// The same for who checks each body that it takes by its seal: their sums need not be made.
  case sealed
  /// The entries, and of the bodies at least that of the entry asked for, for who checks it by its seal.
  case body
  /// The entries; then it has no bodies.
  case entries
}

/// What changes together.
public struct Commit: Sendable {
  /// Leaves below one kept tile: RFC 6962 subtrees of 2^8 leaves, as C2SP tlog-tiles has them. Hashes below are computed
  /// again from the entries when a proof is asked for; that keeps 32 bytes a record off the disk.
  public static let leavesPerTile: UInt64 = 256

  /// New ends of streams.
  public var appends: [Append] = []
  /// New small state, nil to remove it; later ones win.
  public var states: [(key: String, value: [UInt8]?)] = []
  /// New index entries.
  public var index: [IndexEntry] = []
  /// Bodies to forget: every chunk that lies wholly below `below` loses its bodies; entries stay.
  public var erasures: [(stream: StreamName, below: UInt64)] = []
  /// Index partitions to forget whole.
  public var droppedPartitions: [Int32] = []
  /// Index partitions from which lines of forgotten bodies are to go from the disk, behind the commit.
  public var sweptPartitions: [Int32] = []

  /// State whose name begins with this holds keys that are destroyed one day: what takes the place of such a state
  /// overwrites it on the disk, and no copy of it is left in a page or a log.
  public static let destructible = "epoch/"

  /// A commit that changes nothing yet.
  public init() {}

  /// Whether nothing would change.
  public var isEmpty: Bool {
    appends.isEmpty && states.isEmpty && index.isEmpty && erasures.isEmpty && droppedPartitions.isEmpty
      && sweptPartitions.isEmpty
  }
}

/// Entries and bodies to put at a stream's end.
public struct Append: Sendable {
  /// The stream.
  public let stream: StreamName
  /// The entries. `chunk.first` must be the stream's size so far, or the commit is refused.
  public let chunk: Chunk
  /// Roots of the tiles that these entries complete, in order.
  public let tiles: [Digest]
  /// Where the bodies may be taken apart, ascending, so that who wants one of them need not read all.
  public let seams: [Seam]

  /// A place between the bodies of two entries of a chunk.
  public struct Seam: Hashable, Sendable {
    /// How many entries lie before it.
    public let count: Int
    /// How many bytes of bodies lie before it.
    public let offset: Int

    /// A place between the bodies of two entries.
    public init(count: Int, offset: Int) { (self.count, self.offset) = (count, offset) }
  }

  /// The seams between the two ends of the bodies.
  private var bounds: [Seam] {
    var bounds: [Seam] = []
    bounds.reserveCapacity(seams.count + 2)
    bounds.append(Seam(count: 0, offset: 0))
    bounds += seams
    bounds.append(Seam(count: chunk.count, offset: chunk.bodies.count))
    return bounds
  }

  /// The parts of the bodies: the index of the first entry of each, and its bytes. None when there are no bodies.
  public var parts: [(first: UInt64, bytes: Range<Int>)] {
    guard !chunk.bodies.isEmpty else { return [] }
    let bounds = bounds
    return zip(bounds, bounds.dropFirst()).map { (chunk.first + UInt64($0.count), $0.offset..<$1.offset) }
  }

  /// Whether the seams lie between bodies, as far as that can be seen.
  public var hasGoodSeams: Bool {
    guard !seams.isEmpty else { return true }
    let bounds = bounds
    return zip(bounds, bounds.dropFirst()).allSatisfy { $0.count < $1.count && $0.offset < $1.offset }
  }

  /// Entries and bodies to put at a stream's end.
  public init(stream: StreamName, chunk: Chunk, tiles: [Digest], seams: [Seam] = []) {
    (self.stream, self.chunk, self.tiles, self.seams) = (stream, chunk, tiles, seams)
  }
}

/// Consecutive entries of a stream, packed, with their bodies, packed apart so that bodies can be forgotten.
public struct Chunk: Hashable, Sendable {
  /// The index of the first entry.
  public let first: UInt64
  /// How many entries.
  public let count: Int
  /// The packed entries.
  public let entries: [UInt8]
  /// The packed bodies; empty when there are none or they were erased.
  public let bodies: [UInt8]
  /// The index of the entry whose body is the first of them: `first`, but where less than all was asked for.
  public let firstBody: UInt64

  /// Consecutive packed entries.
  public init(first: UInt64, count: Int, entries: [UInt8], bodies: [UInt8], firstBody: UInt64? = nil) {
    (self.first, self.count, self.entries, self.bodies) = (first, count, entries, bodies)
    self.firstBody = firstBody ?? first
  }

  /// The index after the last entry.
  public var end: UInt64 { first + UInt64(count) }
}

/// A searchable value, hashed with the node's index key: its first 64 bits, evenly spread.
public struct BlindKey: Hashable, Comparable, Sendable {
  /// The bits.
  public let bits: UInt64

  /// A blind key from its bits.
  public init(bits: UInt64) { self.bits = bits }

  /// Order of the bits.
  public static func < (a: Self, b: Self) -> Bool { a.bits < b.bits }
}

/// Where a record is.
public struct Locator: Hashable, Sendable {
  /// The stream.
  public let stream: StreamName
  /// The entry's index in it.
  public let index: UInt64

  /// Where a record is.
  public init(stream: StreamName, index: UInt64) { (self.stream, self.index) = (stream, index) }
}

/// One line of the blind index.
public struct IndexEntry: Hashable, Sendable {
  /// The partition; a month as year * 12 + month - 1, or 0 for what is kept without end.
  public let partition: Int32
  /// The hashed value.
  public let key: BlindKey
  /// Where the record is.
  public let locator: Locator

  /// One line of the blind index.
  public init(partition: Int32, key: BlindKey, locator: Locator) {
    (self.partition, self.key, self.locator) = (partition, key, locator)
  }
}

/// Why the store refused or failed.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No room on the disk. Nothing was stored; it may succeed later.
  case full(String)
  /// The store's files are damaged.
  case damaged(String)
  /// Another process has the store.
  case busy(String)
  /// An append that does not start at its stream's end: a mistake of the program, refused before it does harm.
  case notAtEnd(stream: StreamName, size: UInt64, first: UInt64)
  /// The home was put back from a backup, and what its neighbours hold is not here again yet. Nothing was stored; it will
  /// succeed later.
  case recovering(String)
  /// The disk or the database refused for another reason.
  case failed(String)

  /// One sentence for a person.
  public var description: String {
    switch self {
    case .full(let what): "the disk is full (\(what)); free some room, the node goes on by itself"
    case .damaged(let what): "the store is damaged (\(what)); run verify, then restore from a backup"
    case .busy(let what): "the store is in use (\(what)); stop the other process first"
    case .notAtEnd(let stream, let size, let first): "an append to \(stream) starts at \(first), its size is \(size)"
    case .recovering(let what):
      "this home was put back from a backup, \(what); publish again in a moment, istmo status shows how far it is"
    case .failed(let what): "the store failed: \(what)"
    }
  }
}

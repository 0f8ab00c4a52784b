import Ledger
import Sodium
import Terms

/// A stream that this country signs: its home register, or one that goes to a neighbour. `head` runs ahead of what is
/// durable while a commit is under way. There is one of each, which the core alone has: copies of all this, to look at one part of it, were
/// a twentieth of a lone record's way. When something cannot be read in the midst of a change, all are read again.
final class OwnStream {
  let name: StreamName
  var head: StreamState
  /// What is durable: size and checkpoint.
  var durable: StreamState
  var context: EntryContext?
  var epoch: EpochKey?
  var agreed: AgreedStream?
  /// Why it does not flow: the neighbour's words, or what could not be read here.
  var problem = ""
  /// The same by its parts; says nothing while `problem` is empty.
  var trouble: StreamTrouble?
  /// The problem stands until the neighbour's receipt is larger than this; nil when the next request settles it.
  var problemIndex: UInt64?
  /// The entry the neighbour refuses; nothing from here on is sent until it asks again.
  var limit: UInt64?
  /// What was made last, while it is being sent.
  var recent: RecentEntries?
  /// A receipt came in that is not durable here yet.
  var hasNewReceipt = false
  /// Since when the neighbour owes a receipt without having given any; nil while it owes none, and before it asked.
  var owedSince: Instant?

  init(_ name: StreamName, _ state: StreamState, _ reader: LogReader) throws(ReadError) {
    self.name = name
    head = state
    durable = state
    if state.stretch > 0 { context = try reader.context(name, state.stretch) }
    // The day's key goes on being used after a restart.
    if state.size > 0, try reader.vault.epochs(of: name).last?.isErased == false {
      epoch = try reader.vault.key(of: name, at: state.size - 1)
    }
  }

  /// Entries that are durable here and without a receipt.
  var lag: UInt64 { durable.size - min(durable.receipt?.checkpoint.size ?? 0, durable.size) }
}

/// A stream that a neighbour signs and this country holds.
final class HeldStream {
  let name: StreamName
  var head: StreamState
  var durable: StreamState
  var context: EntryContext?
  var epoch: EpochKey?
  /// The key of the last epoch was destroyed, or never came.
  var isEpochErased = false
  var agreed: AgreedStream?
  /// Why it does not flow.
  var problem = ""
  /// The same by its parts; says nothing while `problem` is empty.
  var trouble: StreamTrouble?
  /// The entry that was refused: the problem stands until more than this is held; nil when the next good word settles it.
  var problemIndex: UInt64?
  /// Something was missed and is to be asked for soon.
  var hasMissed = false
  /// When the origin last said something valid about it.
  var heardAt: Instant?
  /// The largest size the origin has spoken of, and since when something of it has been missing here.
  var announced: UInt64 = 0
  var announcedAt: Instant?
  /// A later "as of" came in that is not durable here yet.
  var hasNewAsOf = false
  /// What came ahead of the next batch.
  var advance: Advance?

  init(_ name: StreamName, _ state: StreamState, _ reader: LogReader) throws(ReadError) {
    self.name = name
    head = state
    durable = state
    announced = state.size
    if state.stretch > 0 { context = try reader.context(name, state.stretch) }
    guard state.size > 0, let last = try reader.vault.epochs(of: name).last else { return }
    isEpochErased = last.isErased
    if !last.isErased { epoch = try reader.vault.key(of: name, at: state.size - 1) }
  }
}

/// A link that is up.
struct Session {
  /// Whether the neighbour said that it passes over messages that it does not know.
  var isAble = false
  /// The neighbour's clock minus ours, in milliseconds, as of its hello.
  var skew: Int64?
  /// Streams on their way to the neighbour.
  var sending: [StreamName: Sending] = [:]
  /// When each incoming stream was last asked for, and how long to wait before it is asked for again without need.
  var asked: [StreamName: (at: Instant, patience: Int64)] = [:]
  /// When each incoming stream's receipt was last given, and how long to wait before it is given again though nothing came.
  var receipts: [StreamName: (at: Instant, wait: Int64)] = [:]
  /// When a batch of the neighbour was last taken: while one stream fills the link, others wait their turn.
  var lastProgress: Instant?
  /// Refusals that were logged on this link.
  var refusals: Set<String> = []

  /// One stream on its way to the neighbour.
  struct Sending {
    /// The tree of what was sent.
    var frontier: Frontier
    /// What was sent and has no receipt yet.
    var unreceipted: [(size: UInt64, root: RootHash, byteCount: Int)] = []
    var unreceiptedBytes = 0
    var lastAsOf: Instant?
    /// When the last batch left, and whether it was full: what follows a full one is the end of more.
    var last: (at: Instant, isFull: Bool)?

    /// Whether there is more below `end`, and the window is open.
    func mayGoOn(to end: UInt64) -> Bool {
      frontier.size < end && unreceiptedBytes < Core.mostUnreceiptedBytes
        && unreceipted.count < Core.mostUnreceiptedBatches
    }
  }
}

/// What gathers for the next commit.
struct Building {
  var commit = Commit()
  var results: [Core.Published] = []
  /// Those that are told with the commit.
  var told: [UInt64] = []
  var epochs: [(stream: StreamName, epoch: EpochRecord, key: EpochKey)] = []
  /// Epochs whose keys are destroyed.
  var erased: [(stream: StreamName, epoch: EpochRecord)] = []
  /// Streams of this country that grew.
  var grown: Set<StreamName> = []
  /// Their checkpoints are signed however few entries came since.
  var signsAll = false
  /// Streams of neighbours that grew.
  var received: Set<StreamName> = []
  /// Chunks in the making.
  var chunks: [StreamName: ChunkBuilder] = [:]
  var tiles: [StreamName: [Digest]] = [:]
  /// Records of this commit: by the blind key of their reference, and their ids, ascending.
  var references: [BlindKey: [Core.Earlier]] = [:]
  var ids: [RecordID] = []
  var changes: [RecordID: RecordID] = [:]

  /// Bodies that wait here for the disk.
  var byteCount = 0
  /// Records and corrections of this commit that a neighbour's stream holds, withdrawals not; ascending.
  var standing: [StreamName: [RecordID]] = [:]

  /// The states that the commit holds, by stream.
  var sealedHeads: [StreamName: StreamState] = [:]

  /// Streams of which a batch leaves once the commit is durable, as they will stand then.
  var leaving: [StreamName: Session.Sending] = [:]
  /// Their entries were sent ahead, where that is of use.
  var hasAdvanced = false

  var hasChanges: Bool { !commit.isEmpty || !chunks.isEmpty || !grown.isEmpty || !received.isEmpty }
  var isEmpty: Bool { !hasChanges && results.isEmpty }

  /// Closes the chunk in the making of a stream.
  mutating func closeChunk(_ stream: StreamName) {
    guard let builder = chunks.removeValue(forKey: stream) else { return }
    commit.appends.append(
      Append(
        stream: stream, chunk: builder.chunk, tiles: tiles.removeValue(forKey: stream) ?? [], seams: builder.seams))
  }

  /// Adds an entry to a stream's chunk in the making, with what its form keeps.
  mutating func add(
    _ entry: Entry, sealed: ArraySlice<UInt8>, homeIndex: UInt64 = 0, to stream: StreamName, at index: UInt64,
    stretch: UInt32, tile: NodeHash?, form: ChunkBuilder.Form
  ) {
    var isFull = chunks[stream, default: ChunkBuilder(first: index, stretch: stretch, form: form)]
      .append(entry, sealed: sealed, homeIndex: homeIndex, form)
    if isFull == nil {
      closeChunk(stream)
      var builder = ChunkBuilder(first: index, stretch: stretch, form: form)
      isFull = builder.append(entry, sealed: sealed, homeIndex: homeIndex, form)
      chunks[stream] = builder
    }
    if let tile { tiles[stream, default: []].append(tile.digest) }
    if isFull == true { closeChunk(stream) }
  }
}

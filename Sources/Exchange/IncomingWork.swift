import Ledger
import Sodium
import Terms

/// The checking of one received batch: everything it claims is computed again before anything is taken over. First its entries and bodies,
/// then the checkpoint that signs them.
struct IncomingWork {
  /// What is wrong with a batch.
  struct Fault: Error {
    let code: Message.Refusal.Code
    let reason: String
    let index: UInt64
  }

  struct Item {
    let entry: Entry
    let sealed: ArraySlice<UInt8>
    let tile: NodeHash?
    /// Under which it is found.
    let keys: [BlindKey]
  }

  let first: UInt64
  private let name: StreamName
  private(set) var head: StreamState
  private(set) var context: EntryContext
  private(set) var epoch: EpochKey?
  private(set) var items: [Item] = []
  /// Without a key where the epoch's time was over before it was sent.
  private(set) var epochs: [(record: EpochRecord, key: EpochKey?)] = []
  private(set) var isEpochErased: Bool
  private(set) var newStretch: Stretch?

  /// Checks the entries of a batch that continues what is held, all but its checkpoint; entries that are held already are passed over: the
  /// root at its end says whether they were the same.
  init(_ batch: Message.Batch, _ stream: HeldStream, _ terms: StreamTerms, _ core: Core) throws(Fault) {
    (first, name) = (stream.head.size, stream.name)
    head = stream.head
    (epoch, isEpochErased) = (stream.epoch, stream.isEpochErased)
    (context, newStretch) = batch.context(after: stream.context, of: stream.name, in: core.realm)
    if newStretch != nil { head.stretch &+= 1 }
    let entries: [Entry]
    var bodies = ByteReader(batch.bodies)
    do { entries = try PackedEntries.read(batch.entries[...], count: batch.count) } catch {
      throw Fault(code: .badEntry, reason: "the batch cannot be read: \(error)", index: batch.first)
    }
    var pieces: [BodyCheck.Piece] = []
    pieces.reserveCapacity(entries.count)
    // What is wrong with the order of entries is said after what is wrong with those before.
    var broken: Fault?
    do throws(Fault) {
      var (index, lastID) = (batch.first, head.lastID)
      for entry in entries {
        let sealed = try body(&bodies, at: index)
        if index >= first { pieces.append(try piece(entry, sealed, at: index, &lastID, stream.name, terms, core)) }
        index += 1
      }
    } catch { broken = error }
    let checking = BodyCheck(
      context: context, terms: terms, rules: core.rules, keys: core.keys, processors: core.processors)
    items.reserveCapacity(pieces.count)
    for (piece, result) in zip(pieces, checking.run(pieces)) {
      let passed = try result.get()
      let tile = head.frontier.append(passed.leaf)
      head.lastID = piece.entry.id
      items.append(Item(entry: piece.entry, sealed: piece.sealed, tile: tile, keys: passed.keys))
    }
    if let broken { throw broken }
    guard bodies.remaining == 0 else {
      throw Fault(code: .badEntry, reason: "the batch has bytes after its last body", index: batch.first)
    }
  }

  private func body(_ bodies: inout ByteReader, at index: UInt64) throws(Fault) -> ArraySlice<UInt8> {
    do {
      let length = try bodies.varint("body length")
      guard length <= UInt64(Core.longestBody + EpochKey.overheadByteCount) else {
        throw ByteError(field: "body length", offset: bodies.offset, problem: "longer than 64 KiB")
      }
      return try bodies.raw(Int(length), "sealed body")
    } catch {
      throw Fault(code: .badEntry, reason: "entry \(index): \(error)", index: index)
    }
  }

  /// The next entry with what is kept of its body: an epoch's key is with the epochs, and what came too late to be kept is not.
  private mutating func piece(
    _ entry: Entry, _ sealed: ArraySlice<UInt8>, at index: UInt64, _ lastID: inout RecordID?, _ name: StreamName,
    _ terms: StreamTerms, _ core: Core
  ) throws(Fault) -> BodyCheck.Piece {
    guard lastID.map({ $0 < entry.id }) ?? true else {
      throw Fault(code: .badEntry, reason: "entry \(index) does not come after the one before it", index: index)
    }
    lastID = entry.id
    // A correction of itself or of the future could lead a reader of the history in a circle.
    if case .replaces(let target) = entry.kind, target >= entry.id {
      throw Fault(code: .badEntry, reason: "entry \(index) replaces a later record", index: index)
    }
    if case .withdraws(let target) = entry.kind, target >= entry.id {
      throw Fault(code: .badEntry, reason: "entry \(index) withdraws a later record", index: index)
    }
    var kept: ArraySlice<UInt8> = []
    switch entry.kind {
    case .epoch(let number): try take(epoch: number, Array(sealed), entry, at: index, name, terms, core)
    case .erased:
      guard sealed.isEmpty, entry.commitment == Digest() else {
        throw Fault(code: .badEntry, reason: "entry \(index) is an erasure with a body", index: index)
      }
    case .record, .replaces, .withdraws:
      guard !sealed.isEmpty, !isEpochErased else {
        guard core.isTimeOver(of: entry.id.time, terms) else {
          throw Fault(
            code: .badEntry, reason: "entry \(index) comes without its body, and its time is not over", index: index)
        }
        break
      }
      kept = sealed
    }
    return BodyCheck.Piece(index: index, entry: entry, sealed: kept, epoch: epoch)
  }

  private mutating func take(
    epoch number: UInt32, _ box: [UInt8], _ entry: Entry, at index: UInt64, _ name: StreamName, _ terms: StreamTerms,
    _ core: Core
  ) throws(Fault) {
    guard !box.isEmpty else {
      let day = CalendarDay(daysSinceEpoch: Int64(number)).start
      guard core.isTimeOver(of: max(day, entry.id.time), terms) else {
        throw Fault(
          code: .badEntry, reason: "entry \(index) comes without its key, and its time is not over", index: index)
      }
      epochs.append((EpochRecord(number: number, first: index, box: [], wrapped: []), nil))
      (epoch, isEpochErased) = (nil, true)
      return
    }
    guard SHA256.hash(box) == entry.commitment else {
      throw Fault(code: .badEntry, reason: "the epoch key of entry \(index) is not the one it commits to", index: index)
    }
    do {
      let (record, key) = try EpochRecord.received(
        number: number, first: index, stream: name, box: box, keys: core.keys, core.entropy)
      epochs.append((record, key))
      (epoch, isEpochErased) = (key, false)
    } catch {
      throw Fault(
        code: .badEntry,
        reason: "the epoch key of entry \(index) was not sealed to this node's sealing key",
        index: index)
    }
  }

  /// Checks and takes the checkpoint that the batch ends with.
  mutating func take(_ note: [UInt8], of neighbour: Neighbour, _ core: Core) throws(Fault) {
    // Whether its "as of" is signed is looked at when the batch is durable (`confirm`): nothing of the batch rests on it.
    guard let signed = try? SignedCheckpoint(note), core.isSigned(signed, on: name, byLogOf: neighbour),
      core.bearsAsOf(signed, of: neighbour)
    else {
      throw Fault(
        code: .badSignature, reason: "the checkpoint is not signed by the keys of \(neighbour.country)'s card",
        index: first)
    }
    guard signed.checkpoint.origin == name.checkpointOrigin(in: core.realm), signed.checkpoint.size == head.size,
      signed.checkpoint.root == head.frontier.root
    else {
      throw Fault(code: .badEntry, reason: "the checkpoint is not that of the entries sent", index: first)
    }
    head.checkpoint = signed
  }
}

extension Message.Batch {
  /// What its entries' leaves are bound to: `known`, which the stream goes on with, or else a context of its own and the stretch
  /// that begins with it.
  func context(
    after known: EntryContext?, of stream: StreamName, in realm: Realm
  ) -> (context: EntryContext, begins: Stretch?) {
    if let known, known.agreement == agreement, known.version == version { return (known, nil) }
    let origin = stream.checkpointOrigin(in: realm)
    return (
      EntryContext(origin: origin, agreement: agreement, version: version),
      Stretch(agreement: agreement, version: version)
    )
  }
}

import Ledger
import Sodium
import Terms

// Handing entries back to their origin, and taking them back.
extension Core {
  /// The recipient's side: gives the next piece of what it durably holds.
  func receive(recall name: StreamName, from size: UInt64, _ country: CountryCode) throws(ReadError) {
    guard name.origin == country, name.recipient == self.country, let stream = incoming[name],
      stream.head.halted.isEmpty, let neighbour = neighbours[country], size < stream.durable.size,
      let latest = stream.durable.checkpoint
    else { return }
    var entries = ByteWriter(capacity: 64 << 10)
    var bodies = ByteWriter(capacity: Message.Batch.closedAtByteCount)
    var frontier = try Frontier(size: size, from: reader.tree(name))
    var count = 0
    var first: (stretch: UInt32, context: EntryContext)?
    gathering: while frontier.size < stream.durable.size, count < Message.Batch.mostEntries {
      let chunk = try reader.chunk(name, at: frontier.size)
      if let first, first.stretch != chunk.stretch { break }
      let context = try reader.context(name, chunk.stretch)
      first = (chunk.stretch, context)
      let sealed = try chunk.sealedBodies(of: name)
      for position in Int(frontier.size - chunk.first)..<chunk.entries.count {
        guard frontier.size < stream.durable.size, count < Message.Batch.mostEntries,
          bodies.bytes.count < Message.Batch.closedAtByteCount
        else { break gathering }
        let entry = chunk.entries[position]
        if case .epoch = entry.kind {
          bodies.sealed(try epochToReturn(name, at: frontier.size, to: neighbour)[...])
        } else {
          bodies.sealed(sealed[position])
        }
        PackedEntries.append(entry, to: &entries)
        frontier.append(context.leaf(entry))
        count += 1
      }
    }
    guard let context = first?.context, count > 0 else { return }
    let path = try Proof.consistency(from: frontier.size, to: latest.checkpoint.size, from: reader.tree(name))
    send(
      .returned(
        Message.Batch(
          stream: name, agreement: context.agreement, version: context.version, first: size, count: count,
          entries: entries.bytes, bodies: bodies.bytes, checkpoint: latest.bytes), path: path), to: country)
  }

  /// An epoch's key as the origin sealed it, and sealed to the origin; nothing when it was erased.
  private func epochToReturn(
    _ name: StreamName, at index: UInt64, to origin: Neighbour
  ) throws(ReadError) -> [UInt8] {
    guard let record = try vault.epochs(of: name).last(where: { $0.first == index }), !record.box.isEmpty,
      !record.wrapped.isEmpty
    else { return [] }
    do {
      let key = try record.key(stream: name, keys: keys)
      return record.box + (try SealedBox.seal(key.master.secret, to: origin.sealingKey, entropy))
    } catch { throw .damaged("the epoch key of entry \(index) of \(name): \(error)") }
  }

  /// The origin's side: takes back what continues its own log, when all of it is what it signed itself.
  func receive(
    returned batch: Message.Batch, path: [NodeHash], from country: CountryCode
  ) throws(ReadError) {
    let name = batch.stream
    guard name.origin == self.country, name.recipient == country, recovery?.told[name] != nil, !maySign(name),
      let stream = outgoing[name], stream.head.halted.isEmpty, batch.first == stream.head.size,
      stream.head.size == stream.durable.size, hasRoom
    else { return }
    let live = try vault.epochs(of: name).filter { !$0.isErased && !isErasing($0, of: name) }
    let work: ReturnedWork
    do throws(IncomingWork.Fault) { work = try ReturnedWork(batch, path, stream, live, self) } catch {
      setProblem(
        of: name, "what \(country) hands back is not taken: \(error.reason)", .notReturned(by: country), at: error.index
      )
      return
    }
    (stream.head, stream.context, stream.epoch) = (work.head, work.context, work.epoch)
    let told = max(recovery?.told[name] ?? 0, work.signedSize)
    recovery?.told[name] = told
    building.grown.insert(name)
    try take(work, of: name)
    building.closeChunk(name)
    if let stretch = work.newStretch {
      building.commit.states.append((Stretch.stateKey(name, work.head.stretch), stretch.bytes))
    }
    for (position, item) in work.items.enumerated() {
      // A day's bodies go by whole chunks.
      if case .epoch = item.entry.kind { building.closeChunk(name) }
      building.add(
        item.entry, sealed: item.sealed[...], to: name, at: work.first + UInt64(position), stretch: work.head.stretch,
        tile: item.tile, form: .returned)
    }
    building.closeChunk(name)
    building.byteCount += batch.byteCount
  }

  /// Takes in the epochs of a piece. Keys that it says were destroyed, and that came back with the backup, go again; the stream
  /// bears the entry that says so already.
  private func take(_ work: ReturnedWork, of name: StreamName) throws(ReadError) {
    for (record, key) in work.epochs {
      building.commit.states.append((record.stateKey(name), record.bytes))
      if let key {
        building.epochs.append((name, record, key))
        erasing.lookNow()
      } else {
        building.erased.append((name, record))
        if !work.said.contains(record.first) { try noteErasure(of: record, in: name, count: 0) }
      }
    }
    for epoch in work.destroyed {
      let end = try end(of: epoch, in: name)
      try destroy(epoch, end: end, of: name)
      countErasure(in: name, end - min(epoch.first, end))
    }
  }
}

/// The checking of what a neighbour hands back: the entries must be those that this node's own checkpoint stands for.
struct ReturnedWork {
  let first: UInt64
  /// The size of the checkpoint that proves it.
  private(set) var signedSize: UInt64 = 0
  private(set) var head: StreamState
  private(set) var context: EntryContext
  private(set) var epoch: EpochKey?
  private(set) var items: [(entry: Entry, sealed: [UInt8], tile: NodeHash?)] = []
  /// Without a key where it was erased.
  private(set) var epochs: [(record: EpochRecord, key: EpochKey?)] = []
  /// Epochs from before it of which it says that their keys were destroyed.
  private(set) var destroyed: [EpochRecord] = []
  /// Where those of its own epochs begin of which it says so.
  private(set) var said: Set<UInt64> = []
  /// Epochs from before it whose keys are here.
  private var live: [EpochRecord]
  private(set) var newStretch: Stretch?

  init(
    _ batch: Message.Batch, _ path: [NodeHash], _ stream: OwnStream, _ live: [EpochRecord], _ core: Core
  ) throws(IncomingWork.Fault) {
    first = batch.first
    (head, epoch, self.live) = (stream.head, stream.epoch, live)
    (context, newStretch) = batch.context(after: stream.context, of: stream.name, in: core.realm)
    if newStretch != nil { head.stretch &+= 1 }
    let entries: [Entry]
    var bodies = ByteReader(batch.bodies)
    do { entries = try PackedEntries.read(batch.entries[...], count: batch.count) } catch {
      throw Self.fault("it cannot be read: \(error)", batch.first)
    }
    for entry in entries {
      let sealed: [UInt8]
      do { sealed = Array(try bodies.raw(Int(clamping: try bodies.varint("length")), "sealed body")) } catch {
        throw Self.fault("entry \(head.size): \(error)", head.size)
      }
      try take(entry, sealed, stream.name, core)
    }
    guard bodies.remaining == 0 else { throw Self.fault("it has bytes after its last body", batch.first) }
    guard let signed = try? SignedCheckpoint(batch.checkpoint),
      signed.checkpoint.origin == stream.name.checkpointOrigin(in: core.realm),
      (try? signed.isSigned(byLog: [core.keys.log.verifyingKey])) == true
    else { throw Self.fault("its checkpoint is not one that this node signed", batch.first) }
    signedSize = signed.checkpoint.size
    guard
      Proof.verifyConsistency(
        from: head.size, oldRoot: head.frontier.root, to: signedSize, newRoot: signed.checkpoint.root, path: path)
    else { throw Self.fault("it is not the beginning of what this node signed", batch.first) }
  }

  private mutating func take(
    _ entry: Entry, _ sealed: [UInt8], _ name: StreamName, _ core: Core
  ) throws(IncomingWork.Fault) {
    let index = head.size
    let leaf = context.leaf(entry)
    var kept = sealed
    switch entry.kind {
    case .epoch(let number):
      kept = []
      let (record, key) = try self.epoch(number, sealed, entry, name, core)
      epochs.append((record, key))
      epoch = key
    case .record, .replaces, .withdraws:
      // A body that was erased at the end of its time does not come back, nor one whose key was destroyed here meanwhile.
      guard !sealed.isEmpty, let epoch else {
        kept = []
        break
      }
      guard let body = try? epoch.open(sealed[...], leaf: leaf),
        epoch.commitment(to: body, of: entry.id) == entry.commitment
      else { throw Self.fault("the body of entry \(index) is not the one it commits to", index) }
    case .erased(let number):
      kept = []
      forget(number)
    }
    let tile = head.frontier.append(leaf)
    head.lastID = entry.id
    items.append((entry, kept, tile))
  }

  /// This node said that it destroyed a key of that day: the first of them that is left goes, whoever still had it.
  private mutating func forget(_ number: UInt32) {
    if let place = live.firstIndex(where: { $0.number == number }) {
      let isLast = place == live.count - 1
      destroyed.append(live.remove(at: place))
      // It may go on in here.
      if isLast { drop(from: first, to: epochs.first?.record.first ?? head.size) }
      if isLast, epochs.isEmpty { epoch = nil }
      return
    }
    guard
      let place = epochs.firstIndex(where: { $0.record.number == number && !said.contains($0.record.first) })
    else { return }
    let (record, isLast) = (epochs[place].record, place == epochs.count - 1)
    said.insert(record.first)
    epochs[place] = (record.erased, nil)
    if isLast { epoch = nil }
    drop(from: record.first, to: isLast ? head.size : epochs[place + 1].record.first)
  }

  /// Leaves out the bodies of these entries.
  private mutating func drop(from begin: UInt64, to end: UInt64) {
    for place in items.indices where first + UInt64(place) >= begin && first + UInt64(place) < end {
      items[place].sealed = []
    }
  }

  private func epoch(
    _ number: UInt32, _ boxes: [UInt8], _ entry: Entry, _ name: StreamName, _ core: Core
  ) throws(IncomingWork.Fault) -> (EpochRecord, EpochKey?) {
    guard !boxes.isEmpty else { return (EpochRecord(number: number, first: head.size, box: [], wrapped: []), nil) }
    let box = Array(boxes.prefix(EpochRecord.boxByteCount))
    guard SHA256.hash(box) == entry.commitment,
      let (opened, key) = try? EpochRecord.received(
        number: number, first: head.size, stream: name, box: Array(boxes.dropFirst(EpochRecord.boxByteCount)),
        keys: core.keys, core.entropy)
    else { throw Self.fault("the epoch key of entry \(head.size) does not open here", head.size) }
    return (EpochRecord(number: number, first: head.size, box: box, wrapped: opened.wrapped), key)
  }

  private static func fault(_ reason: String, _ index: UInt64) -> IncomingWork.Fault {
    IncomingWork.Fault(code: .badEntry, reason: reason, index: index)
  }
}

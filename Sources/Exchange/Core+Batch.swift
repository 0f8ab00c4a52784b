import Ledger
import Terms

// Making a batch: entries of a neighbour's stream with their bodies, as they were sealed for the neighbour when they were published; where
// there is no copy, opened in the home stream and sealed anew.
extension Core {
  /// The next batch; moves the frontier on.
  func batch(
    of name: StreamName, _ frontier: inout Frontier, end: UInt64, _ sources: inout BatchSources
  ) throws(ReadError) -> Message.Batch {
    if var batch = recentBatch(of: name, &frontier, end: end) {
      batch.checkpoint = try asOfCheckpoint(name, frontier).bytes
      return batch
    }
    let first = frontier.size
    var entries = ByteWriter(capacity: 64 << 10)
    var bodies = ByteWriter(capacity: Message.Batch.closedAtByteCount)
    var count = 0
    var stretch: UInt32?
    var context: EntryContext?
    gathering: while frontier.size < end, count < Message.Batch.mostEntries {
      if sources.chunk?.holds(frontier.size) != true { sources.chunk = try reader.chunk(name, at: frontier.size) }
      guard let chunk = sources.chunk else { break }
      if stretch != chunk.stretch {
        guard stretch == nil else { break }
        (stretch, context) = (chunk.stretch, try reader.context(name, chunk.stretch))
      }
      guard let context else { break }
      let kept = try chunk.keepsBodies || chunk.hasCopies ? chunk.sealedBodies(of: name) : nil
      let terms = neighbours[name.recipient]?.agreed(name, under: context.agreement)?.terms
      guard terms != nil || kept != nil else {
        throw .damaged("the agreement \(context.agreement) of entry \(frontier.size) is not at hand")
      }
      let homeIndices = try kept == nil ? chunk.homeIndices(of: name) : []
      for position in Int(frontier.size - chunk.first)..<chunk.entries.count {
        guard frontier.size < end, count < Message.Batch.mostEntries,
          bodies.bytes.count < Message.Batch.closedAtByteCount
        else { break gathering }
        let entry = chunk.entries[position]
        let leaf = context.leaf(entry)
        if entry.hasBody, let kept {
          bodies.sealed(try isErased(name, at: frontier.size, &sources) ? [] : kept[position])
        } else if entry.hasBody, let terms {
          bodies.sealed(try sealed(entry, leaf, terms, at: frontier.size, homeIndices[position], &sources)[...])
        } else if case .epoch = entry.kind {
          bodies.sealed((try vault.epochs(of: name).last { $0.first == frontier.size }?.box ?? [])[...])
        } else {
          bodies.sealed([])
        }
        PackedEntries.append(entry, to: &entries)
        frontier.append(leaf)
        count += 1
      }
    }
    guard let context, count > 0 else { throw .damaged("\(name) has no entry at \(first)") }
    return Message.Batch(
      stream: name, agreement: context.agreement, version: context.version, first: first, count: count,
      entries: entries.bytes, bodies: bodies.bytes, checkpoint: try asOfCheckpoint(name, frontier).bytes)
  }

  /// The next batch of what was made last, without its checkpoint; moves the frontier on. Nil when the next entry is not there.
  func recentBatch(of name: StreamName, _ frontier: inout Frontier, end: UInt64) -> Message.Batch? {
    let first = frontier.size
    guard let context = outgoing[name]?.context, let made = outgoing[name]?.recent?.batch(&frontier, end: end) else {
      return nil
    }
    return Message.Batch(
      stream: name, agreement: context.agreement, version: context.version, first: first, count: made.count,
      entries: made.entries, bodies: made.bodies, checkpoint: [])
  }

  /// Whether the key of the body at an index was destroyed, for who goes along a stream.
  private func isErased(_ name: StreamName, at index: UInt64, _ sources: inout BatchSources) throws(ReadError) -> Bool {
    if let known = sources.erasure, known.range.contains(index) { return known.isErased }
    let erasure = try vault.erasure(of: name, at: index)
    sources.erasure = erasure
    return erasure.isErased
  }

  /// What is sent of a record's body: nothing when its time is over.
  private func sealed(
    _ entry: Entry, _ leaf: NodeHash, _ terms: StreamTerms, at index: UInt64, _ homeIndex: UInt64,
    _ sources: inout BatchSources
  ) throws(ReadError) -> [UInt8] {
    if sources.key?.range.contains(index) != true, try vault.isErased(terms.stream, at: index) { return [] }
    do throws(ReadError) {
      let body = try homeBody(homeIndex, terms.stream.dataset, &sources)
      let key = try vault.key(of: terms.stream, at: index, known: &sources.key)
      return try sealed(body, entry, leaf, terms, key, at: index)
    } catch {
      // The own register keeps it for a shorter time than was agreed.
      guard case .erased = error else { throw error }
      return []
    }
  }

  /// The body of a record of ours.
  private func homeBody(
    _ index: UInt64, _ dataset: DatasetName, _ sources: inout BatchSources
  ) throws(ReadError) -> [UInt8] {
    let home = StreamName(origin: country, recipient: country, dataset: dataset)
    if sources.home?.opened.holds(index) != true { sources.home = try homeChunk(home, at: index) }
    guard let chunk = sources.home else { throw .absent(stream: home, index: index) }
    let position = Int(index - chunk.opened.first)
    let key = try vault.key(of: home, at: index, known: &sources.homeKey)
    do {
      return try key.open(chunk.sealed[position], leaf: chunk.context.leaf(chunk.opened.entries[position]))
    } catch {
      throw .damaged("the body of entry \(index) of \(home): \(error)")
    }
  }

  private func homeChunk(_ home: StreamName, at index: UInt64) throws(ReadError) -> HomeChunk {
    let opened = try reader.chunk(home, at: index, .sealed)
    if opened.bodies.isEmpty, try vault.isErased(home, at: index) { throw .erased(stream: home, index: index) }
    return HomeChunk(
      opened, sealed: try opened.sealedBodies(of: home), context: try homeContext(home, opened.stretch))
  }

  private func homeContext(_ home: StreamName, _ stretch: UInt32) throws(ReadError) -> EntryContext {
    if let stream = homes[home.dataset], stream.head.stretch == stretch, let context = stream.context { return context }
    return try reader.context(home, stretch)
  }

  /// The body as the neighbour gets it: the agreed fields, sealed for it; checked against the entry's commitment.
  private func sealed(
    _ body: [UInt8], _ entry: Entry, _ leaf: NodeHash, _ terms: StreamTerms, _ key: EpochKey, at index: UInt64
  ) throws(ReadError) -> [UInt8] {
    let name = terms.stream
    var shared = rules.read(body, of: name.dataset, version: terms.version).project(under: terms)
    if key.commitment(to: shared, of: entry.id) != entry.commitment {
      // A withdrawal that stands for a correction out of the filter has an empty body.
      shared = Array("{}".utf8)
      guard key.commitment(to: shared, of: entry.id) == entry.commitment else {
        throw .damaged("entry \(index) of \(name) does not commit to the record it points at")
      }
    }
    do { return try key.seal(shared, leaf: leaf, as: .plain) } catch { throw .damaged("\(error)") }
  }
}

/// What is kept while batches of one stream are made one after another, in one go: their records lie side by side in that stream and
/// in the home stream, mostly under one key of each.
struct BatchSources {
  /// The chunk of the neighbour's stream that was read last.
  fileprivate var chunk: OpenedChunk?
  /// Whether the key of the entry that was looked at last was destroyed, and which entries it was for.
  fileprivate var erasure: (range: Range<UInt64>, isErased: Bool)?
  /// The key of the neighbour's stream that was used last.
  fileprivate var key: KeyReach?
  /// The chunk of the home stream that was read last.
  fileprivate var home: HomeChunk?
  /// The key of the home stream that was used last.
  fileprivate var homeKey: KeyReach?
}

private final class HomeChunk {
  let opened: OpenedChunk
  let sealed: [ArraySlice<UInt8>]
  let context: EntryContext

  init(_ opened: OpenedChunk, sealed: [ArraySlice<UInt8>], context: EntryContext) {
    (self.opened, self.sealed, self.context) = (opened, sealed, context)
  }
}

extension ByteWriter {
  mutating func sealed(_ bytes: ArraySlice<UInt8>) {
    varint(UInt64(bytes.count))
    raw(bytes)
  }
}

import Exchange
import Ledger
import Sodium
import Terms

/// Checks a whole store against itself: every entry, root, signature, receipt, commitment, seal and index line.
public struct StoreVerifier: Sendable {
  /// What was checked and what is wrong.
  public struct Report: Sendable {
    /// Streams walked.
    public internal(set) var streams = 0
    /// Entries whose hashes were computed again.
    public internal(set) var entries = 0
    /// Bodies opened and compared with their commitment.
    public internal(set) var bodies = 0
    /// Bodies that were erased at the end of their retention.
    public internal(set) var erased = 0
    /// Index lines found again.
    public internal(set) var indexed = 0
    /// Attachments opened and compared with their digest.
    public internal(set) var attachments = 0
    /// Lines of the operators' log whose seals, order and signatures were checked.
    public internal(set) var operatorLines = 0
    /// What is wrong, one sentence each; at most `mostProblems`.
    public internal(set) var problems: [String] = []
  }

  /// Problems after which the walk of a stream ends.
  public static let mostProblems = 100

  let country: CountryCode
  let realm: Realm
  let reader: LogReader
  let keys: Keyring
  let registry: Registry
  let neighbours: [CountryCode: Neighbour]
  /// The terms of a stretch of a stream.
  let terms: @Sendable (StreamName, Digest) -> StreamTerms?
  /// By which records' time may be over.
  let now: Instant

  /// The parts a check needs.
  public init(
    country: CountryCode, realm: Realm, reader: LogReader, keys: Keyring, registry: Registry,
    neighbours: [CountryCode: Neighbour], now: Instant,
    terms: @escaping @Sendable (StreamName, Digest) -> StreamTerms?
  ) {
    self.now = now
    self.country = country
    self.realm = realm
    self.reader = reader
    self.keys = keys
    self.registry = registry
    self.neighbours = neighbours
    self.terms = terms
  }

  /// Checks everything. `progress` is told the share done, 0 to 1.
  public func verify(progress: (Double) -> Void = { _ in }) -> Report {
    var report = Report()
    var lines = IndexCheck(reader.store)
    do throws(ReadError) {
      let names = try reader.streams()
      let states = try names.map { (name) throws(ReadError) in (name, try reader.state(of: name)) }
      let total = max(1, states.reduce(0) { $0 + Double($1.1.size) })
      var done = 0.0
      for (name, state) in states {
        report.streams += 1
        do throws(ReadError) {
          try walk(name, state, &lines, &report) { progress((done + Double($0)) / total) }
        } catch {
          report.problems.append("\(name): \(error)")
        }
        done += Double(state.size)
      }
    } catch {
      report.problems.append("\(error)")
    }
    return report
  }

  private func walk(
    _ name: StreamName, _ state: StreamState, _ lines: inout IndexCheck, _ report: inout Report,
    progress: (UInt64) -> Void
  ) throws(ReadError) {
    var frontier = Frontier()
    var tiles: [Digest] = []
    var lastID: RecordID?
    var index: UInt64 = 0
    let epochs = try reader.vault.epochs(of: name)
    while index < state.size, report.problems.count < Self.mostProblems {
      guard let chunk = try reader.store.readChunk(name, index), chunk.first == index else {
        throw .absent(stream: name, index: index)
      }
      let piece = try reader.entries(of: chunk, in: name)
      for (position, entry) in piece.entries.enumerated() {
        let at = index + UInt64(position)
        if let lastID, entry.id <= lastID {
          report.problems.append("\(name): entry \(at) does not come after the one before it")
        }
        lastID = entry.id
        if case .epoch = entry.kind, let epoch = epochs.first(where: { $0.first == at }), !epoch.box.isEmpty,
          SHA256.hash(epoch.box) != entry.commitment
        {
          report.problems.append("\(name): the epoch key of entry \(at) is not the one it commits to")
        }
        if let tile = frontier.append(piece.context.leaf(entry)) { tiles.append(tile.digest) }
      }
      report.entries += piece.entries.count
      if name.origin == country, !name.isHome {
        try checkForwarded(name, piece, chunk, &report)
      } else {
        try checkBodies(name, at: index, &lines, &report)
        try checkMissing(name, at: index, piece.context, &report)
      }
      index += UInt64(chunk.count)
      progress(index)
    }
    try checkTree(name, state, frontier, tiles, &report)
    try checkErasures(name, epochs, &report)
  }

  private func checkTree(
    _ name: StreamName, _ state: StreamState, _ frontier: Frontier, _ tiles: [Digest], _ report: inout Report
  ) throws(ReadError) {
    if frontier != state.frontier {
      report.problems.append("\(name): the tree of the entries is not the one that was kept")
    }
    // Only those of the entries that were walked: a stream in use has grown meanwhile.
    let kept = try reader.store.readTiles(name, 0, tiles.count)
    if kept != tiles { report.problems.append("\(name): kept tiles are not those of the entries") }
    let origin = name.checkpointOrigin(in: realm)
    let logKeys = name.origin == country ? [keys.log.verifyingKey] : neighbours[name.origin]?.logKeys ?? []
    if let signed = state.checkpoint {
      let checkpoint = signed.checkpoint
      let signedRoot =
        checkpoint.size < frontier.size
        ? try Frontier(size: checkpoint.size, from: reader.tree(name)).root : frontier.root
      if checkpoint.origin != origin || checkpoint.size > frontier.size || checkpoint.root != signedRoot {
        report.problems.append("\(name): the checkpoint is not that of the entries")
      }
      if (try? signed.isSigned(byLog: logKeys)) != true {
        report.problems.append("\(name): the checkpoint is not signed by the log key of \(name.origin)")
      }
    }
    // An own stream's last entries may have none yet; each of their bodies opens only where it was sealed.
    if state.lacksCheckpoint(isOwn: name.origin == country) {
      report.problems.append("\(name): the checkpoint of its last \(state.unsignedCount) entries is missing")
    }
    guard let receipt = state.receipt else { return }
    let neighbour = neighbours[name.recipient]
    let isSigned = (neighbour?.receiptKeys ?? []).contains { key in
      (try? receipt.note.isSigned(by: NoteKey(.receipt, of: name.recipient, in: realm, key: key))) == true
    }
    if !isSigned { report.problems.append("\(name): the receipt is not signed by \(name.recipient)") }
    let size = receipt.checkpoint.size
    if size > state.size || receipt.checkpoint.origin != origin {
      report.problems.append("\(name): the receipt is for a tree that is not here")
    } else if try Frontier(size: size, from: reader.tree(name)).root != receipt.checkpoint.root {
      report.problems.append("\(name): the receipt names another root at \(size)")
    }
  }

  private func checkBodies(
    _ name: StreamName, at first: UInt64, _ index: inout IndexCheck, _ report: inout Report
  ) throws(ReadError) {
    let piece = try reader.records(name, chunkAt: first)
    report.bodies += piece.records.count
    report.erased += piece.erased
    for record in piece.records {
      let partition = IndexField.partition(of: record.entry.id.time)
      let read = registry.read(record.body, of: name.dataset, version: record.context.version)
      var lines = read.searchKeys.map { ($0.field, $0.value, partition) }
      switch record.entry.kind {
      case .replaces(let target), .withdraws(let target):
        lines.append((IndexField.change, Array(target.description.utf8), IndexField.endless))
      default: break
      }
      if name.isHome, let reference = read.reference {
        lines.append((IndexField.reference, Array(reference.utf8), IndexField.endless))
      }
      for (field, value, partition) in lines {
        let key = keys.blindKey(dataset: name.dataset, field: field, value: value)
        report.indexed += 1
        if try !index.finds(record.locator, by: key, in: partition) {
          report.problems.append("\(name): entry \(record.locator.index) is not found by its \(field)")
        }
      }
    }
  }

  /// What a neighbour handed back is kept as it came.
  private func checkKept(_ name: StreamName, _ piece: LogReader.Entries, _ report: inout Report) throws(ReadError) {
    for (position, entry) in piece.entries.enumerated() where entry.hasBody {
      do throws(ReadError) {
        // Opened, and compared with what the entry commits to.
        _ = try reader.record(name, at: piece.first + UInt64(position))
        report.bodies += 1
      } catch {
        guard case .erased = error else { throw error }
        report.erased += 1
      }
    }
  }

  /// An outgoing stream has copies of bodies of the home stream, or their places alone: made again from there they must be what was committed
  /// to, and so must the copies.
  private func checkForwarded(
    _ name: StreamName, _ piece: LogReader.Entries, _ chunk: Chunk, _ report: inout Report
  ) throws(ReadError) {
    guard try !reader.keepsBodies(chunk, in: name) else {
      try checkKept(name, piece, &report)
      return try checkMissing(name, at: piece.first, piece.context, &report)
    }
    let home = StreamName(origin: country, recipient: country, dataset: name.dataset)
    let homeIndices = try reader.homeIndices(of: chunk, in: name)
    for at in try reader.faultyCopies(chunk, in: name) {
      report.problems.append("\(name): the copy of entry \(at), as it would be sent, is not what it commits to")
    }
    let terms = terms(name, piece.context.agreement)
    if terms == nil {
      report.problems.append(
        "\(name): the agreement \(piece.context.agreement) of entry \(piece.first) is not in this home")
    }
    for (position, entry) in piece.entries.enumerated() where entry.hasBody {
      let at = piece.first + UInt64(position)
      do throws(ReadError) {
        guard let record = try reader.record(home, at: homeIndices[position]), record.entry.id == entry.id else {
          report.problems.append("\(name): entry \(at) points at another record of \(home)")
          continue
        }
        let salt = try reader.vault.key(of: name, at: at).salt(for: entry.id)
        report.bodies += 1
        guard let terms else { continue }
        if Entry.commit(to: registry.project(record, under: terms), salt: salt) != entry.commitment,
          Entry.commit(to: Array("{}".utf8), salt: salt) != entry.commitment
        {
          report.problems.append("\(name): entry \(at) does not commit to the record it points at")
        }
      } catch {
        guard case .erased = error else { throw error }
        report.erased += 1
      }
    }
  }
}

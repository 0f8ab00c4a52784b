import Ledger
import Sodium
import Terms

// Publishing: from a checked draft to entries in the home stream and in every agreed stream.
extension Core {
  /// On a failed read nothing is told: all of the requests fail then.
  func publish(_ requests: [PublishRequest]) throws(ReadError) {
    var done: [Published] = []
    var failed: [Effect] = []
    var ways: Ways?
    for request in requests {
      if let obstacle = obstacle(to: request) {
        failed.append(.failed(token: request.token, obstacle))
        continue
      }
      var results: [PublishResult] = []
      results.reserveCapacity(request.drafts.count)
      for draft in request.drafts {
        let current: Ways
        if let ways, ways.dataset == draft.dataset {
          current = ways
        } else {
          if let done = ways { note(done) }
          current = try self.ways(of: draft.dataset)
          ways = current
        }
        results.append(try publish(draft, on: current))
      }
      done.append(Published(token: request.token, results: results))
    }
    if let ways { note(ways) }
    // A duplicate of a record that is not durable yet waits for it too.
    if !building.hasChanges, underWay != nil {
      underWay?.results += done
    } else {
      building.results += done
    }
    effects += failed
  }

  /// Why a request is not taken now; nil when it is.
  private func obstacle(to request: PublishRequest) -> StoreError? {
    if mustReload { return .failed("its state is being read again; publish again in a moment") }
    if !request.drafts.isEmpty, let recoveryObstacle { return recoveryObstacle }
    if pendingByteCount >= Core.mostPendingBytes {
      return .failed("the disk does not keep up; publish again in a moment")
    }
    return request.drafts.allSatisfy(\.mayUseReserve) ? nil : shortage
  }

  /// The streams into which records of one dataset go, found once for a batch: finding them again for every record would cost more than
  /// hashing it.
  private final class Ways {
    let dataset: DatasetName
    let home: OwnStream
    /// In order of name.
    let outgoing: [OwnStream]
    /// Their sizes, the home stream's first, before anything was published.
    let sizes: [UInt64]
    /// For each that goes out, records and corrections that this batch brought.
    var standing: [[RecordID]]

    init(dataset: DatasetName, home: OwnStream, outgoing: [OwnStream]) {
      (self.dataset, self.home, self.outgoing) = (dataset, home, outgoing)
      sizes = ([home] + outgoing).map(\.head.size)
      standing = Array(repeating: [], count: outgoing.count)
    }
  }

  private func ways(of dataset: DatasetName) throws(ReadError) -> Ways {
    let home = try home(of: dataset)
    // A stream that may not be signed yet gets later what is published now.
    let ways = outgoing.values.filter { $0.name.dataset == dataset && maySign($0.name) }.sorted { $0.name < $1.name }
    for stream in ways {
      if sessions[stream.name.recipient]?.sending[stream.name] == nil {
        stream.recent = nil
      } else if stream.recent == nil {
        stream.recent = RecentEntries(first: stream.head.size)
      }
    }
    return Ways(dataset: dataset, home: home, outgoing: ways)
  }

  /// The home stream of a dataset; an empty one, which is among `homes` when something stands in it, before its first record.
  func home(of dataset: DatasetName) throws(ReadError) -> OwnStream {
    if let known = homes[dataset] { return known }
    let name = StreamName(origin: country, recipient: country, dataset: dataset)
    return try OwnStream(name, StreamState(), reader)
  }

  /// A stream that this country signs; nil of any other.
  func own(_ name: StreamName) -> OwnStream? { name.isHome ? homes[name.dataset] : outgoing[name] }

  /// Notes which of them grew.
  private func note(_ ways: Ways) {
    for (stream, size) in zip([ways.home] + ways.outgoing, ways.sizes) where stream.head.size > size {
      building.grown.insert(stream.name)
    }
    if ways.home.head.size > 0 { homes[ways.dataset] = ways.home }
    for (stream, ids) in zip(ways.outgoing, ways.standing) where !ids.isEmpty {
      building.standing[stream.name, default: []] += ids
    }
  }

  private func publish(_ draft: Draft, on ways: Ways) throws(ReadError) -> PublishResult {
    let referenceKey = draft.reference.map {
      keys.blindKey(dataset: draft.dataset, field: IndexField.reference, value: Array($0.utf8))
    }
    if let verdict = try verdict(on: draft, referenceKey) { return verdict }

    let read = rules.read(draft.body, of: draft.dataset, version: draft.version)
    let id = try prepare(ways.home, version: draft.version, agreement: Digest(), recipient: keys.sealing.publicKey)
    let homeIndex = try append(ways.home, id: id, kind: draft.kind, body: draft.body)
    let locator = Locator(stream: ways.home.name, index: homeIndex)
    let home = HomePlace(index: homeIndex, epoch: ways.home.epoch?.number)
    index(draft, read.searchKeys, id, locator)
    for (place, stream) in ways.outgoing.enumerated() {
      let agreed = stream.agreed
      let isStanding = try forward(
        draft, read, home: home, id: id, to: stream, earlier: ways.standing[place],
        under: agreed?.isInForce(at: now) == true ? agreed : nil)
      if isStanding { ways.standing[place].append(id) }
    }

    if let reference = draft.reference, let referenceKey {
      addIndex(IndexField.endless, referenceKey, locator)
      building.references[referenceKey, default: []]
        .append(Earlier(id: id, kind: draft.kind, body: draft.body, reference: reference))
    }
    building.ids.append(id)
    building.byteCount += draft.body.count
    if let target = draft.kind.target { building.changes[target] = id }
    return .accepted(id)
  }

  /// What would become of a draft if it were published now; nil when it would be accepted.
  public func foretell(_ draft: Draft) throws(ReadError) -> PublishResult? {
    try verdict(
      on: draft,
      draft.reference.map {
        keys.blindKey(dataset: draft.dataset, field: IndexField.reference, value: Array($0.utf8))
      })
  }

  /// Why a draft is not stored: it was before, or it is refused. Nil when it is to be stored.
  private func verdict(on draft: Draft, _ referenceKey: BlindKey?) throws(ReadError) -> PublishResult? {
    if let reference = draft.reference, let referenceKey {
      let earlier = try earlier(reference, referenceKey, draft.dataset)
      if let same = earlier.first(where: { $0.body == draft.body && $0.kind == draft.kind }) {
        return .duplicate(same.id)
      }
      // A correction may bear the reference of what it corrects.
      if let other = earlier.first, !earlier.contains(where: { $0.id == draft.kind.target }) {
        guard other.body != nil else {
          return .refused(
            field: "reference",
            problem: "\(reference) was published before as \(other.id), which was erased or cannot be read any more",
            remedy: "use a new reference")
        }
        return .refused(
          field: "reference", problem: "\(reference) was published before as \(other.id) with other content",
          remedy: "use a new reference, or publish a correction with \"replaces\": \"\(other.id)\"")
      }
    }
    if let target = draft.kind.target, let refusal = try obstacle(to: draft, target) { return refusal }
    if let answer = draft.answers, try isHome(answer.record, draft.dataset) {
      return .refused(
        field: answer.field,
        problem: "\(answer.record) is a record of \(country) itself, which another country answers",
        remedy: "leave the answer to that country; what was wrong is corrected with \"replaces\" or \"withdraws\"")
    }
    guard draft.body.count <= Core.longestBody else {
      return .refused(
        field: "body", problem: "the record has \(draft.body.count) bytes", remedy: "keep it under 64 KiB")
    }
    return nil
  }

  /// Why a correction cannot be made; nil when it can.
  private func obstacle(to draft: Draft, _ target: RecordID) throws(ReadError) -> PublishResult? {
    let field = if case .withdraws = draft.kind { "withdraws" } else { "replaces" }
    guard try isHome(target, draft.dataset) else {
      return .refused(
        field: field, problem: "there is no record \(target) in \(country)/\(country)/\(draft.dataset)",
        remedy: "name the id that publishing the record returned")
    }
    if try isErased(target, in: StreamName(origin: country, recipient: country, dataset: draft.dataset)) {
      return .refused(
        field: field, problem: "\(target) was erased at the end of its retention",
        remedy: "there is nothing left to correct; what must be kept is a new record")
    }
    guard let later = try laterChange(of: target, draft.dataset) else { return nil }
    return .refused(
      field: field, problem: "\(target) was already changed by \(later)",
      remedy: "name the latest id of the record, \(later)")
  }

  /// The longest body, in bytes.
  public static let longestBody = 64 << 10

  /// Puts a record into a neighbour's stream when the agreement's filter lets it through. What the neighbour holds is
  /// read from its stream, not guessed from the filter: the agreement may have been another when the record was made.
  /// - Parameter earlier: what this batch put there already.
  /// - Returns: whether the neighbour's stream has the record now, and not a withdrawal.
  func forward(
    _ draft: Draft, _ read: any RecordReading, home: HomePlace, id: RecordID, to stream: OwnStream,
    earlier: [RecordID], under agreed: AgreedStream?
  ) throws(ReadError) -> Bool {
    guard stream.head.halted.isEmpty, let agreed, let neighbour = neighbours[stream.name.recipient] else {
      return false
    }
    let terms = agreed.terms
    // What corrects a record that the neighbour may not keep any more would tell it again what it was.
    if let target = draft.kind.target, try isErased(target, in: stream.name) { return false }
    let isHeld = if let target = draft.kind.target { try holds(target, stream, earlier) } else { false }
    var kind = draft.kind
    var body = read.project(under: terms)
    switch draft.kind {
    case .withdraws:
      guard isHeld else { return false }
    case .replaces(let target) where !isAgreed(draft, read, shared: body, terms):
      // A correction that no longer meets the terms withdraws what the neighbour holds.
      guard isHeld else { return false }
      kind = .withdraws(target)
      body = Array("{}".utf8)
    case .replaces:
      if !isHeld { kind = .record }
    default:
      guard isAgreed(draft, read, shared: body, terms) else { return false }
    }
    let prepared = try prepare(
      stream, version: terms.version, agreement: agreed.agreement, recipient: neighbour.sealingKey, id: id)
    _ = try append(stream, id: prepared, kind: kind, body: body, home: home)
    return if case .withdraws = kind { false } else { true }
  }

  /// Whether a record is what the terms share. One that was made under a newer definition than theirs may not be: the neighbour
  /// would refuse it, and everything after it.
  private func isAgreed(
    _ draft: Draft, _ read: any RecordReading, shared body: [UInt8], _ terms: StreamTerms
  ) -> Bool {
    guard read.isAdmitted(under: terms) else { return false }
    guard draft.version != terms.version else { return true }
    do throws(RuleBreach) { try rules.verify(body, kind: .record, terms: terms) } catch {
      log(
        .warning,
        "\(terms.stream): a record of version \(draft.version) is not what was agreed and is not sent: \(error)")
      return false
    }
    return true
  }

  /// Makes sure that the stream's stretch and epoch are those of now; gives the id for the next record. A given id is
  /// kept; an epoch entry before it takes an id that stands before it.
  /// - Parameter time: whose day the epoch is of; that of now, or of the record when its clock was ahead, when not given.
  func prepare(
    _ stream: OwnStream, version: UInt32, agreement: Digest, recipient: ExchangePublicKey, id: RecordID? = nil,
    at time: Instant? = nil
  ) throws(ReadError) -> RecordID {
    // An epoch's entries are all made under one agreement: it says when their key is destroyed.
    let isOtherAgreement = stream.context?.agreement != agreement
    try enter(stream, version: version, agreement: agreement)
    // In a home stream the epoch comes first in time; in a neighbour's stream it bears the last id before the record's,
    // since every stream's ids rise.
    let day = UInt32(clamping: CalendarDay(of: time ?? max(now, (id ?? lastID)?.time ?? now)).daysSinceEpoch)
    if stream.epoch?.number != day || isOtherAgreement {
      do {
        let (record, key) = try EpochRecord.fresh(
          number: day, first: stream.head.size, stream: stream.name, to: recipient, keys: keys, entropy)
        let epochID = id?.predecessor ?? nextID()
        building.epochs.append((stream.name, record, key))
        building.commit.states.append((record.stateKey(stream.name), record.bytes))
        let entry = Entry(id: epochID, kind: .epoch(day), commitment: SHA256.hash(record.box))
        // Bodies of one day lie in chunks of their own, so that they go with it; the key lies with the epochs alone.
        building.closeChunk(stream.name)
        try push(stream, entry, box: record.box)
        stream.epoch = key
      } catch let error as SodiumError {
        throw .damaged("the sealing key of \(stream.name.recipient): \(error)")
      } catch let error as ReadError {
        throw error
      } catch {
        throw .damaged("\(error)")
      }
    }
    return id ?? nextID()
  }

  /// Makes sure that what is appended next belongs to a stretch of this version and agreement.
  func enter(_ stream: OwnStream, version: UInt32, agreement: Digest) throws(ReadError) {
    if stream.context?.version != version || stream.context?.agreement != agreement {
      stream.head.stretch &+= 1
      stream.context = EntryContext(
        origin: stream.name.checkpointOrigin(in: realm), agreement: agreement, version: version)
      building.closeChunk(stream.name)
      // A batch holds entries of one stretch.
      if stream.recent != nil { stream.recent = RecentEntries(first: stream.head.size) }
      building.commit.states.append(
        (Stretch.stateKey(stream.name, stream.head.stretch), Stretch(agreement: agreement, version: version).bytes))
    }
  }

  /// Appends a record to a stream; gives its index.
  /// - Parameter home: of a stream to a neighbour, where the record is in the home stream.
  func append(
    _ stream: OwnStream, id: RecordID, kind: Entry.Kind, body: [UInt8], home: HomePlace? = nil
  ) throws(ReadError) -> UInt64 {
    guard let context = stream.context, let epoch = stream.epoch else { throw .damaged("\(stream.name) has no epoch") }
    let entry = Entry(id: id, kind: kind, commitment: epoch.commitment(to: body, of: id))
    let leaf = context.leaf(entry)
    let index = stream.head.size
    let form: ChunkBuilder.Form
    if let home {
      // A copy must not outlive what it is of.
      form = home.epoch == epoch.number ? .copies : .places
    } else {
      form = .bodies
    }
    var sealed: [UInt8] = []
    if form != .places || stream.recent != nil {
      do { sealed = try epoch.seal(body, leaf: leaf, as: coding(of: stream.name, form)) } catch {
        throw .damaged("\(error)")
      }
    }
    try push(stream, entry, leaf, sealed: sealed, form, homeIndex: home?.index ?? 0)
    return index
  }

  /// A body that is sealed anew each time it is sent is written in one way for ever: its nonce is its entry's.
  private func coding(of name: StreamName, _ form: ChunkBuilder.Form) -> BodyCoding {
    form == .places ? .plain : name.isHome ? .dictionary : coding(for: name.recipient)
  }

  /// Appends an entry without a body of its own: of an epoch that begins, of one that was erased.
  func push(_ stream: OwnStream, _ entry: Entry, box: [UInt8] = []) throws(ReadError) {
    guard let leaf = stream.context?.leaf(entry) else { throw .damaged("\(stream.name) has no stretch") }
    try push(stream, entry, leaf, sealed: box, stream.name.isHome ? .bodies : .copies, homeIndex: 0)
  }

  private func push(
    _ stream: OwnStream, _ entry: Entry, _ leaf: NodeHash, sealed: [UInt8], _ form: ChunkBuilder.Form,
    homeIndex: UInt64
  ) throws(ReadError) {
    let index = stream.head.size
    let tile = stream.head.frontier.append(leaf)
    stream.head.lastID = entry.id
    stream.recent?.append(entry, leaf, sealed: sealed)
    building.add(
      entry, sealed: entry.hasBody ? sealed[...] : [], homeIndex: homeIndex, to: stream.name, at: index,
      stretch: stream.head.stretch, tile: tile, form: form)
  }

  func index(_ draft: Draft, _ terms: [SearchKey], _ id: RecordID, _ locator: Locator) {
    let partition = IndexField.partition(of: id.time)
    for term in terms { addIndex(partition, draft.dataset, term.field, term.value, locator) }
    indexChange(draft.kind, draft.dataset, locator)
  }

  /// Notes that a record is replaced or withdrawn, so that a query of it finds the change.
  func indexChange(_ kind: Entry.Kind, _ dataset: DatasetName, _ locator: Locator) {
    switch kind {
    case .replaces(let target), .withdraws(let target):
      addIndex(IndexField.endless, dataset, IndexField.change, Array(target.description.utf8), locator)
    default: break
    }
  }

  func addIndex(_ partition: Int32, _ dataset: DatasetName, _ field: String, _ value: [UInt8], _ locator: Locator) {
    addIndex(partition, keys.blindKey(dataset: dataset, field: field, value: value), locator)
  }

  func addIndex(_ partition: Int32, _ key: BlindKey, _ locator: Locator) {
    building.commit.index.append(IndexEntry(partition: partition, key: key, locator: locator))
  }
}

/// Where in the home stream a record is that goes to a neighbour.
struct HomePlace {
  let index: UInt64
  /// The day of whose key it is there; nil when it was not looked for.
  let epoch: UInt32?
}

extension Entry.Kind {
  /// The record that a correction is about.
  public var target: RecordID? {
    switch self {
    case .replaces(let target), .withdraws(let target): target
    default: nil
    }
  }
}

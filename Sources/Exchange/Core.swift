import Ledger
import Sodium
import Terms

/// The replication of one node as a pure state machine: publishes, messages, finished commits and the time go in;
/// commits, messages and results come out. It has no clock, socket, file or thread; it reads through `Store`.
///
/// One commit is under way at a time. What arrives meanwhile gathers in the next one, so that one fsync serves many.
/// Nothing is told to anyone (an acceptance, a checkpoint, a receipt) before the commit that holds it is durable. When a
/// commit fails, everything is read again from the store, exactly as after a crash.
public final class Core {
  let realm: Realm
  let country: CountryCode
  let keys: Keyring
  let store: any Store
  let rules: any RecordRules
  let entropy: any Entropy
  let processors: any Processors
  let ownReceiptKey: NoteKey
  /// Reads what is durable.
  public let reader: LogReader
  let vault: EpochVault

  var now: Instant
  var card: [UInt8]
  var neighbours: [CountryCode: Neighbour] = [:]
  /// While time stays in here, no agreement begins or ends.
  private var steady = Instant.earliest..<Instant.earliest
  var homes: [DatasetName: OwnStream] = [:]
  var outgoing: [StreamName: OwnStream] = [:]
  var incoming: [StreamName: HeldStream] = [:]
  var sessions: [CountryCode: Session] = [:]
  var building = Building()
  var underWay: Building?
  /// Durable, and not told to the neighbours yet.
  private var unannounced: Building?
  var lastID: RecordID?
  var effects: [Effect] = []
  /// What was begun goes on when the effects so far are done.
  var mustProceed = false
  /// Streams of which a few entries were put off for a moment.
  var putOff: Set<StreamName> = []
  /// Streams of which more can be sent.
  var toSend = StreamsToSend()
  /// The highest coding of bodies that each neighbour said it reads.
  var readCodings: [CountryCode: UInt8] = [:]
  var lastUpkeep: Instant
  /// When it is looked for what is due, and by which time.
  var erasing = ErasureSchedule()
  let startedAt: Instant
  /// The neighbour's cosignatures on each stream that were verified last, under the keys of now: the one held and the one that it
  /// is compared with.
  var verified: [StreamName: [(note: SignedNote, time: UInt64)]] = [:]
  /// The checkpoint of each stream whose log signature was verified last, under the keys of now.
  var verifiedLog: [StreamName: SignedCheckpoint] = [:]
  /// What runs ahead of the durable state is no longer good; it is read again when the commit under way has ended.
  var mustReload = false
  /// Streams that were stopped and whose stop is not durable yet.
  var halts: [StreamName: (reason: String, proof: ForkProof?)] = [:]
  /// Why the last commit failed, why the durable state cannot be read again after that, or why there is no room for the
  /// next commit; nil when all is well.
  public var storeProblem: StoreError? { unreadable ?? commitFailure ?? shortage }
  var unreadable: StoreError?
  var commitFailure: StoreError?
  var storeFailedAt: Instant?
  var shortage: StoreError?
  /// How far a home that was put back from a backup has come; nil of any other.
  var recovery: RecoveryProgress?

  /// Reads the durable state.
  public init(
    realm: Realm, country: CountryCode, keys: Keyring, store: any Store, rules: any RecordRules,
    entropy: any Entropy, processors: any Processors = OneProcessor(), now: Instant, neighbours: [Neighbour],
    card: [UInt8]
  ) throws(ReadError) {
    self.realm = realm
    self.country = country
    self.keys = keys
    self.store = store
    self.rules = rules
    self.entropy = entropy
    self.processors = processors
    self.now = now
    self.card = card
    (lastUpkeep, startedAt) = (now, now)
    vault = EpochVault(store: store, keys: keys)
    reader = LogReader(store: store, vault: vault, realm: realm)
    ownReceiptKey = NoteKey(.receipt, of: country, in: realm, key: keys.receipt.verifyingKey)
    for neighbour in neighbours { self.neighbours[neighbour.country] = neighbour }
    try load()
  }

  /// Takes one input; gives what is to be done, in order.
  public func handle(_ input: Input, at time: Instant) -> [Effect] {
    now = time
    effects = []
    do throws(ReadError) {
      if !mustReload, !steady.contains(now) { try handOver() }
      switch input {
      case .message(let message, let country) where mustReload:
        // Said once on a link, and about no stream.
        if case .hello = message { receive(message, from: country) }
      case .bundle(_, let country) where mustReload:
        log(.warning, "a bundle of \(country) came while the state is being read again; import it again")
      case .publish(let requests): try publish(requests)
      case .linkUp(let country): linkUp(country)
      case .linkDown(let country): linkDown(country)
      case .message(let message, let country): receive(message, from: country)
      case .bundle(let messages, let country): receiveBundle(messages, from: country)
      case .committed: try committed()
      case .commitFailed(let error): try commitFailed(error)
      case .proceed:
        if let done = unannounced {
          unannounced = nil
          announce(done)
        }
        try prepareAhead()
      case .tick: tick()
      case .sendMore:
        toSend.turnCame()
        if !mustReload { sendMore() }
      case .due: if !mustReload { sendPutOff() }
      case .room(let shortage): note(shortage)
      case .eraseDue(let isClockRight):
        if !mustReload { try eraseDue(isClockRight: isClockRight) }
      case .isAble(let country): noteAble(country)
      case .goOn(let country, let reason): goOn(without: country, reason: reason)
      case .neighbours(let list, let card): try change(list, card)
      }
      if recovery != nil { try recover() }
    } catch {
      // A read failed in the midst of a change: what was half built is dropped and read again, as after a crash.
      log(.error, "\(error)")
      if case .publish(let requests) = input {
        for request in requests { effects.append(.failed(token: request.token, .failed(error.description))) }
      }
      drop(building, because: .failed(error.description))
      building = Building()
      mustReload = true
      if underWay == nil { reload() }
    }
    flush()
    let hasBegun = if case .commit? = effects.last { true } else { false }
    if unannounced != nil || mustProceed || hasBegun && !toPrepare.isEmpty { effects.append(.proceed) }
    mustProceed = false
    if !mustReload, toSend.mustAsk() { effects.append(.sendMore) }
    defer { effects = [] }
    return effects
  }

  // MARK: Commits

  /// Starts the next commit when none is under way.
  private func flush() {
    guard underWay == nil, !building.isEmpty, !mustReload else { return }
    if building.hasChanges {
      do throws(ReadError) {
        let commit = try seal(&building)
        effects.append(.commit(commit, telling: building.results))
        building.told = building.results.map(\.token)
        building.results = []
        underWay = building
        building = Building()
      } catch {
        log(.error, "\(error)")
        drop(building, because: .failed(error.description))
        building = Building()
        mustReload = true
        reload()
      }
    } else {
      finish(building)
      building = Building()
    }
  }

  private func committed() throws(ReadError) {
    guard let done = underWay else { return }
    underWay = nil
    commitFailure = nil
    finish(done)
    if mustReload {
      tellArrived(done)
      reload()
    } else {
      for (stream, epoch, key) in done.epochs { try vault.add(epoch, key: key, to: stream) }
      for (stream, epoch) in done.erased { try vault.erase(epoch, of: stream) }
      if !done.erased.isEmpty { toSend.forgetSources() }
      unannounced = done
    }
  }

  private func finish(_ done: Building) {
    for result in done.results { effects.append(.published(result)) }
  }

  private func commitFailed(_ error: StoreError) throws(ReadError) {
    commitFailure = error
    storeFailedAt = now
    log(.error, "a commit failed: \(error)")
    if let failed = underWay { drop(failed, because: error) }
    drop(building, because: error)
    (underWay, building) = (nil, Building())
    mustReload = true
    reload()
  }

  private func drop(_ dropped: Building, because error: StoreError) {
    for token in dropped.told + dropped.results.map(\.token) { effects.append(.failed(token: token, error)) }
  }

  /// Forgets everything that is not durable and reads what is. Links stay up: only what was durable was ever sent, but for what was sent
  /// ahead and says nothing, and what came in and is lost again is asked for again. While reading fails nothing goes in or out: a core that took a
  /// stream to be empty would sign a second history of it. Every tick tries again.
  func reload() {
    vault.reset()
    toSend.forgetSources()
    let (told, heard) = (outgoing, incoming)
    do throws(ReadError) { try load() } catch {
      log(.error, "the durable state cannot be read: \(error)")
      unreadable = .failed("its state cannot be read again (\(error)); nothing is published or received until it can")
      return
    }
    (mustReload, unreadable) = (false, nil)
    // What was said on the links still holds.
    for (name, known) in told {
      guard let stream = outgoing[name] else { continue }
      (stream.problem, stream.problemIndex, stream.trouble) = (known.problem, known.problemIndex, known.trouble)
      (stream.limit, stream.owedSince) = (known.limit, known.owedSince)
      // A receipt that is only in memory was checked against what is durable: `status` does not go back behind it.
      if let receipt = known.head.receipt, receipt.checkpoint.size <= stream.durable.size {
        (stream.head.receipt, stream.durable.receipt, stream.hasNewReceipt) = (receipt, receipt, true)
      }
    }
    for (name, known) in heard {
      guard let stream = incoming[name] else { continue }
      (stream.problem, stream.problemIndex, stream.trouble) = (known.problem, known.problemIndex, known.trouble)
      (stream.announcedAt, stream.heardAt) = (known.announcedAt, known.heardAt)
      stream.announced = max(known.announced, stream.head.size)
      stream.hasMissed = true
      // As with receipts: the same tree with a later "as of".
      if let asOf = known.durable.checkpoint, asOf.checkpoint.size == stream.durable.size {
        (stream.head.checkpoint, stream.durable.checkpoint, stream.hasNewAsOf) = (asOf, asOf, true)
      }
    }
    // A stream stays stopped also when that could not be written down; the next upkeep tries again.
    for (name, halt) in halts {
      outgoing[name]?.head.halted = halt.reason
      incoming[name]?.head.halted = halt.reason
    }
  }

  private func load() throws(ReadError) {
    recovery = try RecoveryProgress(store)
    var homes: [DatasetName: OwnStream] = [:]
    var outgoing: [StreamName: OwnStream] = [:]
    var incoming: [StreamName: HeldStream] = [:]
    var lastID: RecordID?
    for name in try reader.streams() {
      let state = try reader.state(of: name)
      if let id = state.lastID, name.origin == country { lastID = max(lastID ?? id, id) }
      if name.isHome {
        homes[name.dataset] = try OwnStream(name, state, reader)
      } else if name.origin == country {
        outgoing[name] = try OwnStream(name, state, reader)
      } else {
        incoming[name] = try HeldStream(name, state, reader)
      }
    }
    (self.homes, self.outgoing, self.incoming, self.lastID) = (homes, outgoing, incoming, lastID)
    erasing = try ErasureSchedule(reader.store)
    try loadCodings()
    try arrange()
  }

  /// Makes the streams of new agreements and hands all of them the terms that are in force now.
  private func arrange() throws(ReadError) {
    for stream in outgoing.values { stream.agreed = nil }
    for stream in incoming.values { (stream.agreed, stream.advance) = (nil, nil) }
    steady = neighbours.values.flatMap(\.streams).steady(around: now)
    erasing.lookNow()
    for neighbour in neighbours.values {
      for agreed in neighbour.agreed(at: now) where agreed.terms.mode == .replicate {
        let name = agreed.terms.stream
        if name.origin == country, name.recipient == neighbour.country {
          if outgoing[name] == nil { outgoing[name] = try OwnStream(name, StreamState(), reader) }
          outgoing[name]?.agreed = agreed
        } else if name.recipient == country, name.origin == neighbour.country {
          if incoming[name] == nil { incoming[name] = try HeldStream(name, StreamState(), reader) }
          incoming[name]?.agreed = agreed
        }
      }
    }
  }

  private func change(_ list: [Neighbour], _ card: [UInt8]) throws(ReadError) {
    self.card = card
    (neighbours, verified, verifiedLog) = ([:], [:], [:])
    for neighbour in list { neighbours[neighbour.country] = neighbour }
    guard !mustReload else { return }
    try handOver()
  }

  /// Agreements began or ended, or were signed: the streams go on under those in force now.
  private func handOver() throws(ReadError) {
    try arrange()
    for country in sessions.keys.sorted() { openStreams(with: country) }
  }

  // MARK: Small tools

  /// What may wait here for the disk, in bytes of bodies: beyond it nothing is taken in.
  package static let mostPendingBytes = 64 << 20

  /// Whether publishers wait for the commit after the one under way.
  public var publishersWait: Bool { underWay != nil && !building.results.isEmpty }

  /// Whether anything waits for the core to hear that the commit under way has ended: the next commit, or who is told only then.
  public var isCommitAwaited: Bool {
    guard let underWay else { return false }
    return !underWay.results.isEmpty || !building.isEmpty
  }

  /// Bytes of bodies that wait here for the disk.
  package var pendingByteCount: Int { building.byteCount + (underWay?.byteCount ?? 0) }

  func log(_ level: LogLevel, _ text: String) { effects.append(.log(LogEvent(level: level, text: text))) }

  func send(_ message: Message, to country: CountryCode) { effects.append(.send(message, to: country)) }

  /// The next id: of this moment, and after every id given before.
  func nextID() -> RecordID {
    // Both at once: to ask the system for them is a good part of what an id costs.
    var random: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &random) { entropy.fill($0) }
    var id = RecordID(time: now, random: random)
    // Steps are wide, so that an epoch's entry finds room between two records.
    if let lastID, id <= lastID { id = lastID.advanced(by: UInt32(truncatingIfNeeded: id.low) | 1) }
    lastID = id
    return id
  }
}

import Ledger
import Terms

// Links coming up, messages coming in, time going by.
extension Core {
  /// How often an idle origin says "as of". In milliseconds.
  static let asOfCadence: Int64 = 5000
  /// How often a recipient gives its receipt again at the end; at first after `upkeepCadence`, then after twice as long each time.
  /// In milliseconds.
  static let receiptCadence: Int64 = 60_000
  /// A recipient that heard nothing valid of a stream for this long asks for it again. In milliseconds.
  static let silence: Int64 = 3 * asOfCadence
  /// A gap is asked for at once, but not more often than this: what is on its way may yet fill it. In milliseconds.
  static let gapPatience: Int64 = 2000
  /// How long a recipient waits before it asks again for what does not flow, doubling up to `longestPatience`. Asking
  /// makes the origin send again what may still be in the pipe, so a slow link must not be asked often. In milliseconds.
  static let patience: Int64 = 10_000
  /// See `patience`.
  static let longestPatience: Int64 = 40_000
  /// How long receipts and "as of" may stay in memory alone, and entries without a checkpoint that is kept: losing them loses no record. In
  /// milliseconds.
  static let upkeepCadence: Int64 = 5000
  /// How long after a failed commit batches are not taken and state is not written again. Publishing always tries.
  static let storeRetry: Int64 = 5000
  /// A clock further off than this is named in `status`. In milliseconds.
  public static let tolerableSkew: Int64 = 30_000
  /// The most different refusals that are logged on one link, so that a broken peer does not fill the disk.
  static let mostLoggedRefusals = 100

  func linkUp(_ country: CountryCode) {
    sessions[country] = Session()
    for name in outgoing.keys where name.recipient == country { outgoing[name]?.owedSince = nil }
    send(.hello(Message.Hello(version: 1, time: now, card: card)), to: country)
    openStreams(with: country)
  }

  func linkDown(_ country: CountryCode) {
    sessions[country] = nil
    // What was to leave with the commit under way does not arrive.
    for name in (underWay?.leaving ?? [:]).keys where name.recipient == country { underWay?.leaving[name] = nil }
    for name in incoming.keys where name.origin == country { incoming[name]?.advance = nil }
  }

  /// Asks for all streams of a neighbour, and stops sending those that are no longer agreed. Not while the durable state
  /// is being read again: the last checkpoint in memory may not be the last one any more, and "as of now" would lie.
  func openStreams(with country: CountryCode) {
    guard sessions[country] != nil, !mustReload else { return }
    let halted =
      outgoing.values.filter { !$0.head.halted.isEmpty }.map(\.name)
      + incoming.values.filter { !$0.head.halted.isEmpty }.map(\.name)
    for name in halted.sorted() where name.origin == country || name.recipient == country {
      isolated(name) { () throws(ReadError) in _ = try sendProof(of: name, to: country) }
    }
    for name in outgoing.keys.sorted() where name.recipient == country {
      guard let agreed = outgoing[name]?.agreed, agreed.obstacle(at: now) == nil else {
        stopSending(name)
        continue
      }
      // A neighbour that was refused before learns that it is worth asking.
      isolated(name) { () throws(ReadError) in try sayAsOf(name) }
    }
    for name in incoming.keys.sorted() where name.origin == country { ask(name) }
  }

  func receive(_ message: Message, from country: CountryCode) {
    guard sessions[country] != nil else { return }
    switch message {
    case .hello(let hello):
      guard hello.version == 1 else {
        effects.append(
          .close(country, reason: "\(country) speaks version \(hello.version) of the exchange, this node 1"))
        sessions[country] = nil
        return
      }
      sessions[country]?.skew = hello.time.milliseconds(since: now)
      effects.append(.hello(hello, from: country))
    case .resume(let resume):
      isolated(resume.stream) { () throws(ReadError) in try receive(resume, from: country) }
    case .batch(let batch): isolated(batch.stream) { () throws(ReadError) in try receive(batch, from: country) }
    case .advance(let batch): receive(advance: batch, from: country)
    case .codings(let last): receive(codings: last, from: country)
    case .receipt(let stream, let note):
      isolated(stream) { () throws(ReadError) in try receiveReceipt(stream, note, from: country) }
    case .asOf(let stream, let note):
      isolated(stream) { () throws(ReadError) in try receiveAsOf(stream, note, from: country) }
    case .refuse(let refusal):
      isolated(refusal.stream) { () throws(ReadError) in try receiveRefusal(refusal, from: country) }
    case .conflict(let stream, let proof): receiveConflict(stream, proof, from: country)
    case .recall(let stream, let size):
      isolated(stream) { () throws(ReadError) in try receive(recall: stream, from: size, country) }
    case .returned(let batch, let path):
      isolated(batch.stream) { () throws(ReadError) in try receive(returned: batch, path: path, from: country) }
    }
  }

  /// Does what concerns one stream alone and changes nothing that is not durable: when its entries cannot be read, it
  /// stops and says so, and the others go on.
  func isolated(_ name: StreamName, _ body: () throws(ReadError) -> Void) {
    do throws(ReadError) { try body() } catch {
      let reason = "\(country) cannot read \(name): \(error)"
      if name.origin == country {
        setProblem(of: name, reason, .unreadable)
        sessions[name.recipient]?.sending[name] = nil
        if sessions[name.recipient] != nil { refuse(name, .unreadable, reason, to: name.recipient) }
      } else {
        setProblem(of: name, reason, .unreadable)
      }
    }
  }

  /// Notes why a stream does not flow; logged when it is news.
  func setProblem(of name: StreamName, _ reason: String, _ trouble: StreamTrouble, at index: UInt64? = nil) {
    if name.origin == country {
      guard let stream = outgoing[name] else { return }
      if stream.problem != reason { log(.warning, "\(name): \(reason)") }
      (stream.problem, stream.trouble, stream.problemIndex) = (reason, trouble, index)
    } else {
      guard let stream = incoming[name] else { return }
      if stream.problem != reason { log(.warning, "\(name): \(reason)") }
      (stream.problem, stream.trouble, stream.problemIndex) = (reason, trouble, index)
    }
  }

  func tick() {
    if mustReload, underWay == nil { reload() }
    guard !mustReload else { return }
    for name in outgoing.keys.sorted() {
      guard let stream = outgoing[name], let sending = sessions[name.recipient]?.sending[name] else { continue }
      if stream.agreed == nil || stream.agreed?.obstacle(at: now) != nil {
        stopSending(name)
      } else if hasPassed(Core.asOfCadence, since: sending.lastAsOf) {
        isolated(name) { () throws(ReadError) in try sayAsOf(name) }
      }
    }
    sendPutOff()
    for name in incoming.keys.sorted() { askIfNeeded(name) }
    eraseIfTime()
    if hasPassed(Core.upkeepCadence, since: lastUpkeep) {
      lastUpkeep = now
      repeatReceipts()
      if isStoreReady {
        keepSignatures()
        keepHalts()
      }
    }
    // Nothing may be published for hours: whether the store takes commits again must show all the same.
    if commitFailure != nil, isStoreReady, underWay == nil {
      storeFailedAt = now
      building.commit.states.append((Core.probeKey, nil))
    }
  }

  /// The name of a state that is never there: removing it changes nothing and still goes the way of every commit.
  static let probeKey = "probe"

  /// Takes in whether there is room on the disk.
  func note(_ shortage: StoreError?) {
    if let shortage, self.shortage == nil { log(.error, shortage.description) }
    if shortage == nil, self.shortage != nil { log(.info, "the disk has room again") }
    self.shortage = shortage
  }

  /// Stops sending a stream that may not flow, and tells the neighbour why, so that it asks again later.
  private func stopSending(_ name: StreamName) {
    guard sessions[name.recipient]?.sending[name] != nil else { return }
    sessions[name.recipient]?.sending[name] = nil
    let agreed = outgoing[name]?.agreed
    refuse(
      name, agreed == nil ? .unknownStream : .notInForce,
      agreed?.obstacle(at: now) ?? "there is no agreement for \(name) at \(country) any more", to: name.recipient)
  }

  /// Asks for a stream again that missed something, lags, was refused or is silent.
  private func askIfNeeded(_ name: StreamName) {
    guard let stream = incoming[name], let session = sessions[name.origin], stream.head.halted.isEmpty,
      let agreed = stream.agreed, hasRoom
    else { return }
    guard agreed.obstacle(at: now) == nil else {
      // Asked for as soon as it may flow.
      sessions[name.origin]?.asked[name] = nil
      return
    }
    guard let asked = session.asked[name] else { return ask(name) }
    if stream.hasMissed {
      if hasPassed(Core.gapPatience, since: asked.at) { ask(name) }
      return
    }
    let isBehind = stream.head.size < stream.announced || !stream.problem.isEmpty
    guard isBehind || hasPassed(Core.silence, since: stream.heardAt) else { return }
    if hasPassed(asked.patience, since: asked.at), hasPassed(asked.patience, since: session.lastProgress) {
      ask(name)
      sessions[name.origin]?.asked[name]?.patience = min(2 * asked.patience, Core.longestPatience)
    }
  }

  /// Receipts and "as of" that came in since the last time are made durable together, and checkpoints of what has none yet.
  func keepSignatures() {
    for stream in homes.values where isOwedCheckpoint(stream) { building.grown.insert(stream.name) }
    for (name, stream) in outgoing where stream.hasNewReceipt || isOwedCheckpoint(stream) {
      stream.hasNewReceipt = false
      building.grown.insert(name)
    }
    building.signsAll = true
    for (name, stream) in incoming where stream.hasNewAsOf {
      stream.hasNewAsOf = false
      building.received.insert(name)
    }
  }

  private func isOwedCheckpoint(_ stream: OwnStream) -> Bool { stream.head.unsignedCount > 0 && mayGoOn(stream.name) }

  /// Whether the store may be tried again after a failure.
  var isStoreReady: Bool { commitFailure == nil || hasPassed(Core.storeRetry, since: storeFailedAt) }

  /// Whether neighbours' records may be stored.
  var hasRoom: Bool { isStoreReady && shortage == nil }

  /// Whether so many milliseconds went by. A clock that was set back makes everything due: waiting for the old time to
  /// come again could take years.
  func hasPassed(_ milliseconds: Int64, since last: Instant?) -> Bool {
    guard let last else { return true }
    let elapsed = now.milliseconds(since: last)
    return elapsed < 0 || elapsed >= milliseconds
  }
}

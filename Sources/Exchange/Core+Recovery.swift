import Ledger
import Sodium
import Terms

// A home that was put back from a backup: what its neighbours hold of its streams comes back before anything is signed again.
extension Core {
  /// How long an answer to a recall may take before it is asked for again. In milliseconds.
  static let recallPatience: Int64 = 10_000
  /// Records that go into the home register, or into the stream of a neighbour heard late, in one commit.
  static let mostRecoveredAtOnce = 512

  /// How a home that was put back stands; nil when it never was.
  public func recoveryStatus(at time: Instant) -> RecoveryStatus? {
    guard let recovery else { return nil }
    let unheard = outgoing.values.filter {
      !recovery.heard.contains($0.name) && $0.agreed != nil && $0.agreed?.obstacle(at: time) == nil
    }.map(\.name).sorted()
    return RecoveryStatus(
      kept: recovery.kept, awaited: Set(awaited(at: time).map(\.recipient)).sorted(), unheard: unheard,
      without: recovery.without)
  }

  /// Whether a stream may be signed: its neighbour, if the home was put back, has been heard.
  func maySign(_ name: StreamName) -> Bool { recovery?.heard.contains(name) ?? true }

  /// Whether anything new may be appended to a stream of this country: what its neighbours hand back comes before it.
  func mayGoOn(_ name: StreamName) -> Bool {
    guard name.isHome else { return maySign(name) }
    return recovery?.kept.isOver ?? true
  }

  /// Streams that publishing waits for.
  func awaited(at time: Instant) -> [StreamName] {
    guard let recovery, !recovery.kept.isOver else { return [] }
    return outgoing.values.filter { stream in
      stream.agreed?.obstacle(at: time) == nil && stream.agreed != nil && !recovery.heard.contains(stream.name)
        && recovery.without[stream.name.recipient] == nil && stream.head.halted.isEmpty
    }.map(\.name).sorted()
  }

  /// Why nothing is published just now; nil when it is.
  var recoveryObstacle: StoreError? {
    guard let recovery, !recovery.kept.isOver else { return nil }
    let countries = Set(awaited(at: now).map(\.recipient)).sorted().map(\.description)
    let what =
      countries.isEmpty
      ? "what its neighbours handed back is being put into its registers"
      : "it waits until \(countries.joined(separator: ", ")) said what they hold of its streams"
    return .recovering("as of \(recovery.kept.made.wholeSeconds): \(what)")
  }

  /// Takes in what a neighbour says to hold of a stream that was not heard yet.
  /// - Returns: whether the request may be answered as usual.
  func hear(_ resume: Message.Resume, _ stream: OwnStream, from country: CountryCode) throws(ReadError) -> Bool {
    let name = stream.name
    guard recovery != nil, stream.head.halted.isEmpty else { return true }
    guard resume.size > stream.durable.size else {
      // A tree that is not the beginning of ours is a fork, which the usual way finds.
      if resume.size > 0 {
        guard let held = try? SignedCheckpoint(resume.checkpoint), held.checkpoint.size == resume.size,
          try Frontier(size: resume.size, from: reader.tree(name)).root == held.checkpoint.root
        else { return true }
      }
      recovery?.told[name] = nil
      return try settle(name)
    }
    guard let held = try? SignedCheckpoint(resume.checkpoint), held.checkpoint.size == resume.size,
      held.checkpoint.origin == name.checkpointOrigin(in: realm),
      (try? held.isSigned(byLog: [keys.log.verifyingKey])) == true
    else { return true }
    let reason =
      "\(self.country) was put back from a backup: it has \(stream.durable.size) of the \(resume.size) entries of \(name) that "
      + "\(country) holds, and asks for the rest"
    setProblem(of: name, reason, .isRecalling(from: country))
    refuse(name, .originBehind, reason, to: country)
    recovery?.told[name] = resume.size
    recall(name)
    return false
  }

  private func isRecalling(_ name: StreamName) -> Bool {
    (recovery?.told[name] ?? 0) > outgoing[name]?.durable.size ?? 0
  }

  /// Asks the neighbour for the next entries that are missing here.
  func recall(_ name: StreamName) {
    guard isRecalling(name), let stream = outgoing[name], sessions[name.recipient]?.isAble == true,
      stream.head.size == stream.durable.size
    else { return }
    recovery?.recalled[name] = now
    send(.recall(stream: name, size: stream.durable.size), to: name.recipient)
  }

  /// All that the neighbour holds is here and durable.
  /// - Returns: whether the stream may be signed from now on.
  private func settle(_ name: StreamName) throws(ReadError) -> Bool {
    guard let recovery else { return true }
    if recovery.kept.isOver, recovery.catchingUp[name] == nil {
      let first = try firstToSend(name)
      self.recovery?.catchingUp[name] = first
    }
    if recovery.kept.isOver { return try catchUp(name) }
    markHeard(name)
    return true
  }

  private func markHeard(_ name: StreamName) {
    recovery?.heard.insert(name)
    recovery?.told[name] = nil
    recovery?.catchingUp[name] = nil
    building.commit.states.append((RecoveryProgress.heardKey(name), recovery?.kept.id ?? []))
    outgoing[name]?.problem = ""
    outgoing[name]?.problemIndex = nil
    log(.info, "\(name): all that \(name.recipient) holds of it is here")
  }

  /// A neighbour said hello twice: what it holds can be asked for, and it may be told more.
  func noteAble(_ country: CountryCode) {
    guard sessions[country] != nil else { return }
    sessions[country]?.isAble = true
    send(.codings(upTo: BodyCoding.last.rawValue), to: country)
    for name in outgoing.keys.sorted() where name.recipient == country { recall(name) }
  }

  /// What came back is durable: asks for more, or the stream goes on.
  func recalledIsDurable(_ name: StreamName) throws(ReadError) {
    guard recovery?.told[name] != nil, !maySign(name) else { return }
    guard !isRecalling(name) else { return recall(name) }
    // The neighbour was told to wait: what is said of the stream now makes it ask again.
    if try settle(name) { try sayAsOf(name) }
  }

  /// Goes on with what is under way: asks again, puts what came back into the registers, sends late what was published meanwhile.
  func recover() throws(ReadError) {
    guard let recovery, !mustReload else { return }
    for name in recovery.told.keys.sorted() where hasPassed(Core.recallPatience, since: recovery.recalled[name]) {
      recall(name)
    }
    guard underWay == nil else { return }
    if !recovery.kept.isOver {
      guard awaited(at: now).isEmpty, try !fillRegisters() else { return }
      self.recovery?.kept.isOver = true
      for home in homes.values { self.recovery?.kept.since[home.name.dataset] = home.head.size }
      if let kept = self.recovery?.kept { building.commit.states.append((Recovery.stateKey, kept.bytes)) }
      // What came back may be due in the own register.
      erasing.lookNow()
      log(.info, "what the neighbours hold is here again; publishing goes on")
      return
    }
    for name in recovery.catchingUp.keys.sorted() {
      if try catchUp(name) { try sayAsOf(name) }
    }
  }

  /// Waits for a neighbour no longer.
  func goOn(without country: CountryCode, reason: String) {
    guard let kept = recovery?.kept, !kept.isOver, recovery?.without[country] == nil else { return }
    let waiver = Waiver(of: kept.id, time: now, reason: reason)
    recovery?.without[country] = waiver
    building.commit.states.append((Waiver.stateKey(country), waiver.bytes))
    log(.warning, "publishing does not wait for \(country) any more: \(reason)")
  }

  // MARK: Neighbours that were heard late

  /// The terms of a stream that were in force at the moment at which a record was published.
  func agreed(_ name: StreamName, at time: Instant) -> AgreedStream? {
    neighbours[name.recipient]?.agreed(at: time).first {
      $0.terms.stream == name && $0.terms.mode == .replicate && $0.isInForce(at: time)
    }
  }

  /// Where in the home register the first record is that was published since without the stream.
  private func firstToSend(_ name: StreamName) throws(ReadError) -> UInt64 {
    let home = StreamName(origin: country, recipient: country, dataset: name.dataset)
    let since = recovery?.kept.since[name.dataset] ?? 0
    let begins = (neighbours[name.recipient]?.streams ?? []).filter { $0.terms.stream == name }.map(\.validFrom).min()
    guard let begins, let size = homes[name.dataset]?.durable.size else { return since }
    return max(since, try reader.firstIndex(of: home, notBefore: begins, size: size))
  }

  /// Puts the next records that were published since into the stream of a neighbour that was heard late.
  /// - Returns: whether that was all, and the stream goes on.
  private func catchUp(_ name: StreamName) throws(ReadError) -> Bool {
    guard underWay == nil, let first = recovery?.catchingUp[name], let stream = outgoing[name] else { return false }
    let home = homes[name.dataset]
    let size = stream.head.size
    let (durable, head) = (home?.durable.size ?? 0, home?.head.size ?? 0)
    var next = first
    var earlier: [RecordID] = []
    while next < durable, next - first < UInt64(Core.mostRecoveredAtOnce), let home {
      let (records, _, end, _) = try reader.records(home.name, chunkAt: next)
      // What was sent before a crash is passed over.
      for record in records
      where record.locator.index >= next && stream.head.lastID.map({ $0 < record.entry.id }) ?? true {
        let read = rules.read(record.body, of: name.dataset, version: record.context.version)
        let draft = Draft(
          dataset: name.dataset, version: record.context.version, body: record.body, reference: read.reference,
          kind: record.entry.kind)
        let isStanding = try forward(
          draft, read, home: HomePlace(index: record.locator.index, epoch: nil), id: record.entry.id, to: stream,
          earlier: earlier,
          under: agreed(name, at: record.entry.id.time))
        if isStanding { earlier.append(record.entry.id) }
      }
      next = end
    }
    if stream.head.size > size {
      building.grown.insert(name)
      building.standing[name, default: []] += earlier
    }
    recovery?.catchingUp[name] = next
    guard next >= head else { return false }
    markHeard(name)
    return true
  }
}

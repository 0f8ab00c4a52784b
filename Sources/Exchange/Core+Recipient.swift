import Ledger
import Sodium
import Terms

// The recipient's side of a stream: asking, checking, storing, giving receipts.
extension Core {
  /// Asks for a stream from where it stands here.
  func ask(_ name: StreamName) {
    guard let stream = incoming[name], stream.head.halted.isEmpty, let agreed = stream.agreed,
      agreed.obstacle(at: now) == nil, sessions[name.origin] != nil
    else { return }
    let patience = sessions[name.origin]?.asked[name]?.patience ?? Core.patience
    sessions[name.origin]?.asked[name] = (now, patience)
    stream.hasMissed = false
    // From the head: what is on its way to the disk need not be sent again; should it not arrive there, all is asked anew.
    send(
      .resume(
        Message.Resume(
          stream: name, agreement: agreed.agreement, size: stream.head.size,
          checkpoint: stream.head.size == 0 ? [] : stream.head.checkpoint?.bytes ?? [])), to: name.origin)
  }

  func receive(_ batch: Message.Batch, from country: CountryCode) throws(ReadError) {
    let name = batch.stream
    guard name.origin == country, let stream = incoming[name], let agreed = stream.agreed,
      let neighbour = neighbours[country]
    else { return refuse(name, .unknownStream, "there is no agreement for \(name) at \(self.country)", to: country) }
    guard stream.head.halted.isEmpty else { return refuse(name, .halted, stream.head.halted, to: country) }
    if let obstacle = agreed.obstacle(at: now) { return refuse(name, .notInForce, obstacle, to: country) }
    let end = batch.first + UInt64(batch.count)
    // What is held already says no more than an "as of" does; it may be one that contradicts what is held.
    guard end > stream.head.size else { return try receiveAsOf(name, batch.checkpoint, from: country) }
    guard hasRoom, pendingByteCount < Core.mostPendingBytes else {
      stream.hasMissed = true
      return
    }
    guard batch.first <= stream.head.size else {
      // Something before it was lost. After a refusal that is no news: the origin goes back by itself.
      if stream.problemIndex == nil { noteGap(name) }
      return
    }
    var work: IncomingWork
    do throws(IncomingWork.Fault) {
      let terms = try terms(of: batch, neighbour)
      if let done = stream.advance?.work(on: batch) {
        work = done
      } else {
        work = try IncomingWork(batch, stream, terms, self)
      }
      try work.take(batch.checkpoint, of: neighbour, self)
    } catch {
      return fault(name, error.code, error.reason, at: error.index)
    }
    (stream.head, stream.context) = (work.head, work.context)
    (stream.epoch, stream.isEpochErased) = (work.epoch, work.isEpochErased)
    stream.announced = max(stream.announced, end)
    if stream.announcedAt == nil { stream.announcedAt = now }
    stream.heardAt = now
    (stream.hasMissed, stream.advance) = (false, nil)
    if stream.problemIndex.map({ end > $0 }) ?? true { (stream.problem, stream.problemIndex) = ("", nil) }
    sessions[country]?.lastProgress = now
    sessions[country]?.asked[name]?.patience = Core.patience
    building.byteCount += batch.byteCount
    try take(work, name)
  }

  /// The terms under which the entries of a batch were made.
  func terms(of batch: Message.Batch, _ neighbour: Neighbour) throws(IncomingWork.Fault) -> StreamTerms {
    guard let made = neighbour.agreed(batch.stream, under: batch.agreement), made.terms.version == batch.version else {
      throw IncomingWork.Fault(
        code: .agreementDiffers, reason: "entries were made under an agreement that is not known here",
        index: batch.first)
    }
    // The origin's clock may be a little ahead of this one when an agreement takes over.
    guard made.validFrom <= now.advanced(byMilliseconds: Core.tolerableSkew) else {
      throw IncomingWork.Fault(
        code: .notInForce,
        reason: "entries were made under an agreement that begins on \(made.validFrom.wholeSeconds) only",
        index: batch.first)
    }
    return made.terms
  }

  /// Asks at once for what a gap hides, unless that was done just now.
  private func noteGap(_ name: StreamName) {
    if hasPassed(Core.gapPatience, since: sessions[name.origin]?.asked[name]?.at) {
      ask(name)
    } else {
      incoming[name]?.hasMissed = true
    }
  }

  private func take(_ work: IncomingWork, _ name: StreamName) throws(ReadError) {
    building.received.insert(name)
    for (record, key) in work.epochs {
      building.commit.states.append((record.stateKey(name), record.bytes))
      if let key { building.epochs.append((name, record, key)) }
    }
    // Its time may be over sooner than that of all others.
    if !work.epochs.isEmpty { erasing.lookNow() }
    if let stretch = work.newStretch {
      building.closeChunk(name)
      building.commit.states.append((Stretch.stateKey(name, work.head.stretch), stretch.bytes))
    }
    for (position, item) in work.items.enumerated() {
      let index = work.first + UInt64(position)
      if case .epoch = item.entry.kind { building.closeChunk(name) }
      building.add(
        item.entry, sealed: item.sealed, to: name, at: index, stretch: work.head.stretch, tile: item.tile,
        form: .bodies)
      let locator = Locator(stream: name, index: index)
      let partition = IndexField.partition(of: item.entry.id.time)
      for key in item.keys { addIndex(partition, key, locator) }
      indexChange(item.entry.kind, name.dataset, locator)
    }
    for (record, key) in work.epochs where key == nil {
      building.erased.append((name, record))
      try noteErasure(of: record, in: name, count: 0)
    }
  }

  /// Something in a stream is wrong: nothing of it is stored, the origin is told, other streams go on.
  private func fault(_ name: StreamName, _ code: Message.Refusal.Code, _ reason: String, at index: UInt64) {
    setProblem(of: name, reason, .refusedHere(from: name.origin, code), at: index)
    refuse(name, code, reason, at: index, to: name.origin)
  }

  /// Something of a stream became durable: looks at the "as of" that came with it, and gives the receipt. While more is right behind,
  /// that is done for both: two signatures' work for each batch of a catch-up.
  func confirm(_ name: StreamName) {
    guard let stream = incoming[name], let signed = stream.durable.checkpoint, let neighbour = neighbours[name.origin]
    else { return }
    guard
      stream.head.size == stream.durable.size
        || hasPassed(Core.pace, since: sessions[name.origin]?.receipts[name]?.at)
    else { return }
    if receiptTime(signed, on: name, of: neighbour) == nil { forgetAsOf(signed, stream) }
    sendReceipt(name)
  }

  /// An "as of" that its neighbour did not sign is not kept: whoever reads the note refuses all of it.
  private func forgetAsOf(_ signed: SignedCheckpoint, _ stream: HeldStream) {
    refuseSignature(stream.name)
    stream.durable.checkpoint = signed.withoutCosignatures
    guard stream.head.checkpoint == signed else { return }
    stream.head.checkpoint = signed.withoutCosignatures
    building.received.insert(stream.name)
  }

  private func refuseSignature(_ name: StreamName) {
    let reason = "a checkpoint is not signed by the keys of \(name.origin)'s card"
    setProblem(of: name, reason, .refusedHere(from: name.origin, .badSignature))
    refuse(name, .badSignature, reason, to: name.origin)
  }

  /// Says that everything up to the durable checkpoint is held here.
  func sendReceipt(_ name: StreamName, repeatedAfter wait: Int64 = Core.upkeepCadence) {
    guard sessions[name.origin] != nil, let note = receiptNote(name) else { return }
    sessions[name.origin]?.receipts[name] = (now, wait)
    send(.receipt(stream: name, note: note), to: name.origin)
  }

  /// Gives receipts again whose time has come: an origin that read its state again may have passed over them.
  func repeatReceipts() {
    for name in incoming.keys.sorted() {
      guard let given = sessions[name.origin]?.receipts[name] else {
        sendReceipt(name)
        continue
      }
      guard hasPassed(given.wait, since: given.at) else { continue }
      sendReceipt(name, repeatedAfter: min(2 * given.wait, Core.receiptCadence))
    }
  }

  /// The origin's checkpoint with our cosignature of now; nil while nothing is held, or when the stream was stopped.
  func receiptNote(_ name: StreamName) -> [UInt8]? {
    guard let checkpoint = incoming[name]?.durable.checkpoint?.checkpoint, incoming[name]?.head.halted.isEmpty == true,
      var note = try? SignedNote(text: checkpoint.text)
    else { return nil }
    note.add(Cosignature.sign(checkpoint.text, at: now, with: keys.receipt, as: ownReceiptKey))
    return note.bytes
  }

  func receiveAsOf(_ name: StreamName, _ note: [UInt8], from country: CountryCode) throws(ReadError) {
    guard name.origin == country, let stream = incoming[name], stream.head.halted.isEmpty,
      let neighbour = neighbours[country]
    else { return }
    // The origin speaks of a stream that may not flow here: it is told why nobody asks for it.
    if let obstacle = stream.agreed?.obstacle(at: now) { return refuse(name, .notInForce, obstacle, to: country) }
    guard let signed = try? SignedCheckpoint(note), signed.checkpoint.origin == name.checkpointOrigin(in: realm),
      isSigned(signed, on: name, byLogOf: neighbour), let time = receiptTime(signed, on: name, of: neighbour)
    else { return refuseSignature(name) }
    noteSkew(of: country, time)
    let size = signed.checkpoint.size
    stream.heardAt = now
    if size > stream.head.size {
      if stream.announcedAt == nil { stream.announcedAt = now }
      stream.announced = max(stream.announced, size)
      // The origin speaks again of a stream that it had refused: it is worth asking.
      if !stream.problem.isEmpty, stream.problemIndex == nil { stream.hasMissed = true }
      return
    }
    guard size <= stream.durable.size else { return }
    let held =
      size == stream.durable.size ? stream.durable.frontier : try Frontier(size: size, from: reader.tree(name))
    guard held.root == signed.checkpoint.root else { return try fork(stream, signed, prefix: held) }
    guard size == stream.durable.size, stream.head.size == size else { return }
    if isNewer(size, time, than: stream.durable.checkpoint, on: name, of: neighbour) {
      stream.durable.checkpoint = signed
      stream.head.checkpoint = signed
      stream.hasNewAsOf = true
    }
    if stream.announced <= size { stream.announcedAt = nil }
    if !stream.problem.isEmpty, stream.problemIndex == nil {
      // The origin had refused the stream and sends nothing of it until it is asked again.
      stream.problem = ""
      stream.hasMissed = true
    }
  }

  /// The neighbour's clock as its cosignatures show it: they are in whole seconds and took their time to arrive.
  private func noteSkew(of country: CountryCode, _ seconds: UInt64) {
    let skew = Instant(milliseconds: Int64(clamping: min(seconds, UInt64(Instant.latest.seconds))) * 1000)
      .milliseconds(since: now)
    if let known = sessions[country]?.skew, abs(max(skew, -.max) / 2 - known / 2) < 1000 { return }
    sessions[country]?.skew = skew
  }

  func receiveRefusal(_ refusal: Message.Refusal, from country: CountryCode) throws(ReadError) {
    let name = refusal.stream
    let reason = "\(country) says: \(refusal.reason)"
    let trouble = StreamTrouble.refused(by: country, refusal.code)
    if name.origin == self.country, name.recipient == country, let stream = outgoing[name] {
      guard sessions[country]?.sending[name] != nil else { return setProblem(of: name, reason, trouble) }
      let start = stream.durable.receipt?.checkpoint.size ?? 0
      guard refusal.code == .badEntry || refusal.code == .badSignature, refusal.index >= start else {
        sessions[country]?.sending[name] = nil
        return setProblem(of: name, reason, trouble)
      }
      setProblem(of: name, reason, trouble, at: refusal.index)
      // Everything before the refused entry can still be sent and receipted.
      stream.limit = refusal.index
      sessions[country]?.sending[name] = Session.Sending(frontier: try Frontier(size: start, from: reader.tree(name)))
      try pump(name)
    } else if name.origin == country, name.recipient == self.country, let stream = incoming[name] {
      let isLost = refusal.code == .originBehind
      let words = isLost ? "\(country) lost data: it holds less than this node" : reason
      setProblem(of: name, words, isLost ? .originLost(country) : trouble, at: stream.problemIndex)
    }
  }
}

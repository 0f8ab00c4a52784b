import Ledger
import Sodium
import Terms

// The origin's side of a stream: sending from where the recipient stands, taking receipts, saying "as of".
extension Core {
  /// What may be under way without a receipt, per stream: bounds the memory at both ends, and how long a new record of another stream
  /// waits behind a catch-up. It is 40,000 records a second over a line that takes 0.1 s there and back.
  static let (mostUnreceiptedBytes, mostUnreceiptedBatches) = (1 << 20, 64)

  /// Entries from which a batch leaves though an earlier one has no receipt yet. A smaller one waits for it and takes along what
  /// comes meanwhile: a batch costs both nodes six signatures' work, a commit and a receipt, however little it holds.
  static let fewEntries: UInt64 = 128

  /// How soon after a small batch another may leave, in milliseconds. To whom a record is shown it is nothing; to two nodes between
  /// which hundreds of records go in a second it is most of their work.
  static let pace: Int64 = 8

  func receive(_ resume: Message.Resume, from country: CountryCode) throws(ReadError) {
    let name = resume.stream
    sessions[country]?.sending[name] = nil
    guard name.recipient == country, let stream = outgoing[name], let agreed = stream.agreed else {
      return refuse(name, .unknownStream, "there is no agreement for \(name) at \(self.country)", to: country)
    }
    if !maySign(name) {
      guard try hear(resume, stream, from: country) else { return }
    }
    guard agreed.agreement == resume.agreement else {
      let reason = "another agreement is in force at \(self.country); compare the digests with agreement show"
      setProblem(of: name, "another agreement is in force at \(country)", .otherAgreement(country))
      return refuse(name, .agreementDiffers, reason, to: country)
    }
    if let obstacle = agreed.obstacle(at: now) { return refuse(name, .notInForce, obstacle, to: country) }
    guard stream.head.halted.isEmpty else {
      guard try !sendProof(of: name, to: country) else { return }
      // What was stopped without a proof was stopped by what the neighbour holds and this node lost.
      return refuse(name, .originBehind, stream.head.halted, to: country)
    }

    var frontier = Frontier()
    if resume.size > 0 {
      guard let held = try? SignedCheckpoint(resume.checkpoint), held.checkpoint.size == resume.size,
        held.checkpoint.origin == name.checkpointOrigin(in: realm)
      else { return refuse(name, .badSignature, "the request bears no checkpoint of its size", to: country) }
      if resume.size <= stream.durable.size { frontier = try self.frontier(stream, at: resume.size) }
      // What fits our own tree needs no signature: the key that signed it may have been replaced since. What does not fit
      // accuses us, so it must bear our signature.
      guard
        frontier.size == resume.size && frontier.root == held.checkpoint.root
          || (try? held.isSigned(byLog: [keys.log.verifyingKey])) == true
      else {
        setProblem(
          of: name, "\(country) holds a checkpoint that this node's log key did not sign",
          .notOurCheckpoint(heldBy: country))
        return refuse(
          name, .badSignature, "the checkpoint in the request is not signed by \(self.country)'s log key", to: country)
      }
      guard resume.size <= stream.durable.size else {
        let reason =
          "\(country) holds \(resume.size) entries of \(name), this node only \(stream.durable.size): restore it from a "
          + "later backup before it signs again"
        halt(name, reason, proof: nil)
        return refuse(name, .originBehind, reason, to: country)
      }
      guard frontier.root == held.checkpoint.root else {
        // Our own tree, signed at the same size: together with what the neighbour holds, the proof.
        let proof = ForkProof(first: held, second: try keys.checkpoint(of: name, frontier, in: realm))
        halt(name, "two inconsistent checkpoints of size \(resume.size) exist; the proof is kept", proof: proof)
        return send(.conflict(stream: name, proof: proof.bytes), to: country)
      }
    }
    if stream.problemIndex == nil { stream.problem = "" }
    stream.limit = nil
    if stream.owedSince == nil, stream.lag > 0 { stream.owedSince = now }
    sessions[country]?.sending[name] = Session.Sending(frontier: frontier)
    try sayAsOf(name)
    try pump(name)
  }

  /// The tree's right edge at an earlier size; what is in memory saves reading a large log.
  private func frontier(_ stream: OwnStream, at size: UInt64) throws(ReadError) -> Frontier {
    size == stream.durable.size ? stream.durable.frontier : try Frontier(size: size, from: reader.tree(stream.name))
  }

  /// Sends what is durable and not yet sent, as far as the window allows: a batch at once, and more in turns to come.
  func pump(_ name: StreamName) throws(ReadError) {
    guard !toSend.contains(name) else { return }
    var sources = BatchSources()
    if try sendBatches(of: name, &sources) { toSend.add(name, sources) }
  }

  /// Sends more of the stream whose turn it is.
  func sendMore() {
    guard let (name, known) = toSend.takeFirst() else { return }
    isolated(name) { () throws(ReadError) in
      var sources = known
      if try sendBatches(of: name, &sources) { toSend.goOn(name, sources) }
    }
  }

  /// Sends what was just made, which costs next to nothing, or one batch that is made of what is on the disk.
  /// - Returns: whether there is more that can be sent.
  private func sendBatches(of name: StreamName, _ sources: inout BatchSources) throws(ReadError) -> Bool {
    guard let stream = outgoing[name], mayPump(stream) else { return false }
    let end = min(stream.durable.size, stream.limit ?? .max)
    while var sending = sessions[name.recipient]?.sending[name], sending.mayGoOn(to: end) {
      if let last = sending.last, !last.isFull, end - sending.frontier.size < Core.fewEntries {
        guard sending.unreceipted.isEmpty else { return false }
        guard hasPassed(Core.pace, since: last.at) else {
          putOff(name, sentAt: last.at)
          return false
        }
      }
      let isAtHand = stream.recent?.holds(sending.frontier.size) == true
      let batch = try nextBatch(of: name, &sending, end: end, &sources)
      stream.recent?.forget(below: sending.frontier.size)
      sessions[name.recipient]?.sending[name] = sending
      send(.batch(batch), to: name.recipient)
      guard isAtHand else { return sending.mayGoOn(to: end) }
    }
    return false
  }

  /// Whether anything of a stream may be sent.
  func mayPump(_ stream: OwnStream) -> Bool {
    stream.head.halted.isEmpty && stream.agreed.map { $0.obstacle(at: now) == nil } ?? false && maySign(stream.name)
  }

  /// Makes the next batch; moves on how far the stream is sent.
  func nextBatch(
    of name: StreamName, _ sending: inout Session.Sending, end: UInt64, _ sources: inout BatchSources
  ) throws(ReadError) -> Message.Batch {
    let batch = try batch(of: name, &sending.frontier, end: end, &sources)
    let byteCount = batch.byteCount
    sending.unreceipted.append((sending.frontier.size, sending.frontier.root, byteCount))
    sending.unreceiptedBytes += byteCount
    sending.lastAsOf = now
    sending.last = (now, byteCount >= Message.Batch.closedAtByteCount)
    return batch
  }

  private func putOff(_ name: StreamName, sentAt time: Instant) {
    // One reminder serves all: who is not due then is put off again.
    if putOff.isEmpty { effects.append(.remind(milliseconds: Core.pace - now.milliseconds(since: time))) }
    putOff.insert(name)
  }

  /// Sends what was put off.
  func sendPutOff() {
    let names = putOff.sorted()
    putOff = []
    for name in names { isolated(name) { () throws(ReadError) in try pump(name) } }
  }

  /// A checkpoint with our own cosignature: "as of now this is my latest".
  func asOfCheckpoint(_ name: StreamName, _ frontier: Frontier) throws(ReadError) -> SignedCheckpoint {
    // The same text has the same signature.
    var signed =
      if let kept = outgoing[name]?.durable.checkpoint, isOf(frontier, kept) { kept } else {
        try keys.checkpoint(of: name, frontier, in: realm)
      }
    signed.add(Cosignature.sign(signed.checkpoint.text, at: now, with: keys.receipt, as: ownReceiptKey))
    return signed
  }

  private func isOf(_ frontier: Frontier, _ signed: SignedCheckpoint) -> Bool {
    signed.checkpoint.size == frontier.size && signed.checkpoint.root == frontier.root
      && signed.bears(logKey: keys.log.verifyingKey)
  }

  /// Says what the latest is.
  func sayAsOf(_ name: StreamName) throws(ReadError) {
    guard let stream = outgoing[name], stream.head.halted.isEmpty, sessions[name.recipient] != nil, maySign(name) else {
      return
    }
    sessions[name.recipient]?.sending[name]?.lastAsOf = now
    send(.asOf(stream: name, note: try asOfCheckpoint(name, stream.durable.frontier).bytes), to: name.recipient)
  }

  func receiveReceipt(_ name: StreamName, _ note: [UInt8], from country: CountryCode) throws(ReadError) {
    // Before all that a neighbour holds is here again, its receipts stand for more than can be compared.
    guard name.recipient == country, maySign(name), let stream = outgoing[name], let neighbour = neighbours[country]
    else { return }
    guard let receipt = try? SignedCheckpoint(note), receipt.checkpoint.origin == name.checkpointOrigin(in: realm),
      receipt.checkpoint.size <= stream.durable.size, let time = receiptTime(receipt, on: name, of: neighbour)
    else { return log(.warning, "a receipt of \(country) for \(name) is not valid; it is not counted") }
    let size = receipt.checkpoint.size
    let known = sessions[country]?.sending[name]?.unreceipted.first { $0.size == size }?.root
    let root: RootHash
    if let known {
      root = known
    } else if let earlier = stream.head.receipt?.checkpoint, earlier.size == size {
      root = earlier.root
    } else {
      root = try frontier(stream, at: size).root
    }
    guard root == receipt.checkpoint.root else {
      return log(.error, "a receipt of \(country) for \(name) names another root at \(size)")
    }
    // The window opens for every true receipt, also for one that is not news: a clock that was set back must not close it.
    if var sending = sessions[country]?.sending[name] {
      let done = sending.unreceipted.prefix { $0.size <= size }
      sending.unreceipted.removeFirst(done.count)
      sending.unreceiptedBytes -= done.reduce(0) { $0 + $1.byteCount }
      sessions[country]?.sending[name] = sending
    }
    if isNewer(size, time, than: stream.head.receipt, on: name, of: neighbour) {
      if size > stream.head.receipt?.checkpoint.size ?? 0 { stream.owedSince = size < stream.durable.size ? now : nil }
      stream.head.receipt = receipt
      stream.durable.receipt = receipt
      stream.hasNewReceipt = true
      if let index = stream.problemIndex, size > index { (stream.problem, stream.problemIndex) = ("", nil) }
    }
    try pump(name)
  }

  /// Whether a cosigned size replaces what is held: a larger size always, the same size with a later time. A held time
  /// that lies ahead of this node's clock came from a clock that was wrong, and gives way.
  func isNewer(
    _ size: UInt64, _ time: UInt64, than held: SignedCheckpoint?, on name: StreamName, of neighbour: Neighbour
  ) -> Bool {
    guard let held else { return true }
    guard size == held.checkpoint.size else { return size > held.checkpoint.size }
    let heldTime = receiptTime(held, on: name, of: neighbour) ?? 0
    let latest = UInt64(clamping: now.advanced(byMilliseconds: Core.tolerableSkew).seconds)
    return time > heldTime || heldTime > latest && time < heldTime
  }

  /// The time of a neighbour's cosignature on a stream's checkpoint in seconds, or nil when it is not signed by it. The
  /// two verified last are remembered: the one that `status` shows, and the next one, which is compared with it.
  func receiptTime(_ receipt: SignedCheckpoint, on name: StreamName, of neighbour: Neighbour) -> UInt64? {
    if let known = verified[name]?.first(where: { $0.note == receipt.note }) { return known.time }
    for noteKey in noteKeys(of: neighbour) {
      if let time = try? receipt.note.time(of: noteKey) {
        verified[name] = Array((verified[name] ?? []).suffix(1)) + [(receipt.note, time)]
        return time
      }
    }
    return nil
  }

  private func noteKeys(of neighbour: Neighbour) -> [NoteKey] {
    neighbour.receiptKeys.map { NoteKey(.receipt, of: neighbour.country, in: realm, key: $0) }
  }

  /// Whether a checkpoint has a line of a neighbour's "as of"; whether that is signed, `receiptTime` says.
  func bearsAsOf(_ signed: SignedCheckpoint, of neighbour: Neighbour) -> Bool {
    noteKeys(of: neighbour).contains(where: signed.note.bears)
  }

  /// Whether a neighbour's log signed a checkpoint of a stream. An idle stream's "as of" bears the same text and the same log
  /// signature each time, with another cosignature: what was verified last is not verified again.
  func isSigned(_ signed: SignedCheckpoint, on name: StreamName, byLogOf neighbour: Neighbour) -> Bool {
    if let known = verifiedLog[name], signed.hasSameLogSignatures(as: known) { return true }
    guard (try? signed.isSigned(byLog: neighbour.logKeys)) == true else { return false }
    verifiedLog[name] = signed
    return true
  }

  func refuse(
    _ name: StreamName, _ code: Message.Refusal.Code, _ reason: String, at index: UInt64 = 0, to country: CountryCode
  ) {
    if let session = sessions[country], session.refusals.count < Core.mostLoggedRefusals,
      sessions[country]?.refusals.insert("\(name) \(code) \(index)").inserted == true
    {
      log(.warning, "\(name) with \(country): \(reason)")
    }
    send(.refuse(Message.Refusal(stream: name, code: code, index: index, reason: reason)), to: country)
  }
}

import Exchange
import Ledger
import Sodium
import Terms

// What happens, and what the cores answer to it.
extension World {
  func handle(_ event: Event) throws {
    switch event {
    case .tick(let country, let life):
      let node = try node(country)
      guard node.life == life, node.core != nil else { return }
      later(.tick(country, life: life), in: 1000)
      try give(.tick, to: node)
      try checkStatus(node)
    case .remind(let country, let life):
      let node = try node(country)
      if node.life == life { try give(.due, to: node) }
    case .sendMore(let country, let life):
      let node = try node(country)
      if node.life == life { try give(.sendMore, to: node) }
    case .publish(let country): try publish(at: try node(country))
    case .arrive(let type, let payload, let from, let to, let number):
      guard network.isUp(Pair(from, to)), network.number(Pair(from, to)) == number else { return }
      trace.note(clock.elapsed, "\(from) > \(to) \(type)", payload)
      try give(.message(try Message(type: type, payload: payload), from: from), to: try node(to))
    case .connect(let pair):
      guard !network.isUp(pair) else { return }
      guard try node(pair.a).core != nil, try node(pair.b).core != nil else { return later(event, in: 300) }
      network.connect(pair)
      trace.note(clock.elapsed, "connect \(pair.a) \(pair.b)")
      try give(.linkUp(pair.b), to: try node(pair.a))
      if network.isUp(pair) { try give(.linkUp(pair.a), to: try node(pair.b)) }
      // All nodes say hello twice, and a link loses nothing of it.
      for (one, other) in [(pair.a, pair.b), (pair.b, pair.a)] where network.isUp(pair) {
        try give(.isAble(other), to: try node(one))
      }
    case .cut(let pair):
      if !isHealed { later(event, in: spell(faults.cutEvery)) }
      cut(pair)
    case .hangUp(let country, let other, let number):
      // A link that stands again has taken the place of the old one.
      guard network.number(Pair(country, other)) == number else { return }
      try give(.linkDown(other), to: try node(country))
    case .flush(let country, let commit, let life): try flush(try node(country), commit, life)
    case .crash(let country):
      if !isHealed { later(event, in: spell(faults.crashEvery)) }
      crash(try node(country))
    case .restart(let country): try restart(try node(country))
    case .backUp(let country): backUp(try node(country))
    case .loseDisk(let country): try loseDisk(try node(country))
    case .heal: try heal()
    case .passDay:
      guard !isHealed else { return }
      trace.note(clock.elapsed, "a day goes by")
      clock.passDay()
      later(event, in: plan.dayEvery ?? 0)
    default: try handleFault(event)
    }
  }

  func perform(_ effect: Core.Effect, of node: SimulatedNode) throws {
    let country = node.country
    switch effect {
    case .commit(let commit, let telling):
      node.commitCount += 1
      (node.telling, node.leaving) = (telling, [])
      later(.flush(country, commit, life: node.life), in: 1 + chance.below(faults.longestCommit))
    case .sendOnceDurable(let message, let to): node.leaving.append((message, to))
    case .send(let plain, let to):
      let message = plan.planted == .falseReceipt ? try falseReceipt(plain, of: node) : plain
      try checkSent(message, by: node)
      let (type, payload) = (message.type, message.payload)
      guard try Message(type: type, payload: payload) == message else {
        throw Violation("a message changes when it is written and read: \(message)")
      }
      trace.note(clock.elapsed, "\(country) sends \(type) to \(to)", payload)
      let pair = Pair(country, to)
      for arrival in network.arrivals(from: country, on: pair, at: clock.elapsed, faults, chance) {
        queue.add(
          .arrive(type: type, payload: payload, from: country, to: to, link: network.number(pair)), at: arrival)
      }
    case .published(let done): try published(done.token, done.results, at: node)
    case .failed(let token, let error):
      trace.note(clock.elapsed, "\(country) failed \(token): \(error)")
      let handings = node.waiting.removeValue(forKey: token) ?? []
      for handing in handings { handing.fate = .failed }
      workloads[country]?.failed(handings.map(\.draft))
    case .arrived(let stream, let range):
      trace.note(clock.elapsed, "\(country) has \(stream) \(range)")
      guard try node.disk.readProblem != nil || node.reader(realm).state(of: stream).size >= range.upperBound
      else {
        throw Violation("\(country) says that \(stream) \(range) arrived, but it is not durable")
      }
    case .proceed: try give(.proceed, to: node)
    case .sendMore: later(.sendMore(country, life: node.life), in: 0)
    case .remind(let milliseconds): later(.remind(country, life: node.life), in: Int(milliseconds))
    case .close(let other, let reason):
      trace.note(clock.elapsed, "\(country) closes \(other): \(reason)")
      cut(Pair(country, other))
    case .hello(let hello, let from): trace.note(clock.elapsed, "\(country) hears \(from) at \(hello.time)")
    case .log(let event): trace.note(clock.elapsed, "\(country) \(event.level): \(event.text)")
    }
  }

  /// A receipt for everything that the origin has.
  private func falseReceipt(_ message: Message, of node: SimulatedNode) throws -> Message {
    guard case .receipt(let stream, _) = message,
      case let origin = try self.node(stream.origin),
      case let state = try origin.reader(realm).state(of: stream), state.size > 0
    else { return message }
    var note = try SignedNote(text: state.ownCheckpoint(of: stream, in: realm, origin.keys).checkpoint.text)
    let key = NoteKey(.receipt, of: node.country, in: realm, key: node.keys.receipt.verifyingKey)
    note.add(Cosignature.sign(note.text, at: clock.now(at: node.country), with: node.keys.receipt, as: key))
    return .receipt(stream: stream, note: note.bytes)
  }

  private func publish(at node: SimulatedNode) throws {
    if !isHealed { later(.publish(node.country), in: 1 + chance.below(2 * publishEvery)) }
    guard node.core != nil else { return }
    let drafts = workloads[node.country]?.drafts(of: agreements.datasets, at: node.country, chance) ?? []
    try hand(drafts, to: node)
  }

  func hand(_ drafts: [Draft], to node: SimulatedNode) throws {
    let now = clock.now(at: node.country)
    var entitled: [StreamName: AgreedStream] = [:]
    for neighbour in neighbours(of: node) {
      for agreed in neighbour.agreed(at: now)
      where agreed.terms.stream.origin == node.country && agreed.isInForce(at: now) {
        entitled[agreed.terms.stream] = agreed
      }
    }
    node.nextToken += 1
    let handings = drafts.map { Handing($0, entitled) }
    node.waiting[node.nextToken] = handings
    checker.handed(handings, to: node.country)
    trace.note(clock.elapsed, "\(node.country) publishes \(drafts.count) as \(node.nextToken)")
    try give(.publish([.init(token: node.nextToken, drafts: drafts)]), to: node)
  }

  /// A commit reaches the disk; the node may crash on either side of that moment.
  private func flush(_ node: SimulatedNode, _ commit: Commit, _ life: Int) throws {
    guard node.life == life, node.core != nil else { return }
    var crashes = !isHealed && chance.happens(faults.crashAtCommitPermille)
    var isAfter = crashes && chance.happens(500)
    if let planned = plan.crash, countries[planned.node] == node.country, node.commitCount == planned.commit {
      (crashes, isAfter) = (true, planned.isAfter)
    }
    if crashes, !isAfter {
      trace.note(clock.elapsed, "\(node.country) crashes before its fsync")
      return crash(node)
    }
    let isLost = plan.planted == .earlyAnswer || plan.planted == .lostCommit && node.commitCount == 5
    if isLost { return try becameDurable(node) }
    let fails = !isHealed && chance.happens(faults.commitFailurePermille)
    do throws(StoreError) {
      if fails { throw .failed("simulated") }
      try node.disk.commit(commit)
    } catch {
      if case .notAtEnd = error { throw Violation("\(node.country): \(error)") }
      trace.note(clock.elapsed, "\(node.country) commit fails")
      return try give(.commitFailed(error), to: node)
    }
    trace.note(
      clock.elapsed, "\(node.country) commits", commit.states.flatMap { Array($0.key.utf8) + ($0.value ?? []) })
    if plan.planted == .oldDisk {
      if node.commitCount == 4 { node.backup = node.disk.snapshot() }
      if node.commitCount == 12, let backup = node.backup {
        crash(node)
        return node.disk.restore(backup)
      }
    }
    if crashes {
      // What was to leave with it may have left.
      if chance.happens(500) { try leave(node) }
      trace.note(clock.elapsed, "\(node.country) crashes after its fsync")
      return crash(node)
    }
    try becameDurable(node)
  }

  private func becameDurable(_ node: SimulatedNode) throws {
    try leave(node)
    try give(.committed, to: node)
  }

  private func leave(_ node: SimulatedNode) throws {
    let leaving = node.leaving
    node.leaving = []
    for (message, to) in leaving { try perform(.send(message, to: to), of: node) }
  }

  func cut(_ pair: Pair) {
    guard network.isUp(pair) else { return }
    trace.note(clock.elapsed, "cut \(pair.a) \(pair.b)")
    let number = network.number(pair)
    network.cut(pair)
    later(.hangUp(pair.a, from: pair.b, link: number), in: chance.below(200))
    later(.hangUp(pair.b, from: pair.a, link: number), in: chance.below(200))
    later(.connect(pair), in: 20 + chance.below(1500))
  }

  func crash(_ node: SimulatedNode) {
    guard node.core != nil else { return }
    trace.note(clock.elapsed, "crash \(node.country)")
    node.core = nil
    node.life += 1
    for token in node.waiting.keys.sorted() { workloads[node.country]?.failed(node.waiting[token]?.map(\.draft) ?? []) }
    node.waiting = [:]
    node.linked = []
    checker.crashed(node.country)
    for pair in network.pairs where pair.has(node.country) { cut(pair) }
    later(.restart(node.country), in: 50 + chance.below(1500))
  }

  private func restart(_ node: SimulatedNode) throws {
    guard node.core == nil else { return }
    node.life += 1
    do throws(ReadError) {
      node.core = try Core(
        realm: realm, country: node.country, keys: node.keys, store: node.disk,
        rules: SimulatedRules(
          planted: plan.planted, homeDays: plan.dayEvery == nil ? nil : SimulatedAgreements.shortDays + 1),
        entropy: node.entropy, now: clock.now(at: node.country),
        neighbours: neighbours(of: node), card: [])
    } catch {
      guard node.disk.readProblem != nil else { throw Violation("\(node.country) does not start: \(error)") }
      return later(.restart(node.country), in: 500)
    }
    trace.note(clock.elapsed, "start \(node.country)")
    later(.tick(node.country, life: node.life), in: chance.below(1000))
  }
}

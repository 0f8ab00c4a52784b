import Exchange
import Terms

// Faults that come by themselves, and their end.
extension World {
  func foreseeFaults() {
    for pair in network.pairs {
      if faults.cutEvery > 0 { later(.cut(pair), in: spell(faults.cutEvery)) }
      if faults.bundleEvery > 0 {
        later(.makeBundle(from: pair.a, to: pair.b), in: spell(faults.bundleEvery))
        later(.makeBundle(from: pair.b, to: pair.a), in: spell(faults.bundleEvery))
      }
      if faults.agreementEvery > 0 { later(.changeAgreement(pair), in: spell(faults.agreementEvery)) }
    }
    for country in countries {
      if faults.crashEvery > 0 { later(.crash(country), in: spell(faults.crashEvery)) }
      if faults.fullDiskEvery > 0 { later(.fillDisk(country), in: spell(faults.fullDiskEvery)) }
      if faults.readFailureEvery > 0 { later(.spoilReads(country), in: spell(faults.readFailureEvery)) }
      if faults.clockStepEvery > 0 { later(.stepClock(country), in: spell(faults.clockStepEvery)) }
    }
  }

  func spell(_ mean: Int) -> Int { 1 + chance.below(2 * max(mean, 1)) }

  func handleFault(_ event: Event) throws {
    switch event {
    case .fillDisk(let country):
      guard !isHealed else { return }
      trace.note(clock.elapsed, "\(country) disk is full")
      try node(country).disk.problem = .full("simulated")
      later(.freeDisk(country), in: spell(2000))
    case .freeDisk(let country):
      try node(country).disk.problem = nil
      if !isHealed { later(.fillDisk(country), in: spell(faults.fullDiskEvery)) }
    case .spoilReads(let country):
      guard !isHealed else { return }
      trace.note(clock.elapsed, "\(country) reads fail")
      try node(country).disk.readProblem = .failed("simulated")
      later(.mendReads(country), in: spell(1000))
    case .mendReads(let country):
      try node(country).disk.readProblem = nil
      if !isHealed { later(.spoilReads(country), in: spell(faults.readFailureEvery)) }
    case .stepClock(let country):
      guard !isHealed else { return }
      let step = Int64(chance.below(2 * faults.largestClockStep) - faults.largestClockStep)
      trace.note(clock.elapsed, "\(country) clock steps \(step)")
      clock.step(country, byMilliseconds: step)
      later(event, in: spell(faults.clockStepEvery))
    case .makeBundle(let country, let other):
      guard !isHealed else { return }
      try makeBundle(at: try node(country), to: other)
      later(event, in: spell(faults.bundleEvery))
    case .bringBundle(let messages, let country, let other):
      trace.note(clock.elapsed, "\(country) by hand to \(other)", messages.flatMap(\.payload))
      let read = try messages.map { try Message(type: $0.type, payload: $0.payload) }
      try give(.bundle(read, from: country), to: try node(other))
    case .changeAgreement(let pair):
      guard !isHealed else { return }
      try changeAgreement(pair)
      later(event, in: spell(faults.agreementEvery))
    case .adopt(let country, let pair, let generation): try adopt(generation, of: pair, at: try node(country))
    case .unpause(let country, let pair):
      let node = try node(country)
      guard node.paused.remove(pair) != nil else { return }
      trace.note(clock.elapsed, "\(country) resumes \(pair.a) \(pair.b)")
      try give(.neighbours(neighbours(of: node), card: []), to: node)
    default: break
    }
  }

  /// Some bundles are brought twice, or after the link has brought the same.
  private func makeBundle(at node: SimulatedNode, to other: CountryCode) throws {
    guard let core = node.core, node.disk.readProblem == nil,
      let messages = try? core.messagesForBundle(to: other, byteCount: 1 + chance.below(200_000))
    else { return }
    for message in messages { try checkSent(message, by: node) }
    let payloads = messages.map { ($0.type, $0.payload) }
    for _ in 0..<(chance.happens(200) ? 2 : 1) {
      later(.bringBundle(payloads, from: node.country, to: other), in: chance.below(5000))
    }
  }

  private func changeAgreement(_ pair: Pair) throws {
    if chance.happens(500) {
      let country = chance.happens(500) ? pair.a : pair.b
      let node = try node(country)
      trace.note(clock.elapsed, "\(country) pauses \(pair.a) \(pair.b)")
      node.paused.insert(pair)
      try give(.neighbours(neighbours(of: node), card: []), to: node)
      later(.unpause(country, pair), in: spell(3000))
    } else {
      let generation = agreements.renew(pair, validUntil: .latest)
      trace.note(clock.elapsed, "\(pair.a) \(pair.b) agree anew: \(generation)")
      for country in [pair.a, pair.b] { later(.adopt(country, pair, generation: generation), in: spell(1000)) }
    }
  }

  private func adopt(_ generation: Int, of pair: Pair, at node: SimulatedNode) throws {
    guard generation > node.adopted[pair] ?? -1 else { return }
    trace.note(clock.elapsed, "\(node.country) adopts \(generation) of \(pair.a) \(pair.b)")
    node.adopted[pair] = generation
    try give(.neighbours(neighbours(of: node), card: []), to: node)
  }

  /// All faults end: from here on everything must come right by itself.
  func heal() throws {
    isHealed = true
    trace.note(clock.elapsed, "heal")
    let delay = min(faults.longestDelay, 50)
    faults = Faults()
    faults.longestDelay = delay
    for country in countries {
      let node = try node(country)
      node.disk.problem = nil
      node.disk.readProblem = nil
      clock.correct(country)
      for pair in node.paused { later(.unpause(country, pair), in: 1) }
    }
    for pair in network.pairs {
      let last = (agreements.generations[pair]?.count ?? 1) - 1
      let isExpired = (agreements.generations[pair]?[last] ?? .latest) < .latest
      let generation = isExpired ? agreements.renew(pair, validUntil: .latest) : last
      for country in [pair.a, pair.b] { later(.adopt(country, pair, generation: generation), in: 1) }
    }
    // What was published last must come through too.
    for country in countries { later(.publish(country), in: 2500) }
  }
}

import Exchange
import Ledger
import Sodium
import Terms

/// Several nodes in one process, on one seed: their cores run on simulated clocks, disks and links, with faults, faster
/// than real time. The same seed gives the same run, byte for byte.
public final class World {
  /// How a run is laid out.
  public struct Plan: Sendable {
    /// The seed of every choice.
    public var seed: UInt64
    /// How many nodes, 2 to 6.
    public var nodeCount = 2
    /// For how long records are published and faults happen, in milliseconds.
    public var busyMilliseconds: Int64 = 20_000
    /// Mean milliseconds between publishes at one node; nil to let the seed choose.
    public var publishEvery: Int?
    /// In how many milliseconds after the last fault everything must have converged.
    public var patience: Int64 = 120_000
    /// What goes wrong; nil to let the seed choose.
    public var faults: Faults?
    /// A day goes by in so many milliseconds, and then what is past its retention is erased; nil for none.
    public var dayEvery: Int?
    /// A bug that the checker must find.
    public var planted: Planted?
    /// How often one node loses its disk and comes back from a backup.
    public var restores = 0
    /// A crash at one commit of one node: before its fsync or after it.
    public var crash: (node: Int, commit: Int, isAfter: Bool)?

    /// The run of a seed.
    public init(seed: UInt64) {
      self.seed = seed
      if seed % 16 == 5 { nodeCount = 6 }
    }

    /// A run of the same kind that takes a tenth of the time: fewer records, at most three nodes.
    public static func brief(seed: UInt64) -> Plan {
      var plan = Plan(seed: seed)
      plan.busyMilliseconds = 4000
      plan.publishEvery = 400
      plan.nodeCount = min(plan.nodeCount, 3)
      return plan
    }
  }

  /// How a run ended.
  public struct Outcome: Sendable {
    /// The seed.
    public let seed: UInt64
    /// How many events there were.
    public let position: Int
    /// The hash of all events.
    public let digest: Digest
    /// What must hold and did not; nil when all did.
    public let violation: String?
    /// The last events.
    public let tail: [String]
    /// How many records were accepted, and how many milliseconds after the last fault all streams had converged.
    public let accepted: Int
    /// When all streams had converged, in milliseconds after the last fault.
    public let convergedAfter: Int64
    /// Commits of each node.
    public let commitCounts: [Int]
    /// Records whose content was erased, counted at each node that held it.
    public let erased: Int
  }

  /// The realm of every simulation.
  let realm: Realm

  let plan: Plan
  let chance: Chance
  var faults: Faults
  var clock: SimulatedClock
  var network: SimulatedNetwork
  var agreements: SimulatedAgreements
  var nodes: [CountryCode: SimulatedNode] = [:]
  let countries: [CountryCode]
  var queue = EventQueue()
  var trace = Trace()
  var checker: Checker
  var workloads: [CountryCode: Workload] = [:]
  var isHealed = false
  var erasedCount = 0
  let publishEvery: Int

  init(_ plan: Plan) throws {
    self.plan = plan
    realm = try Realm("istmo.example")
    let chance = Chance(seed: plan.seed)
    self.chance = chance
    faults = plan.faults ?? Faults(chance)
    countries = try ["CR", "GT", "HN", "NI", "PA", "SV"].prefix(max(2, min(plan.nodeCount, 6))).map {
      try CountryCode($0)
    }
    var pairs = zip(countries, countries.dropFirst()).map { Pair($0, $1) }
    if countries.count > 2 { pairs.append(Pair(countries[0], countries[countries.count - 1])) }
    let datasets = [try DatasetName("movements"), try DatasetName("notes")]
    // Some runs pass midnight, so that epochs change.
    let start = Instant(milliseconds: 1_795_564_800_000 - (chance.happens(300) ? 8000 : 40_000_000))
    clock = SimulatedClock(start: start)
    network = SimulatedNetwork(pairs)
    let bothWays = Set(pairs.filter { _ in chance.happens(500) })
    let expiresSoon = faults.agreementEvery > 0 && chance.happens(300)
    agreements = SimulatedAgreements(
      pairs, bothWays: bothWays, datasets: datasets, isWhole: plan.restores > 0,
      validUntil: expiresSoon ? start.advanced(byMilliseconds: 9000) : .latest,
      retentionDays: plan.dayEvery == nil ? 30 : SimulatedAgreements.shortDays)
    let chosen = [60, 250, 900][chance.below(3)]
    publishEvery = plan.publishEvery ?? chosen
    checker = Checker(agreements.datasets)
    for (number, country) in countries.enumerated() {
      let node = SimulatedNode(country, seed: plan.seed &* 64 &+ UInt64(number) &+ 1 << 40)
      for pair in pairs where pair.has(country) { node.adopted[pair] = 0 }
      nodes[country] = node
      workloads[country] = Workload()
    }
  }

  /// Runs a plan to its end.
  public static func run(_ plan: Plan) -> Outcome {
    var accepted = 0
    var position = 0
    var world: World?
    var violation: String?
    var convergedAfter: Int64 = 0
    do {
      let made = try World(plan)
      world = made
      try made.run()
      convergedAfter = made.clock.elapsed - plan.busyMilliseconds
    } catch {
      violation = "\(error)"
    }
    accepted = world?.workloads.values.reduce(0) { $0 + $1.known.count } ?? 0
    position = world?.trace.position ?? 0
    return Outcome(
      seed: plan.seed, position: position, digest: world?.trace.digest ?? Digest(), violation: violation,
      tail: world?.trace.tail ?? [], accepted: accepted, convergedAfter: convergedAfter,
      commitCounts: world.map { world in world.countries.map { world.nodes[$0]?.commitCount ?? 0 } } ?? [],
      erased: world?.erasedCount ?? 0)
  }

  private func run() throws {
    for country in countries { queue.add(.restart(country), at: 0) }
    for pair in network.pairs { queue.add(.connect(pair), at: Int64(5 + chance.below(300))) }
    for country in countries { queue.add(.publish(country), at: Int64(chance.below(500))) }
    foreseeFaults()
    if let dayEvery = plan.dayEvery { later(.passDay, in: dayEvery) }
    if plan.restores > 0 { foreseeRestores() }
    queue.add(.heal, at: plan.busyMilliseconds)
    while let (time, event) = queue.next() {
      clock.elapsed = time
      try handle(event)
      if isHealed, case .tick = event {
        if try hasConverged() { break }
        guard time < plan.busyMilliseconds + plan.patience else {
          throw Violation("not converged \(plan.patience) ms after the last fault: \(try unfinished())")
        }
      }
    }
    for country in countries { try checkRestored(country) }
    for country in countries { try checkEnd(country) }
    trace.note(clock.elapsed, "end")
  }

  func later(_ event: Event, in milliseconds: Int) {
    queue.add(event, at: clock.elapsed + Int64(max(milliseconds, 0)))
  }

  func node(_ country: CountryCode) throws -> SimulatedNode {
    guard let node = nodes[country] else { throw Violation("there is no node \(country)") }
    return node
  }

  /// What a node knows of its neighbours: keys and the agreements that it adopted.
  func neighbours(of node: SimulatedNode) -> [Neighbour] {
    network.pairs.filter { $0.has(node.country) }.compactMap { pair in
      guard let other = nodes[pair.other(than: node.country)], let generation = node.adopted[pair] else { return nil }
      return Neighbour(
        country: other.country, logKeys: [other.keys.log.verifyingKey], receiptKeys: [other.keys.receipt.verifyingKey],
        sealingKey: other.keys.sealing.publicKey,
        streams: (0...max(generation, 0)).flatMap {
          agreements.streams(pair, $0, paused: node.paused.contains(pair))
        })
    }
  }

  /// Hands an input to a node's core and does what comes out.
  func give(_ input: Core.Input, to node: SimulatedNode) throws {
    guard let core = node.core else { return }
    switch input {
    case .linkUp(let other): node.linked.insert(other)
    case .linkDown(let other): node.linked.remove(other)
    // Told before the core hears of it, as it may be.
    case .committed: for done in node.telling { try published(done.token, done.results, at: node) }
    default: break
    }
    let effects = core.handle(input, at: clock.now(at: node.country))
    for effect in effects { try perform(effect, of: node) }
  }
}

/// Something that must hold and did not.
struct Violation: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

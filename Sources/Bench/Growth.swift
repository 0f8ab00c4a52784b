import Glibc
import Programs

/// What changes as a store grows: one pair is loaded to each of some sizes, and there measured in turns with a fresh pair of
/// 100,000 records, so that both see the same machine. Figures are medians of the rounds, named `grown_SIZE_FIGURE` and
/// `small_SIZE_FIGURE`.
final class Growth {
  private static let small = 100_000
  /// Records of one upload while loading, and of one measured load.
  private static let (loadBatch, measuredBatch) = (250_000, 20_000)

  private let folder, istmo, topology: String
  private let sizes: [Int]
  private let rounds: Int

  init(folder: String, istmo: String, topology: String, sizes: [Int], rounds: Int) {
    (self.folder, self.istmo, self.topology, self.sizes, self.rounds) = (folder, istmo, topology, sizes, rounds)
  }

  /// A pair and what was published in it.
  private final class Grown {
    let pair: Pair
    /// The number of the next departure.
    var next = 1_000_000

    init(_ pair: Pair) { self.pair = pair }

    func take(_ count: Int) -> Range<Int> {
      defer { next += count }
      return next..<next + count
    }
  }

  /// Loads and measures.
  func run() throws {
    let big = try made("big")
    for size in sizes.sorted() {
      let began = ContinuousClock.now
      var loaded = 0
      while case let missing = size - Int(try big.pair.system("SV").size()), missing > 0 {
        try load(big, min(Self.loadBatch, missing))
        loaded += min(Self.loadBatch, missing)
      }
      if loaded > 0 { Report.figure("grown_\(size)_load_per_s", Double(loaded) / ((.now - began) / .seconds(1))) }
      let beside = try made("beside-\(size)")
      try load(beside, Self.small)
      var figures: [String: [Double]] = [:]
      for _ in 0..<rounds {
        for (name, grown) in [("grown", big), ("small", beside)] {
          for (figure, value) in try measure(grown) { figures["\(name)_\(size)_\(figure)", default: []].append(value) }
        }
      }
      for (name, values) in figures.sorted(by: { $0.key < $1.key }) {
        Report.figure(name, values.sorted()[values.count / 2])
      }
      beside.pair.stop("SV")
      beside.pair.stop("GT")
      try Child.run("/bin/rm", ["-rf", beside.pair.folder], log: "\(folder)/log")
    }
    let records = Double(try big.pair.system("GT").size())
    big.pair.stop("GT")
    big.pair.stop("SV")
    for (side, country) in [("a", "SV"), ("b", "GT")] {
      let bytes = Double(try big.pair.diskBytes(country))
      Report.figure("ended_\(sizes.max() ?? 0)_disk_\(side)_bytes", bytes / records)
    }
  }

  private func made(_ name: String) throws -> Grown {
    let place = "\(folder)/\(name)"
    guard mkdir(place, 0o700) == 0 else { throw ChildError("\(place) cannot be made; name an empty folder") }
    let pair = try Pair(folder: place, istmo: istmo, topology: topology)
    try pair.start("SV")
    try pair.start("GT")
    return Grown(pair)
  }

  /// Publishes records with the command line until they are visible at the neighbour.
  private func load(_ grown: Grown, _ count: Int, visible: Bool = true) throws {
    try grown.pair.publish(try grown.pair.written(grown.take(count)))
    if visible { try grown.pair.settle() }
  }

  private func measure(_ grown: Grown) throws -> [(String, Double)] {
    let pair = grown.pair
    var figures: [(String, Double)] = []
    func rate(_ name: String, _ count: Int, _ work: () throws -> Void) rethrows {
      let start = ContinuousClock.now
      try work()
      figures.append((name, Double(count) / ((.now - start) / .seconds(1))))
    }
    try rate("bulk_per_s", Self.measuredBatch) { try load(grown, Self.measuredBatch) }

    let first = grown.next
    let published = try Clients.times(clients: 64, seconds: 3, pair.access("SV")) { system, client, round in
      try system.publish(Departures.line(first + round * 64 + client))
    }
    grown.next += published.all.count * 4
    figures.append(("publish_64_per_s", Double(published.all.count) / 3))
    try pair.settle()

    let known = Self.small
    for clients in [1, 64] {
      let times = try Clients.times(clients: clients, seconds: 3, pair.access("GT")) { system, client, round in
        try system.lookUp(Departures.document(among: known, client: client, round: round))
      }
      figures.append(("lookup_\(clients)_per_s", Double(times.all.count) / 3))
      figures.append(("lookup_\(clients)_p50_ms", times.milliseconds(0.5)))
      figures.append(("lookup_\(clients)_p99_ms", times.milliseconds(0.99)))
    }
    let records = Double(try pair.system("GT").size())
    for (side, country) in [("a", "SV"), ("b", "GT")] {
      figures.append(("disk_\(side)_bytes", Double(try pair.diskBytes(country)) / records))
      figures.append(("memory_\(side)_mib", Double(pair.nodes[country]?.memory.now ?? 0) / 1_048_576))
      figures.append(("memory_\(side)_most_mib", Double(pair.nodes[country]?.memory.most ?? 0) / 1_048_576))
    }

    // The neighbour's machine fails; it starts again, answers, and catches up.
    pair.kill("GT")
    let start = ContinuousClock.now
    try pair.start("GT")
    _ = try pair.system("GT").lookUp("A01000000")
    figures.append(("start_ms", (.now - start) / .milliseconds(1)))
    // Away again, and nobody asks anything when it comes back.
    pair.kill("GT")
    let before = try pair.system("SV").size()
    try load(grown, Self.measuredBatch * 2, visible: false)
    try pair.start("GT")
    let back = try pair.system("GT")
    try pair.wait(back, for: before + 1, every: 500)
    let (began, from) = (ContinuousClock.now, try back.size())
    let end = try pair.system("SV").size()
    try pair.wait(back, for: end, every: 1000)
    figures.append(("catchup_per_s", Double(end - from) / ((.now - began) / .seconds(1))))
    return figures
  }
}

import Glibc
import HTTP
import Programs

/// Measures a running pair as its users use it:
/// `Bench --istmo PROGRAM --topology FOLDER --folder FOLDER [--records N] [--quick | --parts PART,PART...]`; or the parts of a
/// record's way, in this process: `Bench --budget [--live N] --topology FOLDER --folder FOLDER [--records N]`; or what changes as the
/// store grows: `Bench --growth SIZE,SIZE... --istmo PROGRAM --topology FOLDER --folder FOLDER [--rounds N]`.
enum Bench {
  /// What is measured, in this order.
  private enum Part: String, CaseIterable {
    case visible, publish, busy, catchup, lookup, proofs, outage, rest
    /// Asked for by name only: they take minutes, and `pages` prints a table of its own.
    case pages, alerts, expected, links

    static let quick: Set<Part> = [.visible, .catchup, .rest]
    /// What Scripts/bench makes its table of.
    static let usual = Set(allCases).subtracting([.pages, .alerts, .expected, .links])
  }

  static func main() {
    var (istmo, topology, folder, records) = ("", "", "", 100_000)
    var (parts, isBudget, live) = (Part.usual, false, Int?.none)
    var (sizes, rounds) = ([Int](), 3)
    var words = CommandLine.arguments.dropFirst()
    while let word = words.popFirst() {
      switch word {
      case "--istmo": istmo = words.popFirst() ?? ""
      case "--topology": topology = words.popFirst() ?? ""
      case "--folder": folder = words.popFirst() ?? ""
      case "--quick": parts = Part.quick
      case "--parts":
        parts = []
        for name in (words.popFirst() ?? "").split(separator: ",") {
          guard let part = Part(rawValue: String(name)) else {
            fail("there is no part \(name); there are \(Part.allCases.map(\.rawValue).joined(separator: ", "))")
          }
          parts.insert(part)
        }
      case "--budget": isBudget = true
      case "--live": live = words.popFirst().flatMap { Int($0) }.map { max(1, $0) }
      case "--growth": sizes = (words.popFirst() ?? "").split(separator: ",").compactMap { Int($0) }
      case "--rounds": rounds = words.popFirst().flatMap { Int($0) } ?? rounds
      case "--records": records = words.popFirst().flatMap { Int($0) } ?? records
      default: fail("unknown option \(word)")
      }
    }
    guard isBudget || !istmo.isEmpty, !topology.isEmpty, !folder.isEmpty, records > 0 else {
      fail(
        "usage: Bench (--istmo PROGRAM | --budget [--live N]) --topology FOLDER --folder FOLDER [--records N] [--quick | --parts PARTS]"
      )
    }
    do {
      if isBudget { return try Budget(topology: topology, folder: folder, records: records, live: live).run() }
      if !sizes.isEmpty {
        return try Growth(folder: folder, istmo: istmo, topology: topology, sizes: sizes, rounds: max(1, rounds)).run()
      }
      if parts.remove(.links) != nil { try Links.measure(folder: folder, istmo: istmo, topology: topology) }
      guard !parts.isEmpty else { return }
      let pair = try Pair(folder: folder, istmo: istmo, topology: topology)
      Report.times("fdatasync", try RawLimits.sync(folder: folder, rounds: 1000))
      try pair.start("SV")
      try pair.start("GT")
      if parts.contains(.visible) { try visible(pair) }
      if parts.contains(.publish) { try publish(pair) }
      if parts.contains(.busy) { try visibleWhileBusy(pair) }
      if parts.contains(.catchup) { try catchUp(pair, records) }
      if parts.contains(.lookup) { try lookUp(pair, records) }
      if parts.contains(.proofs) { try prove(pair, records) }
      if parts.contains(.outage) { try Outage(pair).run() }
      if parts.contains(.pages) { try pages(pair, records) }
      if parts.contains(.alerts) { try Alerts.measure(pair) }
      if parts.contains(.expected) { try Declared.measure(pair) }
      if parts.contains(.rest) { try rest(pair) }
    } catch { fail("\(error)") }
  }

  private static func fail(_ text: String) -> Never {
    let line = Array("bench: \(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(1)
  }

  /// One record a request, from 1, 8 and 64 clients.
  private static func publish(_ pair: Pair) throws {
    for clients in [1, 8, 64] {
      let first = 10_000_000 + clients * 1_000_000
      try Clients.measure("publish", clients: clients, seconds: 4, pair.access("SV")) { system, client, round in
        try system.publish(Departures.line(first + round * clients + client))
      }
    }
    try pair.wait(try pair.system("GT"), for: try pair.system("SV").size(), every: 10_000)
  }

  /// A bulk load until it is visible at the neighbour; another while the neighbour is away, and how fast it catches up.
  private static func catchUp(_ pair: Pair, _ records: Int) throws {
    let sv = try pair.system("SV")
    let file = try pair.written(1_000_000..<1_000_000 + records)
    let start = ContinuousClock.now
    try pair.publish(file)
    try pair.settle()
    Report.figure("bulk_per_s", rate(records, .now - start))

    pair.stop("GT")
    let before = try sv.size()
    try pair.publish(try pair.written(3_000_000..<3_000_000 + records))
    try pair.start("GT")
    let back = try pair.system("GT")
    // From the first entry that arrives: dialling again waits for its back-off.
    try pair.wait(back, for: before + 1, every: 500)
    let first = try back.size()
    let began = ContinuousClock.now
    let end = try sv.size()
    try pair.wait(back, for: end, every: 5000)
    Report.figure("catchup_per_s", rate(Int(end - first), .now - began))
    Report.figure("catchup_wire_bytes", Double(try pair.wireBytes()) / Double(end - before))
  }

  /// Lookups of single documents, each durable in the lookup log before it is answered.
  private static func lookUp(_ pair: Pair, _ records: Int) throws {
    let found = try pair.system("GT").lookUp("A01000000")
    guard String(decoding: found, as: UTF8.self).contains("Ana") else {
      throw ChildError("the document is not found: \(String(decoding: found, as: UTF8.self))")
    }
    for clients in [1, 8, 64] {
      try Clients.measure("lookup_logged", clients: clients, seconds: 4, pair.access("GT")) {
        system, client, round in
        try system.lookUp(Departures.document(among: records, client: client, round: round))
      }
    }
  }

  /// Disk, memory, and what idle links cost.
  private static func rest(_ pair: Pair) throws {
    let records = Double(try pair.system("GT").size())
    for (side, country) in [("a", "SV"), ("b", "GT")] {
      Report.figure("disk_\(side)_bytes", Double(try pair.diskBytes(country)) / records)
      Report.figure("memory_\(side)_mib", Double(pair.nodes[country]?.memory.most ?? 0) / 1_048_576)
    }
    Report.figure("idle_link_percent", Links.percent(pair.nodes["GT"], seconds: 10))
    pair.stop("GT")
    let start = ContinuousClock.now
    try pair.start("GT")
    Report.figure("start_ms", (.now - start) / .milliseconds(1))
    pair.stop("GT")
    pair.stop("SV")
  }

  private static func rate(_ count: Int, _ time: Duration) -> Double { Double(count) / (time / .seconds(1)) }
}

import Catalog
import Ceremony
import Exchange
import Foundation
import Node
import Sodium
import Synchronization
import Terms
import Testing

/// Homes of El Salvador and Guatemala on the sample topology, with a ceremony held, and their nodes in this process, linked
/// over loopback. Another may stand in Guatemala's place.
final class NodePair {
  static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  let scratch: Scratch
  let (svHome, gtHome): (Home, Home)
  private(set) var sv: Installation?
  private(set) var gt: Installation?
  private let clock: any Clock
  private let rules: Selectivity?
  /// Where Guatemala listens.
  private var gtPort: UInt16?

  /// Makes the homes and holds the ceremony; no node runs yet. `edit` may change the text of the topology, and `definitions`
  /// adds definition files by their paths; `rules` is a file of rules for lanes; `other` is whose home stands in Guatemala's place.
  init(
    with other: String = "GT", clock: any Clock = SystemClock(), definitions: [String: String] = [:],
    rules: String? = nil,
    edit: (String) -> String = { $0 }
  ) throws {
    self.clock = clock
    self.rules = try rules.map { try #require(Selectivity.load($0).selectivity) }
    let now = clock.now()
    scratch = try Scratch()
    var files = try Topology.collect("\(Self.root)/Topology/central-america.toml")
    files[Home.topologyName] = files[Home.topologyName].map { Array(edit(String(decoding: $0, as: UTF8.self)).utf8) }
    for (path, text) in definitions { files[path] = Array(text.utf8) }
    svHome = try scratch.home("SV", topology: files, now: now)
    gtHome = try scratch.home(other, topology: files, now: now)
    try agree(days: 0...365)
  }

  /// Holds a ceremony on what the topology proposes, for days counted from today.
  func agree(days: ClosedRange<Int64>) throws {
    let now = clock.now()
    let topology = try svHome.loadTopology()
    let today = CalendarDay(of: now).daysSinceEpoch
    let terms = try AgreementTerms(
      realm: topology.realm, between: gtHome.config.country, and: svHome.config.country,
      streams: topology.terms(between: svHome.config.country, and: gtHome.config.country),
      validFrom: CalendarDay(daysSinceEpoch: today + days.lowerBound),
      validUntil: CalendarDay(daysSinceEpoch: today + days.upperBound))
    let results = try Scratch.ceremony(svHome, gtHome, terms: terms, now: now)
    try svHome.keep(results.sv)
    try gtHome.keep(results.gt)
  }

  deinit { stop() }

  /// Opens both nodes and links them.
  func start() throws -> (sv: Installation, gt: Installation) {
    let (sv, port) = try startSV()
    let (gt, gtKeys) = try open(gtHome)
    self.gt = gt
    let endpoint = "127.0.0.1:\(try #require(port))"
    gtPort = try gt.startLink(key: gtKeys.transport, listen: "127.0.0.1:0", endpoint: { _ in endpoint })
    return (sv, gt)
  }

  /// El Salvador dials only when Guatemala runs already, which does not know its port then.
  private func startSV() throws -> (Installation, port: UInt16?) {
    let (sv, keys) = try open(svHome)
    self.sv = sv
    let other = gtPort.map { "127.0.0.1:\($0)" }
    return (sv, try sv.startLink(key: keys.transport, listen: "127.0.0.1:0", endpoint: { _ in other }))
  }

  /// Ends El Salvador's node, gives its home another topology and opens it again, while Guatemala's goes on.
  func restartSV(installing files: [String: [UInt8]]) throws -> Installation {
    sv?.stop()
    try svHome.replaceTopology(files)
    return try startSV().0
  }

  private func open(_ home: Home) throws -> (Installation, NodeKeys) {
    let keys = try home.keys(.file)
    let node = try Installation(
      documents: HomeDocuments(home), registry: try home.loadRegistry(), keys: keys.ring,
      storePath: "\(home.storeFolder)/istmo.db", tokens: TokenBook([]),
      selectivity: rules, clock: clock,
      log: { _, _, _ in })
    return (node, keys)
  }

  /// Ends both nodes, as at a crash nothing of theirs is waited for beyond what is durable, and opens them again.
  func restart() throws -> (sv: Installation, gt: Installation) {
    stop()
    return try start()
  }

  func stop() {
    sv?.stop()
    gt?.stop()
    (sv, gt, gtPort) = (nil, nil, nil)
  }

  /// A departure from El Salvador to Guatemala, as a national system would send it.
  static func departure(_ number: Int) -> [UInt8] {
    Array(
      """
      {"event":"departure","crossing":"GT-SV/la-hachadura","post":"GT-SV/la-hachadura/SV","from":"SV","to":"GT",\
      "time":"2026-11-24T08:03:22-06:00","document":{"kind":"passport","country":"SV","number":"A\(10_000_000 + number)"},\
      "surname":"Marcada","given_names":"Ana María","birth_date":"1974-08-12","sex":"F","nationality":"SV",\
      "decision":"admit","reference":"T-\(number)"}
      """.utf8)
  }

  /// Publishes departures with these numbers.
  static func publish(_ numbers: Range<Int>, at node: Installation) throws -> [PublishResult] {
    let definition = try #require(node.registry.definition(DatasetName("migration")))
    return try node.engine.publish(
      numbers.map {
        try node.registry.draft(departure($0), of: definition, from: node.country, now: SystemClock().now())
      })
  }

  /// Waits until something holds, for at most a minute.
  static func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<1200 {
      if try condition() { return true }
      usleep(50_000)
    }
    return false
  }
}

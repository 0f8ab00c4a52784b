import Catalog
import Dispatch
import HTTP
import Synchronization
import Terms
import Traffic

/// Publishes generated traffic at the nodes of its countries: each country's lines in their order, the countries side by side.
/// A record goes after the one that it refers to, under whose id it is then sent; what is told of one consignment goes in its
/// order also across datasets, as customs can release only what quarantine has released before.
final class TrafficPublisher {
  /// A record with the id under which it was accepted.
  struct Published {
    let record: TrafficRecord
    let id: RecordID
  }

  private let home: @Sendable (CountryCode) -> String
  /// Ids by reference, the latest ones and those before: what is referred to is seldom old, and memory stays bounded.
  private var (latest, earlier): ([String: RecordID], [String: RecordID]) = ([:], [:])
  private static let generation = 200_000

  init(home: @escaping @Sendable (CountryCode) -> String) { self.home = home }

  /// The id of a record that was published.
  func id(_ reference: String) -> RecordID? { latest[reference] ?? earlier[reference] }

  /// Publishes records, which are durable at their origins when this returns.
  /// - Parameter mayBeKnown: whether a node may have some already, as after an interruption.
  /// - Returns: those that were new, in their order.
  /// - Throws: `DemoFailure` when one is refused, or refers to one that never came.
  @discardableResult
  func publish(_ records: [TrafficRecord], mayBeKnown: Bool = false) throws -> [Published] {
    var waiting = records
    while !waiting.isEmpty {
      // What refers to a record of this round waits for the next.
      var ready: [CountryCode: [(TrafficRecord, RecordID?)]] = [:]
      var rest: [TrafficRecord] = []
      var round = Round()
      for record in waiting {
        let target = record.refers.flatMap(id)
        if round.takes(record), record.refers == nil || target != nil {
          ready[record.origin, default: []].append((record, target))
        } else {
          round.leave(record)
          rest.append(record)
        }
      }
      guard !ready.isEmpty else {
        throw DemoFailure("\(rest.first?.reference ?? "") refers to \(rest.first?.refers ?? ""), which never came")
      }
      try send(ready, mayBeKnown: mayBeKnown)
      if latest.count > Self.generation { (earlier, latest) = (latest, [:]) }
      waiting = rest
    }
    return records.filter { $0.defect != .resent }.compactMap { record in
      id(record.reference).map { Published(record: record, id: $0) }
    }
  }

  /// Which consignments a round speaks of: in one dataset each, and not past a record that must wait.
  private struct Round {
    private var told: [String: DatasetName] = [:]
    private var left: Set<String> = []

    private static func consignments(_ record: TrafficRecord) -> [String] {
      record.keys.filter { $0.name == "duca" }.map { "\(record.origin) \($0.value.string ?? "")" }
    }

    mutating func takes(_ record: TrafficRecord) -> Bool {
      let names = Self.consignments(record)
      guard !names.contains(where: { left.contains($0) || told[$0] ?? record.dataset != record.dataset }) else {
        return false
      }
      for name in names { told[name] = record.dataset }
      return true
    }

    mutating func leave(_ record: TrafficRecord) { left.formUnion(Self.consignments(record)) }
  }

  /// One round, each country in a thread of its own.
  private func send(_ ready: [CountryCode: [(TrafficRecord, RecordID?)]], mayBeKnown: Bool) throws {
    let parts = ready.sorted { $0.key < $1.key }
    let results = Mutex<[Result<[(String, RecordID)], any Error>]>([])
    let home = home
    DispatchQueue.concurrentPerform(iterations: parts.count) { index in
      let (country, records) = parts[index]
      let result = Result { try Self.send(records, to: home(country), mayBeKnown: mayBeKnown) }
      results.withLock { $0.append(result) }
    }
    // What some countries took counts, though another failed.
    let all = results.withLock { $0 }
    for case .success(let ids) in all { for (reference, id) in ids { latest[reference] = id } }
    for result in all { _ = try result.get() }
  }

  private static func send(
    _ records: [(TrafficRecord, RecordID?)], to home: String, mayBeKnown: Bool
  ) throws -> [(String, RecordID)] {
    let client = NodeAccess.runningNode(of: home)
    var ids: [(String, RecordID)] = []
    let groups = Dictionary(grouping: records) { $0.0.dataset }
    for (dataset, group) in groups.sorted(by: { $0.key < $1.key }) {
      let lines = group.map { $0.0.line(referringTo: $0.1?.description).json + "\n" }.joined()
      var told = 0
      try client.publish(Array(lines.utf8), dataset) { line in
        guard line["summary"] == nil else { return }
        let place = Int(line.count("line")) - 1
        guard group.indices.contains(place) else { throw DemoFailure("\(home) tells of a line that was not sent") }
        let record = group[place].0
        // A line that is sent again is known.
        let expected = record.defect == .resent ? "duplicate" : "accepted"
        let isGood = line.text("result") == expected || mayBeKnown && line.text("result") == "duplicate"
        guard isGood, let id = try? RecordID(line.text("id")) else {
          throw DemoFailure(
            "\(record.reference): \(line.text("result")) \(line.text("field")): \(line.text("problem"))")
        }
        ids.append((record.reference, id))
        told += 1
      }
      guard told == group.count else {
        throw DemoFailure("\(home) told of \(told) of \(group.count) lines of \(dataset)")
      }
    }
    return ids
  }
}

import Catalog
import Terms
import Testing

@testable import Traffic

/// Generated traffic as each country would hold it: its own records, and of others what the topology's terms let go.
struct Region {
  static let day = CalendarDay(daysSinceEpoch: 20_780)

  let topology: Topology
  /// In the order of sending, each once, with its id.
  let records: [(record: TrafficRecord, id: RecordID)]
  let truths: [TrafficTruth]
  private let bodies: [RecordID: [UInt8]]

  init(scale: Double, seed: UInt64, covering: Bool) throws {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    topology = try Topology.load(root + "/Topology/central-america.toml")
    var generator = TrafficGenerator(
      topology, TrafficPlan(firstDay: Self.day, scale: scale, seed: seed, isCovering: covering), keepsTruths: true)
    var records: [(record: TrafficRecord, id: RecordID)] = []
    var truths: [TrafficTruth] = []
    var ids: [String: RecordID] = [:]
    var bodies: [RecordID: [UInt8]] = [:]
    let now = Self.day.start.advanced(byMilliseconds: 20 * 86_400_000)
    while let record = generator.next() {
      truths += generator.takeTruths()
      guard ids[record.reference] == nil else { continue }
      let id = RecordID(time: record.published, random: (UInt64(records.count), 7))
      let definition = try #require(topology.definition(record.dataset))
      let line = record.line(referringTo: record.refers.flatMap { ids[$0]?.description })
      bodies[id] = try definition.check(Array(line.json.utf8), from: record.origin, topology: topology, now: now).body
      ids[record.reference] = id
      records.append((record, id))
    }
    (self.records, self.truths, self.bodies) = (records, truths, bodies)
  }

  /// What a country sends another of a dataset; nil when nothing, or only when asked.
  func terms(_ dataset: String, from origin: CountryCode, to country: CountryCode) -> StreamTerms? {
    topology.terms(between: origin, and: country).first {
      $0.stream.origin == origin && $0.stream.dataset.description == dataset && $0.mode == .replicate
    }
  }

  func holds(_ record: TrafficRecord, _ country: CountryCode) -> Bool {
    record.origin == country
      || terms(record.dataset.description, from: record.origin, to: country).map(record.isAdmitted) == true
  }

  /// Each record that a country holds, with the fields that it holds.
  func statements(at country: CountryCode) throws -> [Statement] {
    try records.compactMap { record, id in
      guard holds(record, country) else { return nil }
      let definition = try #require(topology.definition(record.dataset))
      let whole = ReadBody(try #require(bodies[id]))
      let terms = terms(record.dataset.description, from: record.origin, to: country)
      let body = record.origin == country ? whole : ReadBody(definition.project(whole, onto: terms?.fields ?? []))
      return Statement(body, of: definition, id: id, origin: record.origin)
    }
  }
}

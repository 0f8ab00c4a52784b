import Catalog
import Terms
import Testing

@testable import Traffic

/// Generated traffic is valid, coherent, the same each time, and of the volumes it is made for.
@Suite struct TrafficTests {
  static let day = CalendarDay(daysSinceEpoch: 20_780)

  let topology: Topology

  init() throws {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    topology = try Topology.load(root + "/Topology/central-america.toml")
  }

  private func traffic(_ scale: Double, days: Int = 1, seed: UInt64 = 1, covering: Bool = false) -> [TrafficRecord] {
    Array(
      TrafficGenerator(
        topology,
        TrafficPlan(firstDay: Self.day, days: days, scale: scale, seed: seed, isCovering: covering)))
  }

  @Test(arguments: [(1, true), (2, false), (3, false)]) func everyRecordIsValid(seed: UInt64, covering: Bool) throws {
    let now = Self.day.start.plus(minutes: 10 * 24 * 60)
    var datasets: Set<String> = []
    for record in traffic(0.02, seed: seed, covering: covering) {
      let definition = try #require(topology.definition(record.dataset))
      // Whoever publishes puts an id in the place of the reference.
      let id = record.refers == nil ? nil : "019ab7e2-5a00-7000-8000-0123456789ab"
      let line = record.line(referringTo: id).json
      do {
        let checked = try definition.check(Array(line.utf8), from: record.origin, topology: topology, now: now)
        #expect(checked.reference == record.reference)
      } catch { Issue.record("\(record.dataset): \(error) in \(line)") }
      datasets.insert(record.dataset.description)
    }
    // Lookups and indicators are made by nodes.
    if covering {
      #expect(
        datasets
          == Set(topology.definitions.map(\.dataset.description)).subtracting([
            "lookups", "hits", "tag-alarms", "indicators",
          ]))
    }
  }

  @Test func theSamePlanGivesTheSameTrafficAndAnotherSeedAnother() {
    let lines = traffic(0.01).map(\.line.json)
    #expect(lines == traffic(0.01).map(\.line.json))
    #expect(lines != traffic(0.01, seed: 2).map(\.line.json))
  }

  @Test func recordsComeInOrderAndNoneBeforeTheOneItRefersTo() throws {
    var before = Instant.earliest
    var known: [String: String] = [:]
    for record in traffic(0.05, covering: true) {
      #expect(record.published >= before && record.published >= record.time)
      before = record.published
      if let refers = record.refers { #expect(known[refers] != nil, "\(record.reference) refers to \(refers)") }
      if record.defect == .resent {
        #expect(known[record.reference] == record.line.json)
      } else {
        #expect(known.updateValue(record.line.json, forKey: record.reference) == nil, "\(record.reference)")
      }
    }
  }

  @Test func aTruckIsSeenInTheRightOrderInEveryCountryOfItsRoute() throws {
    let records = traffic(0, covering: true)
    let countries = ["GT", "SV", "HN", "NI", "CR", "PA"]
    let declaration = try #require(
      records.first {
        $0.line["route"]?.json == "[\"GT\",\"SV\",\"HN\",\"NI\",\"CR\",\"PA\"]" && $0.line["lines"] != nil
      })
    let own = records.filter { $0.journey == declaration.journey }.sorted { $0.time < $1.time }
    func of(_ dataset: String) -> [TrafficRecord] { own.filter { $0.dataset.description == dataset } }
    // Four reads and four captures at each of five borders, one control each, confirmed but where the country of entry acts.
    #expect(of("rfid-reads").count == 20 && of("captures").count == 20 && of("migration").count == 9)
    #expect(of("certificates").count >= 2 && of("cargo-units").count == 1)
    var seen: [String] = []
    for read in of("rfid-reads") where seen.last != read.origin.description { seen.append(read.origin.description) }
    #expect(seen == countries)
    #expect(try #require(of("rfid-reads").first).time > declaration.time)
    let plate = try #require(declaration.keys.first { $0.name == "plate" }).value
    for capture in of("captures") where capture.line["plate"] != nil {
      #expect(capture.keys.first { $0.name == "plate" }?.value == plate)
    }
    let driver = try #require(declaration.line["driver"]?["document"])
    #expect(of("migration").filter { $0.line["document"] != nil }.allSatisfy { $0.line["document"] == driver })
    #expect(
      of("manifests").compactMap { $0.line["event"]?.string } == [
        "declared", "accepted", "departed", "arrived", "arrived", "arrived", "arrived", "arrived", "released",
      ])
  }

  @Test func aDayHasTheVolumesOfTheSizingModel() {
    var counts: [String: Int] = [:]
    var crossings: [String: Int] = [:]
    var defects: [TrafficRecord.Defect: Int] = [:]
    let scale = 0.2
    for record in traffic(scale) {
      if let defect = record.defect { defects[defect, default: 0] += 1 }
      guard record.defect != .resent else { continue }
      counts[record.dataset.description, default: 0] += 1
      if record.dataset.description == "captures", let crossing = record.line["crossing"]?.string {
        crossings[String(crossing.prefix(5)), default: 0] += 1
      }
    }
    func expect(_ count: Int, _ perDay: Double, within share: Double) {
      #expect(abs(Double(count) - perDay * scale) < perDay * scale * share, "\(count), not about \(perDay * scale)")
    }
    // Domain facts, sizing model: 20,200 reads and captures, 37,000 of migration, 6,565 of manifests, 400 certificates.
    expect(counts["rfid-reads"] ?? 0, 20_200, within: 0.1)
    expect(counts["captures"] ?? 0, 20_200, within: 0.1)
    expect(counts["migration"] ?? 0, 37_000, within: 0.12)
    expect(counts["manifests"] ?? 0, 6_565, within: 0.2)
    expect(counts["certificates"] ?? 0, 400, within: 0.4)
    expect(counts.values.reduce(0, +), 84_665, within: 0.08)
    for (pair, units) in [
      ("GT-SV", 1500.0), ("SV-HN", 1100), ("NI-CR", 800), ("HN-NI", 700), ("GT-HN", 500), ("CR-PA", 450),
    ] {
      expect(crossings[pair] ?? 0, units * 4, within: 0.2)
    }
    #expect(Set(defects.keys) == Set(TrafficRecord.Defect.allCases), "\(defects)")
  }

  @Test func onlyWhatIsUnderWayIsKept() {
    var generator = TrafficGenerator(topology, TrafficPlan(firstDay: Self.day, days: 30, scale: 0.004))
    var most = 0
    while generator.next() != nil { most = Swift.max(most, generator.keptCount) }
    // Thirty days are some 10,000 records.
    #expect(most < 1500, "\(most)")
  }
}

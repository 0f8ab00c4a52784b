import Catalog
import Terms
import Testing

@testable import Indicators

/// Indicators equal what really happened in generated traffic, defects and all.
@Suite struct TruthTests {
  static let days: Int64 = 8

  private func figures(
    _ region: Region, at country: CountryCode, pair: [CountryCode]? = nil
  ) throws -> [Indicator] {
    let period = try IndicatorPeriod(
      first: Region.day, last: CalendarDay(daysSinceEpoch: Region.day.daysSinceEpoch + Self.days - 1))
    var book = IndicatorBook(
      country: country, topology: region.topology, scope: IndicatorScope(period, pair: pair))
    for statement in try region.statements(at: country) { book.take(statement) }
    #expect(book.dropped == 0)
    return book.finish(now: period.settled)
  }

  @Test(arguments: [(1, true), (5, false)])
  func inEachCountryTheyEqualTheGeneratorsTruth(seed: UInt64, covering: Bool) throws {
    let region = try Region(scale: 0.03, seed: seed, covering: covering)
    var kinds: Set<Indicator.Kind> = []
    for country in region.topology.countries.map(\.code) {
      var found: [String: String] = [:]
      for indicator in try figures(region, at: country) {
        let name = [
          indicator.kind.rawValue, indicator.crossing ?? "", indicator.dimension ?? "", indicator.statistic.rawValue,
        ].joined(separator: "/")
        #expect(found.updateValue("\(indicator.thousandths) of \(indicator.sample)", forKey: name) == nil)
        #expect(indicator.isExact)
        kinds.insert(indicator.kind)
      }
      let expected = Expected(region, at: country, days: Self.days).figures
      for name in Set(found.keys).union(expected.keys).sorted() where found[name] != expected[name] {
        Issue.record("\(country) \(name): \(found[name] ?? "nothing"), in truth \(expected[name] ?? "nothing")")
      }
      #expect(expected.count > 40, "\(country): \(expected.count)")
    }
    if covering {
      let missing = Set(Indicator.Kind.allCases).subtracting(kinds)
      #expect(missing == [.laneShare, .replicationLag, .nodeAvailability], "\(missing)")
    }
  }
}

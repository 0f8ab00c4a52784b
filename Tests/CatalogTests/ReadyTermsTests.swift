import Terms
import Testing

@testable import Catalog

/// The terms that stand ready in the sample topology are whole: every pair could take them up, neighbours or not.
@Suite struct ReadyTermsTests {
  static let ready = [
    "certificates", "cargo-units", "rfid-reads", "captures", "operators", "risk-alerts", "quarantine", "posts",
    "incidents",
    "measures",
  ]

  /// The sample with one pair, the first, that takes up these terms.
  private func topology(_ terms: [String], pairs: String = "") throws -> (topology: Topology?, faults: [Diagnostic]) {
    let text = String(decoding: try #require(SmallFile.read(Sample.topologyFile)), as: UTF8.self)
    let names = (["migration", "lookups"] + terms).map { "\"\($0)\"" }.joined(separator: ", ")
    let first = try #require(text.range(of: "[[pair]]"))
    let edited =
      text[..<first.lowerBound] + """
        [[pair]]
        countries = ["GT", "SV"]
        neighbours = true
        terms = [\(names)]

        """ + pairs
    return Topology.read(Sample.topologyFile) { path in
      path == Sample.topologyFile ? Array(edited.utf8) : SmallFile.read(path)
    }
  }

  @Test(arguments: ["manifests", "manifests-with-values"])
  func everyNeighbourCanTakeThemUp(manifests: String) throws {
    let (read, faults) = try topology([manifests] + Self.ready)
    #expect(faults.isEmpty, "\(faults)")
    let pair = try #require(read?.pair(Sample.salvador, Sample.guatemala))
    #expect(pair.streams.count == 2 * (3 + Self.ready.count))
    let terms = try #require(pair.streams.first { $0.stream.description == "SV/GT/manifests" })
    #expect(terms.filter == [FilterClause(field: "route", values: ["GT"])])
    #expect(terms.fields.count <= 128 && terms.fields.contains("lines.net_kg"))
    for value in ["customs_value", "lines.customs_value", "documents.amount"] {
      #expect(terms.fields.contains(value) == (manifests == "manifests-with-values"), "\(value)")
    }
    let captures = try #require(pair.streams.first { $0.stream.description == "GT/SV/captures" })
    #expect(captures.mode == .query && captures.retentionDays == 30)
    let units = try #require(pair.streams.first { $0.stream.description == "GT/SV/cargo-units" })
    #expect(!units.fields.contains("owner") && !units.fields.contains("owner_name"))
  }

  @Test func countriesThatShareNoBorderExchangeWhatTheirRoutesTouch() throws {
    let pairs = """

      [[pair]]
      countries = ["GT", "PA"]
      neighbours = false
      terms = ["manifests", "certificates", "operators", "risk-alerts"]
      """
    let (read, faults) = try topology([], pairs: pairs)
    #expect(faults.isEmpty, "\(faults)")
    let streams = try #require(read?.pair(Sample.guatemala, Sample.country("PA"))).streams
    #expect(streams.count == 8)
    let body = try Dataset("manifests", ManifestTests.good).check()
    for terms in streams where terms.stream.dataset.description == "manifests" {
      #expect(try !Sample.definition("manifests").admits(body, filter: terms.filter), "not on this route")
    }
  }
}

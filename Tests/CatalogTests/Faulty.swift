import Terms
import Testing

@testable import Catalog

/// A small topology and definition, to be made faulty one way at a time.
enum Faulty {
  static let topology = """
    realm = "istmo.test"
    acting = "departure"
    [country.GT]
    name = "Guatemala"
    icao = "GTM"
    endpoint = "gt.test:4711"
    [country.SV]
    name = { es = "El Salvador", en = "El Salvador" }
    icao = "SLV"
    [country.HN]
    name = "Honduras"
    icao = "HND"
    [dataset]
    trial = "trial.toml"
    [[crossing]]
    id = "GT-SV/a"
    kind = "land"
    name = "A"
    posts = [
      { id = "GT-SV/a/GT", country = "GT", name = "A" },
      { id = "GT-SV/a/SV", country = "SV", name = "A", unlocode = "SVABC" },
    ]
    # crossing
    [[crossing]]
    id = "HN/b"
    kind = "port"
    name = "B"
    posts = [{ id = "HN/b/HN", country = "HN", name = "B" }]
    [terms.all]
    dataset = "trial"
    filter = { place = ["{pair}/*"] }
    purpose = "Trial."
    roles = ["officer"]
    [[pair]]
    countries = ["GT", "SV"]
    neighbours = true
    terms = ["all"]
    # end

    """

  static let definition = """
    dataset = "trial"
    version = 1
    title = "Trial"
    description = "A trial."
    mode = "replicate"
    retention_days = 10
    time_field = "at"
    [[field]]
    name = "place"
    type = "crossing"
    filter = true
    title = "Place"
    description = "Where."
    [[field]]
    name = "at"
    type = "time"
    required = true
    title = "At"
    description = "When."
    [[field]]
    name = "colour"
    type = "enum"
    values = ["red", "blue"]
    title = "Colour"
    description = "Which."
    [[field]]
    name = "why"
    type = "text"
    max_length = 20
    required_when = { colour = ["red"] }
    title = "Why"
    description = "Reason."
    [[rule]]
    kind = "order"
    earlier = "at"
    later = "at"
    # end

    """

  static func read(_ topology: String, definition: String = definition) -> (topology: Topology?, faults: [Diagnostic]) {
    read(Array(topology.utf8), definition: definition)
  }

  static func read(_ topology: [UInt8], definition: String = definition) -> (topology: Topology?, faults: [Diagnostic])
  {
    Topology.read("t.toml") { path in
      switch path {
      case "t.toml": topology
      case "trial.toml": Array(definition.utf8)
      default: nil
      }
    }
  }

  /// One change, and the whole of the one fault it makes.
  struct Change: CustomStringConvertible, Sendable {
    let from: String
    let to: String
    let fault: String

    init(_ from: String, _ to: String, _ fault: String) { (self.from, self.to, self.fault) = (from, to, fault) }

    var description: String { "\(from) -> \(to)" }

    func applied(to text: String) throws -> String {
      try #require(text.contains(from), "\(from)")
      return text.replacing(from, with: to, maxReplacements: 1)
    }
  }
}

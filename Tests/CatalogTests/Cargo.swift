import Terms
import Testing

@testable import Catalog

/// A small declaration with lines, to try groups and the rules over them on.
struct Cargo {
  static let head = """
    dataset = "cargo"
    version = 1
    title = "Cargo"
    description = "A declaration with lines."
    mode = "replicate"
    retention_days = 10

    """

  static func field(_ name: String, _ rest: String, in group: Bool = false) -> String {
    "[[\(group ? "field.field" : "field")]]\nname = \"\(name)\"\n\(rest)\ntitle = \"t\"\ndescription = \"d\"\n"
  }

  static let decimal = "type = \"decimal\"\nscale = 3\nmin = \"0\""

  static let fields =
    field("net", decimal) + field("gross", decimal) + field("value", decimal + "\nshared = false")
    + field("worth", decimal) + field("freight", decimal) + field("other", decimal) + field("issued", "type = \"date\"")
    + field("until", "type = \"date\"\nrequired_when = { kind = [\"urgent\"] }")
    + field("kind", "type = \"enum\"\nvalues = [\"plain\", \"urgent\"]")
    + field("owner", "type = \"country\"")
    + field("lines", "type = \"group\"\nmax_count = 4")
    + field("what", "type = \"text\"\nmax_length = 40\nrequired = true", in: true)
    + field("code", "type = \"tariff\"\nsearch = true", in: true)
    + field("net", decimal + "\nrequired = true", in: true) + field("gross", decimal, in: true)
    + field("price", decimal + "\nshared = false", in: true)
    + field("origin", "type = \"enum\"\nvalues = [\"region\", \"world\"]", in: true)
    + field(
      "criterion",
      "type = \"text\"\nmax_length = 5\nrequired_when = { origin = [\"region\"] }\nonly_when = { origin = [\"region\"] }",
      in: true)
    + field("marks", "type = \"list\"\nof = \"text\"\nmax_length = 10\nmax_count = 2", in: true)
    + field("driver", "type = \"group\"")
    + field("paper", "type = \"document\"\nsearch = true\npersonal = true", in: true)
    + field("name", "type = \"text\"\nmax_length = 40\nletters = \"name\"\npersonal = true\nshared = false", in: true)
    + field("papers", "type = \"group\"\nmax_count = 3")
    + field("number", "type = \"text\"\nmax_length = 20\nrequired = true", in: true)
    + field("lines", "type = \"text\"\nmax_length = 40", in: true)

  static let rules = """
    [[rule]]
    kind = "sum"
    parts = "lines.net"
    total = "net"
    [[rule]]
    kind = "sum"
    parts = "lines.price"
    total = "worth"
    [[rule]]
    kind = "at-most"
    value = "net"
    limit = "gross"
    [[rule]]
    kind = "at-most"
    value = "lines.net"
    limit = "lines.gross"
    [[rule]]
    kind = "equals-sum"
    total = "value"
    terms = ["freight", "other"]
    [[rule]]
    kind = "line-range"
    range = "papers.lines"
    lines = "lines"
    [[rule]]
    kind = "expires"
    expiry = "until"
    after = "issued"
    [[rule]]
    kind = "own-country"
    country = "owner"

    """

  static let line = """
    {"net":"30","gross":"33.5","issued":"2026-11-24","lines":[\
    {"what":"Coffee","code":"0901.11.20","net":"10","gross":"11","price":"40","origin":"region","criterion":"A"},\
    {"what":"Tea","net":"20","marks":["X","Y"]}],\
    "driver":{"paper":{"kind":"passport","country":"SV","number":"A1"},"name":"Ana"},\
    "papers":[{"number":"F-1","lines":"1-2"}]}
    """

  let definition: Definition
  private let topology: Topology

  init() throws {
    topology = try Sample.topology()
    let (definition, faults) = Definition.read(Array((Self.head + Self.fields + Self.rules).utf8), file: "cargo.toml")
    #expect(faults.isEmpty, "\(faults)")
    self.definition = try #require(definition)
  }

  /// The canonical body of a line.
  func check(_ line: String = line) throws(Refusal) -> String {
    let record = try definition.check(Array(line.utf8), from: Sample.salvador, topology: topology, now: Sample.now)
    return String(decoding: record.body, as: UTF8.self)
  }

  /// The refusal of the sample line with one part changed.
  func refusal(_ part: String, _ other: String, at place: SourceLocation = #_sourceLocation) -> String {
    guard Self.line.contains(part) else {
      Issue.record("\(part) is not in the sample", sourceLocation: place)
      return ""
    }
    do {
      let body = try check(Self.line.replacing(part, with: other, maxReplacements: 1))
      Issue.record("taken as \(body)", sourceLocation: place)
      return ""
    } catch { return error.description }
  }

  /// Terms that share these fields.
  func terms(_ fields: [String]? = nil) throws -> StreamTerms {
    StreamTerms(
      stream: try StreamName("SV/GT/cargo"), version: 1, definition: definition.digest, filter: [],
      fields: fields ?? definition.sharedFields, mode: .replicate, purpose: "p", roles: ["r"], retentionDays: 1)
  }
}

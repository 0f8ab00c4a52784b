import Terms
import Testing

@testable import Catalog

/// A dataset with a field of each type, to try values on.
struct Trial {
  static let file = """
    dataset = "trial"
    version = 1
    title = "Trial"
    description = "A field of each type."
    mode = "replicate"
    retention_days = 10
    time_field = "at"
    refers_field = "about"

    """

  static let fields = [
    "word": #"type = "text", min_length = 2, max_length = 10, search = true, filter = true"#,
    "name": #"type = "text", letters = "name", max_length = 20"#, "count": #"type = "number", min = 0, max = 365"#,
    "any": #"type = "number""#, "land": #"type = "country", filter = true"#,
    "citizen": #"type = "country", special = true"#, "day": #"type = "date""#,
    "born": #"type = "date", partial = true"#, "at": #"type = "time""#,
    "colour": #"type = "enum", values = ["red", "Blue-2"], filter = true"#,
    "place": #"type = "crossing", filter = true"#,
    "desk": #"type = "post", filter = true"#, "paper": #"type = "document", search = true"#,
    "zone": #"type = "mrz", search = true"#, "car": #"type = "plate", search = true"#,
    "about": #"type = "record", search = true"#, "list": #"type = "records", max_count = 3, search = true"#,
    "box": #"type = "container", search = true"#, "seen_box": #"type = "container", unchecked = true, search = true"#,
    "seen_car": #"type = "plate", unchecked = true, search = true"#,
    "tag": #"type = "epc", search = true"#, "chip": #"type = "tid", search = true"#,
    "sum": #"type = "digest", search = true"#, "rate": #"type = "decimal", scale = 2, min = "-1.5", max = "1000000""#,
    "free": #"type = "decimal", scale = 6"#, "firm": #"type = "company", search = true"#,
    "code": #"type = "tariff", search = true"#, "yes": #"type = "boolean""#,
    "duca": #"type = "duca", search = true"#, "until": #"type = "time", ahead_days = 30"#,
    "boxes": #"type = "list", of = "container", max_count = 3, search = true"#,
    "way": #"type = "list", of = "country", max_count = 6, filter = true"#,
    "cars": #"type = "list", of = "plate", max_count = 2, search = true"#,
  ]

  let definition: Definition
  let topology: Topology

  init() throws {
    var text = Self.file + "field = [\n"
    for (name, rest) in Self.fields.sorted(by: { $0.key < $1.key }) {
      text += "{ name = \"\(name)\", \(rest), title = \"t\", description = \"d\" },\n"
    }
    let (definition, faults) = Definition.read(Array((text + "]\n").utf8), file: "trial.toml")
    #expect(faults.isEmpty, "\(faults)")
    self.definition = try #require(definition)
    topology = try Sample.topology()
  }

  /// The canonical form of one field's value; nil when it is refused.
  func canonical(_ field: String, _ json: String) throws(Refusal) -> String {
    let line = Array("{\"\(field)\":\(json)}".utf8)
    let record = try definition.check(line, from: Sample.salvador, topology: topology, now: Sample.now)
    let body = String(decoding: record.body, as: UTF8.self)
    return String(body.dropFirst(field.utf8.count + 4).dropLast())
  }

  /// The value is taken, and kept as `canonical` (as it is, when nil).
  func accepts(
    _ field: String, _ json: String, as canonical: String? = nil, at place: SourceLocation = #_sourceLocation
  ) {
    do {
      let kept = try self.canonical(field, json)
      #expect(kept == canonical ?? json, sourceLocation: place)
    } catch { Issue.record("\(field) refuses \(json): \(error)", sourceLocation: place) }
  }

  /// The value is refused, naming the field, with this reason and this advice.
  func refuses(
    _ field: String, _ json: String, _ problem: String, _ advice: String = "",
    at place: SourceLocation = #_sourceLocation
  ) {
    do {
      let kept = try canonical(field, json)
      Issue.record("\(field) takes \(json) as \(kept)", sourceLocation: place)
    } catch {
      // Of a list, the value at fault is named by its place.
      #expect(error.field == field || error.field.hasPrefix("\(field)["), sourceLocation: place)
      #expect(error.problem.contains(problem), "\(error.problem)", sourceLocation: place)
      #expect(!error.whatToDo.isEmpty, sourceLocation: place)
      #expect(advice.isEmpty || error.whatToDo.contains(advice), "\(error.whatToDo)", sourceLocation: place)
    }
  }
}

extension Sample {
  static let salvador = country("SV")
  static let guatemala = country("GT")

  static func country(_ code: String) -> CountryCode {
    do { return try CountryCode(code) } catch { preconditionFailure("\(error)") }
  }

  /// A line of the migration dataset, checked as El Salvador's system publishes it.
  static func record(
    _ changes: [String: String?] = [:], base: [(String, String)] = departure, from: CountryCode = salvador
  ) throws -> CheckedRecord {
    try definition().check(line(changes, base: base), from: from, topology: topology(), now: now)
  }

  /// Why a line of the migration dataset is refused.
  static func refusal(
    _ changes: [String: String?] = [:], base: [(String, String)] = departure, from: CountryCode = salvador,
    at place: SourceLocation = #_sourceLocation
  ) throws -> Refusal {
    let definition = try definition()
    let topology = try topology()
    do {
      let record = try definition.check(line(changes, base: base), from: from, topology: topology, now: now)
      Issue.record("taken as \(String(decoding: record.body, as: UTF8.self))", sourceLocation: place)
    } catch { return error }
    return Refusal(field: "", problem: "", whatToDo: "")
  }

  /// Terms of a stream.
  static func terms(_ name: String = "SV/GT/migration") throws -> StreamTerms {
    let stream = try StreamName(name)
    return try #require(
      topology().terms(between: stream.origin, and: stream.recipient).first { $0.stream == stream })
  }
}

/// Schemas that those of several datasets refer to.
public enum SharedSchemas {
  static let (crossing, post, record, digest) = ("crossing", "post", "record-id", "digest")

  /// Names and schemas, with the places that a topology has.
  public static func all(_ topology: Topology) -> [(String, JSONValue)] {
    [
      (crossing, JSONSchema.with([("title", "A crossing")], JSONSchema.word(topology.crossings.map(\.id)))),
      (
        post,
        JSONSchema.with([("title", "A post")], JSONSchema.word(topology.crossings.flatMap { $0.posts.map(\.id) }))
      ),
      (
        record,
        JSONSchema.with(
          [("title", "A record's id, a UUID version 7")],
          JSONSchema.text(
            pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
            format: "uuid"))
      ),
      (
        digest,
        JSONSchema.with(
          [("title", "SHA-256 of an attachment, as sha256sum prints it")], JSONSchema.text(pattern: "^[0-9a-fA-F]{64}$")
        )
      ),
    ]
  }
}

extension Definition {
  /// The name of the schema of a line that publishes.
  public var lineSchemaName: String { "\(dataset)" }
  /// The name of the schema of a record that is shown.
  public var shownSchemaName: String { "\(dataset).shown" }

  /// The schemas of the dataset, by name: of a line that publishes, and of a record as it is shown. They follow from the fields, by
  /// which records are checked; rules over several fields are not in them.
  public var schemas: [(String, JSONValue)] {
    let about: [(String, JSONValue)] = [
      ("title", .text(title.en)), ("x-title-es", .text(title.es)), ("description", .text(description.en)),
      ("x-description-es", .text(description.es)), ("x-version", JSONValue(version)),
      ("x-digest", .text(digest.description)),
    ]
    let withdrawal = JSONSchema.object(
      [("withdraws", JSONSchema.named(SharedSchemas.record))]
        + fields.filter { ["reason", "reference"].contains($0.name) }.map { ($0.name, $0.schema(.written)) },
      optional: ["reason", "reference"], isClosed: true)
    let record = Field.schema(
      of: fields, isClosed: true, derived: rules.flatMap { $0.derived(sorted) },
      beside: [("replaces", JSONSchema.named(SharedSchemas.record))])
    return [
      (lineSchemaName, JSONSchema.with(about, ["anyOf": [record, withdrawal]])),
      (
        shownSchemaName,
        // What an agreement does not share is missing, and a withdrawal has hardly a field.
        JSONSchema.with(
          about, JSONSchema.object(fields.map { ($0.name, $0.schema(.kept)) }, optional: Set(fields.map(\.name))))
      ),
    ]
  }
}

extension Field {
  /// The schema of a value, with what the field is called and means.
  func schema(_ form: SchemaForm) -> JSONValue {
    var about: [(String, JSONValue)] = [
      ("title", .text(title.en)), ("x-title-es", .text(title.es)),
      ("description", .text("\(description.en) (\(type))")), ("x-description-es", .text(description.es)),
    ]
    if isPersonal { about.append(("x-personal", true)) }
    if isSearchable { about.append(("x-searchable", true)) }
    return JSONSchema.with(about, type.schema(form))
  }

  /// The schema of an object of these fields, with which of them must and may stand beside others.
  /// - Parameter derived: fields that need not be written where another is.
  static func schema(
    of fields: [Field], isClosed: Bool, derived: [(field: String, from: String)] = [],
    beside more: [(String, JSONValue)] = []
  ) -> JSONValue {
    func required(_ field: Field) -> JSONValue {
      let own: JSONValue = ["required": [.text(field.ownName)]]
      let others = derived.filter { $0.field == field.name }.map { (source) -> JSONValue in
        ["required": [.text(source.from)]]
      }
      return others.isEmpty ? own : ["anyOf": .list([own] + others)]
    }
    var conditions: [JSONValue] = []
    var optional = Set(more.map(\.0))
    for field in fields {
      if !field.isRequired || derived.contains(where: { $0.field == field.name }) { optional.insert(field.ownName) }
      if field.isRequired, optional.contains(field.ownName) { conditions.append(required(field)) }
      for condition in field.requiredWhen { conditions.append(["if": condition.schema, "then": required(field)]) }
      if !field.onlyWhen.isEmpty {
        conditions.append([
          "if": ["required": [.text(field.ownName)]], "then": ["anyOf": .list(field.onlyWhen.map(\.schema))],
        ])
      }
    }
    return JSONSchema.object(
      fields.map { ($0.ownName, $0.schema(.written)) } + more, optional: optional, isClosed: isClosed,
      and: conditions.isEmpty ? [] : [("allOf", .list(conditions))])
  }
}

extension Field.Condition {
  fileprivate var schema: JSONValue {
    JSONSchema.object(
      parts.map { part in
        (String(part.field.split(separator: ".").last ?? ""), ["enum": .list(part.values.map { .text($0) })])
      })
  }
}

extension Rule {
  /// Fields that it fills in from others.
  fileprivate func derived(_ sorted: [Field]) -> [(field: String, from: String)] {
    switch self {
    case .mrz(let rule):
      [rule.document, rule.surname, rule.given, rule.birth, rule.sex, rule.nationality].map {
        (sorted[$0].name, sorted[rule.mrz].name)
      }
    case .postOfCrossing(let rule): [(sorted[rule.crossing].name, sorted[rule.post].name)]
    default: []
    }
  }
}

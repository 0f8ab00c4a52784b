extension RequestShape {
  /// The schema of a body of this shape.
  public var schema: JSONValue {
    JSONSchema.object(
      members.map { member in
        let schema = member.isNeeded ? member.kind.schema : JSONSchema.orNull(member.kind.schema)
        return (member.name, JSONSchema.with([("description", .text(member.words))], schema))
      }, optional: Set(members.filter { !$0.isNeeded }.map(\.name)), isClosed: true)
  }
}

extension RequestShape.Kind {
  /// The name of the schema of names of datasets.
  public static let datasetSchemaName = "dataset-name"

  /// The schema of a value.
  public var schema: JSONValue {
    switch self {
    case .line(let most): JSONSchema.line(1...most)
    case .typed(let most): JSONSchema.text(1...most)
    case .flag: JSONSchema.flag
    case .number(let limits): JSONSchema.number(limits)
    case .country: JSONSchema.text(pattern: "^[A-Z]{2}$")
    case .pair: JSONSchema.text(pattern: "^[A-Z]{2}-[A-Z]{2}$")
    case .time: JSONSchema.time
    case .day: JSONSchema.day
    case .post: JSONSchema.named(SharedSchemas.post)
    case .dataset: JSONSchema.named(Self.datasetSchemaName)
    case .stream: JSONSchema.text(pattern: "^[A-Z]{2}/[A-Z]{2}/[a-z][a-z0-9-]{0,31}$")
    case .record: JSONSchema.named(SharedSchemas.record)
    case .digest: JSONSchema.named(SharedSchemas.digest)
    case .typedByName(let most):
      [
        "type": "object", "maxProperties": JSONValue(most),
        "propertyNames": JSONSchema.text(1...RequestShape.longestTyped),
        "additionalProperties": JSONSchema.text(1...RequestShape.longestTyped),
      ]
    }
  }
}

/// JSON Schema (draft 2020-12, which OpenAPI 3.1 uses) as values, as far as the program describes itself with it.
public enum JSONSchema {
  /// Where a document keeps schemas that others refer to.
  public static let components = "#/components/schemas/"

  /// The schema of that name.
  public static func named(_ name: String) -> JSONValue { ["$ref": .text(components + name)] }

  /// A text; `pattern` is a regular expression of ECMA-262.
  public static func text(
    _ length: ClosedRange<Int>? = nil, pattern: String? = nil, format: String? = nil
  ) -> JSONValue {
    var members: [JSONValue.Member] = [.init(name: "type", value: "string")]
    if let format { members.append(.init(name: "format", value: .text(format))) }
    if let length {
      members.append(.init(name: "minLength", value: JSONValue(length.lowerBound)))
      members.append(.init(name: "maxLength", value: JSONValue(length.upperBound)))
    }
    if let pattern { members.append(.init(name: "pattern", value: .text(pattern))) }
    return .object(members)
  }

  /// A text on one line that hides nothing, without spaces at its ends.
  public static func line(_ length: ClosedRange<Int>) -> JSONValue { text(length, pattern: plainPattern) }

  /// One of some words.
  public static func word(_ words: [String]) -> JSONValue {
    ["type": "string", "enum": .list(words.map { .text($0) })]
  }

  /// A whole number of 64 bits.
  public static func number(_ limits: ClosedRange<Int64> = .min ... .max) -> JSONValue {
    [
      "type": "integer", "format": "int64", "minimum": .number(limits.lowerBound),
      "maximum": .number(limits.upperBound),
    ]
  }

  /// A number that counts something.
  public static let count = number(0 ... .max)
  /// True or false.
  public static let flag: JSONValue = ["type": "boolean"]
  /// A moment.
  public static let time = text(format: "date-time")
  /// A day.
  public static let day = text(pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", format: "date")

  /// A list.
  public static func list(_ items: JSONValue, _ count: ClosedRange<Int>? = nil) -> JSONValue {
    var members: [JSONValue.Member] = [.init(name: "type", value: "array"), .init(name: "items", value: items)]
    if let count {
      members.append(.init(name: "minItems", value: JSONValue(count.lowerBound)))
      members.append(.init(name: "maxItems", value: JSONValue(count.upperBound)))
    }
    return .object(members)
  }

  /// What is described, or null.
  public static func orNull(_ schema: JSONValue) -> JSONValue {
    guard case .object(let members) = schema, case .text(let type)? = schema["type"], schema["enum"] == nil else {
      return ["anyOf": [schema, ["type": "null"]]]
    }
    return .object(members.map { $0.name == "type" ? .init(name: "type", value: [.text(type), "null"]) : $0 })
  }

  /// An object. All its members stand but those that are optional; with `isClosed` it has no others.
  public static func object(
    _ members: [(String, JSONValue)], optional: Set<String> = [], isClosed: Bool = false,
    and more: [(String, JSONValue)] = []
  ) -> JSONValue {
    let needed = members.map(\.0).filter { !optional.contains($0) }
    var all: [(String, JSONValue)] = [
      ("type", "object"), ("properties", .object(members.map { .init(name: $0.0, value: $0.1) })),
    ]
    if !needed.isEmpty { all.append(("required", .list(needed.map { .text($0) }))) }
    if isClosed { all.append(("additionalProperties", false)) }
    return .object((all + more).map { .init(name: $0.0, value: $0.1) })
  }

  /// The same with members before its own, such as a title.
  public static func with(_ members: [(String, JSONValue)], _ schema: JSONValue) -> JSONValue {
    guard case .object(let own) = schema else { return schema }
    return .object(members.map { .init(name: $0.0, value: $0.1) } + own)
  }

  /// Characters that `ShownText` hides, for within the brackets of a regular expression.
  private static let hidden =
    #"\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff"#
  private static let plainPattern = "^[^\(hidden) ]([^\(hidden)]*[^\(hidden) ])?$"
}

/// Which form of a value a schema is of.
enum SchemaForm {
  /// As a publisher may write it: some types take several spellings.
  case written
  /// As it is kept and shown: the one canonical form.
  case kept
}

extension FieldType {
  /// A value as a JSON schema. The written form takes all that the checks take, and a little more: check digits, places and what stands
  /// in tables are theirs.
  func schema(_ form: SchemaForm) -> JSONValue {
    switch self {
    case .text(let limits): JSONSchema.line(limits.length)
    case .number(let limits): JSONSchema.number(limits)
    case .country(let special): Self.countrySchema(special: special)
    case .date(let partial):
      partial ? JSONSchema.text(pattern: "^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?|unknown)$") : JSONSchema.day
    case .time: JSONSchema.time
    case .enumeration(let words): JSONSchema.word(words)
    case .crossing: JSONSchema.named(SharedSchemas.crossing)
    case .post: JSONSchema.named(SharedSchemas.post)
    case .document: DocumentField.schema(form)
    case .mrz:
      form == .written
        ? JSONSchema.text(30...200) : JSONSchema.text(pattern: "^[A-Z0-9<]{30,44}(\\n[A-Z0-9<]{30,44}){1,2}$")
    case .plate(let isChecked): PlateField.schema(isChecked: isChecked)
    case .record: JSONSchema.named(SharedSchemas.record)
    case .records(let limit): JSONSchema.list(JSONSchema.named(SharedSchemas.record), 0...limit)
    case .container(let isChecked):
      form == .written
        ? JSONSchema.text(10...40)
        : JSONSchema.text(pattern: isChecked ? "^[A-Z]{3}[UJZ][0-9]{7}$" : "^[A-Z]{3}[UJZ][0-9]{6,7}$")
    case .epc: form == .written ? JSONSchema.text(8...256) : JSONSchema.text(pattern: "^[0-9A-F]+$")
    case .tid: JSONSchema.text(pattern: form == .written ? "^[0-9A-Fa-f -]{8,}$" : "^([0-9A-F]{4}){2,16}$")
    case .digest: JSONSchema.named(SharedSchemas.digest)
    case .decimal(let field): field.schema(form)
    case .company: CompanyField.schema(form)
    case .tariff: JSONSchema.text(pattern: form == .written ? "^[0-9. ]{6,24}$" : "^[0-9]{6}([0-9]{2}){0,3}$")
    case .boolean: JSONSchema.flag
    case .duca: WrittenNumber.schema(form, longest: DUCAField.lengthMax)
    case .list(let element, let limit): JSONSchema.list(element.schema(form), 1...limit)
    case .group(let group): group.schema(form)
    }
  }

  static func countrySchema(special: Bool) -> JSONValue {
    JSONSchema.text(pattern: special ? "^[A-Z]{2,3}$" : "^[A-Z]{2}$")
  }
}

extension DecimalField {
  /// Kept with all its digits after the point; written with fewer, or as a number.
  fileprivate func schema(_ form: SchemaForm) -> JSONValue {
    let whole = "^-?(0|[1-9][0-9]*)"
    if form == .kept { return JSONSchema.text(pattern: whole + (scale == 0 ? "$" : "\\.[0-9]{\(scale)}$")) }
    return ["type": ["string", "number"], "pattern": .text(whole + "(\\.[0-9]+)?$")]
  }
}

extension WrittenNumber {
  /// Kept in capitals.
  fileprivate static func schema(_ form: SchemaForm, longest: Int) -> JSONValue {
    JSONSchema.text(1...longest, pattern: form == .kept ? "^[0-9A-Z ./-]+$" : "^[0-9A-Za-z ./-]+$")
  }
}

extension DocumentField {
  fileprivate static func schema(_ form: SchemaForm) -> JSONValue {
    JSONSchema.object(
      [
        ("country", FieldType.countrySchema(special: true)), ("expiry", JSONSchema.day),
        ("kind", JSONSchema.word(kinds)), ("number", WrittenNumber.schema(form, longest: numberLengthMax)),
      ], optional: ["expiry"], isClosed: true)
  }
}

extension PlateField {
  fileprivate static func schema(isChecked: Bool) -> JSONValue {
    JSONSchema.object(
      [("country", FieldType.countrySchema(special: false)), ("text", JSONSchema.line(1...textLengthMax))],
      optional: isChecked ? [] : ["country"], isClosed: true)
  }
}

extension CompanyField {
  fileprivate static func schema(_ form: SchemaForm) -> JSONValue {
    JSONSchema.object(
      [
        ("country", FieldType.countrySchema(special: false)),
        ("number", WrittenNumber.schema(form, longest: numberLengthMax)),
      ], isClosed: true)
  }
}

extension FieldGroup {
  /// Shown, any field may be missing: agreements share fields of groups too.
  fileprivate func schema(_ form: SchemaForm) -> JSONValue {
    let one =
      form == .written
      ? Field.schema(of: fields, isClosed: true)
      : JSONSchema.object(fields.map { ($0.ownName, $0.schema(.kept)) }, optional: Set(fields.map(\.ownName)))
    return limit.map { JSONSchema.list(one, 1...$0) } ?? one
  }
}

extension DefinitionReader {
  private static let common = [
    "name", "type", "title", "description", "required", "required_when", "only_when", "personal", "search", "filter",
    "shared",
  ]

  /// The keys that only some types take.
  private static let special: [String: [String]] = [
    "text": ["min_length", "max_length", "letters"], "number": ["min", "max"], "country": ["special"],
    "date": ["partial"], "enum": ["values"], "records": ["max_count"],
  ]

  mutating func readFields(_ root: TableReader) {
    let tables = root.tables("field", what: "field")
    if root.member("field") == nil {
      root.missing(table: "field", "add a table for each, headed [[field]], with name, type, title and description")
    }
    if tables.count > Self.fieldsMax {
      source.report(root.offset, "more than \(Self.fieldsMax) fields", "define a second dataset")
    }
    defer { allFieldsAreRead = fields.count == tables.count }
    for table in tables.prefix(Self.fieldsMax) {
      let word = table.word("type", of: FieldType.words)
      // Of a type that is not known, any type's keys may stand.
      let special = word.map { Self.special[$0] ?? [] } ?? Self.special.values.flatMap(\.self)
      table.refuseOthers(than: Self.common + special)
      guard let name = table.text("name", example: "birth_date"), checkName(name) else { continue }
      let title = table.translated("title", example: name.value)
      let description = table.translated("description", example: "...")
      guard let word, let type = type(word, table) else { continue }
      let required = table.flag("required", standing: false)
      let searchable = table.flag("search", standing: false)
      let filterable = table.flag("filter", standing: false)
      if searchable && !type.canSearch {
        source.report(
          table.member("search")?.value.offset ?? table.offset, "a \(word) field cannot be searched",
          "write search = false")
      }
      if filterable && !type.canFilter {
        source.report(
          table.member("filter")?.value.offset ?? table.offset, "a \(word) field cannot be filtered",
          "write filter = false")
      }
      fieldTables.append(table)
      fields.append(
        Field(
          name: name.value, title: title ?? Translated(es: name.value, en: name.value),
          description: description ?? Translated(es: "", en: ""), type: type, isRequired: required,
          requiredWhen: conditions(table, "required_when"), onlyWhen: conditions(table, "only_when"),
          isPersonal: table.flag("personal", standing: false), isSearchable: searchable, isFilterable: filterable,
          isShared: table.flag("shared", standing: true)))
    }
  }

  private func checkName(_ name: Located<String>) -> Bool {
    guard (1...32).contains(name.value.utf8.count), let first = name.value.utf8.first, (0x61...0x7A).contains(first),
      name.value.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
    else {
      source.report(
        name.offset, "\"\(name.value)\" is no field name", "write 1 to 32 of a-z, 0-9 and _, a letter first")
      return false
    }
    guard !["reference", "replaces", "withdraws"].contains(name.value) else {
      source.report(name.offset, "\"\(name.value)\" stands in every dataset", "leave it out, or choose another name")
      return false
    }
    guard !fields.contains(where: { $0.name == name.value }) else {
      source.report(name.offset, "the field \"\(name.value)\" stands twice", "remove one, or give it another name")
      return false
    }
    return true
  }

  private func type(_ word: String, _ table: TableReader) -> FieldType? {
    switch word {
    case "text": return text(table)
    case "number":
      let low = table.number("min", in: .min ... .max, example: 0, optional: true) ?? .min
      let high = table.number("max", in: .min ... .max, example: 365, optional: true) ?? .max
      guard low <= high else { return contradiction(table, "max", "min") }
      return .number(low...high)
    case "country": return .country(special: table.flag("special", standing: false))
    case "date": return .date(partial: table.flag("partial", standing: false))
    case "time": return .time
    case "enum": return enumeration(table)
    case "crossing": return .crossing
    case "post": return .post
    case "document": return .document
    case "mrz": return .mrz
    case "plate": return .plate
    case "record": return .record
    case "records":
      let limit = Int64(RecordsField.countMax)
      return .records(
        Int(clamping: table.number("max_count", in: 1...limit, example: limit, optional: true) ?? limit))
    default: return nil
    }
  }

  private func text(_ table: TableReader) -> FieldType? {
    let limit = Int64(TextField.lengthMax)
    let low = table.number("min_length", in: 1...limit, example: 1, optional: true) ?? 1
    guard let high = table.number("max_length", in: 1...limit, example: 200) else { return nil }
    guard low <= high else { return contradiction(table, "max_length", "min_length") }
    let letters = table.word("letters", of: ["any", "name"], optional: true)
    return .text(TextField(length: Int(clamping: low)...Int(clamping: high), isName: letters == "name"))
  }

  private func enumeration(_ table: TableReader) -> FieldType? {
    guard let values = table.texts("values", example: "departure") else {
      return table.member("values") == nil ? table.missing("values", "[\"one\", \"two\"]") : nil
    }
    guard !values.isEmpty else {
      source.report(table.member("values")?.value.offset ?? table.offset, "no values", "write at least one word")
      return nil
    }
    var seen: Set<String> = []
    if let twice = values.first(where: { !seen.insert($0.value).inserted }) {
      source.report(twice.offset, "the value \"\(twice.value)\" stands twice", "remove one")
      return nil
    }
    for value in values
    where !(1...32).contains(value.value.utf8.count)
      || !value.value.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) })
    {
      source.report(
        value.offset, "\"\(value.value)\" is no word for a value", "write 1 to 32 letters A-Z, digits and -")
    }
    return .enumeration(values.map(\.value))
  }

  private func contradiction(_ table: TableReader, _ upper: String, _ lower: String) -> FieldType? {
    source.report(
      table.member(upper)?.value.offset ?? table.offset, "\(upper) is below \(lower)", "raise it, or lower \(lower)")
    return nil
  }

  func conditions(_ table: TableReader, _ key: String) -> [Field.Condition] {
    table.tables(key, what: key, orOne: true).map { condition in
      Field.Condition(
        parts: condition.members.map { member in
          Field.Condition.Part(
            field: member.key, values: (condition.texts(of: member, example: "departure") ?? []).map(\.value))
        }.sorted { $0.field < $1.field })
    }
  }

  /// Conditions name enum fields and words of theirs; looked at once all fields are known.
  func checkConditions(_ root: TableReader) {
    let places = fieldTables.flatMap { [($0, "required_when"), ($0, "only_when")] } + [(root, "awaits_when")]
    for (table, key) in places {
      for condition in table.tables(key, what: key, orOne: true) {
        for member in condition.members { checkCondition(member, condition, key) }
      }
    }
  }

  private func checkCondition(_ member: TomlMember, _ condition: TableReader, _ key: String) {
    let enums = fields.filter { $0.type.word == "enum" }.map(\.name)
    let named = fields.first { $0.name == member.key }
    if named == nil && !allFieldsAreRead { return }
    guard let field = named, case .enumeration(let words) = field.type else {
      source.report(
        member.keyOffset, "\(key) names \"\(member.key)\", which is no enum field",
        NearestName.advice(member.key, in: enums, else: "name one of \(enums.joined(separator: ", "))"))
      return
    }
    // What is no list was noted when the condition was read.
    guard case .list = member.value.content else { return }
    for value in condition.texts(of: member, example: words.first ?? "") ?? [] where !words.contains(value.value) {
      source.report(
        value.offset, "\"\(value.value)\" is no value of \(field.name)",
        NearestName.advice(value.value, in: words, else: "write one of \(words.joined(separator: ", "))"))
    }
  }
}

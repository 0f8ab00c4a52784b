extension DefinitionReader {
  private static let common = [
    "name", "type", "title", "description", "required", "required_when", "only_when", "personal", "search", "filter",
    "shared",
  ]
  /// A group says of itself when it stands; what is personal, searched or shared are its fields.
  private static let ofGroup = [
    "name", "type", "title", "description", "required", "required_when", "only_when", "max_count", "field",
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
      if word == "group" {
        if let group = group(table) { fields.append(group) }
      } else if let field = field(table, word, beside: fields) {
        fieldTables.append(table)
        fields.append(field)
      }
    }
    if leavesRead.count > Self.leavesMax {
      source.report(root.offset, "more than \(Self.leavesMax) fields with those in groups", "define a second dataset")
    }
  }

  /// One field that holds a value; nil, and the fault noted, when it is not whole.
  /// - Parameter group: the name of the group it stands in.
  private func field(
    _ table: TableReader, _ word: String?, beside others: [Field], in group: String? = nil
  ) -> Field? {
    // Of a type that is not known, any type's keys may stand.
    table.refuseOthers(than: Self.common + (word.map { keys(of: $0, table) } ?? Self.anyKeys))
    guard let name = table.text("name", example: "birth_date"), checkName(name, beside: others, in: group) else {
      return nil
    }
    let title = table.translated("title", example: name.value)
    let description = table.translated("description", example: "...")
    guard let word, let type = type(word, table) else { return nil }
    let required = table.flag("required", standing: false)
    let searchable = table.flag("search", standing: false)
    let filterable = table.flag("filter", standing: false)
    let personal = table.flag("personal", standing: false)
    func wrong(_ key: String, _ problem: String) {
      source.report(table.member(key)?.value.offset ?? table.offset, problem, "write \(key) = false")
    }
    if searchable && !type.canSearch { wrong("search", "a \(type.element.word) field cannot be searched") }
    if filterable && !type.canFilter {
      wrong("filter", "a \(type.element.word) field cannot be filtered")
    } else if filterable && personal {
      wrong("filter", "a personal field cannot be filtered: filters stand in agreements, in clear")
    } else if filterable && group != nil {
      wrong("filter", "a field in a group cannot be filtered")
    }
    return Field(
      name: group.map { "\($0).\(name.value)" } ?? name.value,
      title: title ?? Translated(es: name.value, en: name.value),
      description: description ?? Translated(es: "", en: ""),
      type: type, isRequired: required, requiredWhen: conditions(table, "required_when"),
      onlyWhen: conditions(table, "only_when"), isPersonal: personal, isSearchable: searchable,
      isFilterable: filterable, isShared: table.flag("shared", standing: true))
  }

  /// A group and its fields.
  private mutating func group(_ table: TableReader) -> Field? {
    table.refuseOthers(than: Self.ofGroup)
    guard let name = table.text("name", example: "lines"), checkName(name, beside: fields, in: nil) else { return nil }
    let title = table.translated("title", example: name.value)
    let description = table.translated("description", example: "...")
    let limit = table.number("max_count", in: 1...Int64(FieldGroup.countMax), example: 99, optional: true)
    let tables = table.tables("field", what: "field")
    if tables.isEmpty {
      table.missing(table: "field", "add a table for each field of the group, headed [[field.field]]")
    }
    var inner: [Field] = []
    for table in tables.prefix(Self.fieldsMax) {
      let word = table.word("type", of: FieldType.words.filter { $0 != "group" && $0 != "mrz" })
      if let field = field(table, word, beside: inner, in: name.value) { inner.append(field) }
    }
    guard inner.count == tables.count, limit != nil || table.member("max_count") == nil else { return nil }
    for table in tables { checkConditions(of: table, in: inner) }
    fieldTables.append(table)
    return Field(
      name: name.value, title: title ?? Translated(es: name.value, en: name.value),
      description: description ?? Translated(es: "", en: ""),
      type: .group(FieldGroup(fields: inner, limit: limit.map { Int(clamping: $0) })),
      isRequired: table.flag("required", standing: false), requiredWhen: conditions(table, "required_when"),
      onlyWhen: conditions(table, "only_when"))
  }

  private func checkName(_ name: Located<String>, beside others: [Field], in group: String?) -> Bool {
    guard (1...32).contains(name.value.utf8.count), let first = name.value.utf8.first, (0x61...0x7A).contains(first),
      name.value.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
    else {
      source.report(
        name.offset, "\"\(name.value)\" is no field name", "write 1 to 32 of a-z, 0-9 and _, a letter first")
      return false
    }
    guard group != nil || !["reference", "replaces", "withdraws"].contains(name.value) else {
      source.report(name.offset, "\"\(name.value)\" stands in every dataset", "leave it out, or choose another name")
      return false
    }
    guard !others.contains(where: { $0.nameBytes.elementsEqual(name.value.utf8) }) else {
      source.report(name.offset, "the field \"\(name.value)\" stands twice", "remove one, or give it another name")
      return false
    }
    return true
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
    for table in fieldTables { checkConditions(of: table, in: fields) }
    checkConditions(of: root, in: fields, keys: ["awaits_when"])
  }

  func checkConditions(
    of table: TableReader, in fields: [Field], keys: [String] = ["required_when", "only_when"]
  ) {
    for key in keys {
      for condition in table.tables(key, what: key, orOne: true) {
        for member in condition.members { checkCondition(member, condition, key, fields) }
      }
    }
  }

  /// - Parameter fields: those that the condition may name, by their own names: in a group those of the group.
  private func checkCondition(_ member: TomlMember, _ condition: TableReader, _ key: String, _ fields: [Field]) {
    let enums = fields.filter { $0.type.word == "enum" }.map { String(decoding: $0.nameBytes, as: UTF8.self) }
    let named = fields.first { $0.nameBytes.elementsEqual(member.key.utf8) }
    if named == nil && !allFieldsAreRead { return }
    guard let field = named, case .enumeration(let words) = field.type else {
      source.report(
        member.keyOffset, "\(key) names \"\(member.key)\", which is no enum field",
        NearestName.advice(
          member.key, in: enums,
          else: enums.isEmpty ? "leave it out: there is none" : "name one of \(enums.joined(separator: ", "))"))
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

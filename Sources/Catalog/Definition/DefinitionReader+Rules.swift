extension DefinitionReader {
  /// A field that a part of a rule may name.
  private func example(of part: String) -> String {
    if part == "key" { return "name" }
    return fields.first { Rule.types[part]?.contains($0.type.word) ?? true }?.name ?? part
  }

  func rules(_ root: TableReader) -> [NamedRule] {
    var rules: [NamedRule] = []
    let tables = root.tables("rule", what: "rule")
    if tables.count > Self.rulesMax {
      source.report(tables[Self.rulesMax].offset, "more than \(Self.rulesMax) rules", "write fewer")
    }
    for table in tables.prefix(Self.rulesMax) {
      guard let name = table.word("kind", of: Rule.kinds.map(\.name)),
        let kind = Rule.kinds.first(where: { $0.name == name })
      else { continue }
      table.refuseOthers(than: ["kind"] + kind.needed + kind.optional)
      var rule = NamedRule(kind: name, parts: [:])
      var named: [String: Located<Field>] = [:]
      for part in kind.needed + kind.optional {
        if part == "terms" {
          rule.terms = terms(table)
          continue
        }
        let optional = kind.optional.contains(part)
        guard let text = table.text(part, example: example(of: part), optional: optional) else { continue }
        rule.parts[part] = text.value
        if part == "key" { continue }
        named[part] = field(text, part)
      }
      checkTogether(rule, named, table)
      rules.append(rule)
    }
    return rules
  }

  /// The several fields of a part `terms`.
  private func terms(_ table: TableReader) -> [String] {
    guard let texts = table.texts("terms", example: example(of: "terms")) else {
      if table.member("terms") == nil { let _: Void? = table.missing("terms", "[\"\(example(of: "terms"))\"]") }
      return []
    }
    if texts.isEmpty {
      source.report(table.member("terms")?.value.offset ?? table.offset, "no terms", "name at least one field")
    }
    for text in texts { _ = field(text, "terms") }
    return texts.map(\.value)
  }

  /// The field that a part names; nil, and the fault noted, when there is none or it is of another type.
  private func field(_ text: Located<String>, _ part: String) -> Located<Field>? {
    let mayBeInGroup = Rule.partsInGroups.contains(part)
    let candidates = mayBeInGroup ? leavesRead : fields
    // A group itself is named by one part only.
    guard let field = candidates.first(where: { $0.name == text.value }) else {
      guard allFieldsAreRead else { return nil }
      let isInner = !mayBeInGroup && leavesRead.contains { $0.name == text.value }
      source.report(
        text.offset,
        isInner ? "the field \"\(text.value)\" stands in a group" : "there is no field \"\(text.value)\"",
        isInner
          ? "name a field of the record itself"
          : NearestName.advice(text.value, in: candidates.map(\.name), else: "name a field of this definition"))
      return nil
    }
    if let expected = Rule.types[part], !expected.contains(field.type.word) {
      source.report(
        text.offset, "the field \"\(field.name)\" is of type \(field.type.word)",
        "name a field of type \(expected.joined(separator: " or "))")
      return nil
    }
    return Located(value: field, offset: text.offset)
  }

  /// What the fields of one rule must be to each other.
  private func checkTogether(_ rule: NamedRule, _ named: [String: Located<Field>], _ table: TableReader) {
    func group(_ name: String) -> Substring { name.firstIndex(of: ".").map { name[..<$0] } ?? "" }
    switch rule.kind {
    case "sum":
      if let parts = named["parts"], group(parts.value.name).isEmpty {
        source.report(
          parts.offset, "the field \"\(parts.value.name)\" is in no group", "name one of a group, such as lines.net_kg")
      }
      if let total = named["total"], !group(total.value.name).isEmpty {
        source.report(
          total.offset, "the field \"\(total.value.name)\" stands in a group", "name a field of the record itself")
      }
    case "at-most":
      guard let value = named["value"], let limit = named["limit"],
        group(value.value.name) != group(limit.value.name)
      else { return }
      source.report(
        limit.offset, "\(value.value.name) and \(limit.value.name) stand apart",
        "name two fields of one group, or two of the record itself")
    case "equals-sum":
      guard let total = named["total"],
        let apart = rule.terms.first(where: { group($0) != group(total.value.name) })
      else { return }
      source.report(
        table.member("terms")?.value.offset ?? table.offset, "\(apart) and \(total.value.name) stand apart",
        "name fields of one group, or fields of the record itself")
    case "line-range":
      guard let lines = named["lines"], case .group(let inner) = lines.value.type, inner.limit == nil else { return }
      source.report(lines.offset, "the group \"\(lines.value.name)\" is one object and no list", "give it a max_count")
    case "expires":
      guard let expiry = named["expiry"], let after = named["after"] else { return }
      if expiry.value.type.word != after.value.type.word {
        source.report(
          expiry.offset, "a \(expiry.value.type.word) and a \(after.value.type.word) are not compared",
          "name two dates or two times")
      }
      if !expiry.value.isRequired && expiry.value.requiredWhen.isEmpty {
        source.report(
          expiry.offset, "the field \"\(expiry.value.name)\" may be absent, and nothing would expire",
          "write required = true or required_when in the field")
      }
    default: break
    }
  }

  /// Every field read that holds a value, those in groups too.
  var leavesRead: [Field] {
    fields.flatMap { $0.inner ?? [$0] }
  }
}

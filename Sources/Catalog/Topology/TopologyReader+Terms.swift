import Terms

/// Where the terms of a stream are written: in the pair itself, else in a template.
struct TermSources {
  let own: TableReader?
  let template: TableReader?
  /// The pair, and the direction, for `{pair}`, `{origin}` and `{recipient}` in patterns.
  let pair: [CountryCode]
  let origin: CountryCode
  let recipient: CountryCode
  /// Where a fault of neither stands.
  let at: Int

  /// The table that has a key; the first when none has.
  func table(_ key: String) -> TableReader? {
    if let own, own.member(key) != nil { return own }
    return template ?? own
  }
}

extension TopologyReader {
  /// The terms of one direction; nil, and the faults noted, when they are not whole.
  func terms(_ sources: TermSources, from: CountryCode, to: CountryCode) -> StreamTerms? {
    guard let name = sources.table("dataset")?.text("dataset", example: "migration"), isDataset(name),
      let dataset = try? DatasetName(name.value), let definition = definitions[dataset]
    else { return nil }
    let retention = sources.table("retention_days").flatMap { table in
      table.number("retention_days", in: 1...36_500, example: Int64(definition.retentionDays), optional: true)
    }
    let mode = sources.table("mode")?.word("mode", of: StreamTerms.Mode.allCases.map(\.rawValue), optional: true)
    let purpose = sources.table("purpose")?.text("purpose", example: "border control")
    let roles = roles(sources.table("roles"))
    let fields = fields(sources.table("fields"), definition)
    let filter = filter(sources.table("filter"), definition, sources, shared: fields)
    guard let purpose else { return nil }
    let terms = StreamTerms(
      stream: StreamName(origin: from, recipient: to, dataset: dataset), version: definition.version,
      definition: definition.digest, filter: filter, fields: fields,
      mode: mode.flatMap(StreamTerms.Mode.init(rawValue:)) ?? definition.mode, purpose: purpose.value, roles: roles,
      retentionDays: UInt32(clamping: retention ?? Int64(definition.retentionDays)))
    if let fault = ObserverRule.fault(terms, definition) {
      source.report(sources.at, fault, "leave it out, or name a dataset that says observable = true")
      return nil
    }
    return terms
  }

  private func roles(_ table: TableReader?) -> [String] {
    guard let table else { return [] }
    guard let roles = table.texts("roles", example: "migration-officer") else {
      if table.member("roles") == nil { let _: Void? = table.missing("roles", "[\"migration-officer\"]") }
      return []
    }
    for role in roles where !Self.isWord(role.value) {
      source.report(
        role.offset, "\"\(role.value)\" is no role", "write a word of a-z, 0-9 and -, such as migration-officer")
    }
    return Array(Set(roles.map(\.value)))
  }

  private static func isWord(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }

  private func fields(_ table: TableReader?, _ definition: Definition) -> [String] {
    guard let texts = table?.texts("fields", example: "crossing") else { return definition.sharedFields }
    let names = definition.leaves.map(\.name)
    for text in texts where definition.field(text.value) == nil {
      source.report(
        text.offset, "\(definition.dataset) has no field \"\(text.value)\" to share",
        NearestName.advice(text.value, in: names, else: "write one of \(names.joined(separator: ", "))"))
    }
    // A group's name stands for those of its fields that are shared; the agreement names each of them.
    let named = texts.flatMap { text in
      definition.field(text.value)?.inner?.filter(\.isShared).map(\.name) ?? [text.value]
    }
    return Array(Set(named))
  }

  private func filter(
    _ table: TableReader?, _ definition: Definition, _ sources: TermSources, shared: [String]
  ) -> [FilterClause] {
    guard let filter = table?.table("filter", what: "filter") else { return [] }
    let usable = definition.fields.filter(\.isFilterable).map(\.name)
    var clauses: [FilterClause] = []
    for member in filter.members {
      func advice() -> String {
        NearestName.advice(member.key, in: usable, else: "write one of \(usable.joined(separator: ", "))")
      }
      guard let field = definition.field(member.key) else {
        source.report(
          member.keyOffset, "a filter on \"\(member.key)\", a field that \(definition.dataset) lacks", advice())
        continue
      }
      guard field.isFilterable else {
        source.report(
          member.keyOffset, "a filter on \"\(member.key)\", a field of \(definition.dataset) that no filter may use",
          advice())
        continue
      }
      if !shared.contains(field.name) {
        source.report(
          member.keyOffset, "a filter on \"\(field.name)\", which is not shared",
          "add \"\(field.name)\" to fields: the recipient must be able to check the filter")
      }
      guard let texts = filter.texts(of: member, example: "\(sources.pair[0])-\(sources.pair[1])/*") else { continue }
      guard !texts.isEmpty else {
        source.report(member.value.offset, "a filter that admits nothing", "write at least one value, or leave it out")
        continue
      }
      let values = texts.map { text in pattern(text, field, sources) }
      clauses.append(FilterClause(field: field.name, values: values))
    }
    return clauses.sorted { $0.field < $1.field }
  }

  /// A filter's value with its placeholders filled in; notes the fault when it can meet nothing.
  private func pattern(_ text: Located<String>, _ field: Field, _ sources: TermSources) -> String {
    // Bodies hold texts in NFC, and a filter compares bytes.
    var value = String(decoding: NFC.normalized(text.value), as: UTF8.self)
    for (placeholder, filling) in [
      ("{pair}", sources.pair.map(\.description).joined(separator: "-")), ("{origin}", sources.origin.description),
      ("{recipient}", sources.recipient.description),
    ] where value.contains("{") {
      value = value.split(separator: placeholder, omittingEmptySubsequences: false).joined(separator: filling)
    }
    let known: NameList? =
      switch field.type.element {
      case .crossing: crossingNames
      case .post: postNames
      case .enumeration(let words): NameList(words)
      case .country: NameList(countries.map(\.code.description))
      default: nil
      }
    if let known, !known.hasOne(admittedBy: value) {
      let noun = if case .enumeration = field.type.element { "value of \(field.name)" } else { field.type.element.word }
      source.report(
        text.value.contains("{") ? sources.at : text.offset,
        "the filter \(FilterClause(field: field.name, values: [value])) admits no \(noun) there is",
        NearestName.advice(
          value, in: known.names,
          else: known.names.count <= 12
            ? "write one of \(known.names.joined(separator: ", "))"
            : "write an id that stands in the topology, or the beginning of some and *"))
    }
    return value
  }
}

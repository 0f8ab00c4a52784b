import Catalog
import Node
import Terms

let datasetCommands: [Command] = [
  Command(
    "dataset list", summary: "the datasets of the topology",
    options: [homeOption, .value("--topology", "FILE"), .flag("--json")], run: listDatasets),
  Command(
    "dataset show", "NAME", summary: "the fields of a dataset",
    options: [homeOption, .value("--topology", "FILE"), .flag("--json")], positionals: 1...1, run: showDataset),
  Command(
    "dataset check", "FILE", summary: "every fault of one definition, with line and column", options: [.flag("--json")],
    positionals: 1...1, run: checkDataset),
]

private func topology(_ arguments: Arguments) throws -> Topology {
  if let file = arguments.value("--topology") { return try Topology.load(file) }
  return try Home.open(arguments.home).loadTopology()
}

/// A dataset of the home's topology.
func definition(_ dataset: String, _ arguments: Arguments) throws -> Definition {
  guard let definition = try topology(arguments).definition(named: dataset) else {
    throw UsageError("there is no dataset \(dataset.prefix(40)); see dataset list")
  }
  return definition
}

@Sendable private func checkDataset(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let file = arguments.positionals[0]
  return report(Definition.load(file), of: file, arguments, console) { definition in
    "\(definition.dataset) version \(definition.version), \(definition.leaves.count) fields, "
      + "digest \(definition.digest)"
  }
}

@Sendable private func listDatasets(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  for definition in try topology(arguments).definitions {
    if arguments.flag("--json") {
      console.print([
        "dataset": .text(definition.dataset.description), "version": JSONValue(definition.version),
        "title": .text(definition.title.en), "titulo": .text(definition.title.es),
        "digest": .text(definition.digest.description),
      ])
    } else {
      console.print(
        "\(definition.dataset) version \(definition.version): \(definition.title.en) / \(definition.title.es)")
    }
  }
  return statusDone
}

private func conditions(_ conditions: [Field.Condition]) -> JSONValue {
  .list(conditions.map { .text($0.description) })
}

private func json(_ field: Field) -> JSONValue {
  var members: [JSONValue.Member] = []
  func add(_ name: String, _ value: JSONValue) { members.append(JSONValue.Member(name: name, value: value)) }
  add("name", .text(field.name))
  add("type", .text(field.type.word))
  add("values", .text(field.type.description))
  add("required", .boolean(field.isRequired))
  add("required_when", conditions(field.requiredWhen))
  add("only_when", conditions(field.onlyWhen))
  if let inner = field.inner {
    add("fields", .list(inner.map(json)))
  } else {
    add("personal", .boolean(field.isPersonal))
    add("search", .boolean(field.isSearchable))
    add("filter", .boolean(field.isFilterable))
    add("shared", .boolean(field.isShared))
  }
  add("title", .text(field.title.en))
  add("titulo", .text(field.title.es))
  add("description", .text(field.description.en))
  add("descripcion", .text(field.description.es))
  return .object(members)
}

@Sendable private func showDataset(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let name: DatasetName
  do { name = try DatasetName(arguments.positionals[0]) } catch { throw UsageError(error.description) }
  let topology = try topology(arguments)
  guard let definition = topology.definition(name) else {
    throw CommandFailure(
      "there is no dataset \(name); there are \(topology.definitions.map(\.dataset.description).joined(separator: ", "))"
    )
  }
  if arguments.flag("--json") {
    console.print([
      "dataset": .text(name.description), "version": JSONValue(definition.version),
      "digest": .text(definition.digest.description), "mode": .text(definition.mode.rawValue),
      "retention_days": JSONValue(definition.retentionDays),
      "fields": .list(definition.fields.map(json)), "rules": .list(definition.rulesInWords.map { .text($0) }),
      "search_by": .list(definition.searchNames.map { .text($0) }), "refers_field": JSONValue(definition.refersField),
      "awaits_field": JSONValue(definition.awaitsField), "awaits_when": conditions(definition.awaitsWhen),
      "refers_own": .boolean(definition.refersOwn),
      "restricted": .list(
        definition.restrictions.map { ["when": conditions($0.when), "roles": .list($0.roles.map { .text($0) })] }),
    ])
    return statusDone
  }
  console.print("\(name) version \(definition.version): \(definition.title.en)\n\(definition.description.en)")
  console.print(
    "mode \(definition.mode.rawValue), kept \(definition.retentionDays) days, digest \(definition.digest)\n")
  var table = Table(["field", "required", "personal", "search", "filter", "shared", "values"])
  // A group, then its fields.
  let all = definition.fields.flatMap { [$0] + ($0.inner ?? []) }
  for field in all {
    let needed = field.isRequired ? "yes" : field.requiredWhen.isEmpty ? "" : "sometimes"
    table.add([
      field.name, needed, field.isPersonal ? "yes" : "", field.isSearchable ? "yes" : "",
      field.isFilterable ? "yes" : "", field.isShared && field.inner == nil ? "yes" : "", field.type.description,
    ])
  }
  console.write(table.text)
  console.print()
  for field in all {
    let required = field.requiredWhen.map(\.description).joined(separator: ", or ")
    let only = field.onlyWhen.map(\.description).joined(separator: ", or ")
    console.print("\(field.name): \(field.description.en)")
    if required == only, !required.isEmpty {
      console.print("  required, and allowed only, when \(required)")
    } else {
      if !required.isEmpty { console.print("  required when \(required)") }
      if !only.isEmpty { console.print("  allowed only when \(only)") }
    }
  }
  if !definition.rulesInWords.isEmpty { console.print("\nrules") }
  for rule in definition.rulesInWords { console.print("  \(rule)") }
  for restriction in definition.restrictions { console.print("  \(restriction.words)") }
  console.print("\nsearch by: \(definition.searchNames.joined(separator: ", "))")
  if let refers = definition.refersField {
    let country = definition.awaitsField.map { " of the country in \($0)" } ?? ""
    let when = definition.awaitsWhen.map(\.description).joined(separator: ", or ")
    console.print("awaits a record\(country) that names it in \(refers)" + (when.isEmpty ? "" : ", when \(when)"))
    if definition.refersOwn { console.print("a country may refer to its own records too") }
  }
  return statusDone
}

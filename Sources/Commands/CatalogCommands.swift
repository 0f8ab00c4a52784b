import Catalog
import Node
import Terms

let catalogCommands: [Command] = [
  Command(
    "topology check", "FILE", summary: "every fault of a topology and its definitions, with line and column",
    options: [.flag("--json")], positionals: 1...1, run: checkTopology),
  Command(
    "topology install", "FILE", summary: "makes the home use this topology", options: [homeOption], positionals: 1...1,
    run: installTopology),
  Command(
    "dataset list", summary: "the datasets of the topology",
    options: [homeOption, .value("--topology", "FILE"), .flag("--json")], run: listDatasets),
  Command(
    "dataset show", "NAME", summary: "the fields of a dataset",
    options: [homeOption, .value("--topology", "FILE"), .flag("--json")], positionals: 1...1, run: showDataset),
]

private func topology(_ arguments: Arguments) throws -> Topology {
  if let file = arguments.value("--topology") { return try Topology.load(file) }
  return try Home.open(arguments.home).loadTopology()
}

@Sendable private func checkTopology(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let file = arguments.positionals[0]
  let faults = Topology.check(file)
  for fault in faults { console.complain(fault.description) }
  if faults.count >= Topology.faultsMax { console.complain("\(file): there may be more; mend these and check again") }
  if arguments.flag("--json") {
    console.print([
      "file": .text(file), "good": .boolean(faults.isEmpty),
      "faults": .list(
        faults.map { fault in
          [
            "file": .text(fault.file), "line": JSONValue(fault.line), "column": JSONValue(fault.column),
            "problem": .text(fault.problem), "advice": .text(fault.whatToDo),
          ]
        }),
    ])
  }
  guard faults.isEmpty else { return statusFailed }
  guard !arguments.flag("--json") else { return statusDone }
  let topology = try Topology.load(file)
  console.print(
    "\(file): good: \(topology.countries.count) countries, \(topology.crossings.count) crossings, "
      + "\(topology.pairs.count) pairs, \(topology.definitions.count) datasets")
  return statusDone
}

@Sendable private func installTopology(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let files = try Topology.collect(arguments.positionals[0])
  let topology = try Topology.load(bytes: files)
  let home = try Home.open(arguments.home)
  guard topology.realm == home.config.realm, topology.country(home.config.country) != nil else {
    throw CommandFailure(
      "the topology is of \(topology.realm) and must hold \(home.config.country) in \(home.config.realm)")
  }
  try home.replaceTopology(files)
  console.print("installed; a running node takes it up when it is started again")
  return statusDone
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
      "fields": .list(
        definition.fields.map { field in
          [
            "name": .text(field.name), "type": .text(field.type.word), "values": .text(field.type.description),
            "required": .boolean(field.isRequired), "required_when": conditions(field.requiredWhen),
            "only_when": conditions(field.onlyWhen), "personal": .boolean(field.isPersonal),
            "search": .boolean(field.isSearchable), "filter": .boolean(field.isFilterable),
            "shared": .boolean(field.isShared), "title": .text(field.title.en), "titulo": .text(field.title.es),
            "description": .text(field.description.en), "descripcion": .text(field.description.es),
          ]
        }),
      "search_by": .list(definition.searchNames.map { .text($0) }), "refers_field": JSONValue(definition.refersField),
      "awaits_field": JSONValue(definition.awaitsField), "awaits_when": conditions(definition.awaitsWhen),
    ])
    return statusDone
  }
  console.print("\(name) version \(definition.version): \(definition.title.en)\n\(definition.description.en)")
  console.print(
    "mode \(definition.mode.rawValue), kept \(definition.retentionDays) days, digest \(definition.digest)\n")
  var table = Table(["field", "required", "personal", "search", "filter", "shared", "values"])
  for field in definition.fields {
    let needed = field.isRequired ? "yes" : field.requiredWhen.isEmpty ? "" : "sometimes"
    table.add([
      field.name, needed, field.isPersonal ? "yes" : "", field.isSearchable ? "yes" : "",
      field.isFilterable ? "yes" : "", field.isShared ? "yes" : "", field.type.description,
    ])
  }
  console.write(table.text)
  console.print()
  for field in definition.fields {
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
  console.print("\nsearch by: \(definition.searchNames.joined(separator: ", "))")
  if let refers = definition.refersField {
    let country = definition.awaitsField.map { " of the country in \($0)" } ?? ""
    let when = definition.awaitsWhen.map(\.description).joined(separator: ", or ")
    console.print("awaits a record\(country) that names it in \(refers)" + (when.isEmpty ? "" : ", when \(when)"))
  }
  return statusDone
}

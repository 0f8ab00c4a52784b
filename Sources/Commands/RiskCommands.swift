import Catalog
import HTTP
import Node
import Terms

let riskCommands: [Command] = [
  Command(
    "expected", "POST", summary: "what is on its way to a post, with lanes, holds and missing papers",
    options: [
      homeOption, .flag("--json"), .flag("--csv"), .value("--since", "T"), .value("--limit", "N"),
      .needed("--officer", "ID"), .needed("--purpose", "TEXT"), .value("--role", "ROLE"), .value("--post", "POST"),
      .value("--storage-passphrase-file", "F"),
    ], positionals: 1...1, run: expected),
  Command(
    "alerts", summary: "what alerts are on: each hit with its alert, its record and what came of it",
    options: [
      homeOption, .flag("--json"), .flag("--csv"), .flag("--open"), .value("--at", "POST"), .value("--limit", "N"),
      .needed("--officer", "ID"), .needed("--purpose", "TEXT"), .value("--role", "ROLE"), .value("--post", "POST"),
      .value("--storage-passphrase-file", "F"),
    ], run: alerts),
  Command(
    "risk check", "FILE", summary: "every fault of a file of rules for lanes, with line and column",
    options: [.flag("--json")], positionals: 1...1, run: checkRules),
  Command(
    "risk install", "FILE", summary: "puts rules for lanes in force", options: [homeOption], positionals: 1...1,
    run: installRules),
  Command(
    "risk show", summary: "the rules for lanes that are in force", options: [homeOption, .flag("--json")],
    run: showRules),
]

/// The role of an officer at a post's cargo who names none.
private let cargoRole = "customs-officer"

private func asker(_ arguments: Arguments) throws -> [JSONValue.Member] {
  var members: [JSONValue.Member] = [
    .init(name: "officer", value: .text(try arguments.needed("--officer"))),
    .init(name: "purpose", value: .text(try arguments.needed("--purpose"))),
    .init(name: "role", value: .text(arguments.value("--role") ?? cargoRole)),
  ]
  if let post = arguments.value("--post") { members.append(.init(name: "post", value: .text(post))) }
  if let limit = try arguments.number("--limit", in: 1...LookupRequest.mostRecords) {
    members.append(.init(name: "limit", value: JSONValue(limit)))
  }
  return members
}

@Sendable private func expected(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  var members = try asker(arguments) + [.init(name: "place", value: .text(arguments.positionals[0]))]
  if let since = arguments.value("--since") { members.append(.init(name: "since", value: .text(since))) }
  do { _ = try ExpectedRequest(json: .object(members)) } catch { throw UsageError(error.description) }
  let table = try AnswerTable.asked(
    arguments,
    csv: .lines([
      "duca", "kind", "id", "source", "state", "state_since", "declared", "expected", "route", "crossings", "lane",
      "reasons", "missing", "held_by", "released_though_held", "alerts", "tags", "operators",
    ]))
  return try ask("/v1/expected", members, arguments, console, table: table, show: expectedText)
}

@Sendable private func alerts(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  var members = try asker(arguments) + [.init(name: "open", value: .boolean(arguments.flag("--open")))]
  if let place = arguments.value("--at") { members.append(.init(name: "place", value: .text(place))) }
  do { _ = try AlertHitsRequest(json: .object(members)) } catch { throw UsageError(error.description) }
  let table = try AnswerTable.asked(
    arguments,
    csv: .lines([
      "matched_at", "state", "tag_alarm", "epc", "found", "alert_id", "alert.author", "alert.subject", "alert.severity",
      "alert.code",
      "alert.instruction", "alert.expires", "record_id", "stream", "time", "found_in", "places", "outcomes", "record",
    ]))
  return try ask("/v1/alerts", members, arguments, console, table: table, show: hitText)
}

private func expectedText(_ line: JSONValue) -> String {
  var out = "\(line.text("duca")) \(line.text("kind")) \(line.text("state")) \(line.text("state_since"))"
  if let due = line["expected"]?.string { out += ", expected \(due)" }
  out += "  \(line.items("route").compactMap(\.string).joined(separator: "-"))  \(line.text("id"))\n"
  out += "    LANE \(line["lane"]?.string ?? "not decided")\n"
  for reason in line.items("reasons") {
    let facts = reason.items("facts").compactMap(\.string).joined(separator: "; ")
    let spared = reason["spared_by"]?.string.map { " -- does not count because of \($0)" } ?? ""
    out += "      \(reason.text("lane")): \(reason.text("title")) [\(reason.text("rule"))] \(facts)\(spared)\n"
  }
  for hold in line.items("held_by") { out += "    HELD by \(hold.string ?? "")\n" }
  for words in line.items("released_though_held") { out += "    RELEASED THOUGH HELD: \(words.string ?? "")\n" }
  for alert in line.items("alerts") {
    out += "    ALERT \(alert.text("severity")) of \(alert.text("author")): \(alert.text("instruction"))\n"
  }
  for tag in line.items("tags") { out += "    TAG \(tag.text("kind")) \(tag.text("epc")): \(tag.text("words"))\n" }
  for paper in line.items("missing") { out += "    missing: \(paper.text("title")): \(paper.text("words"))\n" }
  for known in line.items("operators") {
    out += "    OPERATOR \(known.text("name")) (\(known.text("country"))): \(known.text("state"))\n"
  }
  return out
}

private func hitText(_ line: JSONValue) -> String { line.text("words") + "\n" }

@Sendable private func checkRules(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let file = arguments.positionals[0]
  return report(Selectivity.load(file), of: file, arguments, console) { rules in
    "\(rules.rules.count) rules, \(rules.papers.count) papers, digest \(rules.digest)"
  }
}

@Sendable private func installRules(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let file = arguments.positionals[0]
  guard let bytes = SmallFile.read(file) else {
    tell(Selectivity.load(file).faults, of: file, arguments, console)
    return statusFailed
  }
  let (rules, faults) = Selectivity.read(bytes, file: file)
  tell(faults, of: file, arguments, console)
  guard rules != nil else { return statusFailed }
  try Home.open(arguments.home).replaceSelectivity(bytes)
  console.print("installed; a running node takes the rules up when it is started again")
  return statusDone
}

@Sendable private func showRules(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  guard let rules = try Home.open(arguments.home).loadSelectivity() else {
    throw CommandFailure("no rules are installed; istmo risk install FILE puts some in force")
  }
  if arguments.flag("--json") {
    console.print([
      "digest": .text(rules.digest.description), "otherwise": .text(rules.otherwise.rawValue),
      "rules": .list(
        rules.rules.map { rule in
          [
            "rule": .text(rule.name), "lane": .text(rule.lane.rawValue), "title": .text(rule.title.en),
            "titulo": .text(rule.title.es), "spares": .list(rule.spares.map { .text($0) }),
          ]
        }),
      "papers": .list(
        rules.papers.map { paper in
          [
            "paper": .text(paper.name), "title": .text(paper.title.en), "titulo": .text(paper.title.es),
            "documents": .list(paper.documents.map { .text($0) }), "must_be_held": .boolean(paper.mustBeHeld),
          ]
        }),
    ])
    return statusDone
  }
  console.print("\(rules.title.en), digest \(rules.digest); otherwise \(rules.otherwise.rawValue)\n")
  for rule in rules.rules {
    let spares = rule.spares.isEmpty ? "" : "; spares \(rule.spares.joined(separator: ", "))"
    console.print("  \(rule.lane.rawValue): \(rule.title.en) [\(rule.name)]\(spares)")
  }
  for paper in rules.papers { console.print("  paper: \(paper.title.en) [\(paper.name)]") }
  return statusDone
}

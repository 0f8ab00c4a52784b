import Catalog
import HTTP
import Node
import Tables
import Terms

let lookupCommands: [Command] = [
  Command(
    "query", "DATASET", summary: "a lookup, logged before it is answered",
    options: [
      homeOption, .flag("--json"), .flag("--csv"), .flag("--duca"), .value("--from", "CC"),
      .values("--where", "FIELD=VALUE"), .value("--since", "T"), .value("--until", "T"), .value("--limit", "N"),
      .flag("--history"), .flag("--unmatched"), .flag("--live"),
      .needed("--officer", "ID"), .needed("--purpose", "TEXT"), .value("--role", "ROLE"), .value("--post", "POST"),
      .value("--storage-passphrase-file", "F"),
    ], positionals: 1...1, run: query),
  Command(
    "crossing", "KEY", summary: "alerts, holds, lane and timeline of a plate, container, document, tag or number",
    options: [
      homeOption, .flag("--json"), .flag("--csv"), .value("--since", "T"), .value("--until", "T"),
      .value("--limit", "N"), .flag("--history"), .flag("--live"), .needed("--officer", "ID"),
      .needed("--purpose", "TEXT"), .value("--role", "ROLE"), .value("--post", "POST"),
      .value("--storage-passphrase-file", "F"),
    ], positionals: 1...1, run: crossing),
  Command(
    "lookups", summary: "the lookup log: own lookups, and the neighbours' lookups of our records",
    options: [
      homeOption, .flag("--json"), .flag("--csv"), .value("--by", "OFFICER"), .value("--about", "CC"),
      .value("--limit", "N"),
      .value("--storage-passphrase-file", "F"),
    ], run: showLookups),
]

/// The role of an officer who names none.
let usualRole = "migration-officer"

@Sendable private func query(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  var conditions: [JSONValue.Member] = []
  for condition in arguments.values("--where") {
    guard let equals = condition.firstIndex(of: "=") else { throw UsageError("--where takes FIELD=VALUE") }
    conditions.append(
      .init(name: String(condition[..<equals]), value: .text(String(condition[condition.index(after: equals)...]))))
  }
  var members = try person(arguments)
  members += [
    .init(name: "dataset", value: .text(arguments.positionals[0])), .init(name: "where", value: .object(conditions)),
    .init(name: "unmatched", value: .boolean(arguments.flag("--unmatched"))),
  ]
  if let from = arguments.value("--from") { members.append(.init(name: "from", value: .text(from))) }
  // What is wrong with the words is said before a node is opened.
  do { _ = try LookupRequest(json: .object(members)) } catch { throw UsageError(error.description) }
  let dataset = arguments.positionals[0]
  guard !arguments.flag("--duca") || dataset == DUCADocuments.dataset else {
    throw UsageError("--duca goes with \(DUCADocuments.dataset)")
  }
  let table = try AnswerTable.asked(arguments, csv: .records(definition(dataset, arguments)))
  return try ask("/v1/query", members, arguments, console, table: table)
}

@Sendable private func crossing(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let members = try person(arguments) + [.init(name: "key", value: .text(arguments.positionals[0]))]
  do { _ = try CrossingRequest(json: .object(members)) } catch { throw UsageError(error.description) }
  let table = try AnswerTable.asked(arguments, csv: .lines(AnswerTable.aboutRecords + ["record"]))
  return try ask("/v1/crossing", members, arguments, console, table: table)
}

/// Who asks what for, and in which span of time: what every lookup says.
private func person(_ arguments: Arguments) throws -> [JSONValue.Member] {
  var members: [JSONValue.Member] = [
    .init(name: "officer", value: .text(try arguments.needed("--officer"))),
    .init(name: "purpose", value: .text(try arguments.needed("--purpose"))),
    .init(name: "role", value: .text(arguments.value("--role") ?? usualRole)),
    .init(name: "history", value: .boolean(arguments.flag("--history"))),
    .init(name: "live", value: .boolean(arguments.flag("--live"))),
  ]
  for name in ["post", "since", "until"] {
    if let value = arguments.value("--\(name)") { members.append(.init(name: name, value: .text(value))) }
  }
  if let limit = try arguments.number("--limit", in: 1...LookupRequest.mostRecords) {
    members.append(.init(name: "limit", value: JSONValue(limit)))
  }
  return members
}

/// Asks and shows the answer, each of its lines by `show` or in the table; what it rests on last.
func ask(
  _ path: String, _ members: [JSONValue.Member], _ arguments: Arguments, _ console: Console, table: AnswerTable?,
  show: (JSONValue) -> String = recordText
) throws -> Int32 {
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  /// Where words go that are no line of the answer.
  func tell(_ text: String) {
    guard table != nil else { return console.write(text) }
    for line in text.split(separator: "\n") { console.complain(String(line)) }
  }
  if let table { console.write(table.head) }
  var leftOut = 0
  let body = Array(JSONValue.object(members).json.utf8)
  // A crossing file says it in its heading; what was recorded is read first all the same.
  var rest: String?
  try access.lines(.init(.post, path), upload: .bytes(body)) { line in
    if arguments.flag("--json") {
      console.print(line)
    } else if let answer = line["answer"] {
      for note in line.items("notes") { tell("\(note.string ?? "")\n") }
      tell("found \(answer.text("found"))\n" + (rest ?? restText(answer)))
      if leftOut > 0 { tell("\(leftOut) of them are no declarations and are left out\n") }
      if case .number(let hidden)? = line["withheld_hits"], hidden > 0 {
        tell("  withheld: \(hidden) hits of alerts and records that this role may not see\n")
      }
    } else if let heading = line["heading"] {
      rest = restText(heading)
      tell(heading.items("words").map { "\($0.string ?? "")\n" }.joined() + "\n")
    } else if let table {
      if let text = table.text(line) { console.write(text) } else { leftOut += 1 }
    } else {
      console.write(show(line))
    }
  }
  return statusDone
}

private func recordText(_ line: JSONValue) -> String {
  var out = "\(line.text("time")) \(line.text("stream")) \(line.text("id"))  published \(line.text("published"))"
  if line.text("kind") != "record" { out += "  \(line.text("kind")) \(line.text("changes"))" }
  if let later = line["changed_by"]?.string { out += "  CHANGED by \(later)" }
  for other in line.items("referred_by") { out += "  referred to by \(other.string ?? "")" }
  if let moment = line["answered_at"]?.string { out += "  answered by \(line.text("source")) at \(moment)" }
  out += "\n"
  if case .object(let members) = line["record"] {
    for member in members {
      // Lines of a value, as those of a machine-readable zone, stand below each other.
      let value = (member.value.string ?? member.value.json).split(separator: "\n").joined(separator: "\n      ")
      out += "    \(member.name): \(value)\n"
    }
  }
  return out
}

/// The streams that were asked, each with its "as of", and what was withheld.
private func restText(_ answer: JSONValue) -> String {
  var out = ""
  for source in answer.items("sources") {
    out += "  \(source.text("stream")): \(freshness(source))\n"
  }
  for reason in answer.items("withheld") { out += "  withheld: \(reason.string ?? "")\n" }
  if let time = answer["searched_back_to"]?.string { out += "  searched back to \(time); narrow the search for more\n" }
  return out
}

/// What is held of a stream as of when, and what its origin answered over the link.
private func freshness(_ source: JSONValue) -> String {
  var parts: [String] = []
  if case .number(let size)? = source["size"] {
    let asOf = source["as_of"]?.string.map { "as of \($0)" } ?? "and nothing was heard of its origin yet"
    parts.append("\(size) entries, \(asOf)")
  }
  if let live = source["live"], live != .null {
    let isAnswered = live["answered"] == .boolean(true)
    parts.append(
      isAnswered ? "its origin answered, as of \(live.text("as_of"))" : "not asked for newer: \(live.text("reason"))")
  }
  return parts.joined(separator: "; ")
}

@Sendable private func showLookups(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  var fields: [(name: String, value: String)] = []
  for name in ["by", "about"] {
    if let value = arguments.value("--\(name)") { fields.append((name, value)) }
  }
  if let about = arguments.value("--about") {
    do { _ = try CountryCode(about) } catch { throw UsageError(error.description) }
  }
  if let limit = try arguments.number("--limit", in: 1...Installation.mostLookups) {
    fields.append(("limit", String(limit)))
  }
  let table = try AnswerTable.asked(
    arguments,
    csv: .lines([
      "id", "time", "country", "officer", "role", "post", "purpose", "dataset", "about", "query", "found", "records",
    ]))
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  if let table { console.write(table.head) }
  try access.lines(.init(.get, "/v1/lookups", query: fields)) { line in
    if arguments.flag("--json") { return console.print(line) }
    if let table { return console.write(table.text(line) ?? "") }
    let query = line["query"]?.string.map { " [\($0)]" } ?? ""
    // A line of ours about another country's officer: its node asked over the link.
    let country = line["asked_by"]?.string ?? line.text("country")
    console.print(
      "\(line.text("time")) \(country) \(line.text("officer")) (\(line.text("role"))) read "
        + "\(line.text("dataset")) of \(line.text("about"))\(query): found \(line.text("found")), for: \(line.text("purpose"))"
    )
  }
  return statusDone
}

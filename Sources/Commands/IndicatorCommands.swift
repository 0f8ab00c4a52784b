import Catalog
import HTTP
import Indicators
import Node
import Tables
import Terms

let indicatorCommands: [Command] = [
  Command(
    "indicators", summary: "crossing times, shares, rates of this country's crossings; --publish makes them records",
    options: [
      homeOption, .flag("--json"), .flag("--csv"), .value("--since", "DAY"), .value("--until", "DAY"),
      .value("--pair", "GT-SV"), .value("--crossing", "CROSSING"), .flag("--publish"), .value("--officer", "ID"),
      .value("--purpose", "TEXT"), .value("--storage-passphrase-file", "F"),
    ], run: indicators)
]

@Sendable private func indicators(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let members: [JSONValue.Member] = ["since", "until", "pair", "crossing", "officer", "purpose"].compactMap { name in
    arguments.value("--\(name)").map { .init(name: name, value: .text($0)) }
  }
  do { _ = try IndicatorRequest(json: .object(members)) } catch { throw UsageError(error.description) }
  guard !arguments.flag("--csv") || !arguments.flag("--json") else {
    throw UsageError("--csv and --json exclude each other")
  }
  if arguments.flag("--publish") { return try publish(members, arguments, console) }
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  let isTable = arguments.flag("--csv")
  if isTable { console.write(CSVWriter.row(Indicator.columns)) }
  var table = Table(["indicator", "where", "of", "statistic", "value", "unit", "cases"])
  try access.lines(.init(.post, "/v1/indicators"), upload: .bytes(Array(JSONValue.object(members).json.utf8))) { line in
    if arguments.flag("--json") {
      console.print(line)
    } else if let answer = line["answer"] {
      // Of a table, what else is to be known goes aside.
      let say = { (text: String) in isTable ? console.complain(text) : console.print(text) }
      if !isTable { console.write(table.text) }
      say("\(answer.text("found")) figures; \(answer.text("suppressed")) of fewer than five cases are not shown")
      for note in line.items("notes") { say(note.string ?? "") }
      for reason in answer.items("withheld") { say("not counted: \(reason.string ?? "")") }
    } else if isTable {
      console.write(CSVWriter.row(Indicator.columns.map { line[$0] == nil ? "" : line.text($0) }))
    } else {
      table.add([
        line.text("indicator"), line["crossing"]?.string ?? "all", line["dimension"]?.string ?? "",
        line.text("statistic"), line.text("value"), line.text("unit"), line.text("sample"),
      ])
    }
  }
  return statusDone
}

private func publish(_ members: [JSONValue.Member], _ arguments: Arguments, _ console: Console) throws -> Int32 {
  guard !arguments.flag("--csv") else { throw UsageError("--csv and --publish exclude each other") }
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  try access.lines(
    .init(.post, "/v1/indicators/publish"), upload: .bytes(Array(JSONValue.object(members).json.utf8))
  ) { line in
    guard !arguments.flag("--json") else { return console.print(line) }
    console.print(
      "\(line.text("period_starts")) to \(line.text("period_ends")): published \(line.text("published")), corrected "
        + "\(line.text("corrected")), withdrawn \(line.text("withdrawn")), unchanged \(line.text("unchanged"))")
    console.print("\(line.text("suppressed")) figures of fewer than five cases are not published")
    if line["provisional"] == .boolean(true) {
      console.print("records of these days may still come; publish them again later to correct what they change")
    }
  }
  return statusDone
}

import Catalog
import HTTP
import Node

let eraseCommands: [Command] = [
  Command(
    "erase", summary: "erases what is past its retention now; the node does it by itself every hour",
    options: [
      homeOption, .flag("--json"), .flag("--due"), .flag("--dry-run"), .flag("--clock-is-right"),
      .value("--storage-passphrase-file", "F"),
    ], run: eraseDue)
]

@Sendable private func eraseDue(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  guard arguments.flag("--due") else {
    throw UsageError("say --due: only what is past its retention is ever erased, never a record that somebody names")
  }
  let access = try NodeAccess(arguments, console)
  defer { access.close() }
  if arguments.flag("--dry-run") {
    let report = try access.json(.init(.get, "/v1/retention"))
    if arguments.flag("--json") {
      console.print(report)
    } else {
      printTable(of: report, console)
      console.print("\(report.text("due")) entries are due; nothing was erased")
    }
    return status(of: report, console)
  }
  let result = try eraseDue(access, isClockRight: arguments.flag("--clock-is-right"))
  let report = result["retention"] ?? .null
  if arguments.flag("--json") {
    console.print(result)
  } else {
    printTable(of: report, console)
    console.print("\(result.text("erased_now")) entries were erased, \(report.text("due")) are due")
  }
  return status(of: report, console)
}

/// Erases what is due; gives how much that was, and how all stands then.
func eraseDue(_ access: NodeAccess, isClockRight: Bool) throws -> JSONValue {
  try access.json(.init(.post, "/v1/erase", query: isClockRight ? [(name: "clock_is_right", value: "true")] : []))
}

private func printTable(of report: JSONValue, _ console: Console) {
  var table = Table(["stream", "days", "entries", "erased", "due", "next", "last erasure"])
  for stream in report.items("streams") {
    table.add([
      stream.text("stream"), stream.text("days"), stream.text("size"), stream.text("erased"), stream.text("due"),
      stream.text("next"), stream["last_erasure"]?.string ?? "never",
    ])
  }
  console.write(table.text)
}

private func status(of report: JSONValue, _ console: Console) -> Int32 {
  guard let obstacle = report["obstacle"]?.string else { return statusDone }
  console.complain(obstacle)
  return statusFailed
}

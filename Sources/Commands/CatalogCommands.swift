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
]

/// Tells what is wrong with a file, or in a line that it is good.
func report<Read>(
  _ read: (Read?, [Diagnostic]), of file: String, _ arguments: Arguments, _ console: Console,
  good: (Read) -> String
) -> Int32 {
  let (value, faults) = read
  tell(faults, of: file, arguments, console)
  guard let value else { return statusFailed }
  if !arguments.flag("--json") { console.print("\(file): good: \(good(value))") }
  return statusDone
}

@Sendable private func checkTopology(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let file = arguments.positionals[0]
  let faults = Topology.check(file)
  tell(faults, of: file, arguments, console)
  guard faults.isEmpty else { return statusFailed }
  guard !arguments.flag("--json") else { return statusDone }
  let topology = try Topology.load(file)
  console.print(
    "\(file): good: \(topology.countries.count) countries, \(topology.crossings.count) crossings, "
      + "\(topology.pairs.count) pairs, \(topology.definitions.count) datasets")
  return statusDone
}

/// Tells every fault of a file, on standard error and with `--json` as an object.
func tell(_ faults: [Diagnostic], of file: String, _ arguments: Arguments, _ console: Console) {
  for fault in faults { console.complain(fault.description) }
  if faults.count >= Topology.faultsMax { console.complain("\(file): there may be more; mend these and check again") }
  guard arguments.flag("--json") else { return }
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

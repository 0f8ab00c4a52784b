import Catalog
import Glibc
import Node
import Terms

let demoCommands: [Command] = [
  Command(
    "demo", summary: "six countries on this machine: rehearsed ceremonies, sample traffic; --once proves it and ends",
    options: [.flag("--once"), .value("--dir", "DIR"), .value("--topology", "FILE")], isLasting: true, run: runDemo)
]

/// The sample topology, seen from the project's folder.
private let usualTopology = "Topology/central-america.toml"

@Sendable private func runDemo(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  // Before the process is hardened: it may not look at itself afterwards.
  guard let program = ownPath() else { throw DemoFailure("the path of this program is not to be had") }
  let isOnce = arguments.flag("--once")
  let interruption = Interruption()
  _ = hardenProcess()
  let path = arguments.value("--dir") ?? DemoFolder.usual
  guard !path.isEmpty else { throw UsageError("--dir takes the path of a folder") }
  let file = arguments.value("--topology") ?? usualTopology
  guard access(file, R_OK) == 0 else {
    throw DemoFailure("\(file) cannot be read; run this in the project's folder, or name a topology with --topology")
  }
  let files = try Topology.collect(file)
  let topology = try Topology.load(bytes: files)
  let folder = try DemoFolder(path, countries: topology.countries.map(\.code))
  let nodes = try DemoNodes(program: program)
  interruption.onRaise { nodes.terminate() }
  defer { nodes.stop() }
  let demo = try Demo(console, interruption, nodes, folder, topology, program: program)
  return try demo.run(topologyFiles: files, isOnce: isOnce)
}

private func ownPath() -> String? {
  var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = readlink("/proc/self/exe", &bytes, bytes.count)
  guard count > 0 else { return nil }
  return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

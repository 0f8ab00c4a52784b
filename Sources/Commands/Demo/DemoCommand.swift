import Catalog
import Glibc
import Node
import Terms

let demoCommands: [Command] = [
  Command(
    "demo",
    summary: "six countries on this machine: rehearsed ceremonies, sample traffic; --once proves it, --day runs a day",
    options: [
      .flag("--once"), .flag("--day"), .value("--scale", "S"), .value("--seed", "X"), .value("--dir", "DIR"),
      .value("--topology", "FILE"),
    ], isLasting: true, run: runDemo)
]

@Sendable private func runDemo(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  // Before the process is hardened: it may not look at itself afterwards.
  guard let program = ownPath() else { throw DemoFailure("the path of this program is not to be had") }
  let manner = try manner(arguments)
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
  // The sample's rules for lanes lie beside it; another topology may have none.
  let folderOfFile = file.lastIndex(of: "/").map { file[...$0] } ?? ""
  let rules = "\(folderOfFile)risk/selectivity.toml"
  if access(rules, R_OK) == 0 { demo.rulesFile = rules }
  return try demo.run(topologyFiles: files, manner)
}

private func manner(_ arguments: Arguments) throws -> Demo.Manner {
  let (scale, seed) = (try arguments.scale(), try arguments.seed())
  guard arguments.flag("--day") else {
    guard arguments.value("--scale") == nil, arguments.value("--seed") == nil else {
      throw UsageError("--scale and --seed belong to --day")
    }
    return arguments.flag("--once") ? .once : .lasting
  }
  guard !arguments.flag("--once") else { throw UsageError("--once and --day are two things; take one") }
  return .day(scale: scale ?? 1, seed: seed)
}

private func ownPath() -> String? {
  var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = readlink("/proc/self/exe", &bytes, bytes.count)
  guard count > 0 else { return nil }
  return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

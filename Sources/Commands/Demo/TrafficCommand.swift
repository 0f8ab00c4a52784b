import Catalog
import Node
import Terms
import Traffic

let trafficCommands: [Command] = [
  Command(
    "traffic", summary: "coherent invented traffic of the region as files, with a ledger",
    options: [
      .needed("--out", "DIR"), .value("--days", "N"), .value("--scale", "S"), .value("--seed", "X"),
      .value("--from", "DAY"), .flag("--covering"), .value("--topology", "FILE"),
    ], run: makeTraffic)
]

/// The sample topology, seen from the project's folder.
let usualTopology = "Topology/central-america.toml"

@Sendable private func makeTraffic(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let days = try arguments.number("--days", in: 1...TrafficPlan.mostDays) ?? 1
  var day = TrafficPlan.yesterday(SystemClock().now(), days: days)
  if let text = arguments.value("--from") {
    do throws(TermError) { day = try CalendarDay(text) } catch { throw UsageError("\(error)") }
  }
  let plan = TrafficPlan(
    firstDay: day, days: days, scale: try arguments.scale() ?? 1, seed: try arguments.seed(),
    isCovering: arguments.flag("--covering"))
  let topology = try Topology.load(arguments.value("--topology") ?? usualTopology)
  let folder = try arguments.needed("--out")
  guard !folder.isEmpty else { throw UsageError("--out takes the path of a folder") }
  let files = try TrafficFiles(folder, topology)
  let progress = Progress(console, "made", of: nil)
  var generator = TrafficGenerator(topology, plan, keepsTruths: true)
  while let record = generator.next() {
    try files.add(generator.takeTruths())
    try files.add(record)
    progress.update(Int64(files.count), bytes: 0)
  }
  try files.close()
  progress.end()
  console.print("\(files.count) records of \(plan.days) days from \(day) in \(folder)")
  return statusDone
}

extension TrafficPlan {
  /// Days for long journeys to end in.
  static let daysToArrive: Int64 = 7

  /// The day on which traffic begins that is over by now: no record's time is ahead.
  static func yesterday(_ now: Instant, days: Int) -> CalendarDay {
    CalendarDay(daysSinceEpoch: CalendarDay(of: now).daysSinceEpoch - Int64(days) - daysToArrive)
  }
}

extension Arguments {
  /// `--scale`: 1 is a regional day.
  func scale() throws(UsageError) -> Double? {
    guard let text = value("--scale") else { return nil }
    guard let scale = Double(text), scale >= 0, scale <= TrafficPlan.largestScale else {
      throw UsageError("--scale takes a number from 0 to \(Int(TrafficPlan.largestScale)), such as 0.01")
    }
    return scale
  }

  /// `--seed`; 1 unless given.
  func seed() throws(UsageError) -> UInt64 {
    guard let text = value("--seed") else { return 1 }
    guard let seed = UInt64(text) else { throw UsageError("--seed takes a whole number") }
    return seed
  }
}

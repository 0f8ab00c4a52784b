import Glibc
import HTTP

/// Measures a running pair as its users use it: `Bench --istmo PROGRAM --topology FOLDER --folder FOLDER [--records N]`.
enum Bench {
  static func main() {
    var (istmo, topology, folder, records) = ("", "", "", 100_000)
    var words = CommandLine.arguments.dropFirst()
    while let word = words.popFirst() {
      switch word {
      case "--istmo": istmo = words.popFirst() ?? ""
      case "--topology": topology = words.popFirst() ?? ""
      case "--folder": folder = words.popFirst() ?? ""
      case "--records": records = words.popFirst().flatMap { Int($0) } ?? records
      default: fail("unknown option \(word)")
      }
    }
    guard !istmo.isEmpty, !topology.isEmpty, !folder.isEmpty, records > 0 else {
      fail("usage: Bench --istmo PROGRAM --topology FOLDER --folder FOLDER [--records N]")
    }
    do {
      let pair = try Pair(folder: folder, istmo: istmo, topology: topology)
      var report = Report()
      let sync = try RawLimits.sync(folder: folder, rounds: 1000)
      report.add("fdatasync of 4 KiB appended, p50 / p99", "\(milliseconds(sync)) ms")
      try latency(pair, sync, &report)
      try catchUp(pair, records, &report)
      print(report.markdown)
    } catch { fail("\(error)") }
  }

  private static func fail(_ text: String) -> Never {
    let line = Array("bench: \(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(1)
  }

  static func milliseconds(_ times: Times) -> String {
    "\(short(times.milliseconds(0.5))) / \(short(times.milliseconds(0.99)))"
  }

  /// Ten departures a second for 20 seconds: how long until they are accepted, and until they are visible and durable at
  /// the neighbour.
  private static func latency(_ pair: Pair, _ sync: Times, _ report: inout Report) throws {
    try pair.start("SV")
    try pair.start("GT")
    let (sv, gt) = (pair.client("SV"), pair.client("GT"))
    var (accepted, visible, poll) = (Times(), Times(), Times())
    // The first record brings the entry of its epoch with it.
    try publish(sv, Departures.line(0))
    try pair.wait(gt, for: 2, every: 1000)
    for number in 1...200 {
      let next = ContinuousClock.now + .milliseconds(100)
      let start = ContinuousClock.now
      try publish(sv, Departures.line(number))
      accepted.add(.now - start)
      try pair.wait(gt, for: UInt64(number) + 2, every: 0)
      visible.add(.now - start)
      let before = ContinuousClock.now
      _ = try pair.size(gt)
      poll.add(.now - before)
      let rest = next - .now
      if rest > .zero { usleep(UInt32(clamping: Int64(rest / .microseconds(1)))) }
    }
    report.add(
      "one record, HTTP, until accepted, p50 / p99", "\(milliseconds(accepted)) ms",
      "\(short(accepted.milliseconds(0.5) / sync.milliseconds(0.5))) fdatasync")
    report.add(
      "until visible and durable at the neighbour, p50 / p99", "\(milliseconds(visible)) ms",
      "\(short(visible.milliseconds(0.5) / sync.milliseconds(0.5))) fdatasync; seen by asking every \(milliseconds(poll)) ms"
    )
  }

  private static func publish(_ client: Client, _ line: [UInt8]) throws {
    let call = Client.Call(.post, "/v1/records", query: [(name: "dataset", value: "migration")])
    let answer = try client.send(call, upload: .bytes(line), limit: 1 << 16)
    guard answer.status == 200 else {
      throw Child.Failed(description: "publishing: \(String(decoding: answer.body, as: UTF8.self))")
    }
  }

  /// Departures published while the neighbour is away, and how fast it catches up.
  private static func catchUp(_ pair: Pair, _ records: Int, _ report: inout Report) throws {
    pair.stop("GT")
    let sv = pair.client("SV")
    let before = try pair.size(sv)
    let file = "\(pair.folder)/records.ndjson"
    try Files.write(Departures.lines(1000..<1000 + records), to: file)
    let start = ContinuousClock.now
    try pair.command("SV", ["publish", "migration", file])
    let published = ContinuousClock.now - start
    report.add("bulk load through the command line, records/s", short(rate(records, published)))
    try pair.start("GT")
    let gt = pair.client("GT")
    // From the first entry that arrives: dialling again waits for its back-off.
    try pair.wait(gt, for: before + 1, every: 500)
    let first = try pair.size(gt)
    let began = ContinuousClock.now
    try pair.wait(gt, for: before + UInt64(records), every: 5000)
    let took = ContinuousClock.now - began
    report.add(
      "catch-up, records/s", short(rate(Int(before) + records - Int(first), took)), "\(short(Double(records))) records")
    for country in ["SV", "GT"] {
      report.add("most memory of \(country), MiB", short(Double(pair.memory(country).most) / 1_048_576))
    }
    pair.stop("SV")
    pair.stop("GT")
  }

  private static func rate(_ count: Int, _ time: Duration) -> Double { Double(count) / (time / .seconds(1)) }
}

import Catalog
import Node
import Terms
import Traffic

/// Six countries on this machine, from empty homes to evidence. Everything is done by the commands that an operator has,
/// run in this process; only the nodes are processes of their own.
final class Demo {
  let console: Console
  let interruption: Interruption
  let nodes: DemoNodes
  let folder: DemoFolder
  let topology: Topology
  let program: String
  let clock = SystemClock()
  /// The rules for lanes that every country puts in force.
  var rulesFile: String?
  /// What was published so far.
  var book: DemoBook
  let publisher: TrafficPublisher
  /// The record that was corrected, and its correction.
  var correction: (first: RecordID, corrected: RecordID)?
  /// Where each country's API listens, and its root key.
  var desks: [CountryCode: ListenAddress] = [:]
  var roots: [CountryCode: String] = [:]
  private let started = ContinuousClock.now

  /// What it is to do.
  enum Manner: Equatable {
    /// Prove and end.
    case once
    /// Prove, and go on until somebody ends it.
    case lasting
    /// Publish a regional day, see it arrive, and end.
    case day(scale: Double, seed: UInt64)
  }

  init(
    _ console: Console, _ interruption: Interruption, _ nodes: DemoNodes, _ folder: DemoFolder, _ topology: Topology,
    program: String
  ) throws {
    (self.console, self.interruption, self.nodes) = (console, interruption, nodes)
    (self.folder, self.topology, self.program) = (folder, topology, program)
    book = DemoBook(topology)
    publisher = TrafficPublisher { folder.home($0) }
  }

  var countries: [CountryCode] { topology.countries.map(\.code) }
  /// The pairs of countries. An observer has no traffic and no home here.
  var pairs: [Pair] { topology.pairs.filter { !$0.hasObserver } }
  /// The terms of every stream that flows: what is only asked for does not.
  var terms: [StreamTerms] {
    pairs.flatMap(\.streams).filter { $0.mode == .replicate }.sorted { $0.stream < $1.stream }
  }
  var streams: [StreamName] { terms.map(\.stream) }
  /// Those of them that carry what countries publish; lookups are written by the nodes.
  var carrying: [StreamTerms] { terms.filter { $0.stream.dataset.description != Installation.lookupDataset } }

  /// Runs it: 0 when everything held, 1 with the reason when something did not.
  func run(topologyFiles: [String: [UInt8]], _ manner: Manner) throws -> Int32 {
    var isProven = false
    do {
      title()
      try makeHomes(topologyFiles)
      try holdCeremonies()
      try startNodes()
      if case .day(let scale, let seed) = manner {
        try publishDay(scale: scale, seed: seed)
      } else {
        try publishSamples()
        try askNeighbours()
        try followOneTruck()
        try proveRecords()
        try proveStores()
      }
      try summarise(started)
      isProven = true
      if manner == .lasting { try goOn() }
    } catch {
      nodes.stop()
      // What fails because the nodes were told to end is no fault.
      guard error is Interruption.Raised || interruption.isRaised else {
        console.complain("istmo demo: FAILED: \(error)")
        console.complain("logs of the nodes: \(folder.path)/logs")
        return statusFailed
      }
      say(isProven ? "" : "\nInterrupted: not everything was proven.")
    }
    nodes.stop()
    say("All nodes have ended. The homes remain in \(folder.path); the next demo there begins anew.")
    return isProven ? statusDone : statusFailed
  }

  private func title() {
    say(
      "Istmo: \(topology.countries.count) countries on this machine, invented persons and companies only. Homes: \(folder.path)"
    )
    if folder.isReplaced { say("The homes of the demo before were removed.") }
  }

  // MARK: Words

  func say(_ line: String) { console.print(line) }

  func heading(_ text: String) { say("\n\(text)") }

  /// Text of a command, set in.
  func show(_ text: String) {
    for line in text.split(separator: "\n") { say("  | \(line)") }
  }

  // MARK: Commands

  /// Runs a command of the command line, on a country's home when one is given.
  /// - Parameter status: the exit status it must have; any when nil.
  @discardableResult
  func istmo(
    _ words: [String], at country: CountryCode? = nil, status expected: Int32? = statusDone, isShown: Bool = false
  ) throws -> Console.Transcript {
    try interruption.check()
    let words = words + (country.map { ["--home", folder.home($0)] } ?? [])
    if isShown { say("  $ istmo \(words.map(Self.quoted).joined(separator: " "))") }
    let transcript = Console.Transcript()
    let status = Istmo.run(words[...], Console(transcript))
    guard expected == nil || status == expected else {
      let reason = transcript.complaints.isEmpty ? transcript.output : transcript.complaints
      throw DemoFailure(
        "istmo \(words.prefix(3).joined(separator: " ")) at \(country?.description ?? "no home") ended with status "
          + "\(status): \(reason.split(separator: "\n").last ?? "")")
    }
    return transcript
  }

  /// Runs a command with `--json` and reads its lines.
  func json(
    _ words: [String], at country: CountryCode? = nil, status: Int32? = statusDone
  ) throws -> [JSONValue] {
    try istmo(words + ["--json"], at: country, status: status).output.utf8.split(separator: 0x0A)
      .map { try JSONValue(parsing: Array($0), longest: 16 << 20) }
  }

  /// A word as a shell takes it.
  static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x5F: true
      default: false
      }
    }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// Waits until something holds.
  /// - Parameter reason: why it does not hold yet; nil once it does.
  /// - Throws: `DemoFailure` with the last reason after `seconds`.
  func wait(seconds: Int, until reason: () throws -> String?) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while let why = try reason() {
      guard ContinuousClock.now < deadline else { throw DemoFailure("after \(seconds) s \(why)") }
      try interruption.sleep(milliseconds: 40)
    }
  }

  static func seconds(since start: ContinuousClock.Instant) -> String {
    let tenths = Int64((ContinuousClock.now - start) / .milliseconds(100))
    return "\(tenths / 10).\(tenths % 10) s"
  }
}

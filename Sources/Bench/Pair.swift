import Catalog
import Glibc
import HTTP
import Programs

/// Two nodes, El Salvador and Guatemala, as their users have them: homes made by the command line, a ceremony held, two
/// processes with default settings, linked over loopback. Guatemala may have other neighbours, and more of them.
final class Pair {
  /// The stream that most of it is about.
  static let departures = "SV/GT/migration"

  let folder: String
  let istmo: String
  private(set) var nodes: [String: Child] = [:]
  private(set) var linkPorts: [String: UInt16] = [:]
  private var tokens: [String: String] = [:]
  private var apiPorts: [String: UInt16] = [:]

  /// Makes the homes. `istmo` is the program, `topology` the folder of the sample topology, `others` are Guatemala's neighbours.
  init(folder: String, istmo: String, topology: String, others: [String] = ["SV"]) throws {
    (self.folder, self.istmo) = (folder, istmo)
    try Child.run("/bin/cp", ["-r", topology, "\(folder)/Topology"], log: "\(folder)/log")
    let file = "\(folder)/Topology/central-america.toml"
    var text = TextFile.read(file)
    var ports = FreePorts()
    for country in others + ["GT"] {
      let port = try ports.take()
      linkPorts[country] = port
      let host = country == "XS" ? "sieca" : country.lowercased()
      text = text.replacing("\(host).istmo.example:4711", with: "127.0.0.1:\(port)")
    }
    try TextFile.write(Array(text.utf8), to: file)
    try TextFile.write(Array("a passphrase that protects nothing\n".utf8), to: "\(folder)/passphrase")
    chmod("\(folder)/passphrase", 0o600)
    let pass = ["--passphrase-file", "\(folder)/passphrase"]
    for country in others + ["GT"] {
      try command(country, ["init", "--country", country, "--topology", file] + pass)
      try command(country, ["token", "add", "bench", "--scope", "publish", "--scope", "lookup", "--scope", "observe"])
      tokens[country] = TextFile.read("\(folder)/log").split(whereSeparator: \.isWhitespace).map(String.init)
        .first { $0.hasPrefix("istmo-") }
    }
    for other in others { try agree(other, "GT", pass) }
  }

  /// Holds a ceremony.
  private func agree(_ one: String, _ other: String, _ pass: [String]) throws {
    let sides = [(one, other), (other, one)]
    for (own, their) in sides {
      try command(own, ["ceremony", "offer", "--with", their, "--out", "\(folder)/\(own).offer"] + pass)
    }
    for (own, their) in sides {
      try command(own, ["ceremony", "compare", "\(folder)/\(their).offer", "--json"])
      guard let code = try JSONValue(parsing: Array(TextFile.read("\(folder)/log").utf8))["code"]?.string else {
        throw ChildError("no code")
      }
      try command(
        own,
        ["ceremony", "sign", "\(folder)/\(their).offer", "--code", code, "--official", "Bench, Bench"]
          + ["--out", "\(folder)/\(own).signed"] + pass)
    }
    for (own, their) in sides { try command(own, ["ceremony", "complete", "\(folder)/\(their).signed"]) }
    for country in [one, other] {
      for kind in ["offer", "signed"] { unlink("\(folder)/\(country).\(kind)") }
    }
  }

  func home(_ country: String) -> String { "\(folder)/\(country)" }

  func command(_ country: String, _ arguments: [String]) throws {
    try Child.run(istmo, arguments + ["--home", home(country)], log: "\(folder)/log")
  }

  /// Starts a node and waits until it is ready.
  func start(_ country: String) throws {
    let log = "\(folder)/\(country).log"
    nodes[country] = try Child(
      istmo, ["run", "--home", home(country), "--desk", "127.0.0.1:0", "--log", "warning"], log: log)
    for _ in 0..<3000 {
      let text = TextFile.read(log)
      if text.contains(" ready: "), let rest = text.split(separator: "http://127.0.0.1:").dropFirst().first {
        apiPorts[country] = UInt16(rest.prefix { $0.isNumber })
        return
      }
      usleep(10_000)
    }
    throw ChildError("\(country) is not ready: \(TextFile.read(log))")
  }

  /// Ends a node as a power cut would.
  func kill(_ country: String) {
    nodes[country]?.signal(SIGKILL)
    _ = nodes.removeValue(forKey: country)?.wait()
  }

  func stop(_ country: String) { nodes.removeValue(forKey: country)?.stop() }

  /// A connection to a node's API.
  func system(_ country: String) throws -> System { try System(access(country)) }

  /// How a national system reaches a node's API.
  func access(_ country: String) -> System.Access {
    System.Access(port: apiPorts[country] ?? 0, token: tokens[country] ?? "")
  }

  /// Links that are up.
  func linkCount() throws -> Int { try connections("-tnH").split(separator: "\n").count }

  /// The connections of the links at the side that was dialled, as `ss` writes them.
  private func connections(_ options: String) throws -> String {
    let ports = linkPorts.values.map { "sport = :\($0)" }.joined(separator: " or ")
    try Child.run("/usr/bin/ss", [options, ports], log: "\(folder)/log")
    return TextFile.read("\(folder)/log")
  }

  /// Bytes that went over the link's connection so far, both ways.
  func wireBytes() throws -> Int {
    try connections("-tinH").split(whereSeparator: \.isWhitespace)
      .filter { $0.hasPrefix("bytes_sent:") || $0.hasPrefix("bytes_received:") }
      .compactMap { Int($0.drop { $0 != ":" }.dropFirst()) }.reduce(0, +)
  }

  /// Bytes of a home's store on disk.
  func diskBytes(_ country: String) throws -> Int {
    try Child.run("/usr/bin/du", ["-sb", "\(home(country))/store"], log: "\(folder)/log")
    return TextFile.read("\(folder)/log").split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 0
  }

  /// Writes departures into a file; gives its path.
  func written(_ numbers: Range<Int>) throws -> String {
    let file = "\(folder)/records.ndjson"
    try TextFile.write(Departures.lines(numbers), to: file)
    return file
  }

  /// Publishes a file of departures at El Salvador with the command line.
  func publish(_ file: String) throws { try command("SV", ["publish", "migration", file]) }

  /// Waits until Guatemala holds all of them.
  func settle() throws { try wait(try system("GT"), for: try system("SV").size(), every: 1000) }

  /// Waits until a node holds so many entries of a stream, for at most ten minutes.
  func wait(
    _ system: System, for size: UInt64, of name: String = departures, every microseconds: UInt32
  ) throws {
    let deadline = ContinuousClock.now + .seconds(600)
    while try system.size(of: name) < size {
      guard ContinuousClock.now < deadline else {
        throw ChildError("the neighbour holds \(try system.size(of: name)) of \(size) entries")
      }
      if microseconds > 0 { usleep(microseconds) }
    }
  }
}

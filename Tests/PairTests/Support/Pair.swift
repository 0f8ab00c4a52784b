import Catalog
import Foundation
import Testing

/// Two countries' homes with an agreement, made as two operators would: by the command line and files.
final class Pair: Sendable {
  static let passphrase = "six quiet words for a root key"

  let folder: Folder
  /// The two countries: the first is the one that publishes, where it matters.
  let a: Side
  let b: Side
  /// A third country, with which the first one has an agreement of its own.
  let c: Side?

  /// One country of the pair. Neighbours reach its node through the relay, whatever port it has this time.
  struct Side: Sendable {
    let country: String
    let home: String
    let relay: Relay

    /// Runs a command on the home.
    @discardableResult
    func istmo(_ words: String..., input: [UInt8]? = nil) async throws -> Istmo.Said {
      try await Istmo.run(words + ["--home", home], input: input)
    }

    /// Starts the node and leads the relay to it.
    func start(
      _ options: String..., prefix: [String] = [], environment: [String: String] = [:]
    ) async throws -> NodeProcess {
      let node = try await NodeProcess(home: home, options: options, prefix: prefix, environment: environment)
      relay.lead(to: node.linkPort)
      return node
    }

    /// `status --json`, with its exit status.
    func status() async throws -> (json: JSONValue, ending: Ending) {
      let said = try await istmo("status", "--json")
      guard let json = try? said.json else { throw Failed(what: "status", said) }
      return (json, said.ending)
    }

    /// Makes a token of the API.
    func token(_ scopes: String...) async throws -> String {
      let name = "test-\(UInt32.random(in: 0 ... .max))"
      let words = ["token", "add", name, "--home", home] + scopes.flatMap { ["--scope", $0] }
      let said = try await Istmo.run(words)
      guard said.ending == .exit(0) else { throw Failed(what: "token add", said) }
      return said.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  struct Failed: Error, CustomStringConvertible {
    let description: String
    init(what: String, _ said: Istmo.Said) { description = "\(what): \(said.ending): \(said.errors)\(said.output)" }
  }

  /// Makes the homes and holds the ceremonies. `topology` may change the text that all are made with.
  init(
    _ first: String = "SV", _ second: String = "GT", third: String? = nil, records: Bool = false, agreed: Bool = true,
    topology change: (String) -> String = { $0 }
  ) async throws {
    folder = try Folder()
    a = Side(country: first, home: "\(folder.path)/\(first)", relay: try Relay(records: records))
    b = Side(country: second, home: "\(folder.path)/\(second)", relay: try Relay(records: records))
    if let third {
      c = Side(country: third, home: "\(folder.path)/\(third)", relay: try Relay(records: records))
    } else {
      c = nil
    }
    try folder.write(Self.passphrase.utf8, "passphrase")
    let sample = Repository.root + "/Topology"
    try FileManager.default.copyItem(atPath: sample, toPath: "\(folder.path)/topology")
    var text = try String(contentsOfFile: "\(sample)/central-america.toml", encoding: .utf8)
    for side in sides {
      let before = "\"\(side.country.lowercased()).istmo.example:4711\""
      try #require(text.contains(before))
      text = text.replacing(before, with: "\"127.0.0.1:\(side.relay.port)\"")
    }
    try folder.write(change(text).utf8, "topology/central-america.toml")
    for side in sides {
      try await must(
        "init", "--country", side.country, "--topology", topologyFile, "--passphrase-file", passphraseFile, "--listen",
        "127.0.0.1:0", "--desk", "127.0.0.1:0", at: side)
    }
    guard agreed else { return }
    try await holdCeremony(a, b)
    if let c { try await holdCeremony(a, c) }
  }

  deinit { for side in sides { side.relay.close() } }

  var sides: [Side] { [a, b] + (c.map { [$0] } ?? []) }

  var topologyFile: String { "\(folder.path)/topology/central-america.toml" }
  var passphraseFile: String { "\(folder.path)/passphrase" }

  /// Runs a command that must succeed.
  @discardableResult
  func must(_ words: String..., at side: Side, input: [UInt8]? = nil) async throws -> Istmo.Said {
    try await Istmo.run(words + ["--home", side.home], input: input).mustSucceed(words.joined(separator: " "))
  }

  /// The outgoing stream of the first country that the tests use.
  var stream: String { "\(a.country)/\(b.country)/migration" }

  /// Waits until everything that the first country published is receipted and nothing is behind at the second.
  func settled(seconds: Int = 120) async throws -> Bool {
    try await eventually(seconds: seconds, every: 200) {
      let (here, there) = (try await a.status(), try await b.status())
      guard here.ending == .exit(0), there.ending == .exit(0) else { return false }
      let (out, held) = (here.json.stream(stream), there.json.stream(stream))
      return out?["size"]?.number == held?["size"]?.number && out?["receipt_size"] == out?["size"]
    }
  }
}

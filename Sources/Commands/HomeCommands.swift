import Catalog
import Ceremony
import HTTP
import Node
import Sodium
import Terms

let homeCommands: [Command] = [
  Command(
    "init", summary: "makes a home: root key, node keys, card, store",
    options: [
      homeOption, .needed("--country", "CC"), .needed("--topology", "FILE"), .value("--passphrase-file", "F"),
      .value("--listen", "HOST:PORT"), .value("--desk", "HOST:PORT"),
      .value("--storage-key", "file|credential|passphrase"),
      .value("--storage-passphrase-file", "F"),
    ], run: makeHome),
  Command(
    "token add", "NAME", summary: "makes a token for a system that calls the API; shown once",
    options: [homeOption, .values("--scope", "publish[:DATASET]|lookup|observe"), .value("--days", "N")],
    positionals: 1...1,
    run: addToken),
  Command(
    "token list", summary: "tokens, without themselves", options: [homeOption, .flag("--json")], run: listTokens),
  Command("token remove", "NAME", summary: "ends a token", options: [homeOption], positionals: 1...1, run: removeToken),
]

@Sendable private func makeHome(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  _ = hardenProcess()
  let country: CountryCode
  do { country = try CountryCode(try arguments.needed("--country")) } catch { throw UsageError("\(error)") }
  let files = try Topology.collect(try arguments.needed("--topology"))
  let topology = try Topology.load(bytes: files)
  guard topology.country(country) != nil || topology.observers.contains(where: { $0.code == country }) else {
    throw UsageError(
      "the topology has no country \(country); it has \(topology.countries.map(\.code.description).joined(separator: ", "))"
    )
  }
  var config = HomeConfig(realm: topology.realm, country: country)
  // Neighbours dial the endpoint of the topology: listen at its port.
  if let endpoint = topology.endpoint(of: country), let port = endpoint.split(separator: ":").last {
    config.link = ListenAddress(host: config.link.host, port: UInt16(port) ?? config.link.port)
  }
  do {
    if let text = arguments.value("--listen") { config.link = try ListenAddress(text) }
    if let text = arguments.value("--desk") { config.desk = try ListenAddress(text) }
  } catch { throw UsageError("\(error)") }
  guard let kind = StorageKeyKind(rawValue: arguments.value("--storage-key") ?? "file") else {
    throw UsageError("--storage-key takes file, credential or passphrase")
  }
  let source = try StorageKeySource(
    kind, environment: Environment.all, passphraseFile: arguments.value("--storage-passphrase-file"))
  let passphrase = try Passphrase.new(arguments, "--passphrase-file", console)
  let home = try Home.create(
    arguments.home, config: config, topology: files, passphrase: passphrase, storage: source,
    work: Passphrase.work(console), SystemEntropy(), now: SystemClock().now())
  console.print("\(home.path): home of \(country) in \(topology.realm)")
  console.print("root key: \(home.root)")
  console.print(
    "\(home.path)/keys/root.key is the root key, sealed by its passphrase. Keep it on offline media and remove it here;"
  )
  console.print("ceremonies take it with --root-key FILE.")
  console.print("next: istmo ceremony offer --with CC --out offer.\(country), or istmo run")
  return statusDone
}

@Sendable private func addToken(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let (scopes, name) = (arguments.values("--scope"), arguments.positionals[0])
  func check(_ topology: Topology?) throws {
    do throws(TokenBook.Fault) { try TokenBook.check(name: name, scopes: scopes, topology) } catch {
      throw UsageError(error.description)
    }
  }
  // Wrong usage is told as such, whether there is a home or not.
  try check(nil)
  let home = try Home.open(arguments.home)
  try check(try home.loadTopology())
  let days = Int64(try arguments.number("--days", in: TokenBook.days) ?? 365)
  let until = SystemClock().now().advanced(byMilliseconds: days * 86_400_000)
  let (token, entry) = TokenBook.make(name: name, scopes: scopes, until: until, SystemEntropy())
  do { try home.changeTokens { try TokenBook.add(entry, to: &$0) } } catch let fault as TokenBook.Fault {
    throw CommandFailure(fault.description)
  }
  RunningNode.reload(home)
  console.print(token)
  console.complain("shown once; it counts until \(until.wholeSeconds)")
  return statusDone
}

@Sendable private func listTokens(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let home = try Home.open(arguments.home)
  let (uses, now) = (home.tokenUses(), SystemClock().now())
  for entry in try home.tokens() {
    let used = uses[entry.hash]
    if arguments.flag("--json") {
      console.print([
        "name": .text(entry.name), "scopes": .list(entry.scopes.map { .text($0) }),
        "until": .text(entry.until.wholeSeconds), "counts": .boolean(now < entry.until),
        "used": JSONValue(used?.description),
      ])
    } else {
      let end = now < entry.until ? "until \(entry.until.wholeSeconds)" : "OVER since \(entry.until.wholeSeconds)"
      console.print(
        "\(entry.name): \(entry.scopes.joined(separator: ", ")), \(end), "
          + (used.map { "used last on \($0)" } ?? "never used"))
    }
  }
  return statusDone
}

@Sendable private func removeToken(_ arguments: Arguments, _ console: Console) throws -> Int32 {
  let home = try Home.open(arguments.home)
  do { try home.changeTokens { try TokenBook.remove(arguments.positionals[0], from: &$0) } } catch let fault
    as TokenBook.Fault
  { throw CommandFailure(fault.description) }
  RunningNode.reload(home)
  return statusDone
}

/// The node of a home, when it runs.
enum RunningNode {
  /// Tells it that documents or tokens of its home changed. Nothing happens when none runs.
  static func reload(_ home: Home) {
    let client = Client(
      .unixSocket(OpenedNode.socketPath(home.path)), patience: .init(connectSeconds: 2, silentSeconds: 10))
    _ = try? client.send(.init(.post, "/v1/reload"), upload: .bytes([]), limit: 1 << 16)
  }
}

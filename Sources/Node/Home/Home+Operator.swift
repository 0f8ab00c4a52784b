import Catalog
import Glibc
import Terms

// What an operator decides in the home: which topology counts, what is suspended, which systems may call the API.
extension Home {
  /// The name of the topology file in the home; definitions lie beside it under the paths that it names.
  public static let topologyName = "topology.toml"
  static let longestReason = 500

  /// The topology and its definitions.
  /// - Throws: `TopologyFaults` with every fault, or a `HomeError`.
  public func loadTopology() throws -> Topology { try Topology.load(bytes: try topology()) }

  /// The topology with its definitions, and the definitions of the topologies that it replaced.
  /// - Throws: `TopologyFaults` with every fault, or a `HomeError`.
  public func loadRegistry() throws -> Registry {
    var former: [Definition] = []
    for files in try formerTopologies() {
      for (name, bytes) in files where name != Self.topologyName {
        // What was taken once is read again; whatever else lies there names no definition.
        if let definition = Definition.read(bytes, file: name).definition { former.append(definition) }
      }
    }
    return Registry(try loadTopology(), former: former)
  }

  // MARK: Suspension

  private func suspensionPath(_ country: CountryCode) -> String { "\(path)/agreements/\(country)/suspended" }

  /// Why the exchange with a neighbour is suspended; nil when it is not.
  public func suspension(of country: CountryCode) throws(HomeError) -> String? {
    let file = suspensionPath(country)
    guard Files.exists(file) else { return nil }
    let bytes = try Files.read(file, longest: Self.longestReason + 1, what: "the suspension of \(country)")
    return "suspended by this country's operator: \(String(decoding: bytes.dropLast(), as: UTF8.self))"
  }

  /// Suspends the exchange with a neighbour in both directions.
  public func suspend(_ country: CountryCode, reason: String) throws(HomeError) {
    guard try !agreements(with: country).isEmpty else {
      throw .noFile("\(path)/agreements/\(country)", what: "an agreement with \(country)")
    }
    let line = reason.unicodeScalars.filter { $0.value >= 0x20 }.map(String.init).joined()
    try Files.write(Array(line.utf8.prefix(Self.longestReason)) + [0x0A], to: suspensionPath(country))
  }

  /// Ends a suspension.
  public func resume(_ country: CountryCode) throws(HomeError) {
    if Files.exists(suspensionPath(country)) { try Files.remove(suspensionPath(country)) }
  }

  // MARK: Tokens

  private var tokensPath: String { "\(path)/tokens" }

  /// The tokens of systems that may call the API.
  public func tokens() throws(HomeError) -> [TokenBook.Entry] {
    guard Files.exists(tokensPath) else { return [] }
    let bytes = try Files.read(tokensPath, longest: 1 << 20, what: "the tokens")
    var entries: [TokenBook.Entry] = []
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      do { entries.append(try TokenBook.Entry(line: line)) } catch {
        throw .damaged(tokensPath, problem: error.description)
      }
    }
    return entries
  }

  /// Keeps the tokens.
  public func keep(tokens: [TokenBook.Entry]) throws(HomeError) {
    try Files.write(Array(tokens.map { $0.line + "\n" }.joined().utf8), to: tokensPath)
  }

  /// Reads the tokens, changes them and keeps them, while no other process does: a running node changes them too, from its desk.
  /// - Throws: `HomeError`, or what `body` throws; nothing is kept then.
  public func changeTokens(_ body: (inout [TokenBook.Entry]) throws -> Void) throws {
    try Files.locked("\(tokensPath).lock") {
      var entries = try tokens()
      try body(&entries)
      try keep(tokens: entries)
    }
  }

  private var tokenUsesPath: String { "\(path)/tokens.used" }

  /// On which day each token was used last, by its hash. It tells an operator which can go and decides nothing, so that what cannot be
  /// read counts as never used.
  public func tokenUses() -> [Digest: CalendarDay] {
    guard Files.exists(tokenUsesPath),
      let bytes = try? Files.read(tokenUsesPath, longest: 1 << 20, what: "the tokens' use")
    else { return [:] }
    var uses: [Digest: CalendarDay] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, let hash = Digest(hex: words[0]), let day = try? CalendarDay(words[1]) { uses[hash] = day }
    }
    return uses
  }

  /// Keeps that.
  public func keep(tokenUses: [Digest: CalendarDay]) throws(HomeError) {
    let lines = tokenUses.map { "\($0.key) \($0.value)\n" }.sorted()
    try Files.write(Array(lines.joined().utf8), to: tokenUsesPath)
  }
}

extension Topology {
  /// A topology and the definitions beside it, from their bytes by path; the topology is `topology.toml`.
  /// - Throws: `TopologyFaults` with every fault found.
  public static func load(bytes files: [String: [UInt8]]) throws(TopologyFaults) -> Topology {
    let (topology, faults) = read(Home.topologyName) { files[$0] }
    guard let topology else { throw TopologyFaults(faults) }
    return topology
  }

  /// The bytes of a topology file and of the definitions it names, by path beside it, for a home.
  /// - Throws: `TopologyFaults` with every fault found.
  public static func collect(_ file: String) throws(TopologyFaults) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    let (topology, faults) = read(file) { path in
      guard let bytes = SmallFile.read(path) else { return nil }
      files[path == file ? Home.topologyName : String(path.dropFirst(folder.count))] = bytes
      return bytes
    }
    guard topology != nil else { throw TopologyFaults(faults) }
    return files
  }
}

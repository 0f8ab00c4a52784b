import Catalog
import Ceremony
import Node
import Programs
import Sodium
import Terms

// Homes, ceremonies and nodes.
extension Demo {
  private static let passphrase = "a passphrase that protects nothing"
  var passphraseFile: String { folder.file("passphrase") }

  /// One home for each country, on the sample topology as it is. Only the home's own settings say that all are on this
  /// machine.
  func makeHomes(_ files: [String: [UInt8]]) throws {
    heading("Homes: root key, node keys, card, store")
    try OutputFile.write(Array("\(Self.passphrase)\n".utf8), to: passphraseFile)
    var ports = FreePorts()
    func address() throws -> ListenAddress { ListenAddress(host: "127.0.0.1", port: try ports.take()) }
    var configs: [CountryCode: HomeConfig] = [:]
    for country in countries {
      configs[country] = HomeConfig(realm: topology.realm, country: country, link: try address(), desk: try address())
    }
    var table = Table(["country", "link", "API", "root key"])
    let links = configs.mapValues(\.link)
    for country in countries {
      try interruption.check()
      guard var config = configs[country] else { continue }
      config.endpoints = links.filter { $0.key != country }
      let home = try Home.create(
        folder.home(country), config: config, topology: files,
        passphrase: SecretBytes(copying: Array(Self.passphrase.utf8)), storage: .file, work: .least(SystemEntropy()),
        SystemEntropy(), now: clock.now())
      if let rulesFile { try istmo(["risk", "install", rulesFile], at: country) }
      table.add([country.description, config.link.description, "http://\(config.desk)", home.root.description])
      desks[country] = config.desk
      roots[country] = home.root.description
    }
    show(table.text)
    say("  The root keys have the least passphrase work, for speed. istmo init gives 3 passes over 256 MiB.")
  }

  /// Each pair holds its ceremony, file by file, as two delegations do.
  func holdCeremonies() throws {
    heading("Ceremonies: offers exchanged, sixty digits compared, signed by both")
    for pair in pairs {
      guard pair.countries.count == 2 else { continue }
      let (a, b) = (pair.countries[0], pair.countries[1])
      func file(_ country: CountryCode, _ kind: String) -> String { folder.file("\(pair.name).\(country).\(kind)") }
      for (country, other) in [(a, b), (b, a)] {
        try istmo(
          ["ceremony", "offer", "--with", "\(other)", "--out", file(country, "offer")]
            + ["--passphrase-file", passphraseFile], at: country)
      }
      var codes: [CountryCode: String] = [:]
      for (country, other) in [(a, b), (b, a)] {
        codes[country] = try json(["ceremony", "compare", file(other, "offer")], at: country).first?["code"]?.string
      }
      guard let code = codes[a], code == codes[b] else {
        throw DemoFailure("\(a) and \(b) see different codes: somebody changed an offer on its way")
      }
      for (country, other) in [(a, b), (b, a)] {
        // Each side types what the other read aloud.
        try istmo(
          ["ceremony", "sign", file(other, "offer"), "--code", codes[other] ?? "", "--out", file(country, "signed")]
            + ["--official", "Ana Ensayo, Delegate of \(country)", "--witness", "Juan Ensayo, Delegate of \(other)"]
            + ["--passphrase-file", passphraseFile], at: country)
      }
      for (country, other) in [(a, b), (b, a)] {
        try istmo(["ceremony", "complete", file(other, "signed")], at: country)
      }
      let digests = try [(a, b), (b, a)].map { country, other in
        try json(["agreement", "list"], at: country).first { $0["with"]?.string == other.description }?["digest"]?
          .string
      }
      guard let digest = digests[0], digest == digests[1] else {
        throw DemoFailure("\(a) and \(b) hold different agreements")
      }
      show("\(pair.name)  \(code)  agreement \(digest.prefix(12))")
    }
    say("  Offers and signed files are in \(folder.path)/files.")
  }

  /// Starts the nodes and waits for their links.
  func startNodes() throws {
    heading("Nodes: one process for each country")
    let began = ContinuousClock.now
    for country in countries {
      try nodes.start(country, home: folder.home(country), log: folder.log(country))
    }
    for country in countries {
      try wait(seconds: 60) {
        try nodes.readyLine(country, log: folder.log(country)) == nil ? "\(country) is not ready" : nil
      }
    }
    show("\(Self.seconds(since: began))  all ready")
    var waiting = pairs
    try wait(seconds: 60) {
      let links = try countries.map { ($0, try status(of: $0)["links"]) }
      var up: [String] = []
      waiting.removeAll { pair in
        let isUp = links.filter { pair.countries.contains($0.0) }.allSatisfy { country, links in
          pair.countries.filter { $0 != country }.allSatisfy {
            links?[$0.description]?.string?.hasPrefix("up since") == true
          }
        }
        if isUp { up.append(pair.name) }
        return isUp
      }
      if !up.isEmpty { show("\(Self.seconds(since: began))  links up: \(up.joined(separator: ", "))") }
      return waiting.first.map { "the link \($0.name) is not up" }
    }
  }

  /// A node's status, as `istmo status --json` tells it.
  func status(of country: CountryCode) throws -> JSONValue {
    guard let status = try json(["status"], at: country, status: nil).first else {
      throw DemoFailure("\(country) gives no status")
    }
    return status
  }
}

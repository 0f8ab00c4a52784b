import Catalog
import Foundation
import Glibc
import HTTP
import Testing

/// Bytes that nobody should send, as files for every command that reads one and on the port of the API: a sentence and a
/// status, never a trap, never a hang, and the node serves on.
@Suite struct BadInputTests {
  static let seed: UInt64 = 20_261_124

  /// Ways to spoil a file; `mayPass` where a change may be in something that does not count.
  private static func spoilt(_ good: [UInt8], _ random: inout Seeded) -> [(what: String, bytes: [UInt8], mayPass: Bool)]
  {
    var all: [(String, [UInt8], Bool)] = [("nothing", [], false), ("a zero", [0], false), ("a newline", [0x0A], false)]
    for length in [7, 300, 70_000] {
      all.append(("\(length) random bytes", (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }, false))
    }
    all.append(("open brackets", Array(repeating: 0x5B, count: 60_000), false))
    all.append(("capital letters", Array(repeating: 0x41, count: 60_000), false))
    // A cut inside the last line may leave what counts whole.
    for _ in 0..<4 {
      let cut = Int.random(in: 1..<max(2, good.count * 9 / 10), using: &random)
      all.append(("the first \(cut) bytes", Array(good.prefix(cut)), false))
    }
    for _ in 0..<6 {
      var bytes = good
      let place = Int.random(in: 0..<bytes.count, using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      all.append(("byte \(place) altered", bytes, true))
    }
    var grown = good
    let place = Int.random(in: 0..<good.count, using: &random)
    grown.insert(contentsOf: (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }, at: place)
    all.append(("40 bytes more at \(place)", grown, true))
    all.append(("twice", good + good, true))
    return all
  }

  /// Runs a command in a folder with a spoilt file: `FILE` in its words, or the file of that name beside the topology.
  /// Plain text that was cut between two lines may still be good.
  private func expectRefused(
    _ words: [String], _ good: [UInt8], as name: String = "spoilt", isPlainText: Bool = false,
    _ random: inout Seeded
  ) async throws {
    let folder = try Folder()
    try FileManager.default.copyItem(
      atPath: Repository.root + "/Topology/datasets", toPath: folder.path + "/datasets")
    try FileManager.default.copyItem(
      atPath: Repository.root + "/Topology/central-america.toml", toPath: folder.path + "/topology.toml")
    func check(_ file: String, _ what: String, mayPass: Bool) async throws {
      let said = try await Istmo.run(words.map { $0 == "FILE" ? file : $0 }, folder: folder.path)
      let told = "\(words.prefix(2)) with \(what): \(said.ending) \(said.errors.suffix(500))"
      switch said.ending {
      case .exit(0): #expect(mayPass, "\(told)")
      case .exit(1), .exit(2): #expect(!said.errors.isEmpty && !said.errors.contains("Fatal error"), "\(told)")
      default: Issue.record("\(told)")
      }
    }
    for (what, bytes, mayPass) in Self.spoilt(good, &random) {
      let isPart = bytes.count <= 1 && bytes != [0] || good.starts(with: bytes)
      try await check(try folder.write(bytes, name), what, mayPass: mayPass || isPlainText && isPart)
    }
    guard name == "spoilt" else { return }
    try await check(folder.path, "a folder", mayPass: false)
    try await check(folder.path + "/none", "no file", mayPass: false)
    if words[0] != "publish" { try await check("/dev/zero", "zeros without end", mayPass: false) }
  }

  @Test func everyCommandThatReadsAFileSaysWhatIsWrongWithIt() async throws {
    var random = Seeded(Self.seed)
    let pair = try await Pair(third: "CR", agreed: false)
    let (a, b, third) = (pair.a, pair.b, try #require(pair.c))
    func bytes(_ file: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: file))) }

    let topology = try bytes(pair.topologyFile)
    try await expectRefused(["topology", "check", "FILE"], topology, isPlainText: true, &random)
    try await expectRefused(
      ["topology", "install", "FILE", "--home", third.home], topology, isPlainText: true, &random)
    for dataset in ["migration", "lookups"] {
      let name = "datasets/\(dataset).toml"
      let definition = try bytes(Repository.root + "/Topology/" + name)
      try await expectRefused(["topology", "check", "topology.toml"], definition, as: name, isPlainText: true, &random)
      try await expectRefused(["dataset", "check", "FILE"], definition, isPlainText: true, &random)
    }
    // A passphrase may be any bytes, but not few of them.
    let make = ["init", "--home", "new", "--country", "SV", "--topology", pair.topologyFile, "--passphrase-file"]
    for short in ["", "\n", "eleven char\n"] {
      let file = try pair.folder.write(short.utf8, "short")
      let said = try await Istmo.run(make + [file], folder: pair.folder.path)
      #expect(said.ending == .exit(2) || said.ending == .exit(1), "\(said.errors)")
    }

    for (side, other) in [(a, b), (b, a)] {
      let offer = [
        "ceremony", "offer", "--home", side.home, "--with", other.country, "--out", pair.file("offer", side),
        "--passphrase-file",
      ]
      if side.country == a.country {
        try await expectRefused(
          offer + [pair.passphraseFile, "--root-key", "FILE"], try bytes(a.home + "/keys/root.key"), &random)
      }
      #expect(try await Istmo.run(offer + [pair.passphraseFile]).ending == .exit(0))
    }
    let compare = ["ceremony", "compare", "--home", a.home]
    try await expectRefused(compare + ["FILE"], try bytes(pair.file("offer", b)), &random)
    let code = try #require(
      try await Istmo.run(compare + [pair.file("offer", b), "--json"]).json["code"]?.string, "still resumable")
    let sign = [
      "ceremony", "sign", "--home", a.home, "--code", code, "--official", "Ana, Directora", "--out",
      pair.file("signed", a), "--passphrase-file", pair.passphraseFile,
    ]
    try await expectRefused(sign + ["FILE"], try bytes(pair.file("offer", b)), &random)
    try await pair.holdCeremony(b, a, offering: "--again")
    try await expectRefused(
      ["ceremony", "complete", "--home", a.home, "FILE"], try bytes(pair.file("signed", b)), &random)

    let published = try await pair.must("publish", "migration", "--ids", at: a, input: Departures.lines(1..<9))
    let id = try #require(published.output.split(whereSeparator: \.isWhitespace).dropFirst(2).first)
    try await expectRefused(
      ["publish", "migration", "--home", a.home, "FILE"], Departures.lines(1..<9), isPlainText: true, &random)
    let (bundle, evidence) = (pair.folder.path + "/bundle", pair.folder.path + "/evidence")
    try await pair.must("bundle", "export", "--to", "GT", "--out", bundle, at: a)
    try await expectRefused(["bundle", "import", "--home", b.home, "FILE"], try bytes(bundle), &random)
    try await pair.must(
      "evidence", "export", String(id), "--out", evidence, "--officer", "o", "--purpose", "p", at: a)
    let root = try #require(try await pair.must("key", "show", "--json", at: a).json["root"]?.string)
    #expect(try await Istmo.run(["evidence", "verify", evidence, "--root", root]).ending == .exit(0))
    try await expectRefused(["evidence", "verify", "--root", root, "FILE"], try bytes(evidence), &random)

    // After all that both homes do their work.
    try await pair.must("bundle", "import", bundle, at: b)
    for side in [a, b] { try await pair.must("verify", at: side) }
    let found = try await pair.must(
      "query", "migration", "--from", "SV", "--officer", "o", "--purpose", "p", "--json", at: b)
    #expect(try found.lines.last?["answer"]?["found"]?.number == 8)
  }

  @Test func aNodeServesOnWhateverItsPortReceives() async throws {
    let pair = try await Pair(agreed: false)
    let node = try await pair.a.start()
    let token = try await pair.a.token("publish", "lookup", "observe")
    let port = node.apiPort
    let count = try await onThread {
      var random = Seeded(Self.seed)
      // Slow ones first: they hold their place while all else goes on.
      let slow = (0..<40).compactMap { _ in Loopback.connect(port) }
      defer { for socket in slow { close(socket) } }
      var count = 0
      for bytes in Self.requests(token, &random) {
        guard let socket = Loopback.connect(port) else { continue }
        defer { close(socket) }
        Loopback.send(bytes, to: socket)
        if Bool.random(using: &random) { shutdown(socket, Int32(SHUT_WR)) }
        _ = Loopback.receive(socket, milliseconds: 50)
        for socket in slow { Loopback.send(Array("G".utf8), to: socket) }
        count += 1
      }
      return count
    }
    #expect(count > 100)
    #expect(node.isRunning)
    let (health, lines) = try await onThread {
      let health = try node.client().send(.init(.get, "/healthz"), limit: 1 << 16)
      let call = Client.Call(
        .post, "/v1/records", query: [("dataset", "migration")], headers: ["Authorization": "Bearer \(token)"])
      let published = try node.client().send(call, upload: .bytes(Departures.lines(901..<904)), limit: 1 << 16)
      return (health.status, published.body)
    }
    #expect(health == 200)
    #expect(String(decoding: lines, as: UTF8.self).contains("\"accepted\":3"))
    #expect(try await pair.a.istmo("verify").ending == .exit(0))
    #expect(await node.stop() == .exit(0))
  }

  /// Requests that are no requests, and requests whose content is wrong.
  private static func requests(_ token: String, _ random: inout Seeded) -> [[UInt8]] {
    let long = String(repeating: "a", count: 200_000)
    var texts = [
      "", "\r\n\r\n", "GET", "GET /healthz HTTP/1.1\r\n", "GET /healthz HTTP/9.9\r\n\r\n",
      "\u{16}\u{03}\u{01}\u{02}\u{00}",
      "GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\n\(long): x\r\n\r\n",
      "GET /healthz HTTP/1.1\r\nHost: x\r\n" + String(repeating: "A: b\r\n", count: 5_000) + "\r\n",
      "GET /%00%ff%2e%2e/%zz?a=%&&&===;%00 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    ]
    let head = "Host: x\r\nAuthorization: Bearer \(token)\r\n"
    for length in ["-1", "99999999999999999999999", "0x10", "5, 6", "1e3", ""] {
      texts.append("POST /v1/records?dataset=migration HTTP/1.1\r\n\(head)Content-Length: \(length)\r\n\r\n{}")
    }
    for chunk in ["zz\r\n", "ffffffffffffffffff\r\n", "-5\r\nabc\r\n", "5\r\nab"] {
      texts.append("POST /v1/records?dataset=migration HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\n\(chunk)")
    }
    let query = #"{"dataset":"migration","officer":"o","purpose":"p","role":"r","where":{"document":"SV/A00000001"}}"#
    var bodies: [(String, [UInt8])] = []
    let crossing = #"{"key":"P123456","officer":"o","purpose":"p","role":"r"}"#
    let goods = [
      ("/v1/records?dataset=migration", Departures.lines(1..<3)), ("/v1/query", Array(query.utf8)),
      ("/v1/crossing", Array(crossing.utf8)),
    ]
    for (path, good) in goods {
      for body in [
        "[", String(repeating: "[", count: 60_000), String(repeating: #"{"a":"#, count: 9_000), "null", "{}",
        "1e999999",
        #"{"dataset":1}"#, #"{"limit":99999999999999999999}"#, #""\ud800""#, "{\"\u{0}\":1}", "-", "\"\\u12",
      ] {
        bodies.append((path, Array(body.utf8)))
      }
      bodies.append((path, [0xFF, 0xFE, 0xC0, 0x80, 0x0A]))
      bodies.append((path, Array(repeating: 0x61, count: 300_000)))
      for (_, spoilt, _) in spoilt(good, &random) { bodies.append((path, spoilt)) }
    }
    for path in [
      "/v1/query?x", "/v1/records", "/v1/records?dataset=%ff", "/v1/records?dataset=lookups", "/v1/bundle",
      "/v1/reload",
      "/v1/verify", "/v1/status", "/metrics",
    ] {
      bodies.append((path, Array("{}".utf8)))
    }
    for path in [
      "/v1/evidence?id=x", "/v1/evidence?id=\(long.prefix(5000))&officer=o&role=r&purpose=p", "/v1/lookups?limit=-9",
    ] {
      texts.append("GET \(path) HTTP/1.1\r\n\(head)\r\n")
    }
    let posts = bodies.map { path, body in
      Array("POST \(path) HTTP/1.1\r\n\(head)Content-Length: \(body.count)\r\nConnection: close\r\n\r\n".utf8) + body
    }
    let garbage = (0..<20).map { _ in
      (0..<Int.random(in: 1...3000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    return texts.map { Array($0.utf8) } + posts + garbage
  }
}

import Ceremony
import Exchange
import Foundation
import HTTP
import Node
import Officers
import Sodium
import Synchronization
import Terms
import Testing

@testable import Catalog
@testable import Desk

/// A home of Guatemala with officers, its node in this process, and its pages on a free loopback port.
final class TestDesk: Sendable {
  static let password = "correcta caballo pila grapa"
  static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  let folder: String
  let home: Home
  let node: Installation
  let server: Server
  let clock = SetClock()

  init(proxy: String? = nil, secondFactorRoles: Set<String> = []) throws {
    folder = NSTemporaryDirectory() + "istmo-desk-" + SystemEntropy().bytes(8).hex
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    home = try Home.create(
      "\(folder)/GT", config: HomeConfig(realm: Realm("istmo.sieca.int"), country: CountryCode("GT")),
      topology: try Topology.collect("\(Self.root)/Topology/central-america.toml"),
      passphrase: Self.passphrase(), storage: .file,
      work: .least(SystemEntropy()), SystemEntropy(), now: clock.now())
    let keys = try home.keys(.file)
    node = try Installation(
      documents: HomeDocuments(home), registry: try home.loadRegistry(), keys: keys.ring,
      storePath: "\(home.storeFolder)/istmo.db", tokens: TokenBook([], clock: clock), clock: clock, log: { _, _, _ in })
    let router = Router(node, proxy: proxy, secondFactorRoles: secondFactorRoles)
    var settings = Server.Settings(tcp: .loopback())
    settings.meter = router.meter
    server = try Server(settings, router, log: { _ in })
  }

  deinit {
    server.stop(within: .seconds(5))
    node.stop()
    try? FileManager.default.removeItem(atPath: folder)
  }

  static func passphrase() -> SecretBytes { SecretBytes(copying: Array("six quiet words for a root key".utf8)) }

  /// Another country's home beside this one, for ceremonies.
  func neighbour(_ country: String) throws -> Home {
    try Home.create(
      "\(folder)/\(country)", config: HomeConfig(realm: Realm("istmo.sieca.int"), country: CountryCode(country)),
      topology: try Topology.collect("\(Self.root)/Topology/central-america.toml"), passphrase: Self.passphrase(),
      storage: .file, work: .least(SystemEntropy()), SystemEntropy(), now: clock.now())
  }

  static func officer(_ id: String, _ roles: [String], datasets: [String] = []) throws -> Officer {
    try Officer(
      id: id, name: "Oficial \(id)", roles: roles, post: "GT-SV/la-hachadura/GT",
      datasets: datasets.map { try DatasetName($0) },
      password: PasswordHash(SecretBytes(copying: Array(password.utf8)), work: .least))
  }

  /// Lets these officers in, as the command line does: through the home's file.
  func keep(_ officers: [Officer]) throws {
    try home.keep(officers: officers, try home.storageKey(.file), SystemEntropy())
    try node.reload()
  }

  /// A browser of its own, without cookies.
  func browser() -> TestBrowser { TestBrowser(port: server.port ?? 0) }

  func publish(_ line: String, of dataset: String = "migration") throws -> RecordID {
    let definition = try #require(node.registry.definition(DatasetName(dataset)))
    guard case .accepted(let id) = node.publish(Array(line.utf8), of: definition) else {
      throw TermError(kind: "line", found: "\(node.publish(Array(line.utf8), of: definition))", expected: "accepted")
    }
    return id
  }

  /// How many records of a dataset stand in the home register.
  func count(of dataset: String) throws -> Int {
    let asker = Asker(officer: "test", role: "migration-officer", purpose: "count")
    return try node.lookups.answer(LookupRequest(dataset: DatasetName(dataset), by: asker)).records.count
  }

  /// A departure from Guatemala, an own record.
  func departure(_ number: String, surname: String = "Marcada") -> String {
    """
    {"event":"departure","crossing":"GT-SV/la-hachadura","post":"GT-SV/la-hachadura/GT","from":"GT","to":"SV",\
    "time":"\(clock.now().wholeSeconds)","document":{"kind":"passport","country":"GT","number":"\(number)"},\
    "surname":"\(surname)","given_names":"Ana María","birth_date":"1974-08-12","sex":"F","nationality":"GT",\
    "decision":"admit"}
    """
  }
}

/// The system's time, moved by hand.
final class SetClock: Clock {
  private let ahead = Mutex<Int64>(0)
  func now() -> Instant { SystemClock().now().advanced(byMilliseconds: ahead.withLock { $0 }) }
  func advance(milliseconds: Int64) { ahead.withLock { $0 += milliseconds } }
}

/// What a browser does with pages: cookies, forms, no redirect but by hand. Used by one test at a time.
final class TestBrowser {
  struct Page {
    let status: Int
    let headers: Headers
    let text: String
    var location: String? { headers["Location"] }
    /// The token in the page's forms.
    var token: String? { text.firstMatch(of: /name="token" value="([0-9a-f]+)"/).map { String($0.1) } }
  }

  private let client: Client
  var cookies: [String: String] = [:]
  var extra: [(String, String)] = []

  init(port: UInt16) { client = Client(.tcp(host: "127.0.0.1", port: port)) }

  func get(_ path: String, query: [(name: String, value: String)] = []) throws -> Page {
    try send(.init(.get, path, query: query, headers: headers), .none)
  }

  func post(_ path: String, _ fields: [String: String]) throws -> Page {
    try post(path, raw: fields.map { "\(Self.encode($0.key))=\(Self.encode($0.value))" }.joined(separator: "&"))
  }

  func post(_ path: String, raw: String) throws -> Page {
    try send(.init(.post, path, headers: headers), .bytes(Array(raw.utf8)))
  }

  static let boundary = "----IstmoTest7MA4YWxkTrZu0gW"

  /// Sends a form with a file.
  func upload(_ path: String, _ fields: [String: String], file: (name: String, bytes: [UInt8])) throws -> Page {
    try upload(path, fields, files: [("file", file.name, file.bytes)])
  }

  /// Sends a form with files, the token before everything else.
  func upload(
    _ path: String, _ fields: [String: String], files: [(field: String, name: String, bytes: [UInt8])]
  ) throws -> Page {
    var body: [UInt8] = []
    for (name, value) in fields.sorted(by: { ($0.key == "token" ? 0 : 1, $0.key) < ($1.key == "token" ? 0 : 1, $1.key) }
    ) {
      body += Self.part(name, nil, Array(value.utf8))
    }
    for file in files { body += Self.part(file.field, file.name, file.bytes) }
    return try upload(path, body: body + Array("--\(Self.boundary)--\r\n".utf8))
  }

  /// One part of such a form.
  static func part(_ name: String, _ file: String?, _ bytes: [UInt8]) -> [UInt8] {
    let head = "Content-Disposition: form-data; name=\"\(name)\"" + (file.map { "; filename=\"\($0)\"" } ?? "")
    return Array("--\(boundary)\r\n\(head)\r\n\r\n".utf8) + bytes + [0x0D, 0x0A]
  }

  /// Sends any bytes as such a form.
  func upload(_ path: String, body: [UInt8], type: String? = nil) throws -> Page {
    var headers: Headers = ["Content-Type": type ?? "multipart/form-data; boundary=\(Self.boundary)"]
    for (name, value) in self.headers.fields where name != "Content-Type" { headers.add(name, value) }
    return try send(.init(.post, path, headers: headers), .bytes(body))
  }

  /// Sends a form of a page with the token that the page gave.
  func submit(_ path: String, _ fields: [String: String], from page: String = "/") throws -> Page {
    let parts = page.split(separator: "?", maxSplits: 1).map(String.init)
    let query = parts.dropFirst().flatMap { $0.split(separator: "&") }.map { pair in
      let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
      return (name: sides[0], value: sides.count > 1 ? sides[1] : "")
    }
    var at = try get(parts.first ?? "/", query: query)
    while let next = at.location, at.status == 303 { at = try get(next) }
    return try post(path, fields.merging(["token": at.token ?? ""]) { own, _ in own })
  }

  func login(_ officer: String, password: String = TestDesk.password) throws -> Page {
    try post("/login", ["officer": officer, "password": password])
  }

  private var headers: Headers {
    var headers: Headers = ["Content-Type": "application/x-www-form-urlencoded"]
    if !cookies.isEmpty { headers.add("Cookie", cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")) }
    for (name, value) in extra { headers.add(name, value) }
    return headers
  }

  private func send(_ call: Client.Call, _ upload: Client.Upload) throws -> Page {
    let answer = try client.send(call, upload: upload, limit: 4 << 20)
    for line in answer.headers.all("Set-Cookie") {
      let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      cookies[String(pair[0])] = line.contains("Max-Age=0") ? nil : String(pair[1])
    }
    return Page(status: answer.status, headers: answer.headers, text: String(decoding: answer.body, as: UTF8.self))
  }

  private static func encode(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + [byte].hex.uppercased()
    }.joined()
  }
}

/// Every file in a folder and below.
func files(under folder: String) throws -> [(path: String, bytes: Data)] {
  let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
  return names.compactMap { name in
    FileManager.default.contents(atPath: "\(folder)/\(name)").map { (name, $0) }
  }
}

extension Data {
  /// Whether a text stands in it, as UTF-8.
  func contains(_ text: String) -> Bool { range(of: Data(text.utf8)) != nil }
}

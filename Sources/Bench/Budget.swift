import Catalog
import Exchange
import Glibc
import Node
import Programs
import Sodium
import Store
import Terms

/// Where a record's processor time goes: the parts of its way in one thread, without link and HTTP, each in microseconds
/// a record; beside them what the cryptography alone needs. Time that is waited for the disk is not counted. The time of day is made up, and goes
/// on by ten milliseconds a commit.
final class Budget {
  private let registry: Registry
  private let definition: Definition
  private var now = SystemClock().now()
  private let origin: Side
  private let recipient: Side
  private var spent: [(part: String, nanoseconds: Int)] = []
  private let records: Int
  private let live: Int?
  private var toRecipient: [Message] = []
  private var toOrigin: [Message] = []

  /// One country's core and store.
  private struct Side {
    let country: CountryCode
    let keys: Keyring
    let store: SQLiteStore
    var core: Core
  }

  init(topology: String, folder: String, records: Int, live: Int?) throws {
    (self.records, self.live) = (records, live)
    let topology = try Topology.load("\(topology)/central-america.toml")
    registry = Registry(topology)
    let (sv, gt) = (try CountryCode("SV"), try CountryCode("GT"))
    guard let definition = registry.definition(try DatasetName("migration")) else {
      throw ChildError("the topology has no dataset migration")
    }
    self.definition = definition
    let entropy = SystemEntropy()
    let (ours, theirs) = (Self.keys(entropy), Self.keys(entropy))
    let agreement = SHA256.hash(Array("bench".utf8))
    let streams = topology.terms(between: sv, and: gt).filter { $0.stream.dataset == definition.dataset }.map {
      AgreedStream(
        terms: $0, agreement: agreement, validFrom: Instant(milliseconds: 0), validUntil: Instant.latest)
    }
    func neighbour(_ country: CountryCode, _ keys: Keyring) -> Neighbour {
      Neighbour(
        country: country, logKeys: [keys.log.verifyingKey], receiptKeys: [keys.receipt.verifyingKey],
        sealingKey: keys.sealing.publicKey, streams: streams)
    }
    let now = now
    let registry = registry
    func side(_ country: CountryCode, _ keys: Keyring, _ other: Neighbour) throws -> Side {
      let store = try SQLiteStore(path: "\(folder)/budget-\(country).db")
      let core = try Core(
        realm: topology.realm, country: country, keys: keys, store: store, rules: registry, entropy: entropy, now: now,
        neighbours: [other], card: [])
      return Side(country: country, keys: keys, store: store, core: core)
    }
    origin = try side(sv, ours, neighbour(gt, theirs))
    recipient = try side(gt, theirs, neighbour(sv, ours))
  }

  private static func keys(_ entropy: SystemEntropy) -> Keyring {
    Keyring(
      log: SigningKey(entropy), receipt: SigningKey(entropy), sealing: ExchangeKey(entropy),
      storage: SymmetricKey(entropy), index: IndexKey(entropy))
  }

  /// Publishes all records, then lets the recipient catch up, and prints each part. With `live` so many records at a time go to a neighbour
  /// who takes part in it from the beginning, each time when the nodes have come to rest.
  func run() throws {
    let batch = live ?? 512
    if live != nil { try connect() }
    var token: UInt64 = 0
    for first in stride(from: 0, to: records, by: batch) {
      now = now.advanced(byMilliseconds: 10)
      let lines = (first..<min(first + batch, records)).map { Departures.line(1_000_000 + $0) }
      let drafts = try measured("check a line") {
        try lines.map { try registry.draft($0, of: definition, from: origin.country, now: now) }
      }
      token += 1
      let effects = try measured("publish in the core") {
        origin.core.handle(.publish([.init(token: token, drafts: drafts)]), at: now)
      }
      toRecipient += try perform(effects, origin, "commit at the origin")
      if live != nil { try exchange() }
    }
    if live == nil { try connect() }
    for (part, nanoseconds) in spent { Report.figure("\(part)_us", Double(nanoseconds) / 1000 / Double(records)) }
    Report.figure("all_us", Double(spent.reduce(0) { $0 + $1.nanoseconds }) / 1000 / Double(records))
    try limits()
    origin.store.close()
    recipient.store.close()
  }

  /// Links the two nodes, and lets the recipient have what is there.
  private func connect() throws {
    toOrigin += try perform(
      recipient.core.handle(.linkUp(origin.country), at: now), recipient, "commit at the recipient")
    toRecipient += try perform(
      measured("send") { origin.core.handle(.linkUp(recipient.country), at: now) }, origin, "commit at the origin")
    try exchange()
  }

  /// Carries messages until none are left.
  private func exchange() throws {
    while !(toRecipient.isEmpty && toOrigin.isEmpty) {
      for message in taken(&toOrigin) {
        let effects = try measured("send") { origin.core.handle(.message(message, from: recipient.country), at: now) }
        toRecipient += try perform(effects, origin, "commit at the origin")
      }
      for message in taken(&toRecipient) {
        let again = try measured("code a message") { try Message(type: message.type, payload: message.payload) }
        let effects = try measured("check a batch") {
          recipient.core.handle(.message(again, from: origin.country), at: now)
        }
        toOrigin += try perform(effects, recipient, "commit at the recipient")
      }
    }
  }

  private func taken(_ messages: inout [Message]) -> [Message] {
    defer { messages = [] }
    return messages
  }

  /// Does what a core asks for, as an engine would: what it goes on with is done before a commit is made. Gives the messages.
  private func perform(_ effects: [Core.Effect], _ side: Side, _ part: String) throws -> [Message] {
    var (effects, messages, followers) = (effects, [Message](), [Message]())
    var commit: Commit?
    var sendsMore = false
    while true {
      var mustProceed = false
      for effect in effects {
        switch effect {
        case .commit(let made, _): commit = made
        case .send(let message, _): messages.append(message)
        case .sendOnceDurable(let message, _): followers.append(message)
        case .proceed: mustProceed = true
        case .sendMore: sendsMore = true
        default: break
        }
      }
      if mustProceed {
        let doing = commit == nil ? "tell what is durable" : "make ready while the disk works"
        effects = try measured(doing) { side.core.handle(.proceed, at: now) }
      } else if let made = commit {
        try measured(part) { try side.store.commit(made) }
        messages += followers
        (commit, followers) = (nil, [])
        effects = try measured("tell what is durable") { side.core.handle(.committed, at: now) }
      } else if sendsMore {
        sendsMore = false
        effects = try measured("send") { side.core.handle(.sendMore, at: now) }
      } else {
        return messages
      }
    }
  }

  /// What the cryptography of a record needs when nothing else is done.
  private func limits() throws {
    let body = [UInt8](repeating: 0x61, count: 365)
    let entry = [UInt8](repeating: 0x62, count: 231)
    let node = [UInt8](repeating: 0x63, count: 65)
    let key = SymmetricKey(SystemEntropy())
    let nonce = [UInt8](repeating: 0x64, count: SymmetricKey.nonceByteCount)
    let signing = SigningKey(SystemEntropy())
    let sealed = try key.seal(body, nonce: nonce, associatedData: [])
    try limit("SHA-256 of a body", 100_000) { _ = SHA256.hash(body) }
    try limit("SHA-256 of an entry", 100_000) { _ = SHA256.hash(entry) }
    try limit("SHA-256 of a node", 100_000) { _ = SHA256.hash(node) }
    try limit("seal a body", 100_000) { _ = try key.seal(body, nonce: nonce, associatedData: []) }
    try limit("open a body", 100_000) { _ = try key.open(sealed, nonce: nonce, associatedData: []) }
    try limit("a salt", 100_000) { _ = key.keyedHash(nonce) }
    let index = IndexKey(SystemEntropy())
    try limit("a blind key", 100_000) { _ = nonce.withUnsafeBytes { index.number(of: $0) } }
    try limit("sign", 2_000) { _ = signing.sign(nonce) }
  }

  private func limit(_ name: String, _ count: Int, _ body: () throws -> Void) throws {
    let start = Self.processorNanoseconds()
    for _ in 0..<count { try body() }
    Report.figure("limit \(name)_us", Double(Self.processorNanoseconds() - start) / 1000 / Double(count))
  }

  private func measured<R>(_ part: String, _ body: () throws -> R) throws -> R {
    let start = Self.processorNanoseconds()
    let result = try body()
    let took = Self.processorNanoseconds() - start
    if let place = spent.firstIndex(where: { $0.part == part }) {
      spent[place].nanoseconds += took
    } else {
      spent.append((part, took))
    }
    return result
  }

  private static func processorNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}

import Exchange
import Simulator
import Sodium
import Store
import Terms
import Testing

/// A stream that was suspended and goes on, receipts that came by hand or do not come: two cores, messages handed over at
/// once.
@Suite struct InterruptionTests {
  @Test(arguments: [0, 1]) func aResumedStreamIsAskedForAgainWhetherItHasNewsOrNot(news: Int) throws {
    var two = try TwoCores()
    try two.link()
    try two.publish(3)
    #expect(try two.isFlowing())
    try two.suspend("SV", because: "flood")
    try two.tick(5)
    #expect(try !two.isFlowing())
    try two.publish(news)
    try two.suspend("SV", because: nil)
    // Asked for on the second tick, since a gap is not asked for more often than every two seconds.
    try two.tick(3)
    #expect(try two.isFlowing())
    #expect(try two.sizes() == (UInt64(4 + news), UInt64(4 + news)))
  }

  @Test func anOriginLearnsWhyNobodyAsksForItsStream() throws {
    var two = try TwoCores()
    try two.suspend("GT", because: "flood")
    try two.link()
    try two.publish(1)
    #expect(try two.problem("SV")?.contains("GT says: flood") == true)
    try two.suspend("GT", because: nil)
    try two.tick(3)
    #expect(try two.isFlowing() && two.problem("SV") == "")
  }

  @Test func aReceiptThatABundleBroughtIsDurableAtOnce() throws {
    var two = try TwoCores()
    try two.publish(2)
    try two.carry(from: "SV", to: "GT")
    try two.carry(from: "GT", to: "SV")
    let state = try two.reader("SV").state(of: TwoCores.stream)
    #expect(state.size == 3)
    #expect(state.receipt?.checkpoint.size == 3)
  }

  @Test func aRecipientThatStoresNothingIsNotCalledFlowing() throws {
    var two = try TwoCores()
    try two.link()
    try two.publish(3)
    two.full = "GT"
    try two.publish(2)
    #expect(try two.isFlowing("SV"))
    // It goes on saying what it holds; that is no receipt for the rest.
    try two.tick(20)
    #expect(try !two.isFlowing("SV") && !two.isFlowing("GT"))
    two.full = nil
    try two.tick(20)
    #expect(try two.isFlowing() && two.sizes() == (6, 6))
  }
}

/// El Salvador and Guatemala, whose commits succeed at once and whose messages arrive at once.
private struct TwoCores {
  static let realm = "istmo.example"
  static let stream = StreamName(origin: code("SV"), recipient: code("GT"), dataset: dataset)
  static let dataset = (try? DatasetName("facts")).unsafelyUnwrapped

  private static func code(_ text: String) -> CountryCode { (try? CountryCode(text)).unsafelyUnwrapped }

  private final class Node {
    let store = MemoryStore()
    let keys: Keyring
    var core: Core?
    var paused: String?

    init(_ seed: UInt64) {
      let entropy = SeededEntropy(seed: seed)
      keys = Keyring(
        log: SigningKey(entropy), receipt: SigningKey(entropy), sealing: ExchangeKey(entropy),
        storage: SymmetricKey(entropy), index: IndexKey(entropy))
    }
  }

  private let nodes: [CountryCode: Node]
  private var now = Instant(milliseconds: 1_795_528_800_000)
  private var count = 0
  /// The country whose disk is full.
  var full: String?

  init() throws {
    nodes = [Self.code("SV"): Node(1), Self.code("GT"): Node(2)]
    for (country, node) in nodes {
      node.core = try Core(
        realm: Realm(Self.realm), country: country, keys: node.keys, store: node.store, rules: SimulatedRules(),
        entropy: SeededEntropy(seed: 9), now: now, neighbours: [neighbour(of: country)], card: [])
    }
  }

  private func other(_ country: CountryCode) -> CountryCode { Self.code(country == Self.code("SV") ? "GT" : "SV") }

  private func neighbour(of country: CountryCode) throws -> Neighbour {
    let other = other(country)
    let (keys, paused) = (try #require(nodes[other]).keys, nodes[country]?.paused)
    let streams = [(other, country), (country, other)].map { origin, recipient in
      AgreedStream(
        terms: StreamTerms(
          stream: StreamName(origin: origin, recipient: recipient, dataset: Self.dataset), version: 1,
          definition: SHA256.hash([1]), filter: [], fields: [], mode: .replicate, purpose: "test", roles: [],
          retentionDays: 30),
        agreement: SHA256.hash([2]), validFrom: .earliest, validUntil: .latest, paused: paused)
    }
    return Neighbour(
      country: other, logKeys: [keys.log.verifyingKey], receiptKeys: [keys.receipt.verifyingKey],
      sealingKey: keys.sealing.publicKey, streams: streams)
  }

  /// Hands an input to a core, and all that follows to both.
  private mutating func give(_ input: Core.Input, to country: CountryCode) throws { try give([(input, country)]) }

  private mutating func give(_ inputs: [(Core.Input, CountryCode)]) throws {
    var waiting = inputs
    while !waiting.isEmpty {
      let (input, country) = waiting.removeFirst()
      let node = try #require(nodes[country])
      for effect in try #require(node.core).handle(input, at: now) {
        switch effect {
        case .commit where full.map(Self.code) == country: waiting.append((.commitFailed(.full("full")), country))
        case .commit(let commit, _):
          try node.store.commit(commit)
          waiting.append((.committed, country))
        case .sendOnceDurable(let message, let recipient):
          if full.map(Self.code) != country { waiting.append((.message(message, from: country), recipient)) }
        case .send(let message, let recipient): waiting.append((.message(message, from: country), recipient))
        case .proceed: waiting.insert((.proceed, country), at: 0)
        case .sendMore: waiting.append((.sendMore, country))
        case .remind(let milliseconds):
          now = now.advanced(byMilliseconds: milliseconds)
          waiting.append((.due, country))
        default: break
        }
      }
    }
  }

  mutating func link() throws { try give(nodes.keys.sorted().map { (.linkUp(other($0)), $0) }) }

  mutating func publish(_ number: Int) throws {
    for _ in 0..<number {
      count += 1
      let draft = Draft(
        dataset: Self.dataset, version: 1, body: SimulatedRules.body(["name": "n\(count)"]), reference: nil,
        kind: .record)
      try give(.publish([.init(token: UInt64(count), drafts: [draft])]), to: Self.code("SV"))
    }
  }

  mutating func tick(_ seconds: Int) throws {
    for _ in 0..<seconds {
      now = now.advanced(byMilliseconds: 1000)
      for country in nodes.keys.sorted() { try give(.tick, to: country) }
    }
  }

  mutating func suspend(_ text: String, because reason: String?) throws {
    let country = Self.code(text)
    nodes[country]?.paused = reason
    try give(.neighbours([neighbour(of: country)], card: []), to: country)
  }

  mutating func carry(from: String, to: String) throws {
    let messages = try #require(nodes[Self.code(from)]?.core).messagesForBundle(
      to: Self.code(to), byteCount: 1 << 20)
    try give(.bundle(messages, from: Self.code(from)), to: Self.code(to))
  }

  /// What a status says of the stream from El Salvador.
  func problem(_ text: String) throws -> String? {
    try #require(nodes[Self.code(text)]?.core).status(at: now).first { $0.stream == Self.stream }?.problem
  }

  func isFlowing(_ text: String) throws -> Bool {
    try #require(nodes[Self.code(text)]?.core).status(at: now).allSatisfy(\.flowing)
  }

  func isFlowing() throws -> Bool { try isFlowing("SV") && isFlowing("GT") }

  func sizes() throws -> (UInt64, UInt64) {
    (try reader("SV").state(of: Self.stream).size, try reader("GT").state(of: Self.stream).size)
  }

  func reader(_ text: String) throws -> LogReader { try #require(nodes[Self.code(text)]?.core).reader }
}

import Ledger
import Simulator
import Sodium
import Store
import Terms

@testable import Exchange

/// A node by hand: its core on a store in memory. What the core wants done is kept until a test does it.
final class Party {
  let country: CountryCode
  let keys: Keyring
  let entropy: SeededEntropy
  private(set) var store: TestStore
  private(set) var core: Core
  private let rules: any RecordRules
  private let processors: any Processors
  var neighbours: [Neighbour] = []
  var now: Instant

  /// The commit that the core waits for.
  var commit: Commit?
  private var telling: [Core.Published] = []
  /// What is sent when it is durable.
  private(set) var leaving: [Message] = []
  var outbox: [Message] = []
  var results: [UInt64: [PublishResult]] = [:]
  var failures: [UInt64: StoreError] = [:]
  var arrived: [(stream: StreamName, range: Range<UInt64>)] = []
  var hellos: [Message.Hello] = []
  var closed: [String] = []
  var log: [Core.LogEvent] = []
  /// Milliseconds after which the core wants to be reminded. They go by at once where no test says otherwise.
  var reminders: [Int64] = []
  var isReminded = true
  /// Turns to send more that the core wants and has not had. They come at once where no test says otherwise.
  var turns = 0
  var takesTurns = true
  private var lastToken: UInt64 = 0

  init(
    _ country: CountryCode, seed: UInt64, now: Instant, rules: any RecordRules,
    processors: any Processors = OneProcessor()
  ) throws {
    let entropy = SeededEntropy(seed: seed)
    self.processors = processors
    (self.country, self.entropy, self.now, self.rules) = (country, entropy, now, rules)
    keys = Keyring(
      log: SigningKey(entropy), receipt: SigningKey(entropy), sealing: ExchangeKey(entropy),
      storage: SymmetricKey(entropy), index: IndexKey(entropy))
    store = TestStore()
    core = try Core(
      realm: Scene.realm, country: country, keys: keys, store: store, rules: rules, entropy: entropy,
      processors: processors, now: now, neighbours: [], card: [])
  }

  /// The reader of what is durable; it shares nothing with the core.
  var reader: LogReader { LogReader(store: store, vault: EpochVault(store: store, keys: keys), realm: Scene.realm) }

  /// Starts anew on what a store holds, as after a crash or a restore.
  func restart(from snapshot: MemoryStore.Snapshot? = nil) throws {
    store = TestStore(snapshot ?? store.snapshot())
    (commit, leaving, outbox) = (nil, [], [])
    core = try Core(
      realm: Scene.realm, country: country, keys: keys, store: store, rules: rules, entropy: entropy,
      processors: processors, now: now, neighbours: neighbours, card: Array("card of \(country)".utf8))
  }

  func give(_ input: Core.Input) {
    // Whoever publishes may be told before the core hears of its commit.
    if case .committed = input {
      for done in telling { results[done.token] = done.results }
      outbox += leaving
      leaving = []
    }
    for effect in core.handle(input, at: now) {
      switch effect {
      case .commit(let wanted, let telling): (commit, self.telling, leaving) = (wanted, telling, [])
      case .sendOnceDurable(let message, _): leaving.append(message)
      case .send(let message, _): outbox.append(message)
      case .published(let done): results[done.token] = done.results
      case .failed(let token, let error): failures[token] = error
      case .hello(let hello, _): hellos.append(hello)
      case .arrived(let stream, let range): arrived.append((stream, range))
      case .proceed: give(.proceed)
      case .sendMore:
        turns += 1
        if takesTurns { takeTurn() }
      case .remind(let milliseconds):
        reminders.append(milliseconds)
        if isReminded { remind() }
      case .close(_, let reason): closed.append(reason)
      case .log(let event): log.append(event)
      }
    }
  }

  /// The core has a turn to send more.
  func takeTurn() {
    guard turns > 0 else { return }
    turns -= 1
    give(.sendMore)
  }

  /// Lets the time of the next reminder go by.
  func remind() {
    guard !reminders.isEmpty else { return }
    now = now.advanced(byMilliseconds: reminders.removeFirst())
    give(.due)
  }

  /// Starts on an old copy that is marked as put back from a backup.
  func restore(from snapshot: MemoryStore.Snapshot) throws {
    // It takes its time: new ids come after those that were lost.
    now = now.advanced(byMilliseconds: 1000)
    let copy = MemoryStore(snapshot)
    try copy.commit(Recovery(restored: now, made: now.advanced(byMilliseconds: -86_400_000), entropy).mark)
    try restart(from: copy.snapshot())
  }

  /// Hands drafts over; gives the token.
  @discardableResult
  func publish(_ drafts: [Draft]) -> UInt64 {
    publish(together: [drafts])
    return lastToken
  }

  /// Hands over what waited together; gives the tokens.
  @discardableResult
  func publish(together requests: [[Draft]]) -> [UInt64] {
    let tokens = requests.indices.map { lastToken + 1 + UInt64($0) }
    lastToken += UInt64(requests.count)
    give(.publish(zip(tokens, requests).map { .init(token: $0, drafts: $1) }))
    return tokens
  }

  /// Makes durable what waits, and what waits behind it.
  func finishCommits() throws {
    while let next = commit {
      commit = nil
      try store.commit(next)
      give(.committed)
    }
  }

  func failCommit(_ error: StoreError = .full("test")) {
    commit = nil
    give(.commitFailed(error))
  }

  /// Publishes, makes durable, and gives the results.
  func publishDurably(_ drafts: [Draft]) throws -> [PublishResult] {
    let token = publish(drafts)
    try finishCommits()
    return results[token] ?? []
  }

  /// Publishes one record of the movements; gives its id.
  func accept(_ draft: Draft) throws -> RecordID {
    guard case .accepted(let id)? = try publishDurably([draft]).first else { throw Scene.Unexpected.notAccepted }
    return id
  }

  func status(_ stream: StreamName) -> StreamStatus? { core.status(at: now).first { $0.stream == stream } }

  func take<T>(_ pick: (Message) -> T?) -> [T] {
    let found = outbox.compactMap(pick)
    outbox.removeAll { pick($0) != nil }
    return found
  }
}

/// Two nodes by hand: El Salvador sends its movements and notes to Guatemala, which sends its movements back.
final class Scene {
  enum Unexpected: Error { case notAccepted, noBatch, noReceipt }

  static let realm = known { try Realm("istmo.example") }
  static let (sv, gt) = (country("SV"), country("GT"))
  static let (movements, notes) = (dataset("movements"), dataset("notes"))
  static let sent = StreamName(origin: sv, recipient: gt, dataset: movements)
  static let sentNotes = StreamName(origin: sv, recipient: gt, dataset: notes)
  static let back = StreamName(origin: gt, recipient: sv, dataset: movements)
  static let home = StreamName(origin: sv, recipient: sv, dataset: movements)
  static let agreement = SHA256.hash(Array("the agreement".utf8))
  /// 2026-11-24T14:00:00Z.
  static let start = Instant(milliseconds: 1_795_528_800_000)

  let origin: Party
  let recipient: Party
  /// What may be done to a message on its way; nil drops it.
  var tamper: (Message) -> Message? = { $0 }
  /// Countries whose program is older: it does not say hello a second time.
  var older: Set<CountryCode> = []
  /// Everything that went over the link, altered or not.
  var carried: [Message] = []

  init(
    now: Instant = Scene.start, rules: any RecordRules = SimulatedRules(), processors: any Processors = OneProcessor()
  ) throws {
    origin = try Party(Self.sv, seed: 1, now: now, rules: rules, processors: processors)
    recipient = try Party(Self.gt, seed: 2, now: now, rules: rules, processors: processors)
    try agree()
  }

  private static func known<T>(_ make: () throws -> T) -> T {
    guard let made = try? make() else { fatalError("a name in this file is wrong") }
    return made
  }
  private static func country(_ text: String) -> CountryCode { known { try CountryCode(text) } }
  private static func dataset(_ text: String) -> DatasetName { known { try DatasetName(text) } }

  static func terms(_ stream: StreamName) -> StreamTerms {
    let isNarrow = stream.dataset == movements
    return StreamTerms(
      stream: stream, version: 1, definition: SHA256.hash([1]),
      filter: isNarrow ? [FilterClause(field: "crossing", values: ["a*"])] : [],
      fields: isNarrow ? ["crossing", "name", "reference"] : [], mode: .replicate, purpose: "test", roles: [],
      retentionDays: 30)
  }

  /// Both hold the same agreement, in force until 2030 unless told otherwise.
  func agree(
    _ agreement: Digest = Scene.agreement, until: Instant = Instant(milliseconds: 1_893_456_000_000),
    paused: String? = nil, at parties: [Party]? = nil, former: [AgreedStream] = []
  ) throws {
    try agree(
      former
        + [Self.sent, Self.sentNotes, Self.back].map {
          AgreedStream(
            terms: Self.terms($0), agreement: agreement, validFrom: Instant(milliseconds: 0), validUntil: until,
            paused: paused)
        }, at: parties)
  }

  /// The parties know these agreements, in the order of signing.
  func agree(_ streams: [AgreedStream], at parties: [Party]? = nil) throws {
    for (party, other) in [(origin, recipient), (recipient, origin)] {
      if let parties, !parties.contains(where: { $0 === party }) { continue }
      party.neighbours = [
        Neighbour(
          country: other.country, logKeys: [other.keys.log.verifyingKey],
          receiptKeys: [other.keys.receipt.verifyingKey], sealingKey: other.keys.sealing.publicKey, streams: streams)
      ]
      party.give(.neighbours(party.neighbours, card: Array("card of \(party.country)".utf8)))
    }
  }

  func connect() {
    origin.give(.linkUp(Self.gt))
    recipient.give(.linkUp(Self.sv))
  }

  func disconnect() {
    origin.give(.linkDown(Self.gt))
    recipient.give(.linkDown(Self.sv))
    (origin.outbox, recipient.outbox) = ([], [])
  }

  /// Carries every message and finishes every commit until nothing moves.
  func settle() throws {
    for _ in 0..<10_000 {
      try origin.finishCommits()
      try recipient.finishCommits()
      guard try carry() else { return }
    }
    struct NeverSettles: Error {}
    throw NeverSettles()
  }

  /// Carries the next message; gives whether there was one.
  @discardableResult
  func carry() throws -> Bool {
    guard let (message, from, to) = next() else { return false }
    guard let message = tamper(message) else { return true }
    if case .codings = message, older.contains(from.country) { return true }
    carried.append(message)
    to.give(.message(try Message(type: message.type, payload: message.payload), from: from.country))
    if case .hello = message, !older.contains(from.country) { to.give(.isAble(from.country)) }
    return true
  }

  private func next() -> (Message, from: Party, to: Party)? {
    if !origin.outbox.isEmpty { return (origin.outbox.removeFirst(), origin, recipient) }
    if !recipient.outbox.isEmpty { return (recipient.outbox.removeFirst(), recipient, origin) }
    return nil
  }

  /// Lets both clocks run, second by second, with everything settling each second.
  func run(seconds: Int) throws {
    for _ in 0..<seconds {
      for party in [origin, recipient] {
        party.now = party.now.advanced(byMilliseconds: 1000)
        party.give(.tick)
      }
      try settle()
    }
  }

  /// Two linked nodes between which a record named "one" has gone already; nothing of that is in `carried`.
  static func afterOne(
    rules: any RecordRules = SimulatedRules(), older: Set<CountryCode> = []
  ) throws -> Scene {
    let scene = try Scene(rules: rules)
    scene.older = older
    scene.connect()
    try scene.settle()
    _ = try scene.origin.accept(draft("one"))
    try scene.run(seconds: 1)
    scene.carried = []
    return scene
  }

  /// A record of the movements.
  static func draft(
    _ name: String, crossing: String = "a1", reference: String? = nil, kind: Entry.Kind = .record,
    dataset: DatasetName = Scene.movements
  ) -> Draft {
    var fields = ["name": name, "crossing": crossing, "secret": "not agreed"]
    fields["reference"] = reference
    return Draft(
      dataset: dataset, version: 1, body: SimulatedRules.body(fields), reference: reference, kind: kind)
  }
}

extension Scene {
  /// A text of so many letters that no coding makes shorter, other for each number.
  static func text(_ count: Int, _ number: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
    var state = UInt64(truncatingIfNeeded: number) &+ 0x9E37_79B9_7F4A_7C15
    let text = (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return letters[Int((state >> 33) % UInt64(letters.count))]
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension Message {
  /// The batch that it is.
  var batch: Message.Batch? { if case .batch(let batch) = self { batch } else { nil } }
}

extension Party {
  /// All that a stream holds: kind, id and opened body.
  func records(_ stream: StreamName) throws -> [LogReader.Record] {
    var records: [LogReader.Record] = []
    var index: UInt64 = 0
    let size = try reader.state(of: stream).size
    while index < size {
      let found = try reader.records(stream, chunkAt: index)
      records += found.records
      index = found.end
    }
    return records
  }

  func names(_ stream: StreamName) throws -> [String] {
    try records(stream).map { SimulatedRules.fields($0.body)["name"] ?? "" }
  }
}

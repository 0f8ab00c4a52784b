import Catalog
import Ceremony
import Dispatch
import Exchange
import Ledger
import Noise
import Officers
import Sodium
import Store
import Synchronization
import Terms

/// One country's node, opened: its store, its engine and, when it runs, its links. Everything that the command line and
/// the HTTP API can do is a method here.
public final class Installation: Sendable {
  /// Writes a log line: how bad, which part of the node, what. Lines hold no personal data and no secrets.
  public typealias Log = @Sendable (LogLevel, String, String) -> Void

  /// The dataset of the lookup log.
  public static let lookupDataset = "lookups"
  /// The dataset of hits of alerts.
  public static let hitDataset = "hits"
  /// The dataset of alarms of tags.
  public static let tagAlarmDataset = "tag-alarms"
  /// The dataset of aggregates.
  public static let indicatorDataset = "indicators"
  /// Datasets that the node writes itself, and nobody else.
  public static let ownDatasets: Set<String> = [lookupDataset, hitDataset, tagAlarmDataset, indicatorDataset]

  /// The federation.
  public let realm: Realm
  /// Topology and definitions.
  public let registry: Registry
  /// Publishes and replicates.
  public let engine: Engine
  /// Tokens of systems.
  public let tokens: TokenBook
  /// Who may use the desk.
  public let officers: OfficerBook
  /// Cookies of the devices on which they logged in.
  public let devices: DeviceCookie
  /// Forms that they did not send yet.
  public let drafts: DraftBook
  /// Answers lookups.
  public let lookups: Lookups
  let gates: PublishGates
  let documents: any SignedDocuments
  let keys: Keyring
  let store: SQLiteStore
  let blobs: BlobStore
  /// Attachments of forms that may never be stored.
  let loose: LooseAttachments
  let attachmentPort: AttachmentPort
  let questionPort: QuestionPort
  /// The time of day.
  public let clock: any Clock
  /// Writes a log line.
  public let log: Log
  let started: Instant
  let standing: StandingBox
  let evidenceMaker: EvidenceMaker
  let watch: AlertWatch
  /// How streams stood lately.
  let history = Mutex(LagHistory())
  /// What came in or was published, by dataset: for pages that show themselves anew.
  public let changes = ChangeFeed()
  /// Held while the officers' file or that of the tokens is changed.
  let officerChange = Mutex(())
  let storePath: String
  /// What the node notes of its own running.
  let dayBook: NodeDayBook
  /// Who computes indicators now, and who publishes them.
  let (indicatorTurn, publishing) = (IndicatorReader.Turn(), IndicatorReader.Turn())
  /// Where attachments are looked through after records were erased.
  let sweeping = DispatchQueue(label: "istmo-sweep", qos: .utility)
  private let spoolRoom: SpoolRoom
  private let observer: Observer
  let port = Mutex<LinkPort?>(nil)
  /// When the documents were read last; held while they are read, so that an older reading never replaces a newer.
  private let lastReload: Mutex<Instant>
  /// How often the documents are read again though nobody asked: cards and their overlaps end by date. In milliseconds.
  static let reloadInterval: Int64 = 3_600_000

  /// Whose node it is.
  public var country: CountryCode { documents.country }

  /// Opens a node on its home's parts. Nothing is dialled or listened to yet.
  /// - Throws: what the store or a signed document is refused for.
  public init(
    documents: any SignedDocuments, registry: Registry, keys: Keyring, storePath: String, tokens: TokenBook,
    selectivity: Selectivity? = nil, clock: any Clock = SystemClock(), log: @escaping Log
  ) throws {
    (self.documents, self.registry, self.keys, self.tokens, self.clock, self.log) = (
      documents, registry, keys, tokens, clock, log
    )
    (realm, self.storePath) = (registry.topology.realm, storePath)
    dayBook = NodeDayBook("\(Files.split(storePath).folder)/days", log: log)
    officers = OfficerBook(try documents.officers(keys.storage))
    devices = try DeviceCookie(storage: keys.storage)
    drafts = try DraftBook(folder: "\(Files.split(storePath).folder)/drafts", storage: keys.storage)
    started = clock.now()
    lastReload = Mutex(started)
    let first = try Standing(documents, registry, now: started)
    let standing = StandingBox(first)
    self.standing = standing
    store = try SQLiteStore(path: storePath)
    let processors = SpareProcessors()
    let core = try Core(
      realm: realm, country: documents.country, keys: keys, store: store, rules: registry, entropy: SystemEntropy(),
      processors: processors, now: started, neighbours: Array(first.neighbours.values),
      card: documents.card.bytes)
    let shortage = { @Sendable [store] in store.shortage }
    blobs = try BlobStore(
      folder: "\(Files.split(storePath).folder)/blobs", storage: keys.storage, shortage: shortage)
    loose = try LooseAttachments(
      path: "\(Files.split(storePath).folder)/loose", storage: keys.storage, log: log)
    spoolRoom = SpoolRoom(folder: Files.split(storePath).folder, shortage: shortage)
    observer = Observer(log: log)
    engine = Engine(
      core: core, store: store, clock: clock, observer: observer, processors: processors, shortage: shortage)
    let watch = AlertWatch(
      country: documents.country, registry: registry, keys: keys, engine: engine, clock: clock,
      ways: selectivity?.ways ?? TagAlarm.Ways(), log: log)
    self.watch = watch
    let questionPort = QuestionPort(clock: clock, log: log)
    self.questionPort = questionPort
    lookups = Lookups(
      country: documents.country, registry: registry, reader: engine.reader, keys: keys, engine: engine, clock: clock,
      agreed: { standing.now.incoming($0, at: clock.now()) },
      risk: Lookups.Risk(selectivity: selectivity, openAlerts: { watch.openAlerts }),
      questions: QuestionAsker(
        realm: realm, port: questionPort, clock: clock, neighbour: { standing.now.neighbours[$0] }))
    gates = PublishGates(lookups)
    let owner = QuestionOwner(lookups: lookups, neighbour: { standing.now.neighbours[$0] }, log: log)
    questionPort.serve { (sealed, asker) throws(QuestionRefusal) in try owner.answer(sealed, of: asker) }
    evidenceMaker = EvidenceMaker(
      realm: realm, country: documents.country, reader: engine.reader, keys: keys, registry: registry, clock: clock,
      ownCard: documents.card, card: { standing.now.cards[$0] }, agreement: { standing.now.agreements[$0] },
      receipt: { [engine] name in engine.inspect { $0.receipt(for: name) } ?? nil })
    attachmentPort = AttachmentPort(
      blobs,
      owner: AttachmentOwner(
        country: documents.country, registry: registry, reader: engine.reader, blobs: blobs, clock: clock,
        neighbour: { standing.now.neighbours[$0] }, questions: owner), clock: clock, log: log)
    for problem in first.problems { log(.warning, "agreement", problem.words) }
    tokens.takeUp(documents.tokenUses()) { [documents] uses in
      do { try documents.keep(tokenUses: uses) } catch {
        log(.warning, "tokens", "on which day tokens were used last cannot be kept: \(error)")
      }
    }
    for note in first.notes { log(.info, "agreement", note) }
    observer.attach(self)
    watch.start()
    do { try operators.doWhatIsOwed() } catch {
      log(.error, "operators", "what operators confirmed could not be done: \(error)")
    }
  }

  /// Listens, and dials every neighbour.
  /// - Returns: the port it listens on.
  public func startLink(
    key: StaticKey, listen: String?, endpoint: @escaping @Sendable (CountryCode) -> String?
  ) throws -> UInt16? {
    let port = try LinkPort(
      self, identity: .init(realm: realm, country: country, key: key), listen: listen, endpoint: endpoint)
    self.port.withLock { $0 = port }
    engine.attach(port)
    attachmentPort.attach(port)
    questionPort.attach(port)
    return try port.start()
  }

  /// Reads agreements, cards, tokens and officers again.
  public func reload() throws {
    try lastReload.withLock { lastReload in
      lastReload = clock.now()
      tokens.replace(try documents.tokens())
      officers.replace(try documents.officers(keys.storage))
      let fresh = try Standing(documents, registry, now: lastReload)
      for problem in fresh.problems where !standing.now.problems.contains(problem) {
        log(.warning, "agreement", problem.words)
      }
      standing.now = fresh
      engine.enqueue(.neighbours(Array(fresh.neighbours.values), card: documents.card.bytes))
      port.withLock { $0 }?.update(fresh)
    }
  }

  /// Called often; reads the documents again when it is time.
  func timePassed(_ now: Instant) {
    sample(at: now)
    let steady = standing.now.steady
    let isDue = lastReload.withLockIfAvailable { last in
      // An agreement began or ended since they were read. What fails then is not tried again at every tick.
      !steady.contains(now) && steady.contains(last) || abs(now.milliseconds(since: last)) >= Self.reloadInterval
    }
    guard isDue == true else { return }
    DispatchQueue.global().async { [self] in
      do { try reload() } catch { log(.error, "agreement", "agreements and cards cannot be read again: \(error)") }
      do {
        let removed = try sweepFormAttachments()
        if removed > 0 {
          log(.info, "attachments", "\(removed) attachments of forms that were never stored are removed")
        }
      } catch { log(.error, "attachments", "attachments of forms that were never stored stay: \(error)") }
    }
  }

  /// Ends links and engine; everything accepted is durable.
  public func stop() {
    port.withLock { $0 }?.stop()
    watch.stop()
    attachmentPort.stop()
    tokens.settle()
    questionPort.stop()
    dayBook.keep()
    engine.stop()
    sweeping.sync {}
    store.close()
  }

  /// A session that takes lines of a dataset for publishing.
  public func publishSession(
    _ definition: Definition, resume: @escaping @Sendable () -> Void,
    done: @escaping @Sendable (PublishSession.Summary) -> Void
  ) -> PublishSession {
    PublishSession(
      definition, registry: registry, country: country, engine: engine, room: spoolRoom, clock: clock,
      gates: gates, resume: resume, done: done)
  }

  /// Publishes one line as an upload of it would; waits for the disk.
  public func publish(_ line: [UInt8], of definition: Definition) -> PublishSession.Outcome {
    do throws(Refusal) {
      let draft = try registry.draft(line, of: definition, from: country, now: clock.now())
      try gates.check(draft)
      do throws(StoreError) {
        return try engine.publish([draft]).first.map { PublishSession.Outcome($0) } ?? .failed("no answer")
      } catch { return .failed(error.description) }
    } catch { return PublishSession.Outcome(error) }
  }

  /// Takes the card that a neighbour sent with its hello, when it is a newer one.
  func take(cardBytes: [UInt8], of country: CountryCode) {
    guard let held = standing.now.cards[country], held.bytes != cardBytes else { return }
    do {
      let card = try Card(cardBytes)
      guard card.content.country == country else {
        throw CardError.otherCountry(expected: "\(realm)/\(country)", found: "\(realm)/\(card.content.country)")
      }
      guard try documents.accept(card, now: clock.now()) != .unchanged else { return }
      log(.info, "card", "\(country) has a new card, serial \(card.content.serial)")
      try reload()
    } catch {
      log(.warning, "card", "the card that \(country) sent is not taken: \(error)")
    }
  }

  /// Writes the engine's events to the log, and hands over what a neighbour says of itself.
  private final class Observer: EngineObserver {
    let log: Log
    private let installation = Mutex(Weak())
    private struct Weak { weak var value: Installation? }

    init(log: @escaping Log) { self.log = log }

    func attach(_ value: Installation) { installation.withLock { $0.value = value } }

    func engine(logs event: Core.LogEvent) { log(event.level, "exchange", event.text) }

    func engine(heard hello: Message.Hello, from country: CountryCode) {
      log(.info, "exchange", "\(country) says hello")
      let installation = installation.withLock { $0.value }
      // Keeping a card waits for the disk: not on the engine's thread.
      DispatchQueue.global().async { installation?.take(cardBytes: hello.card, of: country) }
    }

    func engine(made commit: Commit) {
      let installation = installation.withLock { $0.value }
      installation?.watch.committed(commit)
      installation?.changes.note(commit)
      installation?.erased(with: commit)
    }

    func engine(arrived stream: StreamName, range: Range<UInt64>) {
      log(.debug, "exchange", "\(stream): entries \(range.lowerBound) to \(range.upperBound - 1) are durable")
    }
  }
}

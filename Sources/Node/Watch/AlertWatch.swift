import Catalog
import Dispatch
import Exchange
import Ledger
import Synchronization
import Terms

/// Watches for what alerts are on. Records that become durable here, own and neighbours', are matched against the open alerts;
/// an alert that becomes durable is looked for among the records that are here. Each hit is a record of the home stream `hits`.
///
/// A commit tells its blind keys and where its records are. They are compared with those of the open alerts, so that a record is
/// opened only when it is likely a hit, and nothing is read when no alert is open. Nothing is lost by a crash: at its start the
/// watch looks for every open alert as for a new one, and a hit that was noted before is a duplicate.
///
/// It raises the alarms of tags as well: each read of a tag, and each record of the registry, is compared with what else is known
/// of the tag (`AlertWatch+Tags`).
final class AlertWatch: Sendable {
  /// Datasets that no alert is matched with: alerts themselves, and what the node writes of its own.
  static let unwatched: Set<String> = [
    Alert.dataset, Installation.hitDataset, Installation.tagAlarmDataset, Installation.lookupDataset,
  ]
  /// Records found by their keys that may wait to be looked at; beyond these all alerts are looked for anew.
  static let mostWaiting = 100_000
  /// How far back an alert looks for records that were here before it, in days: what was declared longer ago has passed.
  static let daysBack: Int64 = 30
  /// Hits that one alert gets among the records that were here before it.
  static let mostEarlierHits = 1000
  /// How long viewers wait for the alerts to be read after a start, in seconds.
  static let patience = 10

  /// What is left to do.
  struct Work {
    var found: Set<Locator> = []
    /// Where reading of streams of those datasets goes on.
    var unread: [StreamName: UInt64] = [:]
    /// Where reading of reads of tags, and of the registry, goes on.
    var tagged: [StreamName: UInt64] = [:]
    var haveAlertsGrown = true
    var mustLookAnew = true
    /// Records were erased: alerts may be among them.
    var haveErased = false

    /// Whether there is nothing to do.
    var isEmpty: Bool {
      !haveErased && !haveAlertsGrown && !mustLookAnew && found.isEmpty && unread.isEmpty && tagged.isEmpty
    }

    /// Nothing to do.
    static var none: Work {
      var work = Work()
      (work.haveAlertsGrown, work.mustLookAnew) = (false, false)
      return work
    }
  }

  /// What is shared with the thread that commits.
  struct State {
    var work = Work()
    /// How many open alerts have each key; a commit looks its own up.
    var watched: [BlindKey: Int] = [:]
    /// Datasets whose records are read because an alert is on a passage, which no key tells.
    var ahead: Set<DatasetName> = []
    var isScheduled = false
    var isStopped = false
    var book = AlertBook()
  }

  let country: CountryCode
  let registry: Registry
  let reader: LogReader
  let keys: Keyring
  let engine: Engine
  let clock: any Clock
  let log: Installation.Log
  let alertDefinition: Definition?
  let hitDefinition: Definition?
  /// Fields that alerts can be on, of every dataset that is watched.
  let fields: [(definition: Definition, field: String, subject: Subject)]
  let datasetsAhead: Set<DatasetName>
  /// Where alarms of tags are written; nil when the topology has no such dataset.
  let tagAlarmDefinition: Definition?
  /// The shortest times between crossings.
  let ways: TagAlarm.Ways
  let state = Mutex(State())
  /// How far each stream of alerts was read; touched on the queue alone.
  let alertsRead = Mutex<[StreamName: UInt64]>([:])
  /// Alerts whose keys were made so far: what a new alert costs, however many are open.
  let keyed = Mutex(0)
  private let queue = DispatchQueue(label: "istmo-watch", qos: .utility)
  private let ready = DispatchGroup()
  private let isReady = Mutex(false)

  /// A watch over what is durable here. It does nothing before `start`.
  init(
    country: CountryCode, registry: Registry, keys: Keyring, engine: Engine, clock: any Clock, ways: TagAlarm.Ways,
    log: @escaping Installation.Log
  ) {
    (self.country, self.registry, self.keys, self.engine, self.clock, self.log) = (
      country, registry, keys, engine, clock, log
    )
    reader = engine.reader
    let definitions = registry.topology.definitions
    alertDefinition = registry.topology.definition(named: Alert.dataset)
    hitDefinition = registry.topology.definition(named: Installation.hitDataset)
    let watched = definitions.filter { !Self.unwatched.contains($0.dataset.description) }
    fields = watched.flatMap { definition in
      definition.watchedFields.sorted { $0.key < $1.key }.map { (definition, $0.key, $0.value) }
    }
    datasetsAhead = Set(watched.filter(\.namesCrossingsAhead).map(\.dataset))
    tagAlarmDefinition = registry.topology.definition(named: Installation.tagAlarmDataset)
    self.ways = ways
    ready.enter()
  }

  /// Begins: every open alert is looked for.
  func start() {
    guard !isIdle else { return becomeReady() }
    for (what, dataset, definition) in [
      ("hits of alerts", Installation.hitDataset, hitDefinition),
      ("alarms of tags", Installation.tagAlarmDataset, tagAlarmDefinition),
    ] where definition == nil {
      log(
        .warning, "alerts",
        "\(what) are not noted: the topology has no dataset \(dataset); add it and install it")
    }
    state.withLock { schedule(&$0) }
  }

  /// Ends it. What is under way is finished; the rest is found at the next start.
  func stop() {
    state.withLock { $0.isStopped = true }
    queue.sync {}
    becomeReady()
  }

  /// The open alerts; nil when they could not be read yet.
  var openAlerts: AlertBook? {
    guard ready.wait(timeout: .now() + .seconds(Self.patience)) == .success else { return nil }
    return state.withLock { $0.book }
  }

  /// Told of every durable commit, on the thread that made it: it looks at keys only and hands the rest on.
  func committed(_ commit: Commit) {
    guard !isIdle else { return }
    state.withLock { state in
      for append in commit.appends where append.stream.recipient == country {
        if tagAlarmDefinition != nil, Self.tagDatasets.contains(append.stream.dataset.description) {
          let first = state.work.tagged[append.stream] ?? append.chunk.first
          state.work.tagged[append.stream] = min(first, append.chunk.first)
        }
        if append.stream.dataset == alertDefinition?.dataset { state.work.haveAlertsGrown = true }
        if state.ahead.contains(append.stream.dataset) {
          let first = state.work.unread[append.stream] ?? append.chunk.first
          state.work.unread[append.stream] = min(first, append.chunk.first)
        }
      }
      if commit.erasures.contains(where: { $0.stream.dataset == alertDefinition?.dataset }) {
        state.work.haveErased = true
      }
      if !state.watched.isEmpty {
        for entry in commit.index where state.watched[entry.key] != nil { state.work.found.insert(entry.locator) }
        if state.work.found.count > Self.mostWaiting { (state.work.found, state.work.mustLookAnew) = ([], true) }
      }
      // Before the start everything is to be done anyway.
      if isStarted, !state.work.isEmpty { schedule(&state) }
    }
  }

  /// Whether the topology gives it nothing to do.
  private var isIdle: Bool { alertDefinition == nil && tagAlarmDefinition == nil }

  private var isStarted: Bool { isReady.withLock { $0 } }

  private func schedule(_ state: inout State, after seconds: Int = 0) {
    guard !state.isScheduled, !state.isStopped else { return }
    state.isScheduled = true
    queue.asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in self?.run() }
  }

  private func run() {
    while let work = take() {
      do { try perform(work) } catch {
        // The disk is full, or a read failed: everything is looked for again when it may be better.
        log(.error, "alerts", "alerts are not matched for now: \(error)")
        state.withLock { state in
          state.work.mustLookAnew = true
          state.isScheduled = false
          schedule(&state, after: Self.secondsBetweenTries)
        }
        return
      }
      becomeReady()
    }
  }

  /// How long after a failure it tries again.
  private static let secondsBetweenTries = 5

  private func take() -> Work? {
    state.withLock { state in
      guard !state.work.isEmpty, !state.isStopped else {
        state.isScheduled = false
        return nil
      }
      defer { state.work = .none }
      return state.work
    }
  }

  private func becomeReady() {
    let isFirst = isReady.withLock { isReady in
      defer { isReady = true }
      return !isReady
    }
    if isFirst { ready.leave() }
  }

  /// Whether the node is stopping.
  var isStopping: Bool { state.withLock { $0.isStopped } }
}

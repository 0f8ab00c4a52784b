import Catalog
import Exchange
import Link
import Terms

/// How a node and all its streams stand.
public struct NodeStatus: Sendable {
  /// Whose node it is.
  public let country: CountryCode
  /// The federation.
  public let realm: Realm
  /// The time of this status.
  public let time: Instant
  /// When the node was opened.
  public let started: Instant
  /// Whether links are kept: false when the command line opened the home for one command.
  public let isRunning: Bool
  /// Every stream.
  public let streams: [StreamStatus]
  /// Stopped streams of which the proof is kept that their origin signed two histories.
  public let forks: Set<StreamName>
  /// Which agreement with each neighbour is in force, and which follows.
  public let agreements: [AgreementStanding]
  /// Every neighbour's link.
  public let linkStates: [CountryCode: LinkState]
  /// What is wrong with the node itself.
  public let problems: [NodeProblem]
  /// What an operator should know though nothing is wrong.
  public let notes: [String]
  /// The last backup; nil when there was none.
  public let lastBackup: BackupNote?
  /// What an operator should know of backups, which is among the notes too; nil while the last one is young enough.
  public let backupWarning: String?
  /// How a home that was put back from a backup stands; nil when it never was.
  public let recovery: RecoveryStatus?
  /// Bytes on disk and other figures of the store.
  public let figures: [String: Int64]
  /// How streams stand to their retention.
  public let retention: [RetentionStatus]

  /// Every neighbour's link, in words.
  public var links: [CountryCode: String] { linkStates.mapValues(\.sentence) }

  /// Whether everything agreed is flowing.
  public var isFlowing: Bool { isRunning && problems.isEmpty && streams.allSatisfy(\.flowing) }

  /// The form for programs.
  public var json: JSONValue {
    [
      "country": .text(country.description), "realm": .text(realm.description), "time": .text(time.description),
      "started": .text(started.description), "running": .boolean(isRunning), "flowing": .boolean(isFlowing),
      "streams": .list(streams.map { $0.json(hasForkProof: forks.contains($0.stream)) }),
      "agreements": .list(agreements.map(\.json)),
      "links": .object(
        links.sorted { $0.key < $1.key }.map { .init(name: $0.key.description, value: .text($0.value)) }),
      "problems": .list(problems.map { .text($0.words) }), "notes": .list(notes.map { .text($0) }),
      "backup": lastBackup?.json ?? .null, "restored": recovery?.json ?? .null,
      "store": .object(figures.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .number($0.value)) }),
      "retention": .list(retention.map(\.json)),
    ]
  }
}

extension StreamStatus {
  /// The form for programs.
  func json(hasForkProof: Bool) -> JSONValue {
    [
      "stream": .text(stream.description), "direction": .text(direction.rawValue),
      "in_force": .boolean(isAgreed && obstacle == nil),
      "obstacle": JSONValue(isAgreed ? obstacle?.words : "no agreement is in force"), "linked": .boolean(isLinkUp),
      "flowing": .boolean(flowing), "size": JSONValue(size), "receipt_size": JSONValue(receiptSize),
      "receipt_time": JSONValue(receiptTime.map(Self.text)), "as_of": JSONValue(asOf.map(Self.text)),
      "lag_records": JSONValue(lagRecords),
      "lag_milliseconds": .number(lagMilliseconds), "problem": .text(problem), "halted": .text(halted),
      "fork_kept": .boolean(hasForkProof),
      "clock_skew_milliseconds": neighbourSkew.map { .number($0) } ?? .null,
    ]
  }

  private static func text(_ seconds: UInt64) -> String {
    Instant(milliseconds: Int64(clamping: seconds).multipliedReportingOverflow(by: 1000).partialValue).wholeSeconds
  }
}

extension Installation {
  /// How the node and all its streams stand.
  public func status() -> NodeStatus {
    let now = clock.now()
    let agreements = standing.now.agreements(at: now)
    var problems = standing.now.problems + agreements.filter { $0.problem != nil }.map { .notInForce($0) }
    var streams: [StreamStatus] = []
    var recovery: RecoveryStatus?
    if let seen = engine.inspect({ ($0.status(at: now), $0.storeProblem, $0.recoveryStatus(at: now)) }) {
      streams = seen.0
      if let problem = seen.1 { problems.append(.store(problem)) }
      recovery = seen.2
      if let recovery, recovery.sentence != nil { problems.append(.putBack(recovery)) }
    } else {
      problems.append(.stopping)
    }
    var retention: [RetentionStatus] = []
    do throws(ReadError) {
      let report = try self.retention()
      retention = report.streams
      if let obstacle = report.obstacle { problems.append(.erasingWaits(obstacle)) }
    } catch { problems.append(.told("what is past its retention cannot be told: \(error)")) }
    let forks = streams.filter { !$0.halted.isEmpty }.map(\.stream)
      .filter { (try? store.state(ForkProof.stateKey($0))) ?? nil != nil }
    let port = port.withLock { $0 }
    let lastBackup = documents.lastBackup()
    let warning = BackupNote.warning(lastBackup, warnDays: documents.backupWarnDays, now: now)
    return NodeStatus(
      country: country, realm: realm, time: now, started: started, isRunning: port != nil, streams: streams,
      forks: Set(forks), agreements: agreements, linkStates: port?.states ?? [:], problems: problems,
      notes: standing.now.notes + [warning].compactMap { $0 }, lastBackup: lastBackup, backupWarning: warning,
      recovery: recovery, figures: (try? store.figures()) ?? [:], retention: retention)
  }

  /// Why the node cannot do its work; empty when it can. A neighbour that is away is not the node's own fault.
  public func healthProblems() -> [String] {
    var problems: [String] = []
    if let problem = engine.inspect({ $0.storeProblem }) ?? nil { problems.append(problem.description) }
    do { _ = try engine.reader.streams() } catch { problems.append("\(error)") }
    return problems
  }

  /// Why records sent now would not be accepted; empty when they would. Reading may go on all the same: a disk that has room for
  /// nothing but the lookup log answers lookups.
  public func obstacles() -> [String] {
    let problems = healthProblems()
    if engine.inspect({ _ in true }) == nil { return problems + ["the node is stopping"] }
    if let recovery = recovery(), recovery.isWaiting, let sentence = recovery.sentence { return problems + [sentence] }
    if let shortage = store.shortage, !problems.contains(shortage.description) {
      return problems + [shortage.description]
    }
    return problems
  }

  /// Figures in Prometheus' text format.
  public func metrics() -> String {
    let status = status()
    var text = MetricsText()
    let counters = engine.counters.now
    text.counter("istmo_records_accepted_total", "Records accepted for publishing.", counters.accepted)
    text.counter("istmo_records_duplicate_total", "Records published again.", counters.duplicates)
    text.counter("istmo_records_refused_total", "Records refused after their definition's check.", counters.refused)
    text.counter("istmo_records_arrived_total", "Entries of neighbours that became durable.", counters.arrived)
    text.counter("istmo_commits_total", "Durable commits.", counters.commits)
    text.counter("istmo_commits_failed_total", "Commits that failed.", counters.failedCommits)
    text.head("istmo_commit_seconds_total", "counter", "Time spent in durable commits.")
    text.sample("istmo_commit_seconds_total", [], Double(counters.commitNanoseconds) / 1e9)
    text.head("istmo_stream_size_entries", "gauge", "Durable entries of a stream.")
    for stream in status.streams {
      text.sample("istmo_stream_size_entries", stream.labels, Double(stream.size))
    }
    text.head("istmo_stream_lag_entries", "gauge", "Entries durable at the origin and not at the recipient.")
    for stream in status.streams { text.sample("istmo_stream_lag_entries", stream.labels, Double(stream.lagRecords)) }
    text.head("istmo_stream_lag_seconds", "gauge", "How long the oldest entry without a receipt has waited.")
    for stream in status.streams {
      text.sample("istmo_stream_lag_seconds", stream.labels, Double(stream.lagMilliseconds) / 1000)
    }
    text.head("istmo_stream_flowing", "gauge", "1 while a stream flows, 0 otherwise.")
    for stream in status.streams { text.sample("istmo_stream_flowing", stream.labels, stream.flowing ? 1 : 0) }
    text.head("istmo_link_up", "gauge", "1 while the link with a neighbour is up.")
    for (country, state) in (port.withLock({ $0 }).map(\.states) ?? [:]).sorted(by: { $0.key < $1.key }) {
      text.sample("istmo_link_up", [("neighbour", country.description)], state.phase == .up ? 1 : 0)
    }
    for (name, help, value) in [
      ("due", "Entries whose time is over and whose content is still here.", \.due),
      ("erased", "Entries whose content was erased.", \.erased),
    ] as [(String, String, KeyPath<RetentionStatus, UInt64>)] {
      text.head("istmo_retention_\(name)_entries", "gauge", help)
      for stream in status.retention {
        text.sample(
          "istmo_retention_\(name)_entries", [("stream", stream.stream.description)], Double(stream[keyPath: value]))
      }
    }
    text.head(
      "istmo_erasure_timestamp_seconds", "gauge", "When something of a stream was last erased, seconds since 1970.")
    for stream in status.retention {
      guard let last = stream.lastErasure else { continue }
      text.sample(
        "istmo_erasure_timestamp_seconds", [("stream", stream.stream.description)], Double(last.milliseconds) / 1000)
    }
    for (name, value) in status.figures.sorted(by: { $0.key < $1.key }) {
      text.head("istmo_store_\(name)", "gauge", "A figure of the store.")
      text.sample("istmo_store_\(name)", [], Double(value))
    }
    text.head(
      "istmo_backup_timestamp_seconds", "gauge",
      "As of when the last backup is, in seconds since 1970; 0 when there was none.")
    text.sample("istmo_backup_timestamp_seconds", [], Double(status.lastBackup?.made.milliseconds ?? 0) / 1000)
    if let last = status.lastBackup {
      text.head("istmo_backup_age_seconds", "gauge", "How old the last backup is; absent when there was none.")
      text.sample("istmo_backup_age_seconds", [], Double(max(0, status.time.milliseconds(since: last.made))) / 1000)
    }
    text.head("istmo_backup_bytes", "gauge", "The size of the last backup.")
    text.sample("istmo_backup_bytes", [], Double(status.lastBackup?.byteCount ?? 0))
    text.head("istmo_recovering", "gauge", "1 while a home that was put back waits for its neighbours, 0 otherwise.")
    text.sample("istmo_recovering", [], status.recovery?.isWaiting == true ? 1 : 0)
    text.head("istmo_start_time_seconds", "gauge", "When the node was opened, in seconds since 1970.")
    text.sample("istmo_start_time_seconds", [], Double(started.milliseconds) / 1000)
    return text.text
  }
}

extension StreamStatus {
  fileprivate var labels: [(String, String)] {
    [("stream", stream.description), ("direction", direction.rawValue)]
  }
}

extension LinkState {
  fileprivate var sentence: String {
    let refusal = lastRefusal.map { "; last refused: \($0)" } ?? ""
    return switch phase {
    case .up: "up since \(upSince?.wholeSeconds ?? "?")"
    case .dialling: "dialling" + (lastFailure.map { "; last failure: \($0)" } ?? "") + refusal
    case .down: "down" + (lastFailure.map { ": \($0)" } ?? "") + refusal
    }
  }
}

/// Prometheus' text exposition format, version 0.0.4.
struct MetricsText {
  private(set) var text = ""

  mutating func head(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  mutating func counter(_ name: String, _ help: String, _ value: Int) {
    head(name, "counter", help)
    sample(name, [], Double(value))
  }

  /// Label values come from names that hold no quote, backslash or newline.
  mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
    let list = labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
    // Whole numbers as such: 1e+16 would be read all the same, and not by a person.
    let number = Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    text += "\(name)\(list.isEmpty ? "" : "{\(list)}") \(number)\n"
  }
}

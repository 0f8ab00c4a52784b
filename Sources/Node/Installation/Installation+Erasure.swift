import Catalog
import Dispatch
import Exchange
import Terms

/// How the streams of a node stand to their retention.
public struct RetentionReport: Sendable {
  /// Why nothing newly due is erased; nil while it is.
  public let obstacle: ErasureObstacle?
  /// Every stream with records, those with something due first.
  public let streams: [RetentionStatus]

  /// Entries whose time is over and whose content is still here.
  public var due: UInt64 { streams.reduce(0) { $0 + $1.due } }
  /// Entries whose content was erased.
  public var erased: UInt64 { streams.reduce(0) { $0 + $1.erased } }

  /// The form for programs.
  public var json: JSONValue {
    [
      "obstacle": JSONValue(obstacle?.words), "due": JSONValue(due), "erased": JSONValue(erased),
      "streams": .list(streams.map(\.json)),
    ]
  }
}

extension RetentionStatus {
  /// The form for programs.
  var json: JSONValue {
    func text(_ time: Instant?) -> JSONValue { JSONValue(time?.description) }
    return [
      "stream": .text(stream.description), "days": days.map { JSONValue($0) } ?? .null, "agreed": .boolean(isAgreed),
      "size": JSONValue(size), "erased": JSONValue(erased), "due": JSONValue(due), "oldest": text(oldest),
      "next": text(next), "last_erasure": text(lastErasure),
    ]
  }
}

// Retention: what is due, and erasing it. The core decides and does it; here it is asked, and what lies beside the store follows.
extension Installation {
  /// How every stream held here stands to its retention, those with something due first.
  public func retention() throws(ReadError) -> RetentionReport {
    let now = clock.now()
    let asked = engine.inspect { core in
      Result { () throws(ReadError) in
        RetentionReport(obstacle: core.erasureObstacle, streams: try core.retention(at: now))
      }
    }
    guard let report = try asked?.get() else { throw .store(.failed("the node is stopping")) }
    return RetentionReport(
      obstacle: report.obstacle, streams: report.streams.sorted { ($1.due, $0.stream) < ($0.due, $1.stream) })
  }

  /// The most commits in which one call erases; each takes `Core.mostErasedAtOnce` days of streams.
  private static let mostTurns = 4096

  /// Erases what is due; durable when this returns.
  /// - Returns: how many entries lost their content, and how all stands then.
  public func eraseDue(isClockRight: Bool) throws -> (erased: UInt64, report: RetentionReport) {
    var report = try retention()
    let before = report.erased
    for _ in 0..<Self.mostTurns where report.due > 0 {
      let erased = report.erased
      try engine.carryOut(.eraseDue(isClockRight: isClockRight))
      report = try retention()
      guard report.erased > erased else { break }
    }
    // Behind the removals that the commits began.
    if report.erased > before { try sweeping.sync { try sweepAttachments() } }
    return (report.erased - min(before, report.erased), report)
  }

  // MARK: Attachments

  /// Told of every commit: when records went, attachments may have to go with them.
  func erased(with commit: Commit) {
    guard !commit.erasures.isEmpty else { return }
    sweeping.async { [weak self] in
      guard let self else { return }
      do { try sweepAttachments() } catch { log(.warning, "attachments", "not all could be looked at: \(error)") }
    }
  }

  /// Removes attachments that no record bears any more. One that came lately may be waiting for its record.
  func sweepAttachments() throws(StoreError) {
    let fields = registry.topology.definitions.flatMap { definition in
      definition.attachmentFields.map { (definition.dataset, $0) }
    }
    let bound = clock.now().advanced(byMilliseconds: -BlobStore.patience)
    let removed = try blobs.removeAll(olderThan: bound) { (digest) throws(StoreError) in
      for (dataset, field) in fields {
        let key = keys.blindKey(dataset: dataset, field: field, value: Array(digest.description.utf8))
        if try !store.locate(key, partitions: 1...Int32.max, limit: 1).isEmpty { return false }
      }
      return true
    }
    if removed > 0 { log(.info, "attachments", "\(removed) that no record bears any more are removed") }
  }
}

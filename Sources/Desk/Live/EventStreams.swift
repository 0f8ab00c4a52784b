import Dispatch
import Exchange
import Node
import Officers
import Synchronization

/// All pages that wait for news. Once a second it looks what changed, and whether each page's session still is: a stream does not use
/// its session, so that a page left open does not keep it, and ends with it.
final class EventStreams: Sendable {
  /// Streams at once: each holds a connection and some hundred bytes.
  static let most = 256
  /// Streams of one officer: some open pages on one or two screens.
  static let mostOfOfficer = 6
  /// Turns between two looks at how the streams of the node stand, which asks the core.
  private static let turnsOfBoard = 5

  private struct Open {
    var streams: [ObjectIdentifier: EventStream] = [:]
    var timer: (any DispatchSourceTimer)?
    var turn = 0
    var board: UInt64 = 0
    /// Of how the streams stood when they were looked at last; nil before.
    var signature: Int?
    var isStopped = false
  }

  private let open = Mutex(Open())
  private let node: Installation
  private let isAlive: @Sendable (String) -> Bool
  private let queue = DispatchQueue(label: "istmo-events")

  /// Datasets whose records may change what is expected at a post.
  private static let expectedSources = [
    "manifests", "certificates", "cargo-units", "rfid-reads", "captures", "operators", "risk-alerts", "quarantine",
  ]

  /// Datasets whose records may change what alerts and alarms there are.
  private static let alertSources = ["risk-alerts", Installation.hitDataset, Installation.tagAlarmDataset]

  /// Streams over a node; `isAlive` says whether a session is, without using it.
  init(_ node: Installation, isAlive: @escaping @Sendable (String) -> Bool) {
    (self.node, self.isAlive) = (node, isAlive)
  }

  /// A stream for a page; nil when the officer, or all together, have enough.
  func begin(token: String, officer: String, rights: Set<Right>) -> EventStream? {
    let stream = EventStream(token: token, officer: officer, rights: rights) { [weak self] in self?.closed($0) }
    // What comes from now on is news.
    stream.tell(news())
    return open.withLock { open in
      guard !open.isStopped, open.streams.count < Self.most,
        open.streams.values.count(where: { $0.officer == officer }) < Self.mostOfOfficer
      else { return nil }
      open.streams[ObjectIdentifier(stream)] = stream
      if open.timer == nil { open.timer = makeTimer() }
      return stream
    }
  }

  /// How many there are.
  var count: Int { open.withLock { $0.streams.count } }

  /// Ends all of them: the server stops.
  func stop() {
    let streams = open.withLock { open in
      open.isStopped = true
      open.timer?.cancel()
      open.timer = nil
      return Array(open.streams.values)
    }
    for stream in streams { stream.end(nil) }
  }

  private func makeTimer() -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now(), repeating: .seconds(1), leeway: .milliseconds(200))
    timer.setEventHandler { [weak self] in self?.turn() }
    timer.resume()
    return timer
  }

  private func closed(_ stream: EventStream) {
    open.withLock { open in
      open.streams[ObjectIdentifier(stream)] = nil
      guard open.streams.isEmpty else { return }
      open.timer?.cancel()
      open.timer = nil
    }
  }

  /// One second's look; on its own queue.
  func turn() {
    let (streams, looksAtBoard) = open.withLock { open in
      open.turn += 1
      let looks = open.turn % Self.turnsOfBoard == 1 && open.streams.values.contains { $0.rights.contains(.board) }
      return (Array(open.streams.values), looks)
    }
    if looksAtBoard { lookAtBoard() }
    let news = news()
    for stream in streams {
      if isAlive(stream.token) { stream.tell(news) } else { stream.end("over") }
    }
  }

  private func news() -> News {
    News(
      board: open.withLock { $0.board }, arrivals: node.changes.count(of: ["migration"]),
      expected: node.changes.count(of: Self.expectedSources), alerts: node.changes.count(of: Self.alertSources))
  }

  private func lookAtBoard() {
    let status = node.status()
    var hasher = Hasher()
    for stream in status.streams {
      hasher.combine(stream.stream)
      hasher.combine(stream.flowing)
      hasher.combine(stream.lagRecords == 0)
      hasher.combine([stream.halted, stream.obstacle?.words ?? "", stream.problem])
    }
    hasher.combine(status.problems)
    hasher.combine(status.links)
    hasher.combine(status.agreements.map(\.sentence))
    hasher.combine(node.lagHistory.latest)
    let signature = hasher.finalize()
    open.withLock { open in
      if let before = open.signature, before != signature { open.board &+= 1 }
      open.signature = signature
    }
  }
}

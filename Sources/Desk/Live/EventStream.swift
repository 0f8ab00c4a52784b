import HTTP
import Officers
import Synchronization

/// One page's connection for news: server-sent events (HTML section 9.2) that say that something of a kind changed and how often since the
/// connection was made. They hold numbers and nothing of a record.
final class EventStream: ResponseStream {
  /// Whose session it is: looked at again and again, and never used by it.
  let token: String
  let officer: String
  let rights: Set<Right>
  private let state = Mutex(State())
  private let onClosed: @Sendable (EventStream) -> Void

  private struct State {
    var pushed = PushedBytes()
    /// What was told last.
    var told = News()
    var begun: News?
    var silent = 0
  }

  /// Bytes that wait for a client that does not read; what comes then is told with the next that fits.
  private static let mostWaiting = 2048
  /// After so many silent turns a comment is sent: it keeps the connection, and finds out who is gone.
  private static let turnsOfSilence = 15

  init(token: String, officer: String, rights: Set<Right>, onClosed: @escaping @Sendable (EventStream) -> Void) {
    (self.token, self.officer, self.rights, self.onClosed) = (token, officer, rights, onClosed)
    // Whoever loses the connection comes back after five seconds.
    state.withLock { $0.pushed.waiting = Array("retry: 5000\n\n".utf8) }
  }

  /// Tells what changed; called once a second.
  func tell(_ news: News) {
    change { state in
      guard let begun = state.begun else {
        (state.begun, state.told) = (news, news)
        return
      }
      guard state.pushed.waiting.count < Self.mostWaiting else { return }
      let own = news.seen(with: rights, since: begun)
      if own != state.told.seen(with: rights, since: begun) {
        let counts = own.map { "\"\($0.name)\":\($0.count)" }.joined(separator: ",")
        state.pushed.waiting += "event: change\ndata: {\(counts)}\n\n".utf8
        (state.told, state.silent) = (news, 0)
      } else {
        state.silent += 1
        if state.silent >= Self.turnsOfSilence {
          state.pushed.waiting += ":\n\n".utf8
          state.silent = 0
        }
      }
    }
  }

  /// Ends it; `word` tells the page why.
  func end(_ word: String?) {
    change { state in
      if let word { state.pushed.waiting += "event: \(word)\ndata: {}\n\n".utf8 }
      state.pushed.isEnded = true
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let wake = state.withLock { state in
      body(&state)
      return state.pushed.takeWake()
    }
    wake?()
  }

  func next(max: Int, wake: @escaping @Sendable () -> Void) -> StreamPiece {
    state.withLock { $0.pushed.next(max: max, wake: wake) }
  }

  func closed() { onClosed(self) }
}

/// How often things changed since the node was opened.
struct News: Hashable, Sendable {
  /// How streams, agreements or links stand, or a new sample of their lag.
  var board: UInt64 = 0
  /// Records of migration.
  var arrivals: UInt64 = 0
  /// Records of goods, alerts and holds.
  var expected: UInt64 = 0
  /// Hits of alerts, what was found, and alarms of tags.
  var alerts: UInt64 = 0

  /// One kind's count.
  struct Count: Hashable {
    let name: String
    let count: UInt64
  }

  /// What somebody may see of it, since a moment.
  func seen(with rights: Set<Right>, since begun: News) -> [Count] {
    var out: [Count] = []
    if rights.contains(.board) { out.append(Count(name: "board", count: board &- begun.board)) }
    if rights.contains(.arrivals) { out.append(Count(name: "arrivals", count: arrivals &- begun.arrivals)) }
    if rights.contains(.expected) { out.append(Count(name: "expected", count: expected &- begun.expected)) }
    if rights.contains(.search) { out.append(Count(name: "alerts", count: alerts &- begun.alerts)) }
    return out
  }
}

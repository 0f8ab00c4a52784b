import Exchange
import Indicators
import Synchronization
import Terms

/// The node's notes of its own running, kept beside the store: they hold numbers alone. Written every five minutes and at the end, so that a
/// node which ends abruptly has run at most five minutes longer than is noted.
final class NodeDayBook: Sendable {
  private struct State {
    var days: NodeDays
    var unwritten = 0
  }

  private let state: Mutex<State>
  private let path: String
  private let log: Installation.Log

  /// Samples between two writings.
  private static let samplesPerWriting = 10
  /// Bytes of the longest file that is read: 400 days of many waits.
  private static let longest = 8 << 20

  /// The notes at a path; new ones where there are none, or where they cannot be read, which is said.
  init(_ path: String, log: @escaping Installation.Log) {
    (self.path, self.log) = (path, log)
    var days = NodeDays()
    if Files.exists(path) {
      do {
        let bytes = try Files.read(path, longest: Self.longest, what: "the node's days")
        days = try NodeDays(text: String(decoding: bytes, as: UTF8.self))
      } catch {
        log(.warning, "node", "what was noted of the node's running cannot be read, and begins anew: \(error)")
      }
    }
    state = Mutex(State(days: days))
  }

  /// All notes.
  var days: NodeDays { state.withLock { $0.days } }

  /// Notes how the streams stand.
  func note(_ streams: [StreamStatus], at now: Instant) {
    let waits = streams.filter { $0.direction == .outgoing && $0.isAgreed }.map(\.lagMilliseconds)
    let isDue = state.withLock { state in
      state.days.take(waits, at: now)
      state.unwritten += 1
      return state.unwritten >= Self.samplesPerWriting
    }
    if isDue { keep() }
  }

  /// Writes what is not written yet.
  func keep() {
    state.withLock { state in
      guard state.unwritten > 0 else { return }
      do {
        try Files.write(Array(state.days.text.utf8), to: path)
        state.unwritten = 0
      } catch { log(.warning, "node", "what was noted of the node's running cannot be written: \(error)") }
    }
  }
}

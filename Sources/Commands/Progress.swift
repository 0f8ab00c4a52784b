import Glibc

/// Progress on a terminal, at most five times a second, from the first second on.
final class Progress {
  private let console: Console
  private let verb: String
  private let total: Int64?
  private let started = time(nil)
  private var last = ContinuousClock.now

  init(_ console: Console, _ verb: String, of total: Int64?) {
    (self.console, self.verb, self.total) = (console, verb, total)
  }

  func update(_ count: Int64, bytes: Int64) {
    guard console.isTerminal, ContinuousClock.now - last > .milliseconds(200) else { return }
    last = ContinuousClock.now
    let share = total.map { $0 > 0 ? " (\(bytes * 100 / $0) %)" : "" } ?? ""
    console.progress("\(verb) \(count)\(share)")
  }

  func end() { console.endProgress() }
}

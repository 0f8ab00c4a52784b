import Dispatch
import Glibc
import Synchronization

/// Ctrl-C, SIGTERM, a closed terminal, or output that nobody reads any more: the demo ends at the next step.
final class Interruption: Sendable {
  struct Raised: Error {}

  private struct State {
    var isRaised = false
    var act: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// Takes the signals from here on. To be made before any thread is started, so that none gets them.
  init() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    DispatchQueue(label: "istmo-signals").async { [self, signals] in
      var (awaited, signal) = (signals, Int32(0))
      while sigwait(&awaited, &signal) == 0 { raise() }
    }
  }

  /// What is done at once, in another thread, so that no step waits for a node that is to end.
  func onRaise(_ act: @escaping @Sendable () -> Void) { state.withLock { $0.act = act } }

  private func raise() {
    let act = state.withLock { state in
      state.isRaised = true
      return state.act
    }
    act?()
  }

  var isRaised: Bool {
    var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return state.withLock { $0.isRaised } || poll(&output, 1, 0) == 1 && output.revents & Int16(POLLERR) != 0
  }

  /// - Throws: `Raised` when the demo is to end.
  func check() throws(Raised) { if isRaised { throw Raised() } }

  /// Sleeps, but not past an interruption.
  func sleep(milliseconds: Int) throws(Raised) {
    for _ in 0..<max(1, milliseconds / 20) {
      try check()
      usleep(20_000)
    }
  }
}

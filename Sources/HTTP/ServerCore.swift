import CMicroHTTPD
import Glibc
import Synchronization

/// What the callbacks of libmicrohttpd work on. Lives longer than the daemons, which hold it unretained.
final class ServerCore: Sendable {
  let service: any Service
  let connections: Connections
  let meter: Meter
  private let journal: Journal
  private let stopping = Atomic(false)
  private let closing = Atomic(false)
  private let inFlight = Atomic(0)
  private let waiting = Atomic(0)
  private let begun = Atomic<UInt64>(0)

  init(service: any Service, connections: Connections, meter: Meter, journal: Journal) {
    (self.service, self.connections, self.meter, self.journal) = (service, connections, meter, journal)
  }

  /// Requests that come now are refused; those under way go on.
  var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }
  /// Nothing goes on.
  var isClosing: Bool { closing.load(ordering: .sequentiallyConsistent) }
  var requestsInFlight: Int { inFlight.load(ordering: .relaxed) }
  /// Requests that have no answer yet; those whose answer is being sent are not among them, however long that takes.
  var unanswered: Int { waiting.load(ordering: .relaxed) }
  var requestsBegun: UInt64 { begun.load(ordering: .relaxed) }

  func stop() { stopping.store(true, ordering: .sequentiallyConsistent) }
  func close() { closing.store(true, ordering: .sequentiallyConsistent) }
  func requestBegins() {
    inFlight.wrappingAdd(1, ordering: .relaxed)
    waiting.wrappingAdd(1, ordering: .relaxed)
    meter.note(.request)
    begun.wrappingAdd(1, ordering: .relaxed)
  }
  func requestIsAnswered() { waiting.wrappingSubtract(1, ordering: .relaxed) }
  func requestEnds() { inFlight.wrappingSubtract(1, ordering: .relaxed) }

  func log(_ line: @autoclosure () -> String) { journal.write(line()) }
  func flushLog() { journal.flush() }

  /// Starts one event loop, or nil when the system has no thread or memory for it.
  func startLoop(connections limit: Int, idleSeconds: Int) -> OpaquePointer? {
    istmo_mhd_start(
      Callbacks.handle, Callbacks.target, Callbacks.unescape, Callbacks.completed, Callbacks.notify, Callbacks.log,
      Unmanaged.passUnretained(self).toOpaque(), UInt32(clamping: limit), Limits.connectionMemory,
      UInt32(clamping: idleSeconds))
  }
}

/// Log lines, at most so many a second.
final class Journal: Sendable {
  private struct State {
    var second: Int64 = 0
    var written = 0
    var dropped = 0
  }

  private let state = Mutex(State())
  private let sink: @Sendable (String) -> Void

  init(_ sink: @escaping @Sendable (String) -> Void) { self.sink = sink }

  func write(_ line: @autoclosure () -> String) {
    let (dropped, writes) = state.withLock { state in
      let dropped = Self.turn(&state)
      guard state.written < Limits.logLinesPerSecond else {
        state.dropped += 1
        return (dropped, false)
      }
      state.written += 1
      return (dropped, true)
    }
    report(dropped)
    if writes { sink(line()) }
  }

  /// Says how many lines were left out, if any were.
  func flush() { report(state.withLock { Self.turn(&$0) }) }

  private func report(_ dropped: Int) {
    if dropped > 0 { sink("\(dropped) more lines of this kind within a second") }
  }

  private static func turn(_ state: inout State) -> Int {
    let second = Clock.milliseconds / 1_000
    guard second != state.second else { return 0 }
    defer { state = State(second: second) }
    return state.dropped
  }
}

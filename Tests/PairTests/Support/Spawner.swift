import Foundation
import Glibc
import Synchronization

/// How a program ended.
enum Ending: Hashable, CustomStringConvertible {
  /// By itself, with this status.
  case exit(Int32)
  /// By a signal: a trap is one.
  case signal(Int32)
  /// Not before the test ran out of patience; it was killed then.
  case hung

  init(_ status: Int32) { self = status & 0x7F == 0 ? .exit((status >> 8) & 0xFF) : .signal(status & 0x7F) }

  var description: String {
    switch self {
    case .exit(let status): "exit \(status)"
    case .signal(let signal): "signal \(signal)"
    case .hung: "hung"
    }
  }
}

/// Starts programs so that none outlives the tests, however these end.
///
/// A program dies with the thread that started it (`PR_SET_PDEATHSIG`, set by util-linux's `setpriv`), and threads of a pool
/// come and go: all are started from one thread that stays.
final class Spawner: Sendable {
  static let shared = Spawner()

  /// What a program gets and where its output goes.
  struct Order: Sendable {
    var program: String
    var arguments: [String]
    var environment: [String: String] = [:]
    var folder: String?
    var input = "/dev/null"
    var output: String
    var errors: String
  }

  struct Failure: Error, CustomStringConvertible { let description: String }

  private let orders = Mutex<[@Sendable () -> Void]>([])
  private let wake = DispatchSemaphore(value: 0)

  private init() {
    let thread = Thread { [self] in
      while true {
        wake.wait()
        orders.withLock { $0.isEmpty ? nil : $0.removeFirst() }?()
      }
    }
    thread.start()
  }

  /// Starts a program; gives its number.
  func start(_ order: Order) throws -> pid_t {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<pid_t, Failure>?>(nil)
    orders.withLock {
      $0.append {
        let started = Self.spawn(order)
        result.withLock { $0 = started }
        done.signal()
      }
    }
    wake.signal()
    done.wait()
    guard let started = result.withLock({ $0 }) else { throw Failure(description: "\(order.program) was not started") }
    return try started.get()
  }

  private static func spawn(_ order: Order) -> Result<pid_t, Failure> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, order.input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, order.output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, order.errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    // Sockets of other tests must not live on in a program. What is not open is passed over.
    for descriptor in 3..<min(1024, Int32(clamping: sysconf(Int32(_SC_OPEN_MAX)))) {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    // A test at the same time may block signals for itself.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let environment = ProcessInfo.processInfo.environment.merging(order.environment) { $1 }
    let place = order.folder.map { ["/usr/bin/env", "--chdir", $0] } ?? []
    let words = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] + place + [order.program] + order.arguments
    let argv = words.map { strdup($0) } + [nil]
    let envp = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, words[0], &actions, &attributes, argv, envp)
    guard failure == 0 else {
      return .failure(Failure(description: "\(order.program) does not start: \(String(cString: strerror(failure)))"))
    }
    return .success(child)
  }
}

/// How a started program ended, or nil while it runs. A program is asked for once after it ended.
func ending(of child: pid_t) -> Ending? {
  var status: Int32 = 0
  return waitpid(child, &status, WNOHANG) == child ? Ending(status) : nil
}

/// Waits for a program's end; after `seconds` it is killed.
func awaitEnding(of child: pid_t, seconds: Int = 240) async -> Ending {
  for _ in 0..<(seconds * 100) {
    if let ending = ending(of: child) { return ending }
    try? await Task.sleep(for: .milliseconds(10))
  }
  kill(child, SIGKILL)
  var status: Int32 = 0
  waitpid(child, &status, 0)
  return .hung
}

/// Asks again and again until something holds, at most for so many seconds. Tells whether it came to hold.
func eventually(seconds: Int = 120, every milliseconds: Int = 50, _ holds: () async throws -> Bool) async rethrows
  -> Bool
{
  for _ in 0..<(seconds * 1000 / milliseconds) {
    if try await holds() { return true }
    if Task.isCancelled { return false }
    try? await Task.sleep(for: .milliseconds(milliseconds))
  }
  return try await holds()
}

/// Does something that blocks on a thread of its own, so that tests at the same time go on.
func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    let thread = Thread { continuation.resume(with: Result { try body() }) }
    thread.stackSize = 4 << 20
    thread.start()
  }
}

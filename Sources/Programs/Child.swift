import Glibc
import Synchronization

/// A program that this one started. It is ended with this object; with a `Lifeline` as its input, a program that ends when
/// its input does also ends when this process dies in any other way.
public final class Child: Sendable {
  /// Its process number.
  public let pid: pid_t
  /// Its status once it was taken over from the system: after that the number may be another process's.
  private let ended = Mutex<Int32?>(nil)

  /// Starts a program with no signal blocked; what it writes goes to the file `log`.
  /// - Parameter lifeline: what it reads; nothing when nil.
  public init(_ program: String, _ arguments: [String], log: String, lifeline: Lifeline? = nil) throws(ChildError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let lifeline {
      posix_spawn_file_actions_adddup2(&actions, lifeline.reading, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let argv = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, program, &actions, &attributes, argv, environ)
    guard failure == 0 else { throw ChildError("\(program) does not start: \(String(cString: strerror(failure)))") }
    pid = child
  }

  deinit { stop() }

  /// How it ended: the exit status, 128 and the signal's number when a signal ended it; nil while it runs.
  public var status: Int32? {
    ended.withLock { ended in
      if ended == nil {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        ended = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
      }
      return ended
    }
  }

  /// Sends a signal, unless it has ended.
  public func signal(_ number: Int32) {
    ended.withLock { if $0 == nil { kill(pid, number) } }
  }

  /// Ends it and waits: SIGTERM, and SIGKILL when it has not ended after so many seconds.
  public func stop(patience: Int = 20) {
    guard status == nil else { return }
    signal(SIGTERM)
    for _ in 0..<(patience * 100) where status == nil { usleep(10_000) }
    signal(SIGKILL)
    _ = wait()
  }

  /// Waits for its end; see `status`.
  @discardableResult
  public func wait() -> Int32 {
    while true {
      if let status { return status }
      // Waits without taking the status over, so that the number stays its own until `status` has the lock.
      var info = siginfo_t()
      if waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno != EINTR { return 0 }
    }
  }

  /// Runs a program to its end.
  /// - Throws: `ChildError` with what it wrote, when its status is not 0.
  public static func run(_ program: String, _ arguments: [String], log: String) throws(ChildError) {
    let status = try Child(program, arguments, log: log).wait()
    guard status == 0 else {
      throw ChildError("\(arguments.joined(separator: " ")): status \(status): \(TextFile.read(log))")
    }
  }
}

/// Why a program did not do its work.
public struct ChildError: Error, CustomStringConvertible {
  /// One sentence for a person.
  public let description: String

  /// A reason.
  public init(_ description: String) { self.description = description }
}

/// A pipe of which this process holds the one writing end and writes nothing: its readers see the end when this process
/// ends, however it ends.
public final class Lifeline: Sendable {
  let reading: Int32
  private let writing: Int32

  /// Opens the pipe.
  public init() throws(ChildError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ChildError("no pipe: \(String(cString: strerror(errno)))") }
    (reading, writing) = (ends[0], ends[1])
    // No child may hold the writing end: it would keep the others alive.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(reading)
    close(writing)
  }
}

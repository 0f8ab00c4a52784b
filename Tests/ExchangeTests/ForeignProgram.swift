import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Runs a program of another maker to its end.
///
/// Not with Foundation's `Process`: on Linux its `waitUntilExit` sometimes never returns when several tests run programs
/// at the same time, although all of them have ended.
struct ForeignProgram {
  /// The exit status; 128 and the signal's number when a signal ended it.
  let status: Int32
  /// What it wrote, both streams in order.
  let output: String

  /// The longest that a program may take: `go run` compiles first, on a busy machine.
  static let longest = Duration.seconds(240)

  init(_ program: String, _ arguments: [String], environment: [String: String]) async throws {
    // The output goes through a file: a full pipe would stop the program.
    let log = FileManager.default.temporaryDirectory.appending(path: "istmo-\(UUID().uuidString).log")
    defer { try? FileManager.default.removeItem(at: log) }
    let path = log.path(percentEncoded: false)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)

    let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let argv = ([program] + arguments).map { strdup($0) } + [nil]
    let envp = all.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, program, &actions, nil, argv, envp)
    try #require(failure == 0, "\(program) does not start: \(String(cString: strerror(failure)))")

    var ended: Int32 = 0
    let deadline = ContinuousClock.now + Self.longest
    while waitpid(child, &ended, WNOHANG) == 0 {
      guard ContinuousClock.now < deadline else {
        kill(child, SIGKILL)
        waitpid(child, &ended, 0)
        break
      }
      try? await Task.sleep(for: .milliseconds(20))
    }
    status = ended & 0x7F == 0 ? (ended >> 8) & 0xFF : 128 + (ended & 0x7F)
    output = String(decoding: (try? Data(contentsOf: log)) ?? Data(), as: UTF8.self)
  }
}

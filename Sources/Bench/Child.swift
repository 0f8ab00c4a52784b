import Glibc

/// A program that this benchmark started. Ends with it, whatever happens to the benchmark.
final class Child {
  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  private let pid: pid_t
  private var isOver = false

  /// Starts a program; what it writes goes to the file `log`.
  init(_ program: String, _ arguments: [String], log: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    let argv = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, program, &actions, nil, argv, environ)
    guard failure == 0 else { throw Failed(description: "\(program): \(String(cString: strerror(failure)))") }
    pid = child
  }

  deinit { stop() }

  /// Ends it and waits.
  func stop() {
    guard !isOver else { return }
    kill(pid, SIGTERM)
    _ = wait()
  }

  /// Waits for its end: the exit status, 128 and the signal's number when a signal ended it.
  func wait() -> Int32 {
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    isOver = true
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  /// Bytes of memory that it holds now, and the most it held.
  var memory: (now: Int, most: Int) {
    let text = Files.text("/proc/\(pid)/status")
    func figure(_ name: String) -> Int {
      text.split(separator: "\n").first { $0.hasPrefix(name) }
        .flatMap { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first }
        .flatMap { Int($0) }.map { $0 * 1024 } ?? 0
    }
    return (figure("VmRSS:"), figure("VmHWM:"))
  }

  /// Processor time that it used so far.
  var processorTime: Duration {
    // Fields 14 and 15 of proc_pid_stat(5), counted behind the name, in ticks.
    let fields = Files.text("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return .zero }
    return .milliseconds((user + system) * 1000 / sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Runs a program to its end.
  /// - Throws: `Failed` with what it wrote, when its status is not 0.
  static func run(_ program: String, _ arguments: [String], log: String) throws {
    let status = try Child(program, arguments, log: log).wait()
    guard status == 0 else {
      throw Failed(description: "\(arguments.joined(separator: " ")): status \(status): \(Files.text(log))")
    }
  }
}

/// Small files, read and written whole.
enum Files {
  static func text(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "w") else { throw Child.Failed(description: "\(path) cannot be written") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      throw Child.Failed(description: "\(path) cannot be written")
    }
  }
}

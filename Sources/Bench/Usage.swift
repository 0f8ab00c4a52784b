import Glibc
import Programs

/// What a program takes of the machine.
extension Child {
  /// Bytes of memory that it holds now, and the most it held.
  var memory: (now: Int, most: Int) {
    let text = TextFile.read("/proc/\(pid)/status")
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
    let fields = TextFile.read("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return .zero }
    return .milliseconds((user + system) * 1000 / sysconf(Int32(_SC_CLK_TCK)))
  }
}

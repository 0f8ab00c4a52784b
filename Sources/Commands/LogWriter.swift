import Glibc
import Node
import Synchronization
import Terms

/// Log lines on standard error, one a line, for people and for collectors (logfmt):
/// `time=2026-11-24T14:03:22.125Z level=warning part=link text="the link with GT is down: ..."`
final class LogWriter: Sendable {
  private let least: Int
  private let clock = SystemClock()
  private let lock = Mutex(())

  init(least: LogLevel) { self.least = Self.rank(least) }

  private static func rank(_ level: LogLevel) -> Int { LogLevel.allCases.firstIndex(of: level) ?? 0 }

  func write(_ level: LogLevel, _ part: String, _ text: String) {
    guard Self.rank(level) >= least else { return }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": escaped += "\\\(scalar)"
      case "\n": escaped += "\\n"
      case _ where scalar.value < 0x20: escaped += "?"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    let line = Array("time=\(clock.now()) level=\(level.rawValue) part=\(part) text=\"\(escaped)\"\n".utf8)
    lock.withLock { _ in _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) } }
  }
}

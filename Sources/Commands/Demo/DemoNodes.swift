import Glibc
import HTTP
import Programs
import Synchronization
import Terms

/// The running nodes of a demo, each a process of its own.
final class DemoNodes: Sendable {
  private let children = Mutex<[CountryCode: Child]>([:])
  private let lifeline: Lifeline
  private let program: String

  /// - Parameter program: the path of this executable.
  init(program: String) throws {
    self.program = program
    lifeline = try Lifeline()
  }

  /// Starts a node; it ends with this process, however this process ends.
  func start(_ country: CountryCode, home: String, log: String) throws {
    let child = try Child(program, ["run", "--home", home, "--end-with-input"], log: log, lifeline: lifeline)
    children.withLock { $0[country] = child }
  }

  /// The line that a node prints once it is ready; nil until then.
  /// - Throws: `DemoFailure` when it has ended.
  func readyLine(_ country: CountryCode, log: String) throws(DemoFailure) -> String? {
    let lines = TextFile.read(log).split(separator: "\n")
    if let line = lines.first(where: { $0.hasPrefix("\(country) ready: ") }) { return String(line) }
    guard let status = children.withLock({ $0[country] })?.status else { return nil }
    throw DemoFailure("the node of \(country) ended with status \(status): \(lines.last ?? "no word in \(log)")")
  }

  /// The process of a node.
  func pid(_ country: CountryCode) -> Int32? { children.withLock { $0[country]?.pid } }

  /// Takes note of nodes that have ended, each once.
  func takeEnded() -> [(country: CountryCode, status: Int32)] {
    children.withLock { children in
      let ended = children.compactMap { country, child in child.status.map { (country, $0) } }
      for (country, _) in ended { children[country] = nil }
      return ended.sorted { $0.0 < $1.0 }
    }
  }

  /// Tells all to end, without waiting.
  func terminate() { for child in children.withLock({ Array($0.values) }) { child.signal(SIGTERM) } }

  /// Ends all and waits until they have ended.
  func stop() {
    terminate()
    let all = children.withLock { children in
      defer { children = [:] }
      return Array(children.values)
    }
    for child in all { child.stop() }
  }
}

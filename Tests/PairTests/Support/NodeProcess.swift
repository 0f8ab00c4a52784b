import Foundation
import Glibc
import HTTP
import Synchronization

/// A node as `istmo run` makes it, in a process of its own.
final class NodeProcess: Sendable {
  struct NotReady: Error, CustomStringConvertible { let description: String }

  let home: String
  /// Its standard error, all runs one after the other.
  let logFile: String
  let child: pid_t
  /// Where neighbours reach it.
  let linkPort: UInt16
  /// Where its API is.
  let apiPort: UInt16
  private let ending = Mutex<Ending?>(nil)

  /// Starts the node of a home and waits until it says that it is ready.
  /// `prefix` are words before the program: another program that runs it in a changed world.
  init(
    home: String, options: [String] = [], prefix: [String] = [], environment: [String: String] = [:]
  ) async throws {
    self.home = home
    logFile = home + ".log"
    let output = "\(home).out-\(UInt32.random(in: 0 ... .max))"
    defer { unlink(output) }
    let words = prefix + [Istmo.path, "run", "--home", home] + options
    child = try Spawner.shared.start(
      .init(
        program: words[0], arguments: Array(words.dropFirst()), environment: environment, output: output,
        errors: logFile))
    var ports: (link: UInt16, api: UInt16)?
    var early: Ending?
    _ = await eventually(seconds: 120, every: 10) { [child] in
      let line = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
      if line.hasSuffix("\n") { ports = Self.ports(line) }
      if ports == nil { early = PairTests.ending(of: child) }
      return ports != nil || early != nil
    }
    guard let ports else {
      if early == nil {
        Glibc.kill(child, SIGKILL)
        _ = await awaitEnding(of: child)
      }
      let log = (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? ""
      throw NotReady(
        description: "\(home) did not become ready (\(early?.description ?? "running")): \(log.suffix(2000))")
    }
    (linkPort, apiPort) = ports
  }

  /// The ports of `SV ready: link HOST:PORT, API http://HOST:PORT, home DIR`.
  private static func ports(_ line: String) -> (UInt16, UInt16)? {
    guard let match = line.firstMatch(of: /link [^ ]*:(\d+), API http:\/\/[^ ]*:(\d+),/),
      let link = UInt16(match.1), let api = UInt16(match.2)
    else { return nil }
    return (link, api)
  }

  /// Whether it still runs.
  var isRunning: Bool { reaped() == nil }

  private func reaped() -> Ending? {
    ending.withLock { known in
      if known == nil { known = PairTests.ending(of: child) }
      return known
    }
  }

  /// Ends it without a chance to do anything.
  func kill() async {
    signal(SIGKILL)
    _ = await ended()
  }

  /// Asks it to end and waits.
  func stop() async -> Ending {
    signal(SIGTERM)
    return await ended()
  }

  func signal(_ number: Int32) { if reaped() == nil { Glibc.kill(child, number) } }

  /// Waits for its end.
  func ended() async -> Ending {
    if await eventually(seconds: 120, every: 5, { reaped() != nil }) { return reaped() ?? .hung }
    Glibc.kill(child, SIGKILL)
    let last = await awaitEnding(of: child)
    ending.withLock { $0 = last }
    return .hung
  }

  deinit {
    guard reaped() == nil else { return }
    Glibc.kill(child, SIGKILL)
    var status: Int32 = 0
    waitpid(child, &status, 0)
  }

  /// The most memory that it ever had, in bytes; of its process alone, whatever runs beside it.
  func mostMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8)
    guard let peak = status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap({ Int($0.1) }) else {
      throw NotReady(description: "\(home): its process has no VmHWM: \(status.prefix(200))")
    }
    return peak << 10
  }

  /// A client of its API, for one thread.
  func client(silentSeconds: Int = 60) -> Client {
    Client(.tcp(host: "127.0.0.1", port: apiPort), patience: .init(connectSeconds: 5, silentSeconds: silentSeconds))
  }
}

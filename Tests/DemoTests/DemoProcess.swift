import Foundation
import Glibc
import Programs
import Testing

/// `istmo demo` as a user runs it, in a folder of its own.
final class DemoProcess: Sendable {
  static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  static let topology = root + "/Topology/central-america.toml"

  /// The program, which the build puts beside the tests.
  static let program: String = {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = max(0, readlink("/proc/self/exe", &bytes, bytes.count))
    let places = [String(decoding: bytes.prefix(count), as: UTF8.self)] + CommandLine.arguments
    let programs = places.filter { $0.contains("/") }.map { place in
      URL(filePath: place).deletingLastPathComponent().appending(path: "istmo").path(percentEncoded: false)
    }
    return programs.first { FileManager.default.isExecutableFile(atPath: $0) } ?? root + "/.build/debug/istmo"
  }()

  /// What the demo writes to, apart from its own folder.
  let scratch: String
  /// The demo's folder.
  let folder: String
  let child: Child

  init(_ options: [String], folder: String? = nil, topology: String = DemoProcess.topology) throws {
    scratch = NSTemporaryDirectory() + "istmo-demo-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    self.folder = folder ?? scratch + "/demo"
    child = try Child(
      Self.program, ["demo", "--dir", self.folder, "--topology", topology] + options, log: scratch + "/log")
  }

  deinit {
    child.signal(SIGKILL)
    child.wait()
    try? FileManager.default.removeItem(atPath: scratch)
  }

  /// What it said so far, both streams in order.
  var said: String { TextFile.read(scratch + "/log") }

  /// Waits until something holds, for at most five minutes: the whole demo, in debug, beside other tests.
  static func eventually(_ condition: () -> Bool) async throws -> Bool {
    for _ in 0..<15_000 {
      if condition() { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  /// Waits until it has said this, or has ended.
  func says(_ text: String) async throws -> Bool {
    _ = try await Self.eventually { said.contains(text) || child.status != nil }
    return said.contains(text)
  }

  /// Sends it a signal as soon as it has said this; false when it ended before. The wait has a thread of its own: while other
  /// tests hold those of the pool, the demo would go far beyond what it said.
  func interrupt(at text: String, by signal: Int32) async -> Bool {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [self] in
        while !said.contains(text), child.status == nil { usleep(20_000) }
        child.signal(signal)
        continuation.resume(returning: said.contains(text))
      }
    }
  }

  /// Waits for its end; nil when it does not come.
  func ending() async throws -> Int32? {
    _ = try await Self.eventually { child.status != nil }
    return child.status
  }

  /// Processes whose command line names the demo's folder, this demo left out.
  var nodes: [Int32] {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
    return numbers.filter { number in
      number != child.pid && TextFile.read("/proc/\(number)/cmdline").contains(folder + "/")
    }
  }
}

import Catalog
import Foundation
import Glibc

/// The product as its users have it: the program.
enum Istmo {
  /// Beside the test bundle, where the build puts it; another one (a release build) by `ISTMO_TEST_PROGRAM`.
  static let path: String = {
    if let named = ProcessInfo.processInfo.environment["ISTMO_TEST_PROGRAM"] { return named }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let running = [String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)] + CommandLine.arguments
    let beside = running.filter { $0.contains("/") }.map { word in
      URL(filePath: word).deletingLastPathComponent().appending(path: "istmo").path(percentEncoded: false)
    }
    let built = Repository.root + "/.build/debug/istmo"
    return beside.first { FileManager.default.isExecutableFile(atPath: $0) } ?? built
  }()

  /// What a command said.
  struct Said {
    let ending: Ending
    let output: String
    let errors: String

    /// The lines of the output that are JSON, each parsed.
    var lines: [JSONValue] {
      get throws {
        try output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8), longest: 64 << 20) }
      }
    }

    /// The whole output as one JSON value.
    var json: JSONValue { get throws { try JSONValue(parsing: Array(output.utf8), longest: 64 << 20) } }
  }

  /// Runs a command to its end.
  @discardableResult
  static func run(
    _ words: [String], input: [UInt8]? = nil, environment: [String: String] = [:], folder: String? = nil
  ) async throws -> Said {
    let scratch = try Folder()
    let stdin = input == nil ? "/dev/null" : scratch.path + "/in"
    if let input { try Data(input).write(to: URL(filePath: stdin)) }
    let all = ["ISTMO_TEST_WEAK_PASSPHRASE_WORK": "1"].merging(environment) { $1 }
    let child = try Spawner.shared.start(
      .init(
        program: path, arguments: words, environment: all, folder: folder, input: stdin,
        output: scratch.path + "/out", errors: scratch.path + "/err"))
    let ending = await awaitEnding(of: child)
    return Said(ending: ending, output: scratch.text("out"), errors: scratch.text("err"))
  }
}

/// The repository that the tests were built from.
enum Repository {
  static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
    .joined(separator: "/")
}

/// A folder of a test alone, removed with it. Its path is short: a home in it has a socket, whose path is limited.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/istmo-pair-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

  func bytes(_ name: String) -> [UInt8] {
    (try? Data(contentsOf: URL(filePath: "\(path)/\(name)"))).map { [UInt8]($0) } ?? []
  }

  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(bytes).write(to: URL(filePath: file))
    chmod(file, 0o600)
    return file
  }
}

extension JSONValue {
  var number: Int64? { if case .number(let number) = self { number } else { nil } }
  var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  var items: [JSONValue] { if case .list(let items) = self { items } else { [] } }

  /// A stream of a status.
  func stream(_ name: String) -> JSONValue? { self["streams"]?.items.first { $0["stream"]?.string == name } }
}

import Catalog
import Foundation
import HTTP
import Node
import Programs
import Sodium
import Terms
import Testing

@testable import Desk

/// The Python of Scripts/test, with the tools of Tests/Interop/requirements.txt.
enum Python {
  static let path = ProcessInfo.processInfo.environment["ISTMO_TEST_PYTHON"]
  /// Whether tests that need it run: without it they are left out, or fail where nothing may be left out.
  static let isWanted = path != nil || ProcessInfo.processInfo.environment["ISTMO_TEST_COMPLETE"] != nil

  /// Runs one of the scripts of Tests/Interop to its end, away from the threads of the other tests.
  /// - Returns: what it wrote.
  @discardableResult
  static func run(_ script: String, _ arguments: String..., folder: String) async throws -> String {
    let python = try #require(path, "ISTMO_TEST_PYTHON names the Python of Scripts/test")
    let log = "\(folder)/\(script.replacing("/", with: "-")).log"
    let words = ["\(TestDesk.root)/Tests/Interop/\(script)"] + arguments
    try await away { try Child.run(python, words, log: log) }
    return TextFile.read(log)
  }

  /// Does something that takes its time on a thread of its own.
  static func away(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      Thread { continuation.resume(with: Result { try body() }) }.start()
    }
  }
}

extension TestDesk {
  /// A new token with these scopes.
  func token(_ scopes: String..., days: Int64 = 1) throws -> String {
    let (token, entry) = TokenBook.make(
      name: "test-\(SystemEntropy().bytes(4).hex)", scopes: scopes,
      until: clock.now().advanced(byMilliseconds: days * 86_400_000), SystemEntropy())
    try home.keep(tokens: try home.tokens() + [entry])
    try node.reload()
    return token
  }

  /// A system that calls the API.
  func system(_ scopes: String...) throws -> APIClient {
    let (token, entry) = TokenBook.make(
      name: "test-\(SystemEntropy().bytes(4).hex)", scopes: scopes,
      until: clock.now().advanced(byMilliseconds: 86_400_000), SystemEntropy())
    try home.keep(tokens: try home.tokens() + [entry])
    try node.reload()
    return APIClient(port: server.port ?? 0, token: token)
  }

  var url: String { "http://127.0.0.1:\(server.port ?? 0)" }
}

/// Calls the API as a system does. Used by one test at a time.
final class APIClient {
  struct Answer {
    let status: Int
    let headers: Headers
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue? { try? JSONValue(parsing: body, longest: 16 << 20) }
    var lines: [JSONValue] {
      body.split(separator: 0x0A).compactMap { try? JSONValue(parsing: Array($0), longest: 1 << 20) }
    }
  }

  let token: String?
  private let client: Client

  init(port: UInt16, token: String? = nil) {
    (client, self.token) = (Client(.tcp(host: "127.0.0.1", port: port)), token)
  }

  func send(
    _ method: HTTP.Method, _ path: String, query: [(name: String, value: String)] = [],
    headers extra: [(String, String)] = [], _ body: [UInt8]? = nil
  ) throws -> Answer {
    var headers: Headers = [:]
    if let token { headers.add("Authorization", "Bearer \(token)") }
    for (name, value) in extra { headers.add(name, value) }
    let call = Client.Call(method, path, query: query, headers: headers)
    let answer = try client.send(call, upload: body.map { .bytes($0) } ?? .none, limit: 64 << 20)
    return Answer(status: answer.status, headers: answer.headers, body: answer.body)
  }

  func ask(_ path: String, _ json: JSONValue) throws -> Answer { try send(.post, path, Array(json.json.utf8)) }
}

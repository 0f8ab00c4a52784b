import HTTP
import Programs

/// A national system or a desk: one keep-alive connection to a node's API.
final class System {
  /// Where the API is, and what opens it.
  struct Access: Sendable {
    let port: UInt16
    let token: String
  }

  private let client: Client
  private let headers: Headers

  init(_ access: Access) {
    client = Client(.tcp(host: "127.0.0.1", port: access.port))
    headers = ["Authorization": "Bearer \(access.token)"]
  }

  /// Publishes lines; returns when they are accepted.
  func publish(_ lines: [UInt8], of dataset: String = "migration") throws {
    let call = Client.Call(.post, "/v1/records", query: [(name: "dataset", value: dataset)], headers: headers)
    let answer = try expectSuccess(call, lines)
    let told = String(decoding: answer.suffix(200), as: UTF8.self)
    guard told.contains("\"refused\":0") else { throw ChildError("\(dataset): \(told)") }
  }

  /// Asks what is on its way to a post; returns the answer.
  func expected(_ place: String) throws -> [UInt8] {
    let body = #"{"place":"\#(place)","officer":"of-17","role":"customs-officer","purpose":"shift"}"#
    return try expectSuccess(.init(.post, "/v1/expected", headers: headers), Array(body.utf8))
  }

  /// Looks a document up; returns the answer.
  @discardableResult
  func lookUp(_ document: String) throws -> [UInt8] {
    let body =
      #"{"dataset":"migration","from":"SV","where":{"document":"\#(document)"},"officer":"of-17","#
      + #""role":"migration-officer","purpose":"control"}"#
    return try expectSuccess(.init(.post, "/v1/query", headers: headers), Array(body.utf8))
  }

  @discardableResult
  private func expectSuccess(_ call: Client.Call, _ body: [UInt8]) throws -> [UInt8] {
    let answer = try client.send(call, upload: .bytes(body), limit: 64 << 20)
    guard answer.status == 200 else {
      throw ChildError("\(call.path): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
    }
    return answer.body
  }
}

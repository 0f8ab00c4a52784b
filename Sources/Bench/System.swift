import Programs

/// A national system or a desk: one keep-alive connection to a node's API.
final class System {
  /// Where the API is, and what opens it.
  struct Access: Sendable {
    let port: UInt16
    let token: String
  }

  private let wire: Wire
  private let token: String

  private static let noneRefused = Array("\"refused\":0".utf8)

  init(_ access: Access) throws {
    (wire, token) = (try Wire(port: access.port), access.token)
  }

  /// Publishes lines; returns when they are accepted.
  func publish(_ lines: [UInt8], of dataset: String = "migration") throws {
    let answer = try expectSuccess("/v1/records?dataset=\(dataset)", lines)
    guard Wire.find(Self.noneRefused, in: answer) != nil else {
      throw ChildError("\(dataset): \(String(decoding: answer.suffix(200), as: UTF8.self))")
    }
  }

  /// Asks what is on its way to a post; returns the answer.
  func expected(_ place: String) throws -> [UInt8] {
    let body = #"{"place":"\#(place)","officer":"of-17","role":"customs-officer","purpose":"shift"}"#
    return try expectSuccess("/v1/expected", Array(body.utf8))
  }

  /// Looks a document up; returns the answer.
  @discardableResult
  func lookUp(_ document: String) throws -> [UInt8] {
    let body =
      #"{"dataset":"migration","from":"SV","where":{"document":"\#(document)"},"officer":"of-17","#
      + #""role":"migration-officer","purpose":"control"}"#
    return try expectSuccess("/v1/query", Array(body.utf8))
  }

  /// Asks for everything known about a document; returns the answer.
  @discardableResult
  func crossing(_ document: String) throws -> [UInt8] {
    let body = #"{"key":"\#(document)","officer":"of-17","role":"migration-officer","purpose":"control"}"#
    return try expectSuccess("/v1/crossing", Array(body.utf8))
  }

  /// A record's evidence file.
  func evidence(of id: String) throws -> [UInt8] {
    let query = "id=\(id)&officer=of-17&role=migration-officer&purpose=control"
    return try expectSuccess("/v1/evidence?\(query)", [], by: "GET")
  }

  /// Durable entries of a stream at the node.
  func size(of stream: String = Pair.departures) throws -> UInt64 {
    let answer = try ask("GET", "/v1/checkpoint?stream=\(stream)", [])
    if answer.status == 404 { return 0 }
    // Its second line, over bytes: whoever asks until something is there shares the processors with what it asks.
    let lines = answer.body.split(separator: 0x0A, maxSplits: 2)
    guard answer.status == 200, lines.count > 1, let size = Wire.number(lines[1]) else {
      throw ChildError("\(stream): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
    }
    return size
  }

  @discardableResult
  private func expectSuccess(_ target: String, _ body: [UInt8], by method: String = "POST") throws -> [UInt8] {
    let answer = try ask(method, target, body)
    guard answer.status == 200 else {
      throw ChildError("\(target): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
    }
    return answer.body
  }

  private func ask(_ method: String, _ target: String, _ body: [UInt8]) throws -> (status: Int, body: [UInt8]) {
    let head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n"
    return try wire.send(Array(head.utf8), body)
  }
}

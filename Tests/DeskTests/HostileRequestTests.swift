import Catalog
import Foundation
import Glibc
import HTTP
import Terms
import Testing

@testable import Desk

/// What nobody should send, to every route of the table: answered with a status that is described, bounded, and the node serves on.
@Suite(.serialized) struct HostileRequestTests {
  /// Bodies that are no question, and some that are one by a hair.
  private static let bodies: [(what: String, bytes: [UInt8])] = [
    ("nothing", []), ("null", Array("null".utf8)), ("a list", Array("[]".utf8)), ("an empty object", Array("{}".utf8)),
    ("deep lists", Array(repeating: 0x5B, count: 60_000)),
    ("deep objects", Array(String(repeating: #"{"a":"#, count: 10_000).utf8)),
    ("nine levels", Array((String(repeating: "[", count: 9) + String(repeating: "]", count: 9)).utf8)),
    ("a huge number", Array(#"{"limit":1e999999999}"#.utf8)),
    ("a long number", Array("{\"limit\":\(String(repeating: "9", count: 50_000))}".utf8)),
    ("a number beyond 64 bits", Array(#"{"limit":9223372036854775808}"#.utf8)),
    ("NUL", [0]), ("NUL in a text", Array("{\"officer\":\"a\u{0}b\"}".utf8)),
    (
      "NUL escaped",
      Array(#"{"dataset":"migration","officer":"a\u0000b","role":"r","purpose":"p","key":"\u0000"}"#.utf8)
    ),
    ("half a surrogate", Array(#"{"officer":"\ud800"}"#.utf8)), ("not UTF-8", [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x7D]),
    ("overlong UTF-8", [0x22, 0xC0, 0x80, 0x22]), ("a byte order mark", [0xEF, 0xBB, 0xBF] + Array("{}".utf8)),
    ("the same member twice", Array(#"{"officer":"a","officer":"b"}"#.utf8)),
    ("a member of 60 KB", Array("{\"\(String(repeating: "x", count: 60_000))\":1}".utf8)),
    ("too long", Array(repeating: 0x20, count: 70_000)),
    ("turned writing", Array("{\"officer\":\"a\u{202E}b\",\"role\":\"r\",\"purpose\":\"p\",\"key\":\"k\"}".utf8)),
    (
      "thousands of conditions",
      Array("{\"where\":{\((0..<3_000).map { "\"f\($0)\":\"v\"" }.joined(separator: ","))}}".utf8)
    ),
  ]

  @Test func everyRouteAnswersWhatIsNoQuestionAsDescribed() throws {
    let desk = try TestDesk()
    let system = try desk.system("publish", "lookup", "observe")
    let described: Set<Int> = [400, 401, 403, 404, 405, 413, 414, 422, 431, 501]
    var count = 0
    for route in Router.routes where route.access != .local {
      let paths =
        route.path.hasSuffix("/")
        ? ["..%2f", "0", "\u{FFFD}", String(repeating: "a", count: 64), "a\nb"].map { route.path + $0 } : [route.path]
      for path in paths {
        for (what, body) in Self.bodies {
          let query: [(String, String)] = route.about.id == "publish" ? [("dataset", "migration")] : []
          let answer = try system.send(route.method, path, query: query, body.isEmpty ? nil : body)
          // Lines that are none are refused one by one, a file may be any bytes, and no body is a question where none is needed.
          let isFine = answer.status == 200 && (answer.headers["Content-Type"] != nil)
          #expect(isFine || described.contains(answer.status), "\(path), \(what): \(answer.status) \(answer.text)")
          if answer.status >= 400 {
            #expect(answer.headers["Content-Type"] == "application/problem+json", "\(path), \(what)")
            #expect(answer.json?["detail"]?.string?.isEmpty == false, "\(path), \(what)")
          }
          count += 1
        }
        for value in ["", "\u{0}x", "..", "\r\nX: y", String(repeating: "v", count: 9_000)] {
          let answer = try system.send(route.method, path, query: [("officer", value), ("id", value)])
          #expect(
            described.contains(answer.status), "\(path)?officer=\(value.prefix(9).debugDescription): \(answer.status)")
          #expect(answer.headers["X"] == nil)
          count += 1
        }
      }
    }
    #expect(count > 300)
    #expect(try system.send(.get, "/healthz").status == 200)
    let logged = try desk.node.lookupLog(by: nil, about: nil, limit: 1000)
    #expect(logged.isEmpty, "nothing of this was a lookup: \(logged.prefix(2))")
  }

  /// Ten gigabytes are announced where there is a limit: the answer comes at once.
  @Test func tenGigabytesAreRefusedAtOnce() async throws {
    let desk = try TestDesk()
    let token = try desk.token("publish", "lookup", "observe")
    let head = "Host: x\r\nAuthorization: Bearer \(token)\r\nContent-Length: 10737418240\r\n\r\n"
    for path in ["/v1/query", "/v1/crossing", "/v1/indicators", "/v1/attachments", "/v1/status", "/search", "/login"] {
      let socket = try RawSocket(port: desk.server.port ?? 0)
      socket.send("POST \(path) HTTP/1.1\r\n\(head)".replacing("POST /v1/status", with: "GET /v1/status"))
      socket.send(String(repeating: "x", count: 100_000))
      let text = socket.readHead()
      // Before login, forms lead there.
      #expect(text.hasPrefix("HTTP/1.1 413") || text.hasPrefix("HTTP/1.1 303"), "\(path): \(text.prefix(60))")
    }
    #expect(try APIClient(port: desk.server.port ?? 0).send(.get, "/healthz").status == 200)
  }
}

/// A connection on which a test writes what it wants.
final class RawSocket {
  private let socket: Int32

  init(port: UInt16) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw POSIXError(.ECONNREFUSED) }
  }

  deinit { close(socket) }

  /// Sends as much as is taken.
  func send(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // 0x4000 is MSG_NOSIGNAL, which the module of the C library does not carry over everywhere.
      let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, 0x4000) }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }

  /// The head of an answer, and what came with it; less when the other side closes or falls silent for some seconds.
  func readHead() -> String {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !String(decoding: all, as: UTF8.self).contains("\r\n\r\n") {
      var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 10_000) > 0 else { break }
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      all += buffer[..<count]
    }
    return String(decoding: all, as: UTF8.self)
  }
}

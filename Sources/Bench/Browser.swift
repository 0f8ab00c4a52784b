import HTTP
import Programs

/// What a browser does with the desk's pages: cookies, forms, redirects by hand. One connection, one thread.
final class Browser {
  /// A page and what it cost.
  struct Page {
    let status: Int
    let text: String
    let location: String?
    let byteCount: Int
    /// Until the head was there.
    let firstByte: Duration
  }

  private let client: Client
  private var cookies: [String: String] = [:]

  init(port: UInt16) { client = Client(.tcp(host: "127.0.0.1", port: port)) }

  func get(_ path: String) throws -> Page {
    let parts = path.split(separator: "?", maxSplits: 1)
    let query = parts.count > 1 ? parts[1].split(separator: "&") : []
    let fields = query.map { field -> (name: String, value: String) in
      let pair = field.split(separator: "=", maxSplits: 1)
      return (String(pair.first ?? ""), String(pair.dropFirst().first ?? ""))
    }
    return try send(.init(.get, String(parts.first ?? "/"), query: fields, headers: headers), .none)
  }

  func post(_ path: String, _ fields: [(String, String)]) throws -> Page {
    let form = fields.map { "\($0)=\(Self.encode($1))" }.joined(separator: "&")
    return try send(.init(.post, path, headers: headers), .bytes(Array(form.utf8)))
  }

  /// Sends a form of a page with the token that the page gave.
  func submit(_ path: String, _ fields: [(String, String)]) throws -> Page {
    var at = try get("/")
    while let next = at.location, at.status == 303 { at = try get(next) }
    let token = at.text.firstMatch(of: /name="token" value="([0-9a-f]+)"/).map { String($0.1) } ?? ""
    return try post(path, fields + [("token", token)])
  }

  private var headers: Headers {
    var headers: Headers = ["Content-Type": "application/x-www-form-urlencoded"]
    if !cookies.isEmpty { headers.add("Cookie", cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")) }
    return headers
  }

  private func send(_ call: Client.Call, _ upload: Client.Upload) throws -> Page {
    var body: [UInt8] = []
    var firstByte = Duration.zero
    let start = ContinuousClock.now
    let head = try client.send(call, upload: upload, head: { _ in firstByte = .now - start }) { body += $0 }
    for line in head.headers.all("Set-Cookie") {
      let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { cookies[String(pair[0])] = line.contains("Max-Age=0") ? nil : String(pair[1]) }
    }
    return Page(
      status: head.status, text: String(decoding: body, as: UTF8.self), location: head.headers["Location"],
      byteCount: body.count, firstByte: firstByte)
  }

  private static func encode(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
      if isPlain { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16)
      return "%" + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }
}

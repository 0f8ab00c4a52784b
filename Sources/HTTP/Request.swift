/// What a request asks to do with its target.
public enum Method: Hashable, Sendable, CustomStringConvertible {
  case get, head, post, put, patch, delete, options
  /// Any other token.
  case other(String)

  /// Reads a method; they are told apart by case (RFC 9110 section 9.1).
  public init(_ name: String) {
    switch name {
    case "GET": self = .get
    case "HEAD": self = .head
    case "POST": self = .post
    case "PUT": self = .put
    case "PATCH": self = .patch
    case "DELETE": self = .delete
    case "OPTIONS": self = .options
    default: self = .other(name)
    }
  }

  /// The method as written in a request.
  public var description: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .other(let name): name
    }
  }
}

/// Who is at the other end of a connection.
public enum Peer: Hashable, Sendable, CustomStringConvertible {
  /// A process on this machine that the permissions of the socket file let in.
  case unixSocket
  /// A network address in text, without the port.
  case tcp(address: String)

  /// `unix socket` or the address.
  public var description: String {
    switch self {
    case .unixSocket: "unix socket"
    case .tcp(let address): address
    }
  }
}

/// The head of a request, checked: its path holds no `.` or `..` segment, no control character and no backslash.
public struct Request: Sendable {
  /// What is asked.
  public let method: Method
  /// The path with percent-encodings resolved, starting with `/`.
  public let path: String
  /// The fields of the query in order, decoded as `application/x-www-form-urlencoded`.
  public let query: [(name: String, value: String)]
  /// The header fields.
  public let headers: Headers
  /// Who asks.
  public let peer: Peer
  /// How long the upload is, or nil when it comes in chunks of unknown number; 0 when there is none.
  public let contentLength: UInt64?

  /// A request of the given parts.
  public init(
    method: Method, path: String, query: [(name: String, value: String)] = [], headers: Headers = [:],
    peer: Peer, contentLength: UInt64? = 0
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.peer = peer
    self.contentLength = contentLength
  }

  /// The value of the first query field of that name.
  public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// The token of an `Authorization: Bearer` header (RFC 6750 section 2.1).
  public var bearerToken: String? {
    guard let value = headers["Authorization"], let space = value.utf8.firstIndex(of: 0x20),
      Headers.same(String(value[..<space]), "Bearer")
    else { return nil }
    return String(value[space...].utf8.drop { $0 == 0x20 }).flatMap { $0.isEmpty ? nil : $0 }
  }
}

import CCurl
import Glibc

/// A synchronous HTTP client on libcurl, for talking to a node: plain HTTP to a named place, no redirect, no proxy, no
/// cookie, nothing from the environment. Keeps its connection between requests. Used by one thread at a time.
///
/// ```swift
/// let client = Client(.unixSocket(home + "/run/desk"))
/// let answer = try client.send(.init(.get, "/v1/status"), limit: 1 << 20)
/// ```
public final class Client {
  /// Where the server is.
  public enum Place: Hashable, Sendable, CustomStringConvertible {
    /// A socket file.
    case unixSocket(String)
    /// A host and port.
    case tcp(host: String, port: UInt16)

    /// The path, or host and port.
    public var description: String {
      switch self {
      case .unixSocket(let path): path
      case .tcp(let host, let port): "\(host):\(port)"
      }
    }
  }

  /// How long to wait.
  public struct Patience: Hashable, Sendable {
    /// Seconds until a connection stands.
    public var connectSeconds: Int
    /// Seconds in which nothing moves in either direction; more than the longest a server takes for an answer.
    public var silentSeconds: Int
    /// Seconds for the whole request, or nil for no limit, since an upload may be of any length.
    public var totalSeconds: Int?

    /// The given times.
    public init(connectSeconds: Int = 5, silentSeconds: Int = 60, totalSeconds: Int? = nil) {
      (self.connectSeconds, self.silentSeconds, self.totalSeconds) = (connectSeconds, silentSeconds, totalSeconds)
    }
  }

  /// What is asked.
  public struct Call: Sendable {
    /// The method.
    public var method: Method
    /// The path, not encoded.
    public var path: String
    /// The fields of the query, not encoded.
    public var query: [(name: String, value: String)]
    /// Header fields.
    public var headers: Headers

    /// A call of the given parts.
    public init(
      _ method: Method, _ path: String, query: [(name: String, value: String)] = [], headers: Headers = [:]
    ) {
      (self.method, self.path, self.query, self.headers) = (method, path, query, headers)
    }
  }

  /// What is uploaded.
  public enum Upload {
    /// Nothing.
    case none
    /// These bytes.
    case bytes([UInt8])
    /// What `next` gives, piece by piece, nil at the end; `length` where it is known. An error that it throws aborts the
    /// request.
    case pulled(length: UInt64? = nil, next: (_ max: Int) throws -> [UInt8]?)
  }

  /// Status and header fields of an answer.
  public struct Head: Sendable {
    /// The status code.
    public internal(set) var status: Int
    /// The header fields.
    public internal(set) var headers: Headers
  }

  /// Where the server is.
  public let place: Place
  private let patience: Patience
  private let handle: OpaquePointer?

  /// A client of a place. Connects with the first request.
  public init(_ place: Place, patience: Patience = Patience()) {
    (self.place, self.patience) = (place, patience)
    _ = Self.started
    handle = curl_easy_init().map { OpaquePointer($0) }
  }

  deinit { if let handle { curl_easy_cleanup(UnsafeMutableRawPointer(handle)) } }

  /// Asks and collects an answer of at most `limit` bytes.
  public func send(
    _ call: Call, upload: Upload = .none, limit: Int
  ) throws -> (status: Int, headers: Headers, body: [UInt8]) {
    var body: [UInt8] = []
    let head = try send(call, upload: upload) { piece in
      guard piece.count <= limit - body.count else { throw ClientError.tooLong(limit: limit) }
      body.append(contentsOf: piece)
    }
    return (head.status, head.headers, body)
  }

  /// Asks, gives the head of the answer to `head` and then its body to `receive`, piece by piece. Throws what a closure
  /// throws, or a `ClientError`. An answer with a status of 400 and more is an answer, not an error.
  @discardableResult
  public func send(
    _ call: Call, upload: Upload = .none, head: (Head) throws -> Void = { _ in },
    receive: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Head {
    guard let handle else { throw ClientError.failed("no memory") }
    return try withoutActuallyEscaping(head) { head in
      try withoutActuallyEscaping(receive) { receive in
        let transfer = Transfer(upload: upload, onHead: head, onBody: receive)
        return try transfer.run(UnsafeMutableRawPointer(handle), place, call, patience)
      }
    }
  }

  private static let started = istmo_curl_start()
}

/// What a server answers.
public struct Response: Sendable {
  /// The body of an answer.
  public enum Body: Sendable {
    /// All of it.
    case bytes([UInt8])
    /// Pulled piece by piece as the client takes it.
    case stream(any ResponseStream)
  }

  /// The status code.
  public var status: Int
  /// The header fields; length, date and connection are the server's business.
  public var headers: Headers
  /// The body.
  public var body: Body

  /// An answer of the given parts.
  public init(status: Int, headers: Headers = [:], body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// An answer in the given media type.
  public init(status: Int = 200, type: String, _ bytes: [UInt8]) {
    self.init(status: status, headers: ["Content-Type": type], body: .bytes(bytes))
  }

  /// An answer in plain text.
  public init(status: Int = 200, text: String) {
    self.init(status: status, type: "text/plain; charset=utf-8", Array(text.utf8))
  }
}

/// A body that is made while it is sent. Called on one server thread at a time; must not block.
public protocol ResponseStream: AnyObject, Sendable {
  /// How many bytes there will be, where known; the client then notices a body that breaks off.
  var length: UInt64? { get }
  /// The next piece, of at most `max` bytes. After `.later` nothing is asked until `wake` is called, from any thread.
  func next(max: Int, wake: @escaping @Sendable () -> Void) -> StreamPiece
  /// No more is asked: all was sent, or the client went away. Called exactly once.
  func closed()
}

extension ResponseStream {
  /// Not known.
  public var length: UInt64? { nil }
  /// Nothing to release.
  public func closed() {}
}

/// What a stream gives when it is asked.
public enum StreamPiece: Sendable {
  /// More of the body.
  case bytes([UInt8])
  /// Nothing yet.
  case later
  /// The body is complete.
  case end
  /// The body cannot be completed: the connection is cut so that the client does not take it for whole.
  case failed
}

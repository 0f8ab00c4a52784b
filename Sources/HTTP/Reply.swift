import CMicroHTTPD
import Glibc

/// Hands a `Response` to libmicrohttpd.
enum Reply {
  static func queue(
    _ response: Response, on connection: OpaquePointer, of conversation: Conversation, server: ServerCore
  ) -> MHD_Result {
    var response = response
    if let fault = fault(of: response) {
      server.log("an answer was replaced by 500: \(fault)")
      (response.body.stream)?.closed()
      response = Problem(status: 500, detail: "the node made an answer that cannot be sent; see its log").response
    }
    guard let mhd = make(response.body, of: conversation, server: server), let status = UInt32(exactly: response.status)
    else { return .NO }
    defer { MHD_destroy_response(mhd) }
    for field in response.headers.fields {
      // MHD refuses empty values, which say nothing anyway.
      _ = MHD_add_response_header(mhd, field.name, field.value)
    }
    server.meter.note(status: response.status)
    if server.isStopping { _ = MHD_add_response_header(mhd, "Connection", "close") }
    return MHD_queue_response(connection, status, mhd)
  }

  /// The answer as it stands on the wire, closing the connection. A stream is not sent: only its head would fit.
  static func bytes(_ response: Response) -> [UInt8] {
    var response = fault(of: response) == nil ? response : Response(status: 500)
    if let stream = response.body.stream {
      stream.closed()
      response.body = .bytes([])
    }
    guard case .bytes(let body) = response.body else { return [] }
    var head = "HTTP/1.1 \(response.status) \(Status.phrase(response.status))\r\n"
    for field in response.headers.fields { head += "\(field.name): \(field.value)\r\n" }
    head += "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
    return Array(head.utf8) + body
  }

  /// What would let an answer break out of its lines: a value that came from outside must not end its header.
  private static func fault(of response: Response) -> String? {
    guard (200...599).contains(response.status) else { return "status \(response.status)" }
    for field in response.headers.fields {
      guard Headers.isToken(field.name.utf8), Headers.isValue(field.value.utf8), !field.value.utf8.contains(0) else {
        return "header \(field.name.filter(\.isASCII).prefix(40).debugDescription)"
      }
      for reserved in ["Content-Length", "Transfer-Encoding", "Connection"] where Headers.same(field.name, reserved) {
        return "header \(reserved) is the server's business"
      }
    }
    return nil
  }

  private static func make(
    _ body: Response.Body, of conversation: Conversation, server: ServerCore
  ) -> OpaquePointer? {
    switch body {
    case .bytes(let bytes):
      return bytes.withUnsafeBytes { buffer in
        // MHD copies at once; the pointer is only not const in its type.
        MHD_create_response_from_buffer(
          buffer.count, UnsafeMutableRawPointer(mutating: buffer.baseAddress), .RESPMEM_MUST_COPY)
      }
    case .stream(let stream):
      let pump = StreamPump(stream, conversation, server)
      let context = Unmanaged.passRetained(pump)
      let response = MHD_create_response_from_callback(
        stream.length ?? UInt64.max, Limits.streamPiece, StreamPump.read, context.toOpaque(), StreamPump.free)
      if response == nil { context.release() }
      return response
    }
  }
}

extension Response.Body {
  var stream: (any ResponseStream)? {
    if case .stream(let stream) = self { stream } else { nil }
  }
}

/// Carries a stream's pieces into MHD's buffers. Used by one connection, on its server thread.
private final class StreamPump {
  private let stream: any ResponseStream
  private let conversation: Conversation
  private let server: ServerCore
  private let awake = Awake()
  private var left: ArraySlice<UInt8> = []

  init(_ stream: any ResponseStream, _ conversation: Conversation, _ server: ServerCore) {
    (self.stream, self.conversation, self.server) = (stream, conversation, server)
  }

  deinit { stream.closed() }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    if left.isEmpty {
      switch conversation.pull(stream, max: buffer.count, server: server, awake) {
      case .bytes(let bytes): left = bytes[...]
      case .later: return 0
      case .end: return -1  // MHD_CONTENT_READER_END_OF_STREAM
      case .failed: return -2  // MHD_CONTENT_READER_END_WITH_ERROR
      }
    }
    let piece = left.prefix(buffer.count)
    buffer.copyBytes(from: piece)
    left = left.dropFirst(piece.count)
    return piece.count
  }

  static let read: MHD_ContentReaderCallback = { context, _, buffer, max in
    guard let context, let buffer else { return -2 }
    return Unmanaged<StreamPump>.fromOpaque(context).takeUnretainedValue()
      .fill(UnsafeMutableRawBufferPointer(start: buffer, count: max))
  }

  static let free: MHD_ContentReaderFreeCallback = { context in
    if let context { Unmanaged<StreamPump>.fromOpaque(context).release() }
  }
}

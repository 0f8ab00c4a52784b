import CMicroHTTPD

/// Makes a checked `Request` of what libmicrohttpd parsed. MHD is lenient where RFC 9112 demands refusal; what it lets
/// through is refused here.
enum RequestReader {
  /// What the C iterator fills.
  private struct Fields {
    var headers = Headers()
    var problem: Target.Refusal?
  }

  static func read(
    _ connection: OpaquePointer, method: String, target: [UInt8], peer: Peer
  ) -> Result<Request, Target.Refusal> {
    var fields = Fields()
    withUnsafeMutablePointer(to: &fields) { pointer in
      _ = MHD_get_connection_values_n(connection, .HEADER_KIND, collect, pointer)
    }
    if let problem = fields.problem { return .failure(problem) }
    let headers = fields.headers
    guard Headers.isToken(method.utf8) else { return .failure(bad("the method is not a token")) }
    guard headers.all("Host").count <= 1 else { return .failure(bad("there is more than one Host field")) }
    do {
      let target = try Target(target)
      let length = try contentLength(headers)
      return .success(
        Request(
          method: Method(method), path: target.path, query: target.query, headers: headers, peer: peer,
          contentLength: length))
    } catch { return .failure(error) }
  }

  // RFC 9112 section 6.3: whatever makes the end of a request doubtful is refused, as two readers may differ on it.
  private static func contentLength(_ headers: Headers) throws(Target.Refusal) -> UInt64? {
    let encodings = headers.all("Transfer-Encoding")
    let lengths = headers.all("Content-Length")
    guard let encoding = encodings.first else {
      guard let length = lengths.first else { return 0 }
      guard lengths.count == 1 else { throw bad("there is more than one Content-Length field") }
      guard length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = UInt64(length) else {
        throw bad("Content-Length is not a number")
      }
      return value
    }
    guard lengths.isEmpty else { throw bad("there is a Content-Length beside a Transfer-Encoding") }
    guard encodings.count == 1, Headers.same(encoding, "chunked") else {
      throw Target.Refusal(status: 501, detail: "the only transfer coding understood is chunked")
    }
    return nil
  }

  private static func bad(_ detail: String) -> Target.Refusal { Target.Refusal(status: 400, detail: detail) }

  private static let collect:
    @convention(c) (
      UnsafeMutableRawPointer?, MHD_ValueKind, UnsafePointer<CChar>?, Int, UnsafePointer<CChar>?, Int
    ) -> MHD_Result = { context, _, name, nameLength, value, valueLength in
      guard let fields = context?.assumingMemoryBound(to: Fields.self) else { return .NO }
      guard fields.pointee.headers.fields.count < Limits.headerFields else {
        fields.pointee.problem = .init(status: 431, detail: "there are more than \(Limits.headerFields) header fields")
        return .NO
      }
      let (name, value) = (bytes(name, nameLength), trimmed(bytes(value, valueLength)))
      guard Headers.isToken(name) else {
        fields.pointee.problem = bad("a header field has a name that is not a token")
        return .NO
      }
      guard Headers.isValue(value), let text = Target.string(value) else {
        let name = String(decoding: name.prefix(40), as: UTF8.self)
        fields.pointee.problem = bad("the header field \(name) is not UTF-8 without control characters")
        return .NO
      }
      fields.pointee.headers.add(String(decoding: name, as: UTF8.self), text)
      return .YES
    }

  private static func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
  }

  // RFC 9112 section 5.1: white space after a value is not part of it; MHD leaves it there.
  private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var rest = bytes[...]
    while let last = rest.last, last == 0x20 || last == 0x09 { rest.removeLast() }
    return UnsafeRawBufferPointer(rebasing: rest)
  }
}

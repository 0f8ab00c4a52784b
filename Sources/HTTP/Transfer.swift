import CCurl
import Glibc

/// One request of a `Client`, from its options to its last byte.
final class Transfer {
  /// Bytes of an answer's head, more than any server of ours sends.
  static let headBytes = 64 * 1_024
  /// Bytes of an upload up to which it is sent without waiting for "100 Continue".
  static let impatientBytes: UInt64 = 64 * 1_024

  private let upload: Client.Upload
  private let onHead: (Client.Head) throws -> Void
  private let onBody: (UnsafeRawBufferPointer) throws -> Void
  private var head = Client.Head(status: 0, headers: [:])
  private var headGiven = false
  private var headSize = 0
  private var left: ArraySlice<UInt8> = []
  private var thrown: (any Error)?

  init(
    upload: Client.Upload, onHead: @escaping (Client.Head) throws -> Void,
    onBody: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) {
    (self.upload, self.onHead, self.onBody) = (upload, onHead, onBody)
    if case .bytes(let bytes) = upload { left = bytes[...] }
  }

  func run(
    _ curl: UnsafeMutableRawPointer, _ place: Client.Place, _ call: Client.Call, _ patience: Client.Patience
  ) throws -> Client.Head {
    curl_easy_reset(curl)
    var list: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(list) }
    for line in try lines(call) { list = curl_slist_append(list, line) }
    _ = istmo_curl_set_list(curl, CURLOPT_HTTPHEADER, list)
    var ok = setPlace(curl, place, call)
    ok = setPatience(curl, patience) && ok
    setUpload(curl, call)
    let me = Unmanaged.passUnretained(self).toOpaque()
    for (option, function) in [(CURLOPT_HEADERDATA, Self.header), (CURLOPT_WRITEDATA, Self.write)] {
      _ = istmo_curl_set_pointer(curl, option, me)
      _ = option == CURLOPT_HEADERDATA ? istmo_curl_set_header(curl, function) : istmo_curl_set_write(curl, function)
    }
    _ = istmo_curl_set_pointer(curl, CURLOPT_READDATA, me)
    _ = istmo_curl_set_read(curl, Self.read)
    guard ok else { throw ClientError.badRequest("\(place) is not an address that libcurl takes") }
    let code = curl_easy_perform(curl)
    if let thrown { throw thrown }
    try check(code, place)
    try giveHead()
    if let thrown { throw thrown }
    return head
  }

  // MARK: Options

  private func lines(_ call: Client.Call) throws -> [String] {
    var lines: [String] = []
    for field in call.headers.fields {
      guard Headers.isToken(field.name.utf8), Headers.isValue(field.value.utf8) else {
        throw ClientError.badRequest("the header \(field.name.prefix(40).debugDescription) cannot be sent")
      }
      // An empty value needs a semicolon, or libcurl takes it for a wish to drop the header.
      lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
    }
    guard Headers.isToken(call.method.description.utf8) else {
      throw ClientError.badRequest("the method is not a token")
    }
    guard call.path.utf8.first == 0x2F else { throw ClientError.badRequest("the path does not start with /") }
    switch upload {
    case .none: break
    case .bytes(let bytes):
      lines.append(UInt64(bytes.count) > Self.impatientBytes ? "Expect: 100-continue" : "Expect:")
      // Without a type given, libcurl would call it a form.
      if call.headers["Content-Type"] == nil { lines.append("Content-Type:") }
    case .pulled(let length, _):
      lines.append((length ?? .max) > Self.impatientBytes ? "Expect: 100-continue" : "Expect:")
      if length == nil { lines.append("Transfer-Encoding: chunked") }
    }
    return lines
  }

  private func setPlace(_ curl: UnsafeMutableRawPointer, _ place: Client.Place, _ call: Client.Call) -> Bool {
    var url: String
    switch place {
    case .unixSocket(let path):
      guard path.utf8.count <= SocketAddress.unixPathBytes,
        istmo_curl_set_text(curl, CURLOPT_UNIX_SOCKET_PATH, path) == CURLE_OK
      else { return false }
      url = "http://localhost"
    case .tcp(let host, let port): url = host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }
    url += Target.encode(call.path, keeping: [0x2F])
    if !call.query.isEmpty {
      url += "?" + call.query.map { Target.encode($0.name) + "=" + Target.encode($0.value) }.joined(separator: "&")
    }
    return istmo_curl_set_text(curl, CURLOPT_URL, url) == CURLE_OK
      && istmo_curl_set_text(curl, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK
      // Empty, not unset: unset would read http_proxy from the environment.
      && istmo_curl_set_text(curl, CURLOPT_PROXY, "") == CURLE_OK
      && istmo_curl_set_long(curl, CURLOPT_FOLLOWLOCATION, 0) == CURLE_OK
      && istmo_curl_set_long(curl, CURLOPT_PATH_AS_IS, 1) == CURLE_OK
      && istmo_curl_set_long(curl, CURLOPT_HTTP_VERSION, 2) == CURLE_OK  // CURL_HTTP_VERSION_1_1
  }

  private func setPatience(_ curl: UnsafeMutableRawPointer, _ patience: Client.Patience) -> Bool {
    let options = [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_CONNECTTIMEOUT, patience.connectSeconds),
      (CURLOPT_LOW_SPEED_LIMIT, 1), (CURLOPT_LOW_SPEED_TIME, patience.silentSeconds),
      (CURLOPT_TIMEOUT, patience.totalSeconds ?? 0),
    ]
    return options.allSatisfy { istmo_curl_set_long(curl, $0.0, $0.1) == CURLE_OK }
  }

  private func setUpload(_ curl: UnsafeMutableRawPointer, _ call: Client.Call) {
    switch upload {
    case .none:
      if call.method == .head { _ = istmo_curl_set_long(curl, CURLOPT_NOBODY, 1) }
    case .bytes(let bytes) where UInt64(bytes.count) <= Self.impatientBytes:
      // libcurl sends a body that it has been given whole in one piece with the head: one packet, one wake of the server.
      _ = istmo_curl_set_size(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(clamping: bytes.count))
      _ = bytes.withUnsafeBytes {
        istmo_curl_set_pointer(curl, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
      }
    case .bytes(let bytes):
      _ = istmo_curl_set_long(curl, CURLOPT_UPLOAD, 1)
      _ = istmo_curl_set_size(curl, CURLOPT_INFILESIZE_LARGE, curl_off_t(clamping: bytes.count))
    case .pulled(let length, _):
      _ = istmo_curl_set_long(curl, CURLOPT_UPLOAD, 1)
      if let length { _ = istmo_curl_set_size(curl, CURLOPT_INFILESIZE_LARGE, curl_off_t(clamping: length)) }
    }
    if call.method != .head { _ = istmo_curl_set_text(curl, CURLOPT_CUSTOMREQUEST, call.method.description) }
  }

  private func check(_ code: CURLcode, _ place: Client.Place) throws(ClientError) {
    switch code {
    case CURLE_OK: return
    case CURLE_COULDNT_CONNECT:
      if case .unixSocket(let path) = place, access(path, W_OK) != 0, errno == EACCES {
        throw .notAllowed(place.description)
      }
      throw .notRunning(place.description)
    case CURLE_OPERATION_TIMEDOUT: throw .timedOut(place.description)
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_WEIRD_SERVER_REPLY:
      throw .broken(place.description, reason: String(cString: curl_easy_strerror(code)))
    default: throw .failed(String(cString: curl_easy_strerror(code)))
    }
  }

  // MARK: Bytes

  private func giveHead() throws {
    guard !headGiven else { return }
    headGiven = true
    try onHead(head)
  }

  /// One line of a head: a status line begins a new one, as after "100 Continue".
  private func take(line bytes: UnsafeRawBufferPointer) -> Bool {
    headSize += bytes.count
    guard headSize <= Self.headBytes else {
      thrown = ClientError.tooLong(limit: Self.headBytes)
      return false
    }
    let line = String(decoding: bytes, as: UTF8.self).prefix { !$0.isNewline }
    if line.hasPrefix("HTTP/") {
      let status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      head = Client.Head(status: status ?? 0, headers: [:])
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      head.headers.add(String(line[..<colon]), String(value))
    }
    return true
  }

  private func take(body bytes: UnsafeRawBufferPointer) -> Bool {
    do {
      try giveHead()
      try onBody(bytes)
      return true
    } catch {
      thrown = error
      return false
    }
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    if left.isEmpty, case .pulled(_, let next) = upload {
      do { left = (try next(buffer.count) ?? [])[...] } catch {
        thrown = error
        return istmo_curl_read_abort()
      }
    }
    let piece = left.prefix(buffer.count)
    buffer.copyBytes(from: piece)
    left = left.dropFirst(piece.count)
    return piece.count
  }

  private typealias Function = @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int

  // Less than what was given tells libcurl to stop; an empty piece is taken whole with 0.
  private static let header: Function = {
    bytes, size, count, context in
    guard let transfer = transfer(context) else { return 0 }
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size &* count)
    return transfer.take(line: buffer) ? buffer.count : 0
  }

  private static let write: Function = {
    bytes, size, count, context in
    guard let transfer = transfer(context) else { return 0 }
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size &* count)
    return transfer.take(body: buffer) ? buffer.count : 0
  }

  private static let read: Function = {
    bytes, size, count, context in
    guard let transfer = transfer(context), let bytes else { return istmo_curl_read_abort() }
    return transfer.fill(UnsafeMutableRawBufferPointer(start: bytes, count: size &* count))
  }

  private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }
}

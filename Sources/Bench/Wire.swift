import Glibc
import Programs

/// HTTP/1.1 with as little work as the drivers of the peers have with theirs: one write and, as a rule, one read a request, on one
/// connection that stays. The measuring shares the processors with what it measures.
final class Wire {
  /// The longest answer, in bytes.
  private static let longest = 64 << 20

  private let socket: Int32
  private var received: [UInt8] = []
  private var piece = [UInt8](repeating: 0, count: 64 << 10)

  /// Connects to a port of this machine.
  init(port: UInt16) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, length) }
    }
    guard code == 0 else { throw ChildError("port \(port): \(String(cString: strerror(errno)))") }
  }

  deinit { close(socket) }

  /// Sends a request whose head ends before its `Content-Length`; gives status and body of the answer.
  func send(_ head: [UInt8], _ body: [UInt8]) throws -> (status: Int, body: [UInt8]) {
    var request = head
    request.reserveCapacity(head.count + body.count + 40)
    request += "Content-Length: \(body.count)\r\n\r\n".utf8
    request += body
    var sent = 0
    while sent < request.count {
      let count = request.withUnsafeBytes { Glibc.send(socket, $0.baseAddress.map { $0 + sent }, $0.count - sent, 0) }
      guard count > 0 else { throw ChildError("the node took no more of a request") }
      sent += count
    }
    return try answer()
  }

  private func answer() throws -> (status: Int, body: [UInt8]) {
    received.removeAll(keepingCapacity: true)
    var (scanned, end) = (0, Int?.none)
    while end == nil {
      try receive()
      while end == nil, scanned + 3 < received.count {
        if received[scanned] == 0x0D, received[scanned + 2] == 0x0D { end = scanned + 4 }
        scanned += 1
      }
    }
    guard let end, let status = number(after: Self.version), let length = number(after: Self.length),
      length <= Self.longest
    else { throw ChildError("an answer without status or length: \(String(decoding: received, as: UTF8.self))") }
    while received.count < end + length { try receive() }
    return (status, Array(received[end...]))
  }

  private static let (version, length) = (Array("HTTP/1.1 ".utf8), Array("\r\nContent-Length: ".utf8))

  /// Where a text begins in some bytes.
  static func find(_ text: [UInt8], in bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBytes { bytes -> Int? in
      guard let start = bytes.baseAddress, let first = text.first, bytes.count >= text.count else { return nil }
      var from = 0
      while let next = memchr(start + from, Int32(first), bytes.count - text.count + 1 - from) {
        let place = start.distance(to: UnsafeRawPointer(next))
        if memcmp(next, text, text.count) == 0 { return place }
        from = place + 1
      }
      return nil
    }
  }

  /// The number that stands behind the first of these texts.
  private func number(after text: [UInt8]) -> Int? {
    guard let place = Self.find(text, in: received) else { return nil }
    return Self.number(received[(place + text.count)...]).flatMap { Int(exactly: $0) }
  }

  /// The number that some bytes begin with.
  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    let digits = bytes.prefix { (0x30...0x39).contains($0) }.prefix(19)
    return digits.isEmpty ? nil : digits.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
  }

  private func receive() throws {
    let count = piece.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
    guard count > 0 else { throw ChildError("the node closed a connection") }
    received += piece[..<count]
  }
}

import Glibc
import Terms

/// An IPv4 or IPv6 address with its port.
struct SocketAddress: Sendable, CustomStringConvertible {
  private var storage = sockaddr_storage()
  private var size = socklen_t(MemoryLayout<sockaddr_storage>.size)

  private init() {}

  /// An address that `body` fills in; nil when it says that it did not.
  static func filled(_ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Bool) -> Self? {
    var address = SocketAddress()
    let isFilled = withUnsafeMutablePointer(to: &address.storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        withUnsafeMutablePointer(to: &address.size) { body(pointer, $0) }
      }
    }
    return isFilled ? address : nil
  }

  /// Lends the address to a system call.
  func with<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    withUnsafePointer(to: storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
    }
  }

  /// AF_INET or AF_INET6.
  var family: Int32 { Int32(storage.ss_family) }

  /// The port.
  var port: UInt16 { bytes.withUnsafeBytes { UInt16($0[2]) << 8 | UInt16($0[3]) } }

  // Both sockaddr_in and sockaddr_in6 have the port at byte 2, the address at byte 4 and byte 8.
  private var bytes: [UInt8] { withUnsafeBytes(of: storage) { Array($0.prefix(28)) } }

  /// The address as the limits on strangers count it.
  var key: AddressKey {
    let bytes = bytes
    func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
    guard family == AF_INET6 else { return AddressKey(high: 0, low: number(4..<8)) }
    let (high, low) = (number(8..<16), number(16..<24))
    // ::ffff:a.b.c.d is the IPv4 address a.b.c.d (RFC 4291 section 2.5.5.2).
    if high == 0, low >> 32 == 0xFFFF { return AddressKey(high: 0, low: low & 0xFFFF_FFFF) }
    return AddressKey(high: high, low: 0)
  }

  /// The address and port as text.
  var description: String {
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let result = with { getnameinfo($0, $1, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) }
    guard result == 0 else { return "an unknown address" }
    let text = String(decoding: host.prefix(while: { $0 != 0 }).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return family == AF_INET6 ? "[\(text)]:\(port)" : "\(text):\(port)"
  }

  /// The addresses of `host:port` or `[address]:port`. An empty host is every address of this machine when listening.
  /// Asks the name service and may take long, unless `numericOnly` says to refuse names.
  static func resolve(
    _ endpoint: String, listening: Bool = false, numericOnly: Bool = false
  ) throws(LinkFailure) -> [SocketAddress] {
    guard let colon = endpoint.lastIndex(of: ":"), let port = UInt16(endpoint[endpoint.index(after: colon)...]) else {
      throw .notResolved(endpoint: endpoint, problem: "write host:port, such as node.example.org:7400")
    }
    var host = endpoint[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV | (listening ? AI_PASSIVE : 0) | (numericOnly ? AI_NUMERICHOST : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    let result = getaddrinfo(host.isEmpty ? nil : String(host), String(port), &hints, &list)
    guard result == 0 else { throw .notResolved(endpoint: endpoint, problem: String(cString: gai_strerror(result))) }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var entry = list
    while let info = entry?.pointee, addresses.count < addressLimit {
      if let from = info.ai_addr, info.ai_addrlen <= socklen_t(MemoryLayout<sockaddr_storage>.size) {
        var address = SocketAddress()
        withUnsafeMutableBytes(of: &address.storage) {
          $0.copyMemory(from: UnsafeRawBufferPointer(start: from, count: Int(info.ai_addrlen)))
        }
        address.size = info.ai_addrlen
        addresses.append(address)
      }
      entry = info.ai_next
    }
    return addresses
  }

  /// Addresses of one name that are tried: more are a mistake or an attack.
  private static let addressLimit = 8
}

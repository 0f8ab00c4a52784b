import Glibc

/// Socket addresses as the C library has them, read without trust in their lengths.
enum SocketAddress {
  /// The longest path of a unix socket, without its final NUL.
  static let unixPathBytes = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

  static func unix(_ path: String) -> sockaddr_un? {
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count <= unixPathBytes, !bytes.contains(0) else { return nil }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }

  /// Address, port and origin of what a call of the accept family filled.
  static func read(_ storage: sockaddr_storage) -> (text: String, port: UInt16, origin: Origin) {
    withUnsafeBytes(of: storage) { bytes in
      switch Int32(storage.ss_family) {
      case AF_INET:
        let address = bytes.loadUnaligned(as: sockaddr_in.self)
        let number = UInt32(bigEndian: address.sin_addr.s_addr)
        let text = stride(from: 24, through: 0, by: -8).map { String(number >> UInt32($0) & 0xFF) }
          .joined(separator: ".")
        return (text, UInt16(bigEndian: address.sin_port), .network(family: 4, prefix: UInt64(number)))
      case AF_INET6:
        let address = bytes.loadUnaligned(as: sockaddr_in6.self)
        var from = address.sin6_addr
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, &from, &text, socklen_t(text.count))
        let prefix = withUnsafeBytes(of: from) { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
        let end = text.firstIndex(of: 0) ?? text.endIndex
        return (
          String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self),
          UInt16(bigEndian: address.sin6_port), .network(family: 6, prefix: prefix)
        )
      default: return ("unix", 0, .unixSocket)
      }
    }
  }

  static func local(of socket: Int32) -> (text: String, port: UInt16, origin: Origin) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket, $0, &length) }
    }
    return read(storage)
  }
}

import Glibc

/// Ports of the loopback address that nobody listens at now.
public struct FreePorts {
  /// Below the ports that Linux gives to outgoing connections, so that no connection takes one before it is listened at.
  private static let range = 15_000..<32_000
  private var next: Int

  /// Ports from a place of the range on that differs between processes.
  public init() { next = Self.range.lowerBound + Int(getpid()) * 37 % Self.range.count }

  /// A free port, another at each call.
  public mutating func take() throws(ChildError) -> UInt16 {
    for _ in Self.range {
      let port = UInt16(clamping: next)
      next = next + 1 < Self.range.upperBound ? next + 1 : Self.range.lowerBound
      if Self.isFree(port) { return port }
    }
    throw ChildError("no port from \(Self.range.lowerBound) to \(Self.range.upperBound - 1) is free")
  }

  private static func isFree(_ port: UInt16) -> Bool {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

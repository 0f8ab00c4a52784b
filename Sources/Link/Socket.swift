import Glibc
import Terms

/// A file descriptor that is closed when it goes.
struct Descriptor: ~Copyable {
  let number: Int32
  init(_ number: Int32) { self.number = number }
  deinit { close(number) }
}

/// The operating system's sockets, as little of them as the link needs.
enum Socket {
  /// An error number in words.
  static func message(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix(while: { $0 != 0 }).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Milliseconds of a clock that never jumps.
  static func milliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  private static func make(_ address: SocketAddress) throws(LinkFailure) -> Descriptor {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let number = socket(address.family, kind, 0)
    guard number >= 0 else { throw .system(call: "socket", code: errno) }
    return Descriptor(number)
  }

  /// A socket that listens, and the port it got.
  static func listen(on address: SocketAddress) throws(LinkFailure) -> Listening {
    let socket = try make(address)
    set(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
    guard address.with({ bind(socket.number, $0, $1) }) == 0 else {
      throw .system(call: "bind \(address)", code: errno)
    }
    guard Glibc.listen(socket.number, 256) == 0 else { throw .system(call: "listen \(address)", code: errno) }
    let port = SocketAddress.filled { getsockname(socket.number, $0, $1) == 0 }?.port ?? 0
    return Listening(socket: socket, port: port)
  }

  /// accept(2), not blocking; what it gives is closed on exec. Negative with `errno` when there is none.
  static func accept(
    _ listening: Int32, _ address: UnsafeMutablePointer<sockaddr>, _ size: UnsafeMutablePointer<socklen_t>
  ) -> Int32 {
    let number = Glibc.accept(listening, address, size)
    if number >= 0 {
      _ = fcntl(number, F_SETFL, O_NONBLOCK)
      _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    }
    return number
  }

  /// A socket on its way to `address`: it becomes writable once connected or refused.
  static func connect(to address: SocketAddress) throws(LinkFailure) -> Descriptor {
    let socket = try make(address)
    prepare(socket.number)
    guard address.with({ Glibc.connect(socket.number, $0, $1) }) == 0 || errno == EINPROGRESS else {
      throw .system(call: "connect to \(address)", code: errno)
    }
    return socket
  }

  /// Small messages leave at once, and what the kernel has not sent yet stays small, so that the outbox shows what waits.
  /// Buffer sizes are left to the kernel: asking for a size would switch its own, larger growth off.
  static func prepare(_ number: Int32) {
    set(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    set(number, Int32(IPPROTO_TCP), 25 /* TCP_NOTSENT_LOWAT */, 256 << 10)
  }

  /// The error a connection attempt ended with; 0 when it is connected.
  static func pendingError(_ number: Int32) -> Int32 {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
  }

  private static func set(_ number: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}

/// A socket that listens.
struct Listening: ~Copyable {
  let socket: Descriptor
  let port: UInt16
}

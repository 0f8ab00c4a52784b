import CMicroHTTPD
import Glibc

/// A listening socket.
struct Listener: Sendable {
  let socket: Int32
  /// Where a TCP listener really listens.
  let port: UInt16?
  let path: String?

  static func tcp(host: String, port: UInt16) throws(ServerError) -> Listener {
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    hints.ai_socktype = istmo_stream_kind()
    var list: UnsafeMutablePointer<addrinfo>?
    let found = getaddrinfo(host, String(port), &hints, &list)
    defer { if list != nil { freeaddrinfo(list) } }
    guard found == 0, let info = list?.pointee else {
      throw .address(host, port: port, reason: String(cString: gai_strerror(found)))
    }
    let socket = try open(info.ai_family)
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(socket, info.ai_addr, info.ai_addrlen) == 0, listen(socket, Limits.backlog) == 0 else {
      let code = errno
      close(socket)
      if code == EADDRINUSE { throw .inUse("\(host) port \(port)") }
      throw .address(host, port: port, reason: String(cString: strerror(code)))
    }
    return Listener(socket: socket, port: SocketAddress.local(of: socket).port, path: nil)
  }

  /// Listens at a path. The folder is made 0700 or must be so and ours, and the socket is 0600: who can connect is who
  /// may read the node's files.
  static func unix(path: String) throws(ServerError) -> Listener {
    guard var address = SocketAddress.unix(path) else {
      throw .pathTooLong(path, limit: SocketAddress.unixPathBytes)
    }
    try prepareFolder(of: path)
    try removeStale(path, address)
    let socket = try open(AF_UNIX)
    // The mode of the inode before it has a name, so that it never stands there with a wider one.
    fchmod(socket, 0o600)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, chmod(path, 0o600) == 0, listen(socket, Limits.backlog) == 0 else {
      let code = errno
      close(socket)
      throw .system("listen at \(path)", code: code)
    }
    return Listener(socket: socket, port: nil, path: path)
  }

  /// Closes the socket and removes its file, so that clients are refused at once.
  func end() {
    if let path { unlink(path) }
    close(socket)
  }

  private static func open(_ family: Int32) throws(ServerError) -> Int32 {
    let socket = istmo_stream_socket(family)
    guard socket >= 0 else { throw .system("open a socket", code: errno) }
    return socket
  }

  private static func prepareFolder(of path: String) throws(ServerError) {
    let cut = path.lastIndex(of: "/")
    let folder = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    if mkdir(folder, 0o700) != 0, errno != EEXIST { throw .system("make the folder \(folder)", code: errno) }
    var status = stat()
    guard stat(folder, &status) == 0 else { throw .system("look at \(folder)", code: errno) }
    guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
      throw .folderOpen(folder, mode: status.st_mode & 0o7777)
    }
  }

  private static func removeStale(_ path: String, _ address: sockaddr_un) throws(ServerError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
    let socket = try open(AF_UNIX)
    defer { close(socket) }
    var address = address
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    // Only a socket without a listener refuses; a full backlog says EAGAIN.
    guard connected != 0, errno == ECONNREFUSED else { throw .inUse(path) }
    unlink(path)
  }
}

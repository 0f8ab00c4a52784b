import Glibc

/// Why a server could not start.
public enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The address is not one of this machine's, or not an address.
  case address(String, port: UInt16, reason: String)
  /// Something else listens there.
  case inUse(String)
  /// The path does not fit into a socket address.
  case pathTooLong(String, limit: Int)
  /// There is something at the path that is not a socket.
  case notASocket(String)
  /// Others can get into the socket's folder.
  case folderOpen(String, mode: UInt32)
  /// The operating system refused.
  case system(String, code: Int32)

  /// One sentence that ends in what to do.
  public var description: String {
    switch self {
    case .address(let host, let port, let reason):
      "cannot listen on \(host) port \(port): \(reason); choose an address of this machine and a free port"
    case .inUse(let place): "\(place) is in use; stop the program that listens there, or choose another place"
    case .pathTooLong(let path, let limit):
      "the socket path \(path) is longer than \(limit) bytes; choose a shorter home folder"
    case .notASocket(let path): "\(path) is not a socket; move it away"
    case .folderOpen(let path, let mode):
      "the folder \(path) has mode \(String(mode, radix: 8)) or another owner; chmod 700 it, as its owner"
    case .system(let what, let code):
      "cannot \(what): \(String(cString: strerror(code))); check permissions and limits"
    }
  }
}

/// Why a request got no answer.
public enum ClientError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nobody listens there.
  case notRunning(String)
  /// This user may not use the socket file.
  case notAllowed(String)
  /// No connection, or nothing moved, within the time allowed.
  case timedOut(String)
  /// The server closed the connection before its answer was complete.
  case broken(String, reason: String)
  /// The answer is longer than was to be kept.
  case tooLong(limit: Int)
  /// The request cannot be written as HTTP.
  case badRequest(String)
  /// libcurl failed otherwise.
  case failed(String)

  /// One sentence that ends in what to do.
  public var description: String {
    switch self {
    case .notRunning(let place): "nothing listens at \(place); start the node with: istmo run"
    case .notAllowed(let place): "you may not use \(place); run this as the user of the node"
    case .timedOut(let place): "the node at \(place) did not answer in time; look at its log and at its disk"
    case .broken(let place, let reason): "\(place) broke off (\(reason)); look at the node's log, then try again"
    case .tooLong(let limit): "the answer is longer than \(limit) bytes; ask for less"
    case .badRequest(let what): "\(what); correct the request"
    case .failed(let reason): "the request failed: \(reason); check the address"
    }
  }
}

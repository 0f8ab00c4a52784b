/// What a server gives to its clients at most. Each number is here once, with its reason.
public enum Limits {
  /// Event loops, each on its own thread. Handlers do not block, so a few carry everything; the disk is the bottleneck.
  public static let threads = 2
  /// TCP connections at once: a thousand waiting publishers twice over, at 16 KiB each 32 MiB.
  public static let tcpConnections = 2_048
  /// TCP connections at once from one IPv4 address or one IPv6 /64, so that one machine cannot take all of them; still
  /// room for a thousand publishers behind one national gateway.
  public static let connectionsPerAddress = 1_280
  /// Connections at once through the unix socket, counted apart, so that a flood from the network never shuts out the
  /// operator on the machine itself.
  public static let unixConnections = 1_280
  /// Connections that wait in the kernel to be accepted; a burst of a thousand clients fits.
  public static let backlog: Int32 = 1_024
  /// Memory of a connection for head and upload buffer. Bounds the head; larger buys little throughput, and all of it is cleared
  /// after each request.
  public static let connectionMemory = 16 * 1_024
  /// Bytes of a request target. Queries are short; longer belongs into an upload.
  public static let targetBytes = 8 * 1_024
  /// Fields of a query, more than any operation of the API has.
  public static let queryFields = 64
  /// Header fields of a request; browsers send about twenty.
  public static let headerFields = 100
  /// Seconds without a byte in either direction after which a connection is closed.
  public static let idleSeconds = 60
  /// Seconds from accepting a connection, or from its last answer, until the next head is whole. However slowly its
  /// bytes drip, a connection that asks nothing is closed then.
  public static let headSeconds = 60
  /// Bytes a second that an upload must bring on average, once it has taken `uploadGraceSeconds`: a tenth of a GPRS
  /// line. A slower one only holds a place.
  public static let uploadBytesPerSecond = 512
  /// Seconds before the rate of an upload counts.
  public static let uploadGraceSeconds = 60
  /// Bytes of a refused upload that are read and thrown away so that the connection can be kept.
  public static let drainBytes: UInt64 = 1_024 * 1_024
  /// Bytes of a longer refused upload that are thrown away after the refusal was sent, before the connection is cut: a
  /// client that reads between its writes sees the refusal instead of a broken connection.
  public static let lingerBytes: UInt64 = 16 * 1_024 * 1_024
  /// Bytes of a streamed response that are asked for at once.
  public static let streamPiece = 16 * 1_024
  /// Log lines a second; what a flood of bad requests causes beyond that is counted in one line.
  public static let logLinesPerSecond = 20
}

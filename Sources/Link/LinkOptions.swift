/// How the reactor behaves. The defaults are for a node; tests make things faster.
public struct LinkOptions: Sendable {
  /// A ping is sent this often, also while other things are sent.
  public var pingInterval: Duration = .seconds(5)
  /// A link from which nothing opened for this long is dead: three pings were missed.
  public var silenceLimit: Duration = .seconds(15)
  /// A connection must be proven this soon after it was opened. Five round trips by satellite and a slow machine fit.
  public var handshakeLimit: Duration = .seconds(10)
  /// The pause before the second attempt to connect; each further one is twice as long.
  public var firstDelay: Duration = .seconds(1)
  /// The longest pause between attempts: a neighbour that comes back is linked within half a minute.
  public var longestDelay: Duration = .seconds(30)
  /// How often deadlines are checked and the delegate's `tick` is called.
  public var tickInterval: Duration = .milliseconds(100)
  /// `send` refuses while this many bytes wait: with the largest message it bounds a slow reader's memory to 5 MiB.
  public var outboxByteLimit = 4 << 20
  /// The low-water mark: `writable` is called when fewer bytes wait.
  public var lowWaterByteCount = 512 << 10
  /// What is read from one link before the others get their turn.
  public var readBudgetByteCount = 256 << 10
  /// What is written to one link before the others get their turn.
  public var writeBudgetByteCount = 512 << 10
  /// What strangers may cost.
  public var admission = AdmissionLimits()

  /// The defaults.
  public init() {}
}

extension Duration {
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds.multipliedReportingOverflow(by: 1000).partialValue &+ attoseconds / 1_000_000_000_000_000
  }
}

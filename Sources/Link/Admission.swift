/// What connections that have proven nothing may cost. A handshake is at most five key agreements, about half a
/// millisecond: 64 a second are some 3 % of one core.
public struct AdmissionLimits: Hashable, Sendable {
  /// Unproven connections from outside at one time.
  public var halfOpen = 64
  /// Unproven connections from one address at one time.
  public var halfOpenPerAddress = 8
  /// Handshakes begun per second, in the long run.
  public var perSecond = 64.0
  /// Handshakes begun at once after a quiet time.
  public var burst = 128.0
  /// Handshakes begun per second from one address, in the long run.
  public var perSecondPerAddress = 8.0
  /// Handshakes begun at once from one address after a quiet time.
  public var burstPerAddress = 32.0
  /// Addresses remembered: a flood from more than these is held by the limits on all together.
  public var addressLimit = 1024
  /// Connections taken from the operating system between two ticks; the rest waits in its queue.
  public var acceptsPerTick = 64

  /// The defaults.
  public init() {}
}

/// An address as the limits count it: an IPv4 address, or an IPv6 /64 network, which one customer commonly owns whole.
struct AddressKey: Hashable, Sendable {
  let high: UInt64
  let low: UInt64
}

/// Decides which connections from outside get a handshake. Pure: the caller gives the time in milliseconds.
struct Admission: Sendable {
  enum Refusal: String, Hashable, Sendable {
    case tooManyHalfOpen = "too many unproven connections"
    case tooManyFromAddress = "too many unproven connections from this address"
    case tooOften = "too many handshakes a second"
    case tooOftenFromAddress = "too many handshakes a second from this address"
  }

  private struct Bucket {
    var tokens: Double
    var at: Int64

    mutating func refill(_ rate: Double, _ burst: Double, now: Int64) {
      tokens = min(burst, tokens + Double(max(0, now - at)) / 1000 * rate)
      at = now
    }
  }

  private struct Caller {
    var halfOpen = 0
    var bucket: Bucket
  }

  private let limits: AdmissionLimits
  private var callers: [AddressKey: Caller] = [:]
  private var total: Bucket
  /// Admitted connections that were not released yet.
  private(set) var halfOpenCount = 0

  init(_ limits: AdmissionLimits, now: Int64) {
    self.limits = limits
    total = Bucket(tokens: limits.burst, at: now)
  }

  /// Addresses remembered now.
  var addressCount: Int { callers.count }

  /// Nil when the connection may begin its handshake; then `release` must follow once.
  mutating func admit(_ key: AddressKey, now: Int64) -> Refusal? {
    guard halfOpenCount < limits.halfOpen else { return .tooManyHalfOpen }
    var caller = callers[key] ?? Caller(bucket: Bucket(tokens: limits.burstPerAddress, at: now))
    guard caller.halfOpen < limits.halfOpenPerAddress else { return .tooManyFromAddress }
    caller.bucket.refill(limits.perSecondPerAddress, limits.burstPerAddress, now: now)
    guard caller.bucket.tokens >= 1 else { return .tooOftenFromAddress }
    total.refill(limits.perSecond, limits.burst, now: now)
    guard total.tokens >= 1 else { return .tooOften }
    if callers[key] == nil, callers.count >= limits.addressLimit { forgetIdle(now: now) }
    guard callers[key] != nil || callers.count < limits.addressLimit else { return .tooOften }
    caller.bucket.tokens -= 1
    total.tokens -= 1
    caller.halfOpen += 1
    halfOpenCount += 1
    callers[key] = caller
    return nil
  }

  /// The connection was proven or closed.
  mutating func release(_ key: AddressKey) {
    halfOpenCount = max(0, halfOpenCount - 1)
    guard var caller = callers[key] else { return }
    caller.halfOpen = max(0, caller.halfOpen - 1)
    callers[key] = caller
  }

  // An address whose bucket is full again is as good as unknown.
  private mutating func forgetIdle(now: Int64) {
    callers = callers.filter { _, caller in
      var bucket = caller.bucket
      bucket.refill(limits.perSecondPerAddress, limits.burstPerAddress, now: now)
      return caller.halfOpen > 0 || bucket.tokens < limits.burstPerAddress
    }
  }
}

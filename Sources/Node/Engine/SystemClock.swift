import Foundation
import Terms

/// The machine's own time of day.
public struct SystemClock: Clock {
  /// The machine's own time of day.
  public init() {}

  /// Now.
  public func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

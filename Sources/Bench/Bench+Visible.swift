import Foundation
import Glibc
import Synchronization

// How long until the neighbour shows a record, durably.
extension Bench {
  /// Ten departures a second for 20 seconds: until accepted, and until visible and durable at the neighbour.
  static func visible(_ pair: Pair) throws {
    let (system, gt) = (try pair.system("SV"), try pair.system("GT"))
    var (accepted, visible) = (Times(), Times())
    // The first record brings the entry of its epoch with it.
    try system.publish(Departures.line(0))
    try pair.wait(gt, for: 2, every: 1000)
    for number in 1...200 {
      let start = ContinuousClock.now
      try system.publish(Departures.line(number))
      accepted.add(.now - start)
      try pair.wait(gt, for: UInt64(number) + 2, every: 100)
      visible.add(.now - start)
      rest(until: start + .milliseconds(100))
    }
    Report.times("accepted", accepted)
    Report.times("visible", visible)
  }

  /// The same of a departure every 20 milliseconds, while eight clients publish as fast as they can.
  static func visibleWhileBusy(_ pair: Pair) throws {
    let (system, gt) = (try pair.system("SV"), try pair.system("GT"))
    let load = Mutex<Result<Times, any Error>?>(nil)
    let access = pair.access("SV")
    let thread = Thread {
      let outcome = Result {
        try Clients.times(clients: 8, seconds: 4, access) { system, client, round in
          try system.publish(Departures.line(50_000_000 + round * 8 + client))
        }
      }
      load.withLock { $0 = outcome }
    }
    thread.start()
    var (visible, number) = (Times(), 90_000_000)
    while load.withLock({ $0 == nil }) {
      let start = ContinuousClock.now
      try system.publish(Departures.line(number))
      // What others published meanwhile stands before it too: this is not less than it takes.
      try pair.wait(gt, for: try system.size(), every: 1000)
      visible.add(.now - start)
      number += 1
      rest(until: start + .milliseconds(20))
    }
    _ = try load.withLock { $0 }?.get()
    Report.times("visible_busy", visible)
  }

  private static func rest(until moment: ContinuousClock.Instant) {
    let rest = moment - .now
    if rest > .zero { usleep(UInt32(clamping: Int64(rest / .microseconds(1)))) }
  }
}

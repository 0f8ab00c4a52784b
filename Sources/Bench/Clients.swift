import Dispatch
import Foundation
import Synchronization

/// Several clients at once, each on a thread of its own.
enum Clients {
  /// Runs `work` as `run` does; prints rate and times under `name`.
  static func measure(
    _ name: String, clients: Int, seconds: Int, _ access: System.Access,
    _ work: @escaping @Sendable (System, _ client: Int, _ round: Int) throws -> Void
  ) throws {
    let times = try times(clients: clients, seconds: seconds, access, work)
    Report.figure("\(name)_\(clients)_per_s", Double(times.all.count) / Double(seconds))
    Report.times("\(name)_\(clients)", times)
  }

  /// Runs `work` again and again in each client until the time is over. It is given the client and how many times it has run.
  /// - Returns: how long each run took.
  static func times(
    clients: Int, seconds: Int, _ access: System.Access,
    _ work: @escaping @Sendable (System, _ client: Int, _ round: Int) throws -> Void
  ) throws -> Times {
    let result = Mutex<(times: Times, failure: (any Error)?)>((Times(), nil))
    let end = ContinuousClock.now + .seconds(seconds)
    let group = DispatchGroup()
    for client in 0..<clients {
      group.enter()
      let thread = Thread {
        var times = Times()
        var round = 0
        do {
          let system = try System(access)
          while ContinuousClock.now < end {
            let start = ContinuousClock.now
            try work(system, client, round)
            times.add(.now - start)
            round += 1
          }
        } catch { result.withLock { $0.failure = error } }
        result.withLock { $0.times.add(times) }
        group.leave()
      }
      thread.start()
    }
    group.wait()
    let (times, failure) = result.withLock { $0 }
    if let failure { throw failure }
    return times
  }
}

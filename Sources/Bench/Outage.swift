import Dispatch
import Foundation
import Glibc
import HTTP
import Programs
import Synchronization

/// The busiest pair after ten days without a line: the neighbour catches up with 281,000 records while ten departures a second
/// are published, two records a second come in another stream, and 20 lookups a second are answered.
struct Outage {
  private static let backlog = 281_000
  /// Microseconds between departures, between records of another stream, and between lookups.
  private static let (departureEvery, postEvery, lookupEvery) = (UInt32(100_000), UInt32(500_000), UInt32(50_000))

  private let pair: Pair

  init(_ pair: Pair) { self.pair = pair }

  func run() throws {
    try pair.system("SV").publish(Departures.line(20_000_000))
    try pair.system("SV").publish(Departures.waiting(0), of: "posts")
    try pair.settle()
    let quiet = try during(phase: 0) { sleep(10) }
    Report.times("outage_lookup_idle", quiet.lookups)
    Report.times("outage_accepted_idle", quiet.accepted)

    pair.stop("GT")
    try pair.publish(try pair.written(21_000_000..<21_000_000 + Self.backlog))
    let end = try pair.system("SV").size()
    try pair.start("GT")
    let back = try pair.system("GT")
    try pair.wait(back, for: end - UInt64(Self.backlog) + 1, every: 500)
    let began = ContinuousClock.now
    let busy = try during(phase: 1) {
      try pair.wait(back, for: end, every: 5000)
      Report.figure("outage_catchup_s", (.now - began) / .seconds(1))
      sleep(2)
    }
    Report.times("outage_lookup_busy", busy.lookups)
    Report.times("outage_accepted_busy", busy.accepted)
    // In order behind the backlog: what is published while it is sent is visible when it has been.
    Report.times("outage_departure_visible", busy.visible["migration"] ?? Times())
    Report.times("outage_other_stream_visible", busy.visible["posts"] ?? Times())
  }

  /// What was measured while something went on.
  private struct Seen {
    var lookups = Times()
    /// From a record's being handed to the origin to the answer.
    var accepted = Times()
    /// By dataset.
    var visible: [String: Times] = [:]
    var failure: (any Error)?
  }

  /// Publishes and looks up on threads of their own while `work` runs. Each phase publishes other records.
  private func during(phase: Int, _ work: () throws -> Void) throws -> Seen {
    let seen = Mutex(Seen())
    let isOver = Atomic(false)
    let group = DispatchGroup()
    func start(_ every: UInt32, _ body: @escaping @Sendable (Int) throws -> Void) {
      group.enter()
      let thread = Thread {
        var round = 0
        do {
          while !isOver.load(ordering: .relaxed) {
            try body(round)
            round += 1
            usleep(every)
          }
        } catch { seen.withLock { $0.failure = error } }
        group.leave()
      }
      thread.start()
    }
    let reader = Lent(try pair.system("GT"))
    start(Self.lookupEvery) { _ in
      let start = ContinuousClock.now
      try reader.value.lookUp("A020000000")
      seen.withLock { $0.lookups.add(.now - start) }
    }
    let line: [String: @Sendable (Int) -> [UInt8]] = [
      "migration": { Departures.line(30_000_000 + phase * 1_000_000 + $0) },
      "posts": { Departures.waiting(1 + phase * 1_000_000 + $0) },
    ]
    for (dataset, every) in [("migration", Self.departureEvery), ("posts", Self.postEvery)] {
      let pending = Mutex<[(size: UInt64, since: ContinuousClock.Instant)]>([])
      let publisher = Lent(try pair.system("SV"))
      let watcher = Lent(try pair.system("GT"))
      start(every) { round in
        let start = ContinuousClock.now
        try publisher.value.publish(line[dataset]?(round) ?? [], of: dataset)
        seen.withLock { $0.accepted.add(.now - start) }
        let size = try publisher.value.size(of: "SV/GT/\(dataset)")
        pending.withLock { $0.append((size, start)) }
      }
      start(2_000) { _ in
        guard pending.withLock({ !$0.isEmpty }) else { return }
        let held = try watcher.value.size(of: "SV/GT/\(dataset)")
        let now = ContinuousClock.now
        let done = pending.withLock { pending in
          defer { pending.removeAll { $0.size <= held } }
          return pending.filter { $0.size <= held }
        }
        seen.withLock { seen in
          for (_, since) in done { seen.visible[dataset, default: Times()].add(now - since) }
        }
      }
    }
    defer {
      isOver.store(true, ordering: .relaxed)
      group.wait()
    }
    try work()
    isOver.store(true, ordering: .relaxed)
    group.wait()
    let all = seen.withLock { $0 }
    if let failure = all.failure { throw failure }
    return all
  }

  /// What one thread alone uses.
  private struct Lent<Value>: @unchecked Sendable {
    // @unchecked: each is made for one thread, which alone touches it; the pair is only read.
    let value: Value
    init(_ value: Value) { self.value = value }
  }
}

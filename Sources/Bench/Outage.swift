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
    let (sv, gt) = (pair.client("SV"), pair.client("GT"))
    try System(pair.access("SV")).publish(Departures.line(20_000_000))
    try System(pair.access("SV")).publish(Departures.waiting(0), of: "posts")
    try pair.wait(gt, for: try pair.size(sv), every: 1000)
    guard try pair.size(sv, of: "SV/GT/posts") > 0 else { throw ChildError("the waiting time was not taken") }
    let quiet = try during { sleep(10) }
    Report.times("outage_lookup_idle", quiet.lookups)

    pair.stop("GT")
    let file = "\(pair.folder)/records.ndjson"
    try TextFile.write(Departures.lines(21_000_000..<21_000_000 + Self.backlog), to: file)
    try pair.command("SV", ["publish", "migration", file])
    let end = try pair.size(sv)
    try pair.start("GT")
    let back = pair.client("GT")
    try pair.wait(back, for: end - UInt64(Self.backlog) + 1, every: 500)
    let began = ContinuousClock.now
    let busy = try during {
      try pair.wait(back, for: end, every: 5000)
      Report.figure("outage_catchup_s", (.now - began) / .seconds(1))
      sleep(2)
    }
    Report.times("outage_lookup_busy", busy.lookups)
    // In order behind the backlog: what is published while it is sent is visible when it has been.
    Report.times("outage_departure_visible", busy.departures)
    Report.times("outage_other_stream_visible", busy.posts)
  }

  /// What was measured while something went on.
  private struct Seen {
    var lookups = Times()
    var departures = Times()
    var posts = Times()
  }

  /// Whether what goes on is over.
  private final class Whistle: Sendable {
    private let blown = Atomic(false)
    var isOver: Bool { blown.load(ordering: .relaxed) }
    func blow() { blown.store(true, ordering: .relaxed) }
  }

  /// Publishes and looks up on threads of their own while `work` runs.
  private func during(_ work: () throws -> Void) throws -> Seen {
    let seen = Mutex((Seen(), nil as (any Error)?))
    let whistle = Whistle()
    let group = DispatchGroup()
    func start(_ every: UInt32, _ body: @escaping @Sendable (Int) throws -> Void) {
      group.enter()
      let thread = Thread {
        var round = 0
        do {
          while !whistle.isOver {
            try body(round)
            round += 1
            usleep(every)
          }
        } catch { seen.withLock { $0.1 = error } }
        group.leave()
      }
      thread.start()
    }
    let (sv, gt) = (pair.access("SV"), pair.access("GT"))
    let reader = Shared(System(gt))
    start(Self.lookupEvery) { round in
      let start = ContinuousClock.now
      try reader.value.lookUp("A020000000")
      seen.withLock { $0.0.lookups.add(.now - start) }
    }
    for (dataset, every) in [("migration", Self.departureEvery), ("posts", Self.postEvery)] {
      let pending = Mutex<[(size: UInt64, since: ContinuousClock.Instant)]>([])
      let (origin, recipient) = (Shared(pair.client("SV")), Shared(pair.client("GT")))
      let other = Shared(System(sv))
      let base = Int.random(in: 1..<1_000_000)
      start(every) { [pair = Shared(pair)] round in
        let start = ContinuousClock.now
        if dataset == "posts" {
          try other.value.publish(Departures.waiting(base + round), of: dataset)
        } else {
          try other.value.publish(Departures.line(30_000_000 + base * 10 + round), of: dataset)
        }
        let size = try pair.value.size(origin.value, of: "SV/GT/\(dataset)")
        pending.withLock { $0.append((size, start)) }
      }
      start(2_000) { [pair = Shared(pair)] _ in
        guard pending.withLock({ !$0.isEmpty }) else { return }
        let held = try pair.value.size(recipient.value, of: "SV/GT/\(dataset)")
        let now = ContinuousClock.now
        let done = pending.withLock { pending in
          defer { pending.removeAll { $0.size <= held } }
          return pending.filter { $0.size <= held }
        }
        seen.withLock { seen in
          for (_, since) in done {
            if dataset == "posts" { seen.0.posts.add(now - since) } else { seen.0.departures.add(now - since) }
          }
        }
      }
    }
    defer { whistle.blow() }
    try work()
    whistle.blow()
    group.wait()
    let (times, failure) = seen.withLock { $0 }
    if let failure { throw failure }
    return times
  }

  /// What one thread alone uses.
  private struct Shared<Value>: @unchecked Sendable {
    // @unchecked: each is made for one thread, which alone touches it; the pair is only read.
    let value: Value
    init(_ value: Value) { self.value = value }
  }
}

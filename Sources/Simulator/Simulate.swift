import Dispatch
import Glibc
import Sodium
import Synchronization
import Terms

/// Runs many seeds: `Simulate --seeds N --from S [--brief] [--crashes] [--restores] [--trace]`. Exit 1 when a seed fails.
public enum Simulate {
  /// Reads the command line, runs the seeds and says how it went.
  public static func main() {
    var (count, first, shows, crashes, isBrief) = (UInt64(1000), UInt64(0), false, false, false)
    var restores = false
    var arguments = CommandLine.arguments.dropFirst()
    while let argument = arguments.popFirst() {
      switch argument {
      case "--seeds": count = arguments.popFirst().flatMap { UInt64($0) } ?? 0
      case "--from": first = arguments.popFirst().flatMap { UInt64($0) } ?? 0
      case "--trace": shows = true
      case "--crashes": crashes = true
      case "--brief": isBrief = true
      case "--restores": restores = true
      default:
        print("usage: simulate [--seeds N] [--from SEED] [--brief] [--crashes] [--restores] [--trace]")
        exit(2)
      }
    }
    let started = ContinuousClock.now
    let seeds = Array(first..<(first &+ count))
    let totals =
      crashes
      ? run(seeds, shows) {
        World.crashAtEveryCommit(seed: $0, busyMilliseconds: 4000).map { ($0.outcome, place: $0.place) }
      }
      : run(seeds, shows) { [isBrief, restores] in
        [(World.run(restores ? World.restoring(seed: $0) : isBrief ? .brief(seed: $0) : World.Plan(seed: $0)), "")]
      }
    let sums = "\(totals.runs) runs, \(totals.records) records, \(totals.events) events"
    print("\(count) seeds from \(first): all held; \(sums)")
    if !crashes { print("the slowest converged \(totals.slowest) ms after its last fault") }
    // The same on every machine and in every process.
    print("digest \(totals.hash.finish())")
    print("took \(ContinuousClock.now - started)")
  }

  private struct Totals {
    var (runs, records, events, slowest) = (0, 0, 0, Int64(0))
    var hash = SHA256()

    mutating func add(_ outcome: World.Outcome) {
      runs += 1
      records += outcome.accepted
      events += outcome.position
      slowest = max(slowest, outcome.convergedAfter)
      hash.update(outcome.digest.bytes)
    }
  }

  /// Runs seeds on all processors, a block at a time; tells of each in its order.
  private static func run(
    _ seeds: [UInt64], _ shows: Bool, _ world: @escaping @Sendable (UInt64) -> [(World.Outcome, place: String)]
  ) -> Totals {
    var totals = Totals()
    let width = 16
    for start in stride(from: 0, to: seeds.count, by: width) {
      let block = Array(seeds[start..<min(start + width, seeds.count)])
      let done = Mutex<[UInt64: [(World.Outcome, place: String)]]>([:])
      DispatchQueue.concurrentPerform(iterations: block.count) { number in
        let outcomes = world(block[number])
        done.withLock { $0[block[number]] = outcomes }
      }
      for seed in block {
        for (outcome, place) in done.withLock({ $0[seed] ?? [] }) {
          if shows { outcome.tail.forEach { print($0) } }
          report(outcome, place.isEmpty ? "" : " with a crash \(place)")
          totals.add(outcome)
        }
      }
    }
    return totals
  }

  private static func report(_ outcome: World.Outcome, _ schedule: String) {
    guard let violation = outcome.violation else { return }
    outcome.tail.suffix(60).forEach { print($0) }
    print("seed \(outcome.seed)\(schedule) failed at position \(outcome.position): \(violation)")
    exit(1)
  }
}

import Glibc
import Sodium
import Terms

/// Runs many seeds: `Simulate --seeds N --from S [--crashes] [--trace]`. Exit 1 at the first seed that fails.
public enum Simulate {
  /// Reads the command line, runs the seeds and says how it went.
  public static func main() {
    var (count, first, shows, crashes) = (UInt64(1000), UInt64(0), false, false)
    var arguments = CommandLine.arguments.dropFirst()
    while let argument = arguments.popFirst() {
      switch argument {
      case "--seeds": count = arguments.popFirst().flatMap { UInt64($0) } ?? 0
      case "--from": first = arguments.popFirst().flatMap { UInt64($0) } ?? 0
      case "--trace": shows = true
      case "--crashes": crashes = true
      default:
        print("usage: simulate [--seeds N] [--from SEED] [--crashes] [--trace]")
        exit(2)
      }
    }
    let started = ContinuousClock.now
    let totals = crashes ? runCrashes(count, first) : runSeeds(count, first, shows)
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

  private static func runSeeds(_ count: UInt64, _ first: UInt64, _ shows: Bool) -> Totals {
    var totals = Totals()
    for seed in first..<(first + count) {
      let outcome = World.run(World.Plan(seed: seed))
      if shows { outcome.tail.forEach { print($0) } }
      report(outcome, "")
      totals.add(outcome)
    }
    return totals
  }

  /// Each seed once without a crash, then once for each side of each fsync.
  private static func runCrashes(_ count: UInt64, _ first: UInt64) -> Totals {
    var totals = Totals()
    for seed in first..<(first + count) {
      for outcome in World.crashAtEveryCommit(seed: seed, busyMilliseconds: 4000) {
        report(outcome.outcome, " with a crash \(outcome.place)")
        totals.add(outcome.outcome)
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

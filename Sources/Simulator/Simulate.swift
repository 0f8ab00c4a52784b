import Glibc
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
    let (records, events) = crashes ? runCrashes(count, first) : runSeeds(count, first, shows)
    let seconds = ContinuousClock.now - started
    print("\(count) seeds from \(first): all held; \(records) records, \(events) events, \(seconds)")
  }

  private static func runSeeds(_ count: UInt64, _ first: UInt64, _ shows: Bool) -> (Int, Int) {
    var (records, events, slowest) = (0, 0, Int64(0))
    for seed in first..<(first + count) {
      let outcome = World.run(World.Plan(seed: seed))
      if shows { outcome.tail.forEach { print($0) } }
      report(outcome, "")
      records += outcome.accepted
      events += outcome.position
      slowest = max(slowest, outcome.convergedAfter)
    }
    print("the slowest converged \(slowest) ms after its last fault")
    return (records, events)
  }

  /// Each seed once without a crash, then once for each side of each fsync.
  private static func runCrashes(_ count: UInt64, _ first: UInt64) -> (Int, Int) {
    var (records, events) = (0, 0)
    for seed in first..<(first + count) {
      for outcome in World.crashAtEveryCommit(seed: seed, busyMilliseconds: 4000) {
        report(outcome.outcome, " with a crash \(outcome.place)")
        records += outcome.outcome.accepted
        events += outcome.outcome.position
      }
    }
    return (records, events)
  }

  private static func report(_ outcome: World.Outcome, _ schedule: String) {
    guard let violation = outcome.violation else { return }
    outcome.tail.suffix(60).forEach { print($0) }
    print("seed \(outcome.seed)\(schedule) failed at position \(outcome.position): \(violation)")
    exit(1)
  }
}

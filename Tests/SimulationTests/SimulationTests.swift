import Foundation
import Simulator
import Terms
import Testing

/// Whole regions in one process, on one seed, with faults. `Scripts/simulate` runs many more seeds than these.
@Suite struct SimulationTests {
  /// Brief runs of a few seeds: a debug build is slow. `Scripts/test` runs a thousand in a release build.
  @Test(arguments: Array(stride(from: UInt64(0), to: 24, by: 6)))
  func everythingHolds(from first: UInt64) {
    for seed in first..<(first + 6) {
      let outcome = World.run(.brief(seed: seed))
      #expect(outcome.violation == nil, "seed \(seed): \(outcome.tail.suffix(20).joined(separator: "\n"))")
      #expect(outcome.position > 20)
    }
  }

  /// Days go by while faults happen; own registers and neighbours erase what is past its days, each at its time.
  @Test func whatIsPastItsDaysIsErasedWhateverGoesWrong() {
    var erased = 0
    for seed in [UInt64(3)] {
      var plan = World.Plan.brief(seed: seed)
      plan.nodeCount = 2
      plan.busyMilliseconds = 24_000
      plan.publishEvery = 1500
      plan.dayEvery = 4000
      // A clock that is ahead by days erases days too soon, and rightly so.
      var faults = Faults(Chance(seed: seed))
      faults.clockStepEvery = 0
      plan.faults = faults
      let outcome = World.run(plan)
      #expect(outcome.violation == nil, "seed \(seed): \(outcome.tail.suffix(20).joined(separator: "\n"))")
      erased += outcome.erased
    }
    #expect(erased > 5)
  }

  /// No fork is ever signed, and whatever a neighbour signed for comes back.
  @Test(arguments: [UInt64(0), 46])
  func aNodeThatLosesItsDiskComesBackWithWhatItsNeighboursHold(from first: UInt64) {
    for seed in first..<(first + 5) {
      let outcome = World.run(World.restoring(seed: seed))
      #expect(outcome.violation == nil, "seed \(seed): \(outcome.tail.suffix(20).joined(separator: "\n"))")
    }
  }

  @Test func aCrashOnEitherSideOfEveryFsyncLosesNothing() {
    let outcomes = World.crashAtEveryCommit(seed: 1, busyMilliseconds: 700)
    #expect(outcomes.count > 12)
    for (place, outcome) in outcomes {
      #expect(outcome.violation == nil, "a crash \(place): \(outcome.tail.suffix(20).joined(separator: "\n"))")
    }
    // Both nodes, both sides.
    for word in ["node 0 before", "node 0 after", "node 1 before", "node 1 after"] {
      #expect(outcomes.contains { $0.place.replacing(" fsync", with: "").contains(word) }, "\(word)")
    }
  }

  @Test func aSeedReproducesItsRunByteForByte() {
    for seed in [UInt64(5), 12] {
      var plan = World.Plan(seed: seed)
      plan.busyMilliseconds = 2000
      plan.publishEvery = 400
      plan.nodeCount = 2
      let (one, two) = (World.run(plan), World.run(plan))
      #expect(one.digest == two.digest && one.position == two.position && one.tail == two.tail)
      plan.seed += 1
      #expect(World.run(plan).digest != one.digest)
    }
  }

  /// Hash tables iterate otherwise in every process: nothing of that may reach a run.
  @Test func aSeedReproducesItsRunInAnotherProcess() async throws {
    let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let program = folder.appending(path: "Simulate").path(percentEncoded: false)
    try #require(FileManager.default.isExecutableFile(atPath: program), "\(program) was not built")
    var lines: Set<String> = []
    for _ in 0..<2 {
      let run = try await ForeignProgram(program, ["--seeds", "1", "--from", "20"], environment: [:])
      #expect(run.status == 0, "\(run.output)")
      lines.insert(try #require(run.output.split(separator: "\n").first { $0.hasPrefix("digest ") }.map(String.init)))
    }
    #expect(lines.count == 1)
  }

  /// A checker that found nothing of this would find nothing at all.
  @Test(arguments: Planted.allCases)
  func aPlantedBugIsFound(_ bug: Planted) throws {
    var plan = World.Plan(seed: 1)
    plan.nodeCount = 2
    plan.faults = Faults()
    plan.busyMilliseconds = 12_000
    plan.patience = 20_000
    plan.planted = bug
    // Without a bug all holds: `everythingHolds`.
    let violation = try #require(World.run(plan).violation, "\(bug) was not found")
    let words: [Planted: [String]] = [
      .earlyAnswer: ["before it was durable", "not durable"], .lostCommit: ["an append to", "durable"],
      .oldDisk: [
        "conflict", "two roots", "not the beginning", "went back", "larger than its log", "before it was durable",
      ],
      .leakedField: ["otherwise than agreed"], .closedFilter: ["misses"], .forgottenReference: ["times", "twice"],
      .missingIndex: ["not found by its name"], .falseReceipt: ["receipts"],
    ]
    #expect(words[bug]?.contains { violation.contains($0) } == true, "\(bug): \(violation)")
  }
}

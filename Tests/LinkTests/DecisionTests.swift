@testable import Link
import Sodium
import Terms
import Testing

/// The link's rules that need no connection.
struct DecisionTests {
  // MARK: Pauses between attempts

  @Test func pausesDoubleUpToALongestAndBeginAgainWhenReset() {
    let entropy = SeededEntropy(seed: 1)
    var backoff = Backoff(first: 1000, longest: 30_000)
    for full in [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000] as [Int64] {
      #expect((full / 2...full).contains(backoff.next(entropy)), "\(full)")
    }
    backoff.reset()
    #expect((500...1000).contains(backoff.next(entropy)))
  }

  @Test func twoNodesThatLostEachOtherDoNotDialInStep() {
    func pauses(_ seed: UInt64) -> [Int64] {
      let entropy = SeededEntropy(seed: seed)
      var backoff = Backoff(first: 1000, longest: 30_000)
      return (0..<50).map { _ in backoff.next(entropy) }
    }
    #expect(zip(pauses(1), pauses(2)).filter { $0 != $1 }.count > 45)
    // The whole half is used.
    let longest = pauses(3).dropFirst(6)
    #expect(longest.contains { $0 < 18_000 } && longest.contains { $0 > 27_000 })
  }

  @Test func absurdPausesDoNotTrap() {
    let entropy = SeededEntropy(seed: 1)
    var backoff = Backoff(first: .min, longest: 0)
    for _ in 0..<10 { #expect((0...1).contains(backoff.next(entropy))) }
    var long = Backoff(first: .max / 2 - 1, longest: .max / 2 - 1)
    for _ in 0..<10 { #expect(long.next(entropy) > 0) }
  }

  // MARK: Which connection survives

  @Test func bothSidesKeepTheSameConnectionInWhateverOrderTheySeeThem() throws {
    let (sv, gt) = (try CountryCode("SV"), try CountryCode("GT"))
    /// The initiator of what is left after two connections were proven in this order, within the time of a race.
    func left(_ order: [CountryCode]) -> CountryCode {
      switch Survivor.choose(olderInitiator: order[0], newerInitiator: order[1], olderAge: 10, raceLimit: 10_000) {
      case .older: order[0]
      case .newer: order[1]
      }
    }
    for here in [[sv, gt], [gt, sv]] {
      for there in [[sv, gt], [gt, sv]] { #expect(left(here) == left(there)) }
    }
    #expect(left([sv, gt]) == gt, "the one that the smaller code opened")
  }

  @Test func aNeighbourThatDialsAgainHasLostItsOldConnection() throws {
    let (sv, gt) = (try CountryCode("SV"), try CountryCode("GT"))
    for older in [sv, gt] {
      for newer in [sv, gt] {
        let isRace = older != newer
        if !isRace {
          // One side alone opened both: it would not dial while it had a link.
          #expect(
            Survivor.choose(olderInitiator: older, newerInitiator: newer, olderAge: 0, raceLimit: 10_000) == .newer)
        }
        #expect(
          Survivor.choose(olderInitiator: older, newerInitiator: newer, olderAge: 10_001, raceLimit: 10_000) == .newer)
      }
    }
  }
}

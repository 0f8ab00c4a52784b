import Sodium
import Terms
import Testing

@testable import Officers

/// Guessing is slow, and nobody's guessing locks anybody else out.
@Suite struct LoginThrottleTests {
  let start = Instant(milliseconds: 1_790_000_000_000)
  let device = LoginThrottle.Way.device(SHA256.hash([1]))

  private func at(_ milliseconds: Int64) -> Instant { start.advanced(byMilliseconds: milliseconds) }

  /// Tries until it must wait, and gives how many were allowed.
  private func allowed(_ throttle: inout LoginThrottle, _ officer: String, _ way: LoginThrottle.Way, at now: Instant)
    -> Int
  {
    var count = 0
    while count < 1000, throttle.begin(officer: officer, way: way, at: now) == nil { count += 1 }
    return count
  }

  @Test func threeFailuresAreFreeThenTheWaitDoublesToAQuarterOfAnHour() {
    var throttle = LoginThrottle()
    #expect(allowed(&throttle, "ana", .address("10.0.0.1"), at: start) == 3)
    var now = start
    var waits: [Int64] = []
    for _ in 0..<12 {
      guard let wait = throttle.begin(officer: "ana", way: .address("10.0.0.1"), at: now) else { break }
      waits.append(wait)
      now = now.advanced(byMilliseconds: wait)
      #expect(throttle.begin(officer: "ana", way: .address("10.0.0.1"), at: now) == nil)
    }
    #expect(waits.prefix(4) == [5_000, 10_000, 20_000, 40_000])
    #expect(waits.last == 900_000)
  }

  @Test func aStrangersFailuresDelayNeitherAnotherAddressNorAKnownDevice() {
    var throttle = LoginThrottle()
    _ = allowed(&throttle, "ana", .address("203.0.113.9"), at: start)
    #expect(throttle.begin(officer: "ana", way: .address("10.0.0.1"), at: start) == nil)
    #expect(throttle.begin(officer: "ana", way: device, at: start) == nil)
  }

  @Test func guessingFromManyAddressesDelaysNewDevicesAMinuteAtMostAndKnownOnesNotAtAll() {
    var throttle = LoginThrottle()
    var tried = 0
    for number in 0..<500 {
      if throttle.begin(officer: "ana", way: .address("203.0.\(number / 250).\(number % 250)"), at: start) == nil {
        tried += 1
      }
    }
    #expect(tried == 50)
    let wait = throttle.begin(officer: "ana", way: .address("10.0.0.1"), at: start) ?? 0
    #expect((1...60_000).contains(wait))
    #expect(throttle.begin(officer: "ana", way: device, at: start) == nil)
    #expect(throttle.begin(officer: "luis", way: .address("10.0.0.1"), at: start) == nil)
  }

  @Test func onePasswordOnManyNamesFromOneAddressIsSlow() {
    var throttle = LoginThrottle()
    let tried = (0..<100).count {
      throttle.begin(officer: "officer-\($0)", way: .address("203.0.113.9"), at: start) == nil
    }
    #expect(tried == 30)
    // On a device that ana used before, behind the same gateway, she gets in.
    #expect(throttle.begin(officer: "ana", way: device, at: start) == nil)
  }

  @Test func aRightPasswordForgivesOnesOwnFailuresAndNotThoseOnOtherNames() {
    var throttle = LoginThrottle()
    let way = LoginThrottle.Way.address("203.0.113.9")
    for number in 0..<29 { #expect(throttle.begin(officer: "x\(number)", way: way, at: start) == nil) }
    #expect(throttle.begin(officer: "ana", way: way, at: start) == nil)
    throttle.succeeded(officer: "ana", way: way)
    #expect(throttle.begin(officer: "ana", way: way, at: start) == nil)
    #expect(throttle.begin(officer: "y", way: way, at: start) != nil)
  }

  @Test func anAttemptThatABusyNodeDidNotLookAtForgivesNothing() {
    var throttle = LoginThrottle()
    let way = LoginThrottle.Way.address("203.0.113.9")
    for _ in 0..<2 { #expect(throttle.begin(officer: "ana", way: way, at: start) == nil) }
    for _ in 0..<10 {
      #expect(throttle.begin(officer: "ana", way: way, at: start) == nil)
      throttle.withdrew(officer: "ana", way: way)
    }
    #expect(throttle.begin(officer: "ana", way: way, at: start) == nil)
    #expect(throttle.begin(officer: "ana", way: way, at: start) != nil)
  }

  @Test func failuresAreForgottenAfterAnHourAndWhenTheClockIsSetBack() {
    var throttle = LoginThrottle()
    let way = LoginThrottle.Way.address("10.0.0.1")
    _ = allowed(&throttle, "ana", way, at: start)
    #expect(allowed(&throttle, "ana", way, at: at(LoginThrottle.memory)) == 3)
    #expect(allowed(&throttle, "ana", way, at: at(-LoginThrottle.memory)) == 3)
  }

  @Test func aFloodOfNamesAndAddressesTakesBoundedMemory() {
    var throttle = LoginThrottle()
    for number in 0..<100_000 {
      _ = throttle.begin(officer: "o\(number)", way: .address("a\(number)"), at: at(Int64(number)))
      if number % 10_000 == 0 { #expect(throttle.size <= LoginThrottle.mostCounts) }
    }
    #expect(throttle.size <= LoginThrottle.mostCounts)
  }
}

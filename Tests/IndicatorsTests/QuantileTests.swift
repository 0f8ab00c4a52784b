import Testing

@testable import Indicators

@Suite struct QuantileTests {
  @Test func quantilesAreOfTheNearestRank() {
    var few = Quantiles()
    for value in [10, 40, 20, 30] { few.add(Int64(value)) }
    #expect(few.percentile(50) == 20 && few.percentile(90) == 40 && few.percentile(100) == 40)
    var none = Quantiles()
    #expect(none.percentile(50) == nil)
  }

  @Test func beyondTheExactNumberTheyStayWithinTheStatedError() {
    var many = Quantiles()
    let count = Quantiles.mostExact + 20_000
    // Every value of a long range once, in an order far from sorted.
    for index in 0..<count { many.add(Int64((index * 7919) % count) * 997) }
    #expect(!many.isExact && many.count == count)
    for percent in [1, 50, 90, 99] {
      let exact = Double((count * percent + 99) / 100 - 1) * 997
      let found = Double(many.percentile(percent) ?? 0)
      #expect(abs(found - exact) <= exact * 0.008 + 1, "\(percent): \(found), not about \(exact)")
    }
  }

  @Test func theLargestValuesHaveABucketToo() {
    var many = Quantiles()
    for _ in 0...Quantiles.mostExact { many.add(.max) }
    #expect(many.percentile(50).map { Double($0) > Double(Int64.max) * 0.99 } == true)
  }
}

@Suite struct RoundingTests {
  @Test func halvesGoUpAndNothingOverflows() {
    #expect(Tally.rounded(1, 100_000, by: 1) == 100_000)
    #expect(Tally.rounded(1, 100_000, by: 3) == 33_333 && Tally.rounded(2, 100_000, by: 3) == 66_667)
    #expect(Tally.rounded(90_030, 1000, by: 60_000) == 1501)
    let years: Int64 = 20_000 * 366 * 86_400_000
    #expect(Tally.rounded(years - years / 4, 100_000, by: years) == 75_000)
    #expect(
      Tally.rounded(.max, 1000, by: 60_000) == 153_722_867_280_912_930 && Tally.rounded(.max, 1000, by: 1) == .max)
  }
}

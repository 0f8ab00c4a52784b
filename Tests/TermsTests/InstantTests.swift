import Foundation
import Terms
import Testing

@Suite struct InstantTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("1970-01-01T00:00:00.001Z", 1),
      ("1969-12-31T23:59:59.999Z", -1),
      // RFC 3339 section 5.8.
      ("1985-04-12T23:20:50.52Z", 482_196_050_520),
      ("1996-12-19T16:39:57-08:00", 851_042_397_000),
      ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130),
      // Lower case is allowed (RFC 3339 section 5.6, note).
      ("2026-11-24t14:03:22z", 1_795_529_002_000),
      ("2026-11-24T14:03:22-00:00", 1_795_529_002_000),
      ("2026-11-24T14:03:22+00:00", 1_795_529_002_000),
      ("2026-11-24T08:03:22-06:00", 1_795_529_002_000),
      ("2026-11-25T14:02:22+23:59", 1_795_529_002_000),
      ("2026-11-24T14:03:22.123456789Z", 1_795_529_002_123),
      ("2026-11-24T14:03:22.9999Z", 1_795_529_002_999),
      ("2026-11-24T14:03:22.1Z", 1_795_529_002_100),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000),
      ("2000-02-29T00:00:00Z", 951_782_400_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000),
      ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ] as [(String, Int64)])
  func aDateTimeOfRFC3339IsAMoment(text: String, milliseconds: Int64) throws {
    #expect(try Instant(text).milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2026-11-24", "2026-11-24T14:03:22", "2026-11-24T14:03Z", "2026-11-24 14:03:22Z", "2026-11-24T14:03:22.Z",
    "2026-11-24T14:03:22.1234567890Z", "2026-11-24T14:03:22,5Z", "2026-11-24T14:03:22+0600", "2026-11-24T14:03:22+06",
    "2026-11-24T14:03:22+06:0", "2026-11-24T14:03:22+06:000", "2026-11-24T14:03:22+24:00", "2026-11-24T14:03:22+06:60",
    "2026-11-24T24:00:00Z", "2026-11-24T14:60:00Z", "2026-11-24T14:03:60Z", "2026-11-24T14:03:61Z",
    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-00T00:00:00Z",
    "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "0000-01-01T00:00:00Z",
    "02026-11-24T14:03:22Z", "+2026-11-24T14:03:22Z", "-026-11-24T14:03:22Z", "2026-1-24T14:03:22Z",
    " 2026-11-24T14:03:22Z", "2026-11-24T14:03:22Z ", "2026-11-24T14:03:22ZZ", "2026-11-24T14:03:22Z\n",
    "2026-11-24T14:03:22.5", "2026-11-24T14:03:22.5+", "2026-11-24T14:03:22-", "２026-11-24T14:03:22Z",
    // Real moments whose UTC year cannot be written.
    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
  ])
  func anythingElseIsNoMoment(text: String) {
    #expect(throws: TermError.self) { try Instant(text) }
  }

  @Test func aMomentIsWrittenInUTC() throws {
    #expect(try Instant("2026-11-24T08:03:22.5-06:00").description == "2026-11-24T14:03:22.500Z")
    #expect(try Instant("2026-11-24T08:03:22.5-06:00").wholeSeconds == "2026-11-24T14:03:22Z")
    #expect(Instant(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
    #expect(Instant.earliest.description == "0001-01-01T00:00:00.000Z")
    #expect(Instant.latest.description == "9999-12-31T23:59:59.999Z")
  }

  @Test func momentsAtTheEndsOfTheNumbersDoNotTrap() {
    for milliseconds in [Int64.min, .min + 1, -1000, -999, -1, 0, 999, 1000, .max - 1, .max] {
      let moment = Instant(milliseconds: milliseconds)
      #expect(moment.seconds == Int64((Double(milliseconds) / 1000).rounded(.down)) || abs(moment.seconds) > 1 << 50)
      #expect(moment.description.count == 24)
      #expect(CalendarDay(of: moment).description.count == 10)
      #expect(moment.advanced(byMilliseconds: .max) >= .earliest)
      #expect(moment.advanced(byMilliseconds: .min) <= .latest)
      _ = moment.milliseconds(since: Instant(milliseconds: .max))
      _ = moment.milliseconds(since: Instant(milliseconds: .min))
    }
    #expect(Instant(milliseconds: .min).seconds == -9_223_372_036_854_776)
    #expect(Instant(milliseconds: .max).milliseconds(since: Instant(milliseconds: .min)) == .max)
    #expect(Instant(milliseconds: .min).milliseconds(since: Instant(milliseconds: .max)) == .min)
  }

  @Test func writingAndReadingGivesTheSameMoment() throws {
    var random = Seeded(3339)
    for _ in 0..<2000 {
      let moment = Instant(
        milliseconds: .random(in: Instant.earliest.milliseconds...Instant.latest.milliseconds, using: &random))
      #expect(try Instant(moment.description) == moment)
    }
  }

  @Test func alteredTextIsReadOrRefusedButNeverTraps() throws {
    var random = Seeded(1)
    let good = Array("2026-11-24T14:03:22.125+06:00".utf8)
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        guard !bytes.isEmpty else { break }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8.random(in: 0x2B...0x3A, using: &random), at: place)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      if let moment = try? Instant(text) { #expect(try Instant(moment.description) == moment) }
      _ = try? CalendarDay(text.prefix(10))
    }
  }
}

@Suite struct CalendarDayTests {
  @Test func everyDayIsTheDayThatFoundationSays() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    // Foundation's calendar is Julian before 1582-10-15.
    for days in stride(from: Int64(-141_400), through: 400_000, by: 7) {
      let day = CalendarDay(daysSinceEpoch: days)
      let date = Date(timeIntervalSince1970: Double(days) * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      guard parts.year == Int(day.components.year), parts.month == Int(day.components.month),
        parts.day == Int(day.components.day)
      else {
        Issue.record("\(day) is \(parts) for Foundation")
        return
      }
    }
  }

  @Test func theMonthsOfAllYearsFollowOneAnother() throws {
    var expected = Int64(-719_162)
    for year in Int64(1)...9999 {
      for month in Int64(1)...12 {
        let length = (Int64(28)...31).last { CalendarDay(year: year, month: month, day: $0) != nil } ?? 0
        for day in [1, length] {
          guard let value = CalendarDay(year: year, month: month, day: day),
            value.daysSinceEpoch == expected + day - 1, value.components == (year, month, day)
          else {
            Issue.record("\(year)-\(month)-\(day) is not day \(expected + day - 1)")
            return
          }
        }
        expected += length
      }
    }
    #expect(expected == 2_932_897)
  }

  @Test(arguments: ["1974-08-12", "2024-02-29", "0001-01-01", "9999-12-31", "1970-01-01"])
  func aDayIsWrittenAsItIsRead(text: String) throws {
    #expect(try CalendarDay(text).description == text)
  }

  @Test(arguments: [
    "", "1974-8-12", "74-08-12", "1974/08/12", "1974-08-12 ", "1974-08-32", "1974-02-29", "0000-01-01", "1974-13-01",
    "10000-01-01", "1974-08-1é", "+974-08-12", "1974-08-12T",
  ])
  func anythingElseIsNoDay(text: String) {
    #expect(throws: TermError.self) { try CalendarDay(text) }
  }

  @Test func aDayHoldsItsMoments() throws {
    let day = try CalendarDay("2026-11-24")
    #expect(day.start.description == "2026-11-24T00:00:00.000Z")
    #expect(CalendarDay(of: day.start) == day)
    #expect(CalendarDay(of: day.start.advanced(byMilliseconds: 86_399_999)) == day)
    #expect(CalendarDay(of: day.start.advanced(byMilliseconds: -1)).description == "2026-11-23")
    #expect(CalendarDay(of: Instant(milliseconds: -1)).description == "1969-12-31")
    #expect(CalendarDay(daysSinceEpoch: .max).description == "9999-12-31")
    #expect(CalendarDay(daysSinceEpoch: .min).description == "0001-01-01")
    #expect(CalendarDay(year: 2026, month: .max, day: 1) == nil)
    #expect(CalendarDay(year: .min, month: 1, day: .min) == nil)
  }
}

import Foundation
import Terms
import Testing

@testable import Catalog

/// Machine-readable zones against the specimens of ICAO Doc 9303 and against PyPI mrz.
@Suite struct MRZTests {
  static let td1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
  static let td2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
  static let td3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
  static let mrvA = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
  static let mrvB = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
  static let specimens = [td1, td2, td3, mrvA, mrvB]

  @Test(arguments: zip(specimens, MRZ.Format.allCases)) func aSpecimenIsRead(zone: String, format: MRZ.Format) throws {
    let read = try MRZ(zone)
    #expect(read.format == format)
    #expect(read.issuer == "UTO")
    #expect(read.surname == "ERIKSSON" && read.given == "ANNA<MARIA" && !read.mayBeTruncated)
    #expect(read.sex == "F")
    #expect(read.lines.joined(separator: "\n") == zone)
    let isVisa = format == .mrvA || format == .mrvB
    #expect(read.nationality == (isVisa ? "XXX" : "UTO"))
    #expect(read.birth == (isVisa ? MRZ.Date(year: 40, month: 9, day: 7) : MRZ.Date(year: 74, month: 8, day: 12)))
    #expect(read.expiry == (isVisa ? MRZ.Date(year: 96, month: 12, day: 10) : MRZ.Date(year: 12, month: 4, day: 15)))
    let numbers: [MRZ.Format: String] = [
      .td1: "D23145890", .td2: "D23145890", .td3: "L898902C3", .mrvA: "L8988901C", .mrvB: "L8988901C",
    ]
    #expect(read.number == numbers[format])
    #expect(read.documentCode == (isVisa ? "V" : format == .td3 ? "P" : "I"))
    let optional: [MRZ.Format: String] = [.td3: "ZE184226B", .mrvA: "6ZE184226B"]
    #expect(read.optional == optional[format] ?? "")
  }

  @Test(arguments: specimens) func linesMayEndInAnyWayOrNotAtAll(zone: String) throws {
    let read = try MRZ(zone)
    for form in [
      zone + "\n", zone.replacing("\n", with: "\r\n"), zone.replacing("\n", with: "\r\n") + "\r\n",
      zone.replacing("\n", with: ""),
    ] { #expect(try MRZ(form) == read) }
    for form in [
      "", "\n", String(zone.dropLast()), zone + "<", zone.replacing("\n", with: "\n\n"),
      zone.replacing("\n", with: " "),
      zone.lowercased(), "\n" + zone, zone.replacing("U", with: "Ü"), String(repeating: "<", count: 4000),
      String(zone.replacing("\n", with: "").prefix(20)) + "\n" + zone.replacing("\n", with: "").dropFirst(20),
    ] { #expect(throws: MRZFault.self, "\(form)") { try MRZ(form) } }
  }

  /// The value of a character, reckoned apart from the code under test.
  static func value(_ character: Character) -> Int {
    Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").firstIndex(of: character) ?? 0
  }

  /// What each check digit covers: places in the joined lines, from 0, as Doc 9303 parts 4 to 7 have them, and the digit's.
  static let covered: [MRZ.Format: [(fields: [ClosedRange<Int>], digit: Int)]] = [
    .td1: [([5...13], 14), ([30...35], 36), ([38...43], 44), ([5...29, 30...36, 38...44, 48...58], 59)],
    .td2: [([36...44], 45), ([49...54], 55), ([57...62], 63), ([36...45, 49...55, 57...70], 71)],
    .td3: [([44...52], 53), ([57...62], 63), ([65...70], 71), ([72...85], 86), ([44...53, 57...63, 65...86], 87)],
    .mrvA: [([44...52], 53), ([57...62], 63), ([65...70], 71)],
    .mrvB: [([36...44], 45), ([49...54], 55), ([57...62], 63)],
  ]

  /// Every character replaced by every other: what a check digit covers is refused whenever the sum differs (letters ten
  /// apart have one value), and so is a changed check digit.
  @Test(arguments: zip(specimens, MRZ.Format.allCases))
  func oneWrongCharacterIsFound(zone: String, format: MRZ.Format) throws {
    let joined = Array(zone.replacing("\n", with: ""))
    let covered = try #require(Self.covered[format])
    var refused = 0
    for at in joined.indices {
      for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<" where other != joined[at] {
        var altered = joined
        altered[at] = other
        let isDigit = covered.contains { $0.digit == at }
        let isCovered = covered.contains { $0.fields.contains { $0.contains(at) } }
        let differs = (Self.value(other) - Self.value(joined[at])) % 10 != 0
        // A filler in place of the digit of a passport's empty optional data would be right, but here it is not empty.
        guard isDigit || isCovered && differs else { continue }
        #expect(throws: MRZFault.self, "\(at): \(joined[at]) to \(other)") { try MRZ(String(altered)) }
        refused += 1
      }
    }
    #expect(refused > 500)
  }

  @Test func theFaultNamesThePart() {
    func fault(_ zone: String) -> String {
      do {
        _ = try MRZ(zone)
        return "none"
      } catch { return error.problem }
    }
    #expect(fault(Self.td3.replacing("L898902C3", with: "L898902C4")).contains("the document number"))
    #expect(fault(Self.td3.replacing("740812", with: "740813")).contains("the birth date"))
    #expect(fault(Self.td3.replacing("120415", with: "120416")).contains("the date of expiry"))
    #expect(fault(Self.td3.replacing("ZE184226B", with: "ZE184226C")).contains("the optional data"))
    #expect(fault(String(Self.td3.dropLast()) + "1").contains("the whole zone"))
    #expect(fault(Self.td3.replacing("2F1", with: "2X1")).contains("the sex"))
    #expect(fault(Self.td3.replacing("ERIK", with: "3RIK")).contains("the name"))
    #expect(fault(Self.td3.replacing("P<UTO", with: "A<UTO")).contains("the first letter"))
    #expect(fault(Self.td3.replacing("P<UTO", with: "P<U<O")).contains("the issuing State"))
    #expect(fault(Self.td1.replacing("I<UTO", with: "V<UTO")).contains("the first letter"))
    #expect(fault("X").contains("not three lines of 30"))
    #expect(fault(Self.td3.lowercased()).contains("other than A-Z"))
  }

  /// Doc 9303-5 section 4.2.2.1, note j: a number beyond nine characters goes on in the optional data.
  @Test func aLongNumberOfACardGoesOnInTheOptionalData() throws {
    func card(_ number: String, _ rest: String) -> String {
      let first = "I<UTO\(number.prefix(9))<\(rest)".padding(toLength: 30, withPad: "<", startingAt: 0)
      let second = "7408122F1204159UTO<<<<<<<<<<<"
      let composite = first.dropFirst(5) + second.prefix(7) + second.dropFirst(8).prefix(7) + second.dropFirst(18)
      return "\(first)\n\(second)\(Self.digit(String(composite)))\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
    }
    let read = try MRZ(card("D23145890734", "7349"))
    #expect(read.number == "D23145890734" && read.optional.isEmpty)
    #expect(try MRZ(card("D23145890734", "7349<AB")).optional == "AB")
    #expect(throws: MRZFault.checkDigit("the document number")) { try MRZ(card("D23145890734", "7348")) }
    #expect(throws: MRZFault.part("the document number")) { try MRZ(card("D23145890", "7")) }
    #expect(throws: MRZFault.checkDigit("the document number")) { try MRZ(card("D23145890", "")) }
    #expect(throws: MRZFault.part("the document number")) { try MRZ(card("D2314589<", "7349")) }
  }

  /// The check digit of a field, reckoned apart from the code under test.
  static func digit(_ field: String) -> Int {
    zip(field, 0...).reduce(0) { $0 + value($1.0) * [7, 3, 1][$1.1 % 3] } % 10
  }

  @Test func thePublishedExamplesOfCheckDigitsHold() {
    // Doc 9303-3 section 4.9 gives 520727 as 3 and AB2134<<< as 5.
    #expect(MRZ.checkDigit(of: Array("520727".utf8)) == UInt8(ascii: "3"))
    #expect(MRZ.checkDigit(of: Array("AB2134<<<".utf8)) == UInt8(ascii: "5"))
    #expect(MRZ.checkDigit(of: []) == UInt8(ascii: "0"))
  }

  static func passport(
    number: String = "L898902C3", birth: String = "740812", optional: String = "", optionalDigit: String? = nil,
    names: String = "ERIKSSON<<ANNA<MARIA", sex: String = "F", issuer: String = "UTO", nationality: String = "UTO"
  ) -> String {
    func padded(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: "<", startingAt: 0) }
    let first = padded("P<\(padded(issuer, 3))\(names)", 44)
    let (number, optional) = (padded(number, 9), padded(optional, 14))
    let dates = "\(birth)\(digit(birth))"
    let expiry = "120415\(digit("120415"))"
    let optionalDigit = optionalDigit ?? "\(digit(optional))"
    let composite = digit("\(number)\(digit(number))\(dates)\(expiry)\(optional)\(optionalDigit)")
    return
      "\(first)\n\(number)\(digit(number))\(padded(nationality, 3))\(dates)\(sex)\(expiry)\(optional)\(optionalDigit)\(composite)"
  }

  @Test func whatIsUnknownOrEmptyIsAFiller() throws {
    #expect(try MRZ(Self.passport()).optional.isEmpty)
    #expect(try MRZ(Self.passport(optionalDigit: "<")).optional.isEmpty)
    #expect(throws: MRZFault.checkDigit("the optional data")) {
      try MRZ(Self.passport(optional: "A", optionalDigit: "<"))
    }
    #expect(try MRZ(Self.passport(birth: "74<<<<")).birth == MRZ.Date(year: 74, month: nil, day: nil))
    #expect(try MRZ(Self.passport(birth: "7408<<")).birth == MRZ.Date(year: 74, month: 8, day: nil))
    #expect(try MRZ(Self.passport(birth: "<<<<<<")).birth == MRZ.Date(year: nil, month: nil, day: nil))
    #expect(throws: MRZFault.part("the birth date")) { try MRZ(Self.passport(birth: "7<0812")) }
    #expect(throws: MRZFault.part("the birth date")) { try MRZ(Self.passport(birth: "741312")) }
    #expect(throws: MRZFault.part("the birth date")) { try MRZ(Self.passport(birth: "740832")) }
    #expect(throws: MRZFault.part("the birth date")) { try MRZ(Self.passport(birth: "74A812")) }
    #expect(try MRZ(Self.passport(sex: "<")).sex == nil)
    #expect(try MRZ(Self.passport(issuer: "D", nationality: "D")).nationality == "D")
    #expect(try MRZ(Self.passport(names: "SUKARNO")).given.isEmpty)
    #expect(try MRZ(Self.passport(names: String(repeating: "A", count: 39))).mayBeTruncated)
    #expect(throws: MRZFault.part("the name")) { try MRZ(Self.passport(names: "<<ANNA")) }
    #expect(throws: MRZFault.part("the document number")) { try MRZ(Self.passport(number: "<<<<<<<<<")) }
  }

  @Test func theCenturyFollowsFromToday() throws {
    // Today is 2026-11-24 (Sample.now).
    func birth(_ date: String) throws -> String {
      MRZDates.birthText(try MRZ(Self.passport(birth: date)).birth, now: Sample.now)
    }
    #expect(try birth("740812") == "1974-08-12")
    #expect(try birth("261124") == "2026-11-24")
    #expect(try birth("261125") == "1926-11-25")
    #expect(try birth("27<<<<") == "1927")
    #expect(try birth("26<<<<") == "2026")
    #expect(try birth("0005<<") == "2000-05")
    #expect(try birth("<<<<<<") == "unknown")
    func expiry(_ year: Int) -> String? {
      MRZDates.expiryText(MRZ.Date(year: year, month: 1, day: 31), now: Sample.now)
    }
    #expect(expiry(30) == "2030-01-31" && expiry(76) == "2076-01-31" && expiry(77) == "1977-01-31")
    #expect(MRZDates.expiryText(MRZ.Date(year: 30, month: 2, day: 31), now: Sample.now) == nil)
    #expect(MRZDates.expiryText(MRZ.Date(year: 30, month: nil, day: nil), now: Sample.now) == nil)
  }

  @Test(
    .enabled(if: ForeignProgram.python != nil, "needs ISTMO_TEST_PYTHON, which Scripts/test sets"),
    arguments: [11, 12, 13])
  func anotherImplementationAgrees(seed: Int) async throws {
    let python = try #require(ForeignProgram.python)
    let script = Sample.root + "/Tests/Interop/catalog-python/zones.py"
    let run = try await ForeignProgram(
      python, [script, "\(seed)", "800"], environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    #expect(run.status == 0, "\(run.output.suffix(2000))")
    var (whole, refused) = (0, 0)
    for line in run.output.split(separator: "\n") {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(parts.count == 3 || parts.count == 11, "\(line)")
      let zone = parts[1].replacing("/", with: "\n")
      if parts.count == 11 {
        let read = try MRZ(zone)
        #expect(read.format.rawValue == parts[0] && read.issuer == parts[3] && read.number == parts[6])
        #expect(MRZRule.agree(read.surname, Array(parts[4].utf8)[...], mayBeTruncated: false), "\(line)")
        #expect(MRZRule.agree(read.given, Array(parts[5].utf8)[...], mayBeTruncated: false), "\(line)")
        #expect(read.nationality == parts[7] && read.sex.map(String.init) ?? "<" == parts[9])
        let dates = [read.birth, read.expiry].map { date in
          [date.year, date.month, date.day].map { String(format: "%02d", $0 ?? -1) }.joined()
        }
        #expect(dates == [parts[8], parts[10]], "\(line)")
        whole += 1
      } else if parts[2] == "0" {
        #expect(throws: MRZFault.self, "\(line)") { try MRZ(zone) }
        refused += 1
      } else if parts[0].hasPrefix("TD") || zone.hasPrefix("V") {
        // A visa of another first letter is another layout, which has more check digits.
        do throws(MRZFault) { _ = try MRZ(zone) } catch {
          if case .checkDigit = error { Issue.record("\(error): \(line)") }
        }
      }
    }
    #expect(whole > 200 && refused > 200)
  }
}

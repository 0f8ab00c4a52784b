import Terms
import Testing

@testable import Catalog

/// Containers, tariff codes, decimals, digests, declarations: what each type takes, what it refuses and how it says so.
@Suite struct TradeFieldTests {
  let trial: Trial

  init() throws { trial = try Trial() }

  private func found(_ field: String, _ json: String, by typed: String) throws -> Bool {
    let record = try trial.definition.check(
      Array("{\"\(field)\":\(json)}".utf8), from: Sample.salvador, topology: trial.topology, now: Sample.now)
    return trial.definition.searchKeys(of: record.body).contains(
      try trial.definition.searchKey(field: field, typed: typed))
  }

  @Test func aContainerHasItsCheckDigit() {
    trial.accepts("box", #""CSQU3054383""#)
    trial.accepts("box", #""tasu 117000-0""#, as: #""TASU1170000""#)
    trial.accepts("box", #""MSKZ 123456 9""#, as: #""MSKZ1234569""#)
    for digit in 0...9 where digit != 3 {
      trial.refuses("box", "\"CSQU305438\(digit)\"", "check digit does not fit", "from the container again")
    }
    for text in ["CSQU305438", "CSQR3054383", "CS1U3054383", "CSQU30543833", "CSQU_3054383", "", "CSQU30543A3"] {
      trial.refuses("box", "\"\(text)\"", "not the form of a container number (ISO 6346)", "CSQU3054383")
    }
    trial.refuses("box", "3054383", "a text is expected")
  }

  @Test func aRemainderOfTenIsWrittenNought() {
    // The owners are advised against such numbers; they are on the road.
    let tens = (0..<400).map { "ABCU\(100_000 + $0)" }.filter { number in
      var sum = 0
      let values = ["A": 10, "B": 12, "C": 13, "U": 32]
      for (place, letter) in number.enumerated() {
        sum += (values[String(letter)] ?? Int(String(letter)) ?? 0) << place
      }
      return sum % 11 == 10
    }
    #expect(tens.count > 20)
    for number in tens { trial.accepts("box", "\"\(number)0\"") }
  }

  @Test func whatACameraReadIsKeptAlthoughItsCheckDigitIsWrong() throws {
    trial.accepts("seen_box", #""CSQU305438""#)
    trial.accepts("seen_box", #""csqu 305438-4""#, as: #""CSQU3054384""#)
    trial.refuses("seen_box", #""CSQU30543""#, "not the form of a container number")
    for typed in ["CSQU3054383", "CSQU305438", "csqu 305438 3"] {
      #expect(try found("box", #""CSQU3054383""#, by: typed))
      #expect(try found("seen_box", #""CSQU3054384""#, by: typed))
    }
    #expect(try !found("box", #""CSQU3054383""#, by: "CSQU305439"))
    #expect(throws: Refusal.self) { try found("box", #""CSQU3054383""#, by: "CSQU3054384") }
  }

  @Test func aCameraNeedNotKnowThePlatesCountry() throws {
    trial.accepts("seen_car", #"{"text":"P123456"}"#)
    trial.accepts("seen_car", #"{"text":"P 123-456","country":"SV"}"#, as: #"{"country":"SV","text":"P 123-456"}"#)
    trial.refuses("seen_car", #"{"country":"SV"}"#, "the member text is missing")
    trial.refuses("seen_car", #"{"country":"SLV","text":"P1"}"#, "not a country")
    trial.refuses("car", #"{"text":"P123456"}"#, "the member country is missing")
    #expect(try found("seen_car", #"{"text":"P123456"}"#, by: "P 123-456"))
    #expect(try !found("seen_car", #"{"text":"P123456"}"#, by: "SV/P123456"))
  }

  @Test func aTIDAndADigestAreHexadecimal() throws {
    trial.accepts("chip", #""e280 1160 6000""#, as: #""E28011606000""#)
    for text in ["E280116", "E28011", "E280116G", "", String(repeating: "A", count: 68)] {
      trial.refuses("chip", "\"\(text)\"", "not a TID: 8 to 64 hexadecimal digits in fours", "E2801160600002053A2B17C4")
    }
    #expect(try found("chip", #""E28011606000""#, by: "e2-80 11606000"))
    let digest = String(repeating: "0aB9", count: 16)
    trial.accepts("sum", "\"\(digest)\"", as: "\"\(digest.lowercased())\"")
    #expect(try found("sum", "\"\(digest)\"", by: digest))
    for text in [String(digest.dropLast()), digest + "0", "x" + digest.dropFirst(), ""] {
      trial.refuses("sum", "\"\(text)\"", "not a SHA-256: 64 hexadecimal digits", "sha256sum")
    }
  }

  @Test func aDecimalIsExact() {
    trial.accepts("rate", #""1234.50""#)
    trial.accepts("rate", "1234.5", as: #""1234.50""#)
    trial.accepts("rate", #""7""#, as: #""7.00""#)
    trial.accepts("rate", #""0.1000""#, as: #""0.10""#)
    trial.accepts("rate", #""-0""#, as: #""0.00""#)
    trial.accepts("rate", #""-1.5""#, as: #""-1.50""#)
    trial.accepts("rate", #""1000000""#, as: #""1000000.00""#)
    trial.accepts("free", #""999999999999.999999""#)
    trial.accepts("free", #""-0.000001""#)
    trial.refuses("rate", #""1.005""#, "more than 2 digits after the point", "at most 2 digits")
    trial.refuses("rate", #""-1.51""#, "outside -1.50 to 1000000.00", "within the limits")
    trial.refuses("rate", #""1000000.01""#, "outside -1.50 to 1000000.00")
    trial.refuses("free", #""9999999999999""#, "or more than 18 in all")
    for text in ["", "1,234.50", "1.", ".5", "007", "1e3", "+1", "--1", "1 000", "NaN", "1.2.3", "٣", "0x10"] {
      trial.refuses("rate", "\"\(text)\"", "not a decimal number", "1234.50")
    }
    trial.refuses("rate", "1e3", "not a decimal number")
    trial.refuses("rate", "true", "a decimal is expected, not true or false", "in quotes")
  }

  @Test func aTariffCodeHasSixToTwelveDigits() throws {
    trial.accepts("code", #""0901.11.20.00""#, as: #""0901112000""#)
    trial.accepts("code", #""0901 11""#, as: #""090111""#)
    trial.accepts("code", #""98010000""#)
    for text in ["0901", "0901112", "09011120000000", "09O111", "", "0901-11"] {
      trial.refuses("code", "\"\(text)\"", "not 6, 8, 10 or 12 digits of the tariff", "0901.11.20.00")
    }
    for text in ["0001.11", "7701.00"] {
      trial.refuses("code", "\"\(text)\"", "a chapter that the Harmonized System has not", "first two digits")
    }
    #expect(try found("code", #""0901112000""#, by: "0901.11") && found("code", #""0901112000""#, by: "0901112000"))
    #expect(try !found("code", #""0901112000""#, by: "0901.12") && !found("code", #""090111""#, by: "0901112000"))
  }

  @Test func aDeclarationsNumberIsKeptAsGiven() throws {
    trial.accepts("duca", #""gt-f/2026 000.123""#, as: #""GT-F/2026 000.123""#)
    #expect(try found("duca", #""GT-F/2026 000.123""#, by: "gtf2026000123"))
    for text in ["", " 1", "1 ", "A", "1_2", "Ñ1", String(repeating: "1", count: 41)] {
      trial.refuses("duca", "\"\(text)\"", "not 1 to 40 letters A-Z, digits", "as the customs system gave it")
    }
  }

  @Test func trueAndFalseAreNoTexts() {
    trial.accepts("yes", "true")
    trial.accepts("yes", "false")
    trial.refuses("yes", #""true""#, "true or false is expected, not a text", "without quotes")
    trial.refuses("yes", "1", "true or false is expected, not a number")
    trial.refuses("yes", "null", "not null", "leave the member out")
  }

  @Test func aMomentMayLieAsFarAheadAsTheDefinitionSays() {
    trial.accepts("until", #""2026-12-24T14:00:00Z""#)
    trial.refuses("until", #""2026-12-24T14:00:01Z""#, "more than 30 days in the future", "clock")
    trial.refuses("at", #""2026-11-25T14:00:01Z""#, "more than a day in the future")
  }

  @Test func aListHoldsValuesOfOneType() throws {
    trial.accepts("boxes", #"["csqu 3054383","TASU1170000"]"#, as: #"["CSQU3054383","TASU1170000"]"#)
    trial.accepts("cars", #"[{"country":"HN","text":"PÑ 1"}]"#)
    trial.refuses("boxes", "[]", "an empty list", "leave the member out")
    trial.refuses("boxes", #""CSQU3054383""#, "a list is expected, not a text", "in brackets")
    let four = Array(repeating: #""CSQU3054383""#, count: 4).joined(separator: ",")
    trial.refuses("boxes", "[\(four)]", "more than 3 values", "fewer")
    trial.refuses("boxes", "[[]]", "a text is expected, not a list")
    trial.refuses("cars", #"[{"country":"HN","text":"P 1"},{"country":"HN"}]"#, "the member text is missing")
    do {
      _ = try trial.canonical("boxes", #"["CSQU3054383","CSQU3054384"]"#)
      Issue.record("taken")
    } catch { #expect(error.field == "boxes[2]" && error.found == "CSQU3054384") }
    #expect(try found("boxes", #"["CSQU3054383","TASU1170000"]"#, by: "TASU117000"))
    #expect(try found("cars", #"[{"country":"HN","text":"PÑ 12"}]"#, by: "HN/pñ12"))
  }

  @Test func oneValueOfAListIsEnoughForAFilter() throws {
    func admits(_ way: String, _ values: String...) -> Bool {
      trial.definition.admits(Array(way.utf8), filter: [FilterClause(field: "way", values: values)])
    }
    let way = #"{"way":["GT","SV","HN"]}"#
    #expect(admits(way, "SV") && admits(way, "PA", "HN") && !admits(way, "NI") && !admits("{}", "GT"))
  }
}

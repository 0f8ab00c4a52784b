import Terms
import Testing

@testable import Catalog

/// Rules that add, compare and count; one refused example of each, and that a recipient asks them again.
@Suite struct AmountRuleTests {
  let cargo: Cargo

  init() throws { cargo = try Cargo() }

  @Test(arguments: [
    (
      #"{"net":"30""#, #"{"net":"30.001""#,
      #"net: not the sum of lines.net (found "30.001; the sum is 30"); correct it or what it adds up"#
    ),
    (
      #""gross":"33.5""#, #""gross":"29.999""#,
      #"net: more than gross (found "30; gross is 29.999"); correct one of the two"#
    ),
    (
      #""gross":"11""#, #""gross":"9.5""#,
      #"lines[1].net: more than lines.gross (found "10; lines.gross is 9.5"); correct one of the two"#
    ),
    (
      #"{"net":"30""#, #"{"value":"12","freight":"10","other":"2.001","net":"30""#,
      #"value: not the sum of freight, other (found "12; the sum is 12.001"); correct it or one of them"#
    ),
    (
      #""lines":"1-2""#, #""lines":"1-3""#,
      #"papers[1].lines: a line that is not there (found "1-3"); name lines from 1 to the number of lines"#
    ),
    (
      #""lines":"1-2""#, #""lines":"2, 1""#,
      #"papers[1].lines: no list of lines (found "2, 1"); write lines and ranges in order, such as 3-5 or 1, 6, 8 or 3-5, 8"#
    ),
    (
      #"{"net":"30""#, #"{"until":"2026-11-24","net":"30""#,
      #"until: not after issued (found "2026-11-24"); write a later one"#
    ),
    (
      #"{"net":"30""#, #"{"kind":"urgent","net":"30""#,
      "until: missing; add it; it is required when kind is urgent"
    ),
    (
      #"{"net":"30""#, #"{"owner":"GT","net":"30""#,
      #"owner: not SV, which publishes (found "GT"); records of another country are published by it"#
    ),
  ])
  func whatDoesNotAddUpIsRefused(part: String, other: String, said: String) {
    #expect(cargo.refusal(part, other) == said)
  }

  @Test func whatIsAbsentIsNotJudged() throws {
    for line in [
      "{}", #"{"net":"5"}"#, #"{"lines":[{"what":"Tea","net":"7"}]}"#, #"{"value":"7"}"#, #"{"freight":"7"}"#,
      #"{"papers":[{"number":"1","lines":"7"}]}"#, #"{"until":"2020-01-01"}"#, #"{"owner":"SV"}"#,
      #"{"value":"7","other":"7"}"#, #"{"worth":"5","lines":[{"what":"Tea","net":"7"}]}"#,
      #"{"until":"2026-11-25","issued":"2026-11-24"}"#,
    ] { _ = try cargo.check(line) }
  }

  @Test func sumsAreExact() throws {
    let lines = Array(repeating: #"{"what":"Tea","net":"0.1"}"#, count: 3).joined(separator: ",")
    _ = try cargo.check("{\"net\":\"0.3\",\"lines\":[\(lines)]}")
    // The largest that four lines can say: more than 64 bits hold in the unit of comparison.
    let large = Array(repeating: #"{"what":"Tea","net":"249999999999999.999"}"#, count: 4).joined(separator: ",")
    _ = try cargo.check("{\"net\":\"999999999999999.996\",\"lines\":[\(large)]}")
    #expect(throws: Refusal.self) { try cargo.check("{\"net\":\"999999999999999.997\",\"lines\":[\(large)]}") }
  }

  // DUCA field 54.6.
  @Test(arguments: [
    ("1", 1), ("3-5", 5), ("1, 6, 8", 8), ("3-5, 8", 8), ("3-5,8", 8), ("1-2, 3-4", 4), ("9999", 9999),
  ])
  func linesAreNamedInOrder(text: String, last: Int) { #expect(LineRangeRule.last(of: Array(text.utf8)[...]) == last) }

  @Test(arguments: [
    "", "0", "01", "5-3", "3-3", "3-", "-3", "1,,2", "1, 1", "1-3, 3", "1;2", "1,  2", "1 ,2", "a", "1-2-3", "10000",
    "1, ", "٣",
  ])
  func whatIsNoListOfLinesIsNone(text: String) { #expect(LineRangeRule.last(of: Array(text.utf8)[...]) == nil) }

  @Test func theRecipientAsksAgainWhatItCanSee() throws {
    func problem(_ body: String, _ fields: [String]) throws -> String? {
      let terms = try cargo.terms(fields)
      do {
        try cargo.definition.verify(body: Array(body.utf8), terms: terms)
        return nil
      } catch { return error.problem }
    }
    let body = #"{"lines":[{"net":"1.000","what":"Tea"}],"net":"2.000"}"#
    #expect(try problem(body, ["net", "lines.net", "lines.what"]) == "not the sum of lines.net")
    #expect(try problem(#"{"lines":[{"what":"Tea"}],"net":"2.000"}"#, ["net", "lines.what"]) == nil)
    let value = #"{"freight":"1.000","value":"2.000"}"#
    #expect(try problem(value, ["freight", "other", "value"]) == "not the sum of freight, other")
    // The rest of the sum is not shared.
    #expect(try problem(value, ["freight", "value"]) == nil)
    let papers = #"{"lines":[{"what":"Tea"}],"papers":[{"lines":"2","number":"1"}]}"#
    #expect(try problem(papers, ["lines.what", "papers.lines", "papers.number"]) == "a line that is not there")
    #expect(try problem(#"{"papers":[{"lines":"2","number":"1"}]}"#, ["papers.lines", "papers.number"]) == nil)
  }
}

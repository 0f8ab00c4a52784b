import Terms
import Testing

@testable import Catalog

/// What each type of field takes and refuses.
@Suite struct FieldTests {
  let trial: Trial

  init() throws { trial = try Trial() }

  @Test func aTextIsKeptWithinItsLimitsInNFC() {
    trial.accepts("word", #""ab""#)
    trial.accepts("word", #""ñandú/\"x\"""#)
    trial.accepts("word", #""\u006e\u0303a""#, as: #""ña""#)
    trial.accepts("word", #""😀😀""#)
    trial.refuses("word", #""a""#, "2 to 10 characters are expected, not 1", "write it out")
    trial.refuses("word", #""abcdefghijk""#, "2 to 10 characters are expected, not 11", "shorten")
    trial.refuses("word", #""""#, "not 0")
    trial.refuses("word", "17", "a text is expected, not a number", "in quotes")
    trial.refuses("word", "null", "not null", "leave the member out")
    trial.refuses("word", "[\"ab\"]", "not a list")
    trial.refuses("word", "{}", "not an object")
    trial.refuses("word", "true", "not true or false")
  }

  @Test(arguments: [
    "a\\u0000b", "a\\nb", "a\\tb", "a\\u007fb", "a\\u0085b", "a\\u202eb", "a\\u2066b", "a\\u200bb", "a\\u2028b",
    "a\\ufeffb", "a\\u00adb", "a\\udb40\\udc41b",
  ])
  func aTextHasNothingThatHides(value: String) {
    trial.refuses("word", "\"\(value)\"", "character", "leave it out")
  }

  @Test func aTextHasNoSpaceAtItsEnds() {
    trial.refuses("word", #"" ab""#, "a space at the start or the end")
    trial.refuses("word", #""ab ""#, "a space at the start or the end")
  }

  @Test func aNameHasLatinLetters() {
    for name in ["Peña", "O'Neill", "D’Angelo", "Ana-Lucía", "Nguyễn", "Łukasz", "Jr., José", "Ǿ", "Þór"] {
      trial.accepts("name", "\"\(name)\"")
    }
    for name in ["Ивановна", "王", "Ana2", "A_B", "A;B", "a@b", "Αθηνά", "😀"] {
      trial.refuses("name", "\"\(name)\"", "other than Latin letters", "machine-readable zone")
    }
  }

  @Test func aNumberIsWholeAndWithinItsLimits() {
    trial.accepts("count", "0")
    trial.accepts("count", "-0", as: "0")
    trial.accepts("count", "365")
    trial.accepts("any", "-9223372036854775808")
    trial.accepts("any", "9223372036854775807")
    trial.refuses("count", "366", "outside 0 to 365")
    trial.refuses("count", "-1", "outside 0 to 365")
    trial.refuses("any", "9223372036854775808", "not a whole number of 64 bits")
    trial.refuses("any", "1" + String(repeating: "0", count: 5000), "not a whole number of 64 bits")
    trial.refuses("any", "1e400", "not a whole number")
    trial.refuses("any", "1.0", "not a whole number", "without . and e")
    trial.refuses("any", #""5""#, "a number is expected, not a text", "without quotes")
    trial.refuses("any", "null", "not null", "leave the member out")
  }

  @Test func aCountryIsOneOfISO3166() {
    for code in ["SV", "GT", "HN", "NI", "CR", "PA", "US", "XK", "ZW", "AF"] { trial.accepts("land", "\"\(code)\"") }
    for code in ["sv", "SLV", "S", "XX", "UK", "AA", "ZZ", "", "SV "] {
      trial.refuses("land", "\"\(code)\"", "not a country of ISO 3166-1", "two capitals")
    }
    trial.refuses("land", #""XXA""#, "not a country")
    for code in ["XXA", "XXB", "XXC", "XXX", "UNO", "SV"] { trial.accepts("citizen", "\"\(code)\"") }
    trial.refuses("citizen", #""XXD""#, "not a country", "XXA (stateless)")
  }

  @Test func aDateIsADayOfTheCalendar() {
    for date in ["1974-08-12", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
      trial.accepts("day", "\"\(date)\"")
    }
    for date in [
      "2023-02-29", "1900-02-29", "1974-13-01", "1974-00-10", "1974-08-32", "1974-08-00", "0000-01-01", "1974-8-12",
      "74-08-12", "1974/08/12", "12-08-1974", "1974-08", "1974", "unknown", "", "1974-08-1２", "+974-08-12",
    ] { trial.refuses("day", "\"\(date)\"", "not a day of the calendar", "YYYY-MM-DD") }
  }

  @Test func aPartialDateMayLackWhatIsNotKnown() {
    for date in ["1974-08-12", "1974-08", "1974", "unknown"] { trial.accepts("born", "\"\(date)\"") }
    for date in ["1974-13", "1974-00", "0000", "0000-05", "197", "unknowm", "1974-08-", "-1974-08"] {
      trial.refuses("born", "\"\(date)\"", "not a day of the calendar", "unknown when less is known")
    }
  }

  @Test func aTimeIsKeptInUTC() {
    trial.accepts("at", #""2026-11-24T08:03:22-06:00""#, as: #""2026-11-24T14:03:22Z""#)
    trial.accepts("at", #""2026-11-24T14:03:22Z""#)
    trial.accepts("at", #""2026-11-24t14:03:22z""#, as: #""2026-11-24T14:03:22Z""#)
    trial.accepts("at", #""2026-11-24T14:03:22.500Z""#)
    trial.accepts("at", #""2026-11-24T14:03:22.000000001Z""#, as: #""2026-11-24T14:03:22Z""#)
    trial.accepts("at", #""2026-11-24T13:59:59.1239-00:00""#, as: #""2026-11-24T13:59:59.123Z""#)
    trial.accepts("at", #""2026-11-24T18:03:22+14:00""#, as: #""2026-11-24T04:03:22Z""#)
    for time in [
      "2026-11-24T14:03:22", "2026-11-24 14:03:22Z", "2026-11-24", "2026-11-24T24:00:00Z", "2026-11-24T14:60:00Z",
      "2026-11-24T14:03:60Z", "2026-02-30T14:03:22Z", "2026-11-24T14:03:22.Z", "2026-11-24T14:03:22-6:00", "14:03:22Z",
      "2026-11-24T14:03:22-06", "0001-01-01T00:00:00+14:00", "2026-11-24T1:03:022Z", "2026-11-24T-1:03:22Z", "",
    ] { trial.refuses("at", "\"\(time)\"", "not a moment with an offset", "2026-11-24T08:03:22-06:00") }
  }

  @Test func aTimeIsNotFarAhead() {
    trial.accepts("at", #""2026-11-25T14:00:00Z""#)
    trial.refuses("at", #""2026-11-25T14:00:01Z""#, "more than a day in the future", "clock")
    trial.refuses("at", #""9999-12-31T23:59:59Z""#, "more than a day in the future")
  }

  @Test func anEnumerationHasItsWordsOnly() {
    trial.accepts("colour", #""red""#)
    trial.accepts("colour", #""Blue-2""#)
    for word in ["Red", "blue-2", "", "green"] {
      trial.refuses("colour", "\"\(word)\"", "not one of the words", "red, Blue-2")
    }
  }

  @Test func aCrossingStandsInTheTopology() {
    trial.accepts("place", #""GT-SV/la-hachadura""#)
    trial.accepts("place", #""SV/acajutla""#)
    trial.refuses("place", #""GT-SV/la-hachadora""#, "no such crossing in the topology", "GT-SV/la-hachadura")
    for id in ["la-hachadura", "GT-SV/", "gt-sv/la-hachadura", "GT-SV/La-Hachadura", "GT-SV/a/b", "GTSV/a", "GT-SV"] {
      trial.refuses("place", "\"\(id)\"", "not the form of a crossing", "GT-SV/la-hachadura")
    }
  }

  @Test func aPostStandsInTheTopology() {
    trial.accepts("desk", #""GT-SV/la-hachadura/SV""#)
    trial.refuses("desk", #""GT-SV/la-hachadura/HN""#, "no such post in the topology", "GT-SV/la-hachadura/")
    for id in ["GT-SV/la-hachadura", "GT-SV/la-hachadura/sv", "/SV", "SV"] {
      trial.refuses("desk", "\"\(id)\"", "not the form of a post", "GT-SV/la-hachadura/SV")
    }
  }

  @Test func aPlateIsKeptAsWrittenAndNotCheckedStrictly() {
    for (country, text) in [
      ("HN", "P AB 1234"), ("HN", "PÑ 12345"), ("SV", "P 123-456"), ("GT", "001BBB"), ("NI", "M 123456"),
      ("US", "LUV·U"),
    ] { trial.accepts("car", #"{"country":"\#(country)","text":"\#(text)"}"#) }
    trial.accepts("car", #"{ "text" : "P1" , "country" : "SV" }"#, as: #"{"country":"SV","text":"P1"}"#)
    trial.refuses("car", #""P123456""#, "an object is expected, not a text", "country, text")
    trial.refuses("car", #"{"text":"P1"}"#, "the member country is missing", "add it")
    trial.refuses("car", #"{"country":"SV"}"#, "the member text is missing")
    trial.refuses("car", #"{"country":"SV","text":"P1","colour":"red"}"#, "a member that is not known")
    trial.refuses("car", #"{"country":"XXA","text":"P1"}"#, "not a country")
    trial.refuses("car", #"{"country":"SV","text":"- -"}"#, "with a letter or digit")
    trial.refuses("car", #"{"country":"SV","text":"12345678901234567"}"#, "1 to 16 characters")
    trial.refuses("car", #"{"country":"SV","text":"P\n1"}"#, "a control character")
    trial.refuses("car", #"{"country":"SV","text":7}"#, "a text is expected")
  }

  @Test func aRecordIsNamedByItsID() {
    let id = "019ab7e2-5a00-7000-8000-0123456789ab"
    trial.accepts("about", "\"\(id)\"")
    trial.refuses("about", #""019ab7e2-5a00-4000-8000-0123456789ab""#, "not a record id")
    trial.refuses("about", "\"\(id)0\"", "not a record id")
    trial.accepts("list", "[]")
    trial.accepts("list", "[\"\(id)\", \"\(id)\"]", as: "[\"\(id)\",\"\(id)\"]")
    trial.refuses("list", "[\"\(id)\",\"\(id)\",\"\(id)\",\"\(id)\"]", "more than 3 ids")
    trial.refuses("list", "[[]]", "a text is expected")
    trial.refuses("list", "\"\(id)\"", "a list is expected")
  }

  @Test func whatIsShownOfAValueFitsOnALine() throws {
    let refusal = try #require(throws: Refusal.self) {
      try trial.canonical("land", "\"A\\u0301\(String(repeating: "\\u0301", count: 9000))\\u001b[2J\\u009b\\n\"")
    }
    #expect((refusal.found?.unicodeScalars.count ?? 0) <= Refusal.foundLimit)
    let other = try #require(throws: Refusal.self) { _ = try trial.canonical("\\u001b[2J\\n\\u202efield", "1") }
    #expect(other.description.unicodeScalars.allSatisfy { !ShownText.isHidden($0.value) })
    let long = String(repeating: "x", count: 30_000)
    let twice = try #require(throws: Refusal.self) { _ = try trial.canonical(long, "1,\"\(long)\":1") }
    #expect(twice.description.utf8.count < 300)
  }
}

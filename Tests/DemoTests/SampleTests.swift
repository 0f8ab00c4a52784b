import Catalog
import Foundation
import Sodium
import Terms
import Testing

@testable import Commands

/// The invented persons and the search for their traces.
@Suite struct SampleTests {
  @Test func thePassportsZoneIsThatOfTheSpecimen() throws {
    // ICAO Doc 9303-4, appendix B, with its optional data left out: composite and optional check digits follow from that.
    let zone = try MRZ.passport(
      state: "UTO", number: "L898902C3", surname: "Eriksson", givenNames: "Anna Maria",
      birth: CalendarDay("1974-08-12"), sex: "F", expiry: CalendarDay("2012-04-15"))
    #expect(zone.lines.first == "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<")
    #expect(zone.lines.last?.hasPrefix("L898902C36UTO7408122F1204159<<<<<<<<<<<<<<0") == true)
    #expect(throws: MRZFault.self) {
      try MRZ.passport(
        state: "UTO", number: "L898902C36", surname: "Eriksson", givenNames: "", birth: CalendarDay("1974-08-12"),
        sex: "X", expiry: CalendarDay("2012-04-15"))
    }
  }

  @Test func checkDigitsOfIdentityNumbersAreCompleted() throws {
    #expect(NationalIdentity.completed("00016297-?", country: try CountryCode("SV")) == "00016297-5")
    #expect(NationalIdentity.completed("00016297-?0", country: try CountryCode("SV")) == nil)
    #expect(NationalIdentity.completed("486-180689-0001?", country: try CountryCode("NI")) == "486-180689-0001X")
  }

  @Test func checkDigitsOfTaxNumbersAndContainersAreCompleted() throws {
    #expect(TaxNumber.completed("576937-?", country: try CountryCode("GT")) == "576937-K")
    #expect(TaxNumber.completed("0614-050707-104-?", country: try CountryCode("SV")) == "0614-050707-104-8")
    #expect(ISO6346.completed("CSQU305438") == "CSQU3054383" && ISO6346.completed("CSQ0305438") == nil)
  }

  @Test(arguments: 0..<50) func theSearchFindsWhatIsThereAndNothingElse(seed: UInt64) throws {
    let entropy = SeededEntropy(seed: seed)
    let needles = (0..<20).map { 4 + $0 }.map { entropy.bytes($0) }
    var text = entropy.bytes(200)
    var present: Set<Int> = []
    for (index, needle) in needles.enumerated() where (seed >> UInt64(index % 6)) & 1 == 1 {
      text += needle + (index % 3 == 0 ? [] : entropy.bytes(5))
      present.insert(index)
    }
    var found = [Bool](repeating: false, count: needles.count)
    ByteSearch(needles).search(text, &found)
    #expect(Set(found.indices.filter { found[$0] }) == present)
    // A needle whose last byte is missing is not there.
    found = [Bool](repeating: false, count: needles.count)
    ByteSearch(needles).search(Array((needles.last ?? []).dropLast()), &found)
    #expect(found.last == false)
  }
}

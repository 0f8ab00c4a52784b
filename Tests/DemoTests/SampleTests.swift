import Catalog
import Foundation
import Sodium
import Terms
import Testing

@testable import Commands

/// The invented persons and the search for their traces.
@Suite struct SampleTests {
  static let now = Instant(milliseconds: 1_795_528_800_000)  // 2026-11-24T14:00:00Z

  @Test func everySampleDepartureIsARecordOfItsDataset() throws {
    let topology = try Topology.load(DemoProcess.topology)
    var traffic = try SampleTraffic(topology)
    let definition = try #require(topology.definition(traffic.dataset))
    func check(_ line: JSONValue, _ author: CountryCode) throws {
      _ = try definition.check(Array(line.json.utf8), from: author, topology: topology, now: Self.now)
    }
    #expect(Set(traffic.passages.map(\.stream)).count == 14)
    var kinds: Set<String> = []
    var zones = 0
    for round in 0..<40 {
      for passage in traffic.passages {
        let departure = try traffic.departure(passage, now: Self.now)
        try check(departure.line, passage.stream.origin)
        kinds.insert((departure.line["nationality"]?.string ?? "") + (departure.line["document"]?.text("kind") ?? ""))
        if let zone = departure.misreadZone {
          zones += 1
          #expect(throws: Refusal.self) { try check(departure.with([("mrz", zone)]), passage.stream.origin) }
        }
        let id = RecordID(time: Self.now, random: (UInt64(round), 1))
        if let line = traffic.confirmation(of: id, passage, now: Self.now) { try check(line, passage.stream.recipient) }
        let corrected = try traffic.corrected(departure, now: Self.now)
        try check(corrected.with([("replaces", .text(id.description))]), passage.stream.origin)
        #expect(corrected.line["document"] == departure.line["document"])
      }
    }
    #expect(zones > 500)
    // Six countries, passports and cards.
    #expect(kinds.count == 12, "\(kinds.sorted())")
  }

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

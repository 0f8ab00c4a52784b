import Catalog
import Testing

/// What was typed into one box.
@Suite struct TypedKeyTests {
  static let zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"

  @Test func aZoneIsReadAsAReaderTypesIt() {
    guard case .zone(let zone) = TypedKey(Self.zone) else { return #expect(Bool(false), "no zone") }
    #expect(zone.number == "L898902C3" && zone.surname == "ERIKSSON")
    guard case .zone = TypedKey(Self.zone.replacing("\n", with: "")) else {
      return #expect(Bool(false), "no zone in one line")
    }
  }

  @Test func aMisreadZoneIsNotTakenForSomethingElse() {
    for (from, to) in [("L898902C3", "L898902C8"), ("7408122", "7408123"), ("B<<<<<10", "B<<<<<1"), ("UTO7", "UT07")] {
      guard case .brokenZone = TypedKey(Self.zone.replacing(from, with: to)) else {
        #expect(Bool(false), "\(to) was taken")
        continue
      }
    }
  }

  @Test func certainThingsAreNamed() {
    #expect(TypedKey("CSQU3054383") == .container && TypedKey("csqu 305438-3") == .container)
    #expect(TypedKey("CSQU3054384") == .other)
    #expect(TypedKey("3474257BF40000000000162E") == .tag)
    #expect(TypedKey("urn:epc:tag:giai-96:3.0614141.5678") == .tag)
    #expect(TypedKey("Eriksson, Anna Maria 1974-08-12") == .name)
    #expect(TypedKey("ERIKSSON<<ANNA<MARIA 1974-08-12") == .name)
    #expect(TypedKey("01a2147d-a685-7de4-8375-c010e8e7f3b9") == .record)
    for other in ["", "P 123-456", "A10000001", "00016297-5", "SV-F-2026-0001234", "<script>", "a,b", "<"] {
      #expect(TypedKey(other) == .other, "\(other)")
    }
  }
}

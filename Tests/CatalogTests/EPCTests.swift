import Terms
import Testing

@testable import Catalog

/// EPCs of tags as URI and as hexadecimal digits, both ways.
@Suite struct EPCTests {
  /// Worked out in the GS1 Tag Data Standard's way and again by other code; one of each company prefix length besides.
  static let known: [(uri: String, hex: String)] = [
    ("urn:epc:tag:sgtin-96:3.0614141.812345.6789", "3074257BF7194E4000001A85"),
    ("urn:epc:tag:grai-96:3.0614141.12345.5678", "3374257BF40C0E400000162E"),
    ("urn:epc:tag:giai-96:3.0614141.5678", "3474257BF40000000000162E"),
  ]

  private func problem(_ text: String) -> String? {
    do {
      _ = try EPC(text)
      return nil
    } catch { return error.problem }
  }

  @Test(arguments: known) func aTagURIAndItsDigitsAreOne(known: (uri: String, hex: String)) throws {
    #expect(try EPC(known.uri).hex == known.hex)
    #expect(try EPC(known.hex).uri == known.uri)
    #expect(try EPC(known.hex.lowercased()) == EPC(known.uri))
    #expect(try EPC("urn:epc:raw:96.x\(known.hex)") == EPC(known.uri))
  }

  @Test func everyLengthOfCompanyPrefixComesBack() throws {
    for digits in 6...12 {
      let company = String("952123456789".prefix(digits))
      for (name, reference) in [
        ("sgtin-96", String("0123456".prefix(13 - digits)) + ".274877906943"),
        ("grai-96", String("012345".prefix(12 - digits)) + ".0"), ("giai-96", "0"), ("giai-96", "4398046511103"),
      ] {
        let uri = "urn:epc:tag:\(name):7.\(company).\(reference)"
        #expect(try EPC(uri).uri == uri)
        #expect(try EPC(EPC(uri).hex).uri == uri)
      }
    }
  }

  @Test func whatIsOfNoSchemeIsKept() throws {
    for hex in [
      "E2801160600002053A2B17C4", "0000", String(repeating: "AB", count: 62),
      // Partition 7; a company prefix of seven digits that says 10,000,000 or more.
      "307C257BF7194E4000001A85", "3077FFFFF7194E4000001A85",
      // A GRAI whose prefix has twelve digits has four bits of asset type that must be nought.
      "33000000000000C000000001",
    ] {
      let epc = try EPC(hex)
      #expect(epc.hex == hex && epc.uri == "urn:epc:raw:\(hex.utf8.count * 4).x\(hex)")
      #expect(try EPC(epc.uri) == epc)
    }
  }

  @Test func whatIsWrongIsSaid() {
    for (text, part) in [
      ("", "not an EPC"), ("30742", "not an EPC"), ("3074257BF7194E4000001A8", "not an EPC"), ("GT-123", "not an EPC"),
      (String(repeating: "AB", count: 64), "not an EPC"), ("urn:isbn:1:2", "none of an EPC"),
      ("urn:epc:id:giai:0614141.5678", "pure identity"), ("urn:epc:idpat:giai:1", "none of a tag"),
      ("urn:epc:tag:sscc-96:3.0614141.1234567890", "another scheme"), ("urn:epc:raw:64.x3074", "length does not fit"),
      ("urn:epc:tag:giai-96:8.0614141.5678", "filter value"), ("urn:epc:tag:giai-96:3.06141.5678", "company prefix"),
      ("urn:epc:tag:giai-96:3.0614141", "number of parts"), ("urn:epc:tag:giai-96:3.0614141.05678", "reference"),
      ("urn:epc:tag:giai-96:3.0614141.288230376151711744", "below 2^58"),
      ("urn:epc:tag:sgtin-96:3.0614141.12345.6789", "6 digits"),
      ("urn:epc:tag:grai-96:3.0614141.12345.274877906944", "below 2^38"),
      ("urn:epc:tag:grai-96:3.0614141.12345.01", "serial number"),
    ] { #expect(problem(text)?.contains(part) == true, "\(text): \(problem(text) ?? "taken")") }
  }

  @Test func aFieldKeepsDigitsAndIsFoundByEither() throws {
    let trial = try Trial()
    trial.accepts("tag", #""urn:epc:tag:giai-96:3.0614141.5678""#, as: #""3474257BF40000000000162E""#)
    trial.accepts("tag", #""3474 257b f400 0000 0000 162e""#, as: #""3474257BF40000000000162E""#)
    trial.refuses("tag", #""urn:epc:id:giai:0614141.5678""#, "pure identity", "urn:epc:tag:")
    let body = Array(#"{"tag":"3474257BF40000000000162E"}"#.utf8)
    for typed in ["urn:epc:tag:giai-96:3.0614141.5678", "3474257bf40000000000162e"] {
      let key = try trial.definition.searchKey(field: "tag", typed: typed)
      #expect(trial.definition.searchKeys(of: body).contains(key))
    }
  }
}

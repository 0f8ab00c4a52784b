import Catalog
import Terms

/// A truck with its tag, trailer, container and driver; the same number is the same truck on every day.
struct Truck {
  let country: CountryCode
  let plate: String
  let trailer: String
  let container: String
  let epc: String
  let tid: String
  let carrier: Company
  let carrierCode: String

  /// - Parameter number: which of the country's trucks.
  init(_ number: Int, of country: CountryCode, seed: UInt64) {
    let place = Self.countries.firstIndex(of: country.description) ?? 6
    var draw = Draw(seed: seed ^ 0x7A_6C, number: number &* 8 &+ place)
    self.country = country
    let patterns = [
      "GT": "C 999AAA", "SV": "C 999-999", "HN": "AAA 9999", "NI": "M 999 999", "CR": "C 999999", "PA": "AA9999",
    ]
    plate = draw.pattern(patterns[country.description] ?? "AA 9999")
    trailer = draw.pattern("RE 99-9999")
    let owner = draw.pattern("AAA") + "U" + draw.pattern("999999")
    container = ISO6346.completed(owner) ?? "CSQU3054383"
    // GS1 prefixes 740 to 745 are the six countries'.
    let serial = number + 1
    epc = (try? EPC("urn:epc:tag:giai-96:3.74\(place)1000.\(serial)"))?.hex ?? "3474257BF40000000000162E"
    tid = "E2801160" + draw.pattern("HHHHHHHHHHHHHHHH")
    let company = draw.below(Company.perCountry)
    carrier = Company(company, of: country, seed: seed)
    carrierCode = "\(country)T\(1000 + company)"
  }

  private static let countries = ["GT", "SV", "HN", "NI", "CR", "PA"]

  var written: JSONValue { ["country": .text(country.description), "text": .text(plate)] }

  /// How many trucks of a country take part.
  static let perCountry = 9000
}

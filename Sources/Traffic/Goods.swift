import Catalog
import Terms

/// What trucks carry. Codes are those of the Harmonized System with the region's digits.
struct Goods {
  let tariff: String
  let spanish: String
  /// Set where the goods need a phytosanitary certificate; `animal` where a veterinary one.
  var scientific: String?
  var isAnimal = false
  let packageKind: String

  var needsCertificate: Bool { scientific != nil }

  static let plain: [Goods] = [
    Goods(tariff: "3923210000", spanish: "Sacos y bolsas de polietileno", packageKind: "BG"),
    Goods(tariff: "4819100000", spanish: "Cajas de cartón corrugado", packageKind: "CT"),
    Goods(tariff: "3004900000", spanish: "Medicamentos dosificados", packageKind: "CT"),
    Goods(tariff: "6109100000", spanish: "Camisetas de algodón", packageKind: "BL"),
    Goods(tariff: "7214200000", spanish: "Barras de hierro con muescas", packageKind: "BE"),
    Goods(tariff: "3402500000", spanish: "Detergente en polvo", packageKind: "BG"),
    Goods(tariff: "2202100000", spanish: "Bebidas gaseosas", packageKind: "CR"),
    Goods(tariff: "8544490000", spanish: "Cable eléctrico", packageKind: "RL"),
  ]
  static let regulated: [Goods] = [
    Goods(tariff: "0901112000", spanish: "Café oro", scientific: "Coffea arabica", packageKind: "BG"),
    Goods(tariff: "0702000000", spanish: "Tomates frescos", scientific: "Solanum lycopersicum", packageKind: "CR"),
    Goods(tariff: "0713330000", spanish: "Frijol rojo", scientific: "Phaseolus vulgaris", packageKind: "BG"),
    Goods(tariff: "0804300000", spanish: "Piñas frescas", scientific: "Ananas comosus", packageKind: "CT"),
    Goods(tariff: "0701900000", spanish: "Papas frescas", scientific: "Solanum tuberosum", packageKind: "BG"),
    Goods(
      tariff: "0406900000", spanish: "Queso duro", scientific: "Bos taurus", isAnimal: true, packageKind: "CT"),
    Goods(
      tariff: "0201300000", spanish: "Carne bovina deshuesada", scientific: "Bos taurus", isAnimal: true,
      packageKind: "CT"),
  ]
}

/// An invented company with a tax number whose check digits hold.
struct Company {
  let country: CountryCode
  let number: String
  let name: String

  var identity: JSONValue { ["country": .text(country.description), "number": .text(number)] }

  /// - Parameter number: which of the country's companies; the same is the same each time.
  init(_ number: Int, of country: CountryCode, seed: UInt64) {
    var draw = Draw(seed: seed ^ 0xC0_4A, number: number &* 31 &+ Int(country.description.utf8.last ?? 0))
    self.country = country
    let patterns = [
      "GT": "1999999-?", "SV": "0614-010190-1?9-", "HN": "08019995999999", "NI": "J0310000999999", "CR": "3-101-999999",
      "PA": "155999999-2-2019",
    ]
    let written =
      country.description == "SV"
      ? draw.pattern("0614-0101") + draw.pattern("90-199-?") : draw.pattern(patterns[country.description] ?? "999999")
    self.number = TaxNumber.completed(written, country: country) ?? written
    let kinds = ["Transportes", "Exportadora", "Comercial", "Industrias", "Agrícola", "Distribuidora"]
    let names = [
      "del Istmo", "Las Ceibas", "Tres Volcanes", "El Guayabo", "Costa Azul", "La Montaña", "Río Grande",
      "El Conacaste",
      "San Isidro", "Los Madrecacaos", "Valle Verde", "El Jícaro",
    ]
    name = "\(draw.one(of: kinds)) \(draw.one(of: names)) \(number)"
  }

  /// How many companies of a country take part.
  static let perCountry = 240
}

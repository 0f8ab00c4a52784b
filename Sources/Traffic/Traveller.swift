import Catalog
import Terms

/// An invented person who travels, the same for the same draws. Names are drawn from common ones; documents have the check
/// digits that real ones would have.
struct Traveller {
  let surname: String
  let givenNames: String
  let sex: String
  let birth: CalendarDay
  let nationality: CountryCode
  let document: JSONValue
  let mrz: String?
  let plate: String

  private static let surnames = [
    "Alvarado", "Argüello", "Barahona", "Bonilla", "Cáceres", "Castañeda", "Chacón", "Escobar", "Flores", "Galdámez",
    "Henríquez", "Iraheta", "Juárez", "Lacayo", "Madriz", "Menjívar", "Núñez", "Orellana", "Pocasangre", "Quesada",
    "Rivas", "Samayoa", "Tábora", "Umaña", "Villatoro", "Xicará", "Zelaya", "Zúñiga",
  ]
  private static let women = [
    "Ana Lucía", "Blanca Estela", "Carmen", "Delmy", "Elena Beatriz", "Fátima", "Gloria", "Irma Yolanda", "Karla",
    "Ligia María", "Marta", "Nohemí", "Rosa Elvira", "Sofía", "Vilma", "Xiomara",
  ]
  private static let men = [
    "Adán", "Benjamín", "Carlos Humberto", "Daniel", "Edwin", "Félix", "Gustavo Adolfo", "Hugo", "Iván", "José Ángel",
    "Kevin", "Luis Fernando", "Mauricio", "Néstor", "Óscar Armando", "Wilfredo",
  ]

  /// - Parameters:
  ///   - state: the nationality's three letters in travel documents.
  ///   - today: documents expire some years later.
  ///   - years: how old the person is.
  init(
    _ draw: inout Draw, nationality: CountryCode, state: String, today: CalendarDay, years: ClosedRange<Int> = 20...69
  ) {
    self.nationality = nationality
    sex = draw.below(2) == 0 ? "F" : "M"
    surname = draw.one(of: Self.surnames) + " " + draw.one(of: Self.surnames)
    givenNames = draw.one(of: sex == "F" ? Self.women : Self.men)
    birth = CalendarDay(
      daysSinceEpoch: today.daysSinceEpoch - Int64(draw.within(years.lowerBound * 365...years.upperBound * 365)))
    let expiry = CalendarDay(daysSinceEpoch: today.daysSinceEpoch + 200 + Int64(draw.below(8 * 365)))
    plate = draw.plate(of: nationality)
    // Two of three show a passport: cards have no zone here.
    if let card = draw.below(3) == 2 ? draw.identityCard(of: nationality, birth: birth) : nil {
      document = ["kind": "identity-card", "country": .text(nationality.description), "number": .text(card)]
      mrz = nil
    } else {
      let passport = draw.passport(of: nationality)
      document = [
        "kind": "passport", "country": .text(nationality.description), "number": .text(passport),
        "expiry": .text(expiry.description),
      ]
      mrz = try? MRZ.passport(
        state: state, number: passport, surname: surname, givenNames: givenNames, birth: birth, sex: sex,
        expiry: expiry
      ).lines.joined(separator: "\n")
    }
  }
}

// Numbers as the countries write them.
extension Draw {
  mutating func plate(of country: CountryCode) -> String {
    let patterns = [
      "GT": "P 999AAA", "SV": "P 999-999", "HN": "HAA 9999", "NI": "M 999 999", "CR": "AAA-999", "PA": "AA9999",
    ]
    return pattern(patterns[country.description] ?? "AA 9999")
  }

  mutating func passport(of country: CountryCode) -> String {
    let patterns = [
      "GT": "999999999", "SV": "A99999999", "HN": "E999999", "NI": "C99999999", "CR": "A999999", "PA": "PA9999999",
    ]
    return pattern(patterns[country.description] ?? "A9999999")
  }

  mutating func identityCard(of country: CountryCode, birth: CalendarDay) -> String? {
    let (year, month, day) = birth.components
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
    let number =
      switch country.description {
      case "GT": pattern("9999 9999? 0101")
      case "SV": pattern("09999999-?")
      case "HN": pattern("0801-\(year)-99999")
      case "NI": pattern("001-") + two(day) + two(month) + two(year % 100) + pattern("-9999?")
      case "CR": pattern("1-0999-9999")
      default: pattern("8-999-9999")
      }
    return NationalIdentity.completed(number, country: country)
  }
}

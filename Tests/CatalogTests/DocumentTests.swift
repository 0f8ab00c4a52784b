import Terms
import Testing

@testable import Catalog

/// Persons' documents and the check digits of national identity numbers.
@Suite struct DocumentTests {
  let trial: Trial

  init() throws { trial = try Trial() }

  private func card(_ country: String, _ number: String, _ kind: String = "identity-card") -> String {
    #"{"country":"\#(country)","kind":"\#(kind)","number":"\#(number)"}"#
  }

  @Test func aDocumentIsKindCountryAndNumber() {
    trial.accepts("paper", card("HN", "E123456", "passport"))
    trial.accepts(
      "paper", #"{"number":"e-12 34/5.6","kind":"passport","expiry":"2030-01-31","country":"XXA"}"#,
      as: #"{"country":"XXA","expiry":"2030-01-31","kind":"passport","number":"E-12 34/5.6"}"#)
    trial.refuses("paper", #""00016297-5""#, "an object is expected", "country, expiry, kind, number")
    trial.refuses("paper", #"{"country":"SV","number":"1"}"#, "the member kind is missing")
    trial.refuses("paper", #"{"kind":"passport","number":"1"}"#, "the member country is missing")
    trial.refuses("paper", #"{"country":"SV","kind":"passport"}"#, "the member number is missing")
    trial.refuses("paper", card("SLV", "1", "passport"), "not a country of ISO 3166-1", "SV")
    trial.refuses("paper", card("SV", "1", "Passport"), "not a kind of document", "passport")
    trial.refuses("paper", #"{"country":"SV","kind":"passport","number":"1","type":"P"}"#, "not known", "write only")
    trial.refuses(
      "paper", #"{"country":"SV","expiry":"2030-02-31","kind":"passport","number":"1"}"#, "not a day of the calendar")
    trial.refuses("paper", #"{"country":"SV","kind":"passport","number":12}"#, "a text is expected, not a number")
    let problem = "the number is not 1 to 30 letters"
    for number in ["", "-", "Ñ1", "A<1", "A_1", String(repeating: "1", count: 31), "1\\n2"] {
      trial.refuses("paper", card("SV", number, "passport"), problem, "as the document shows it")
    }
  }

  // domain.md section 4.1 names these; each was recomputed there.
  @Test(arguments: [
    "00016297-5", "02495046-3", "04288874-5", "03766021-3", "05149147-4", "05149149-0", "02392210-8", "000162975",
  ])
  func aDUIWithItsCheckDigitIsTaken(number: String) {
    trial.accepts("paper", card("SV", number))
    // Any other check digit is refused.
    let digit = number.utf8.last.map { Int($0 - 0x30) } ?? 0
    for other in 0...9 where other != digit {
      trial.refuses("paper", card("SV", number.dropLast() + "\(other)"), "the DUI's check digit does not fit", "again")
    }
  }

  @Test func aDUIHasNineDigits() {
    trial.refuses("paper", card("SV", "0001629-5"), "a DUI has nine digits", "00016297-5")
    trial.refuses("paper", card("SV", "A0016297-5"), "a DUI has nine digits")
    // Only of an identity card is the rule known.
    trial.accepts("paper", card("SV", "0001629-5", "passport"))
    trial.accepts("paper", card("US", "0001629-5"))
  }

  @Test func aCUIHasACheckDigitAndAPlace() {
    trial.accepts("paper", card("GT", "1587 56444 0904"))
    trial.accepts("paper", card("GT", "1580352240101"))
    trial.refuses("paper", card("GT", "1680352240101"), "the CUI's check digit does not fit", "DPI")
    trial.refuses("paper", card("GT", "158756444090"), "a CUI has thirteen digits")
    trial.refuses("paper", card("GT", "1580352240001"), "no department", "last four digits")
    trial.refuses("paper", card("GT", "1580352242301"), "no department")
    trial.refuses("paper", card("GT", "1580352240100"), "no department")
    trial.accepts("paper", card("GT", "1580352242299"))
    // Digits 0000 0005 leave 45 mod 11 = 1; 0000 0100 leaves 7; with a sum of 10 the digit is 0, as no digit is ten.
    trial.accepts("paper", card("GT", "0000000510101"))
    trial.accepts("paper", card("GT", "5000000000101"))
  }

  @Test func aNicaraguanCedulaEndsInItsLetter() {
    trial.accepts("paper", card("NI", "486-180689-0001X"))
    trial.accepts("paper", card("NI", "4861806890001x"), as: card("NI", "4861806890001X"))
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWYZ" {
      trial.refuses("paper", card("NI", "486-180689-0001\(letter)"), "the cédula's letter does not fit")
    }
    trial.refuses("paper", card("NI", "486-180689-0001"), "thirteen digits and a letter", "486-180689-0001X")
    // 4869906890001 mod 23 leaves the letter right and the date wrong.
    let letters = Array("ABCDEFGHJKLMNPQRSTUVWXY")
    trial.refuses("paper", card("NI", "4869906890001\(letters[4_869_906_890_001 % 23])"), "no date (ddmmyy)")
  }

  @Test func aHonduranDNIHasThirteenDigitsAndOthersAnything() {
    trial.accepts("paper", card("HN", "0801-1990-12345"))
    trial.refuses("paper", card("HN", "0801-1990-1234"), "a DNI has thirteen digits", "0801-1990-12345")
    trial.accepts("paper", card("CR", "1-0234-0567"))
    trial.accepts("paper", card("PA", "PE-1-234"))
  }
}

import Terms
import Testing

@testable import Catalog

/// Tax numbers of the six countries, and of others.
@Suite struct TaxNumberTests {
  let trial: Trial

  init() throws { trial = try Trial() }

  private func firm(_ country: String, _ number: String) -> String {
    #"{"country":"\#(country)","number":"\#(number)"}"#
  }

  @Test func aCompanyIsACountryAndANumber() throws {
    trial.accepts("firm", firm("US", "12-3456789"))
    trial.accepts("firm", firm("PA", "155596713-2-2015 DV 43"))
    trial.accepts("firm", firm("GT", "576937-k"), as: firm("GT", "576937-K"))
    trial.refuses("firm", #""576937-K""#, "an object is expected", "country, number")
    trial.refuses("firm", #"{"country":"GT"}"#, "the member number is missing")
    trial.refuses("firm", #"{"number":"1"}"#, "the member country is missing")
    trial.refuses("firm", firm("XXA", "1"), "not a country of ISO 3166-1")
    for number in ["", " 1", "-", "1_2", "Ñ1", String(repeating: "1", count: 36)] {
      trial.refuses("firm", firm("US", number), "the number is not 1 to 35 letters", "as the authority gave it")
    }
  }

  @Test func aGuatemalanNITHasADigitOrK() {
    for number in ["576937-K", "7108-0", "39525503", "0007108-0"] { trial.accepts("firm", firm("GT", number)) }
    trial.refuses("firm", firm("GT", "8977112-0"), "the NIT's check digit does not fit", "again")
    trial.refuses("firm", firm("GT", "1234567890123"), "up to eleven digits and a digit or K", "576937-K")
    trial.refuses("firm", firm("GT", "5"), "up to eleven digits and a digit or K")
    trial.refuses("firm", firm("GT", "57K937-K"), "up to eleven digits and a digit or K")
  }

  @Test func aSalvadoranNITOrTheDUIThatTookItsPlace() {
    trial.accepts("firm", firm("SV", "0614-050707-104-8"))
    trial.accepts("firm", firm("SV", "00016297-5"))
    trial.refuses("firm", firm("SV", "0614-050707-104-0"), "the NIT's check digit does not fit")
    trial.refuses("firm", firm("SV", "00016297-6"), "the DUI's check digit does not fit")
    trial.refuses("firm", firm("SV", "2614-050707-104-8"), "fourteen digits, the first 0, 1 or 9", "0614-050707-104-8")
    trial.refuses("firm", firm("SV", "12345678"), "fourteen digits")
  }

  @Test func theOthersHaveTheirForms() {
    for number in ["3-101-999999", "4000042138", "3-120-123456", "1-0613-0584", "0106130584", "155812994816"] {
      trial.accepts("firm", firm("CR", number))
    }
    for number in ["6-101-999999", "310132541012345", "30123456789", "1-613-584", "3-101-99999A"] {
      trial.refuses("firm", firm("CR", number), "not a cédula jurídica", "3-101-999999")
    }
    trial.accepts("firm", firm("HN", "08019995123456"))
    trial.refuses("firm", firm("HN", "0801-9995-1234"), "an RTN has fourteen digits", "08019995123456")
    trial.accepts("firm", firm("NI", "J0310000000001"))
    trial.accepts("firm", firm("NI", "486-180689-0001X"))
    trial.refuses("firm", firm("NI", "486-180689-0001A"), "the cédula's letter does not fit")
    trial.refuses("firm", firm("NI", "J031000000000"), "a letter and thirteen digits, or is a cédula", "J0310000000001")
  }

  @Test(arguments: ["576937-K", "0576937k", "GT/576937K", "gt/0576937-K"])
  func aCompanyIsFoundByItsNumber(typed: String) throws {
    let line = Array("{\"firm\":\(firm("GT", "576937-K"))}".utf8)
    let record = try trial.definition.check(line, from: Sample.salvador, topology: trial.topology, now: Sample.now)
    let keys = trial.definition.searchKeys(of: record.body)
    #expect(keys.contains(try trial.definition.searchKey(field: "firm", typed: typed)))
    #expect(!keys.contains(try trial.definition.searchKey(field: "firm", typed: "SV/576937K")))
  }
}

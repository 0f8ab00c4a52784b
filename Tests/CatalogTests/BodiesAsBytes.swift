import Terms

@testable import Catalog

// Tests ask one thing of a body at a time.
extension Definition {
  func project(_ body: [UInt8], onto fields: [String]) -> [UInt8] { project(ReadBody(body), onto: fields) }
  func admits(_ body: [UInt8], filter: [FilterClause]) -> Bool { admits(ReadBody(body), filter: filter) }
  func searchKeys(of body: [UInt8]) -> [SearchKey] { searchKeys(of: ReadBody(body)) }
  func fields(of body: [UInt8]) -> [(name: String, json: String)] { fields(of: ReadBody(body)) }
  func text(of name: String, in body: [UInt8]) -> String? { text(of: name, in: ReadBody(body)) }
  func verify(body: [UInt8], terms: StreamTerms, isWithdrawal: Bool = false) throws(Refusal) {
    try verify(ReadBody(body), terms: terms, isWithdrawal: isWithdrawal)
  }
  func awaited(by body: [UInt8], of origin: CountryCode) -> Awaited { awaited(by: ReadBody(body), of: origin) }
}

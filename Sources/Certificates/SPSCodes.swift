/// The names that UN/CEFACT's SPSCertificate gives things, beside those of the dataset `certificates`.
enum SPSCodes {
  /// Namespaces without their version number: `SPSCertificate:17` and `...Entity:21` are those of D.17; older sets have 8 and 11.
  static let certificateSpace = "urn:un:unece:uncefact:data:standard:SPSCertificate:"
  static let entitySpace = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:"
  static let typeSpace = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:"

  /// SPSExchangedDocument/TypeCode (UN/EDIFACT 1001; 657 as the IPPC hub uses it).
  static let kinds = [
    ("851", "phytosanitary"), ("657", "phytosanitary-reexport"), ("852", "sanitary"), ("853", "veterinary"),
  ]
  /// SPSExchangedDocument/StatusCode of a certificate that was issued.
  static let issued = "70"
  /// ModeCode (UNECE Recommendation 19).
  static let modes = [
    ("1", "sea"), ("2", "rail"), ("3", "road"), ("4", "air"), ("5", "mail"), ("6", "multimodal"), ("7", "fixed"),
    ("8", "inland-water"),
  ]
  /// Subjects of notes that are additional declarations of the whole document, and of one line.
  static let declarations = ["ADEDL", "ADIPEDL", "ADDIEDL", "ADAOEDL"]
  static let lineDeclarations = ["ADTLIL", "ADIPTLIL", "ADDITLIL", "ADAOTLIL"]
  /// Subject of notes with distinguishing marks of one line.
  static let lineMarks = "DMTLIL"
  /// Classifications other than the Harmonized System.
  static let commodities = ["IPPCPCVP", "IPPCPCC"]

  static func word(_ code: String?, in list: [(String, String)]) -> String? { list.first { $0.0 == code }?.1 }
  static func code(_ word: String?, in list: [(String, String)]) -> String? { list.first { $0.1 == word }?.0 }
}

import Catalog
import Sodium
import Terms

/// Draws from an SPSCertificate (UN/CEFACT, D.17 and older sets) what the dataset `certificates` holds. The document itself is an
/// attachment, which the record names by its digest: it comes out again byte for byte.
public enum CertificateReader {
  /// The longest document, in bytes.
  public static let longest = XMLElement.longest

  /// The record of a certificate that was issued, as `publish` takes it.
  /// - Throws: `XMLFault` when it is no such document, or lacks what every certificate has.
  public static func record(_ bytes: [UInt8]) throws(XMLFault) -> JSONValue {
    let root = try XMLElement.parse(bytes)
    guard root.name == "SPSCertificate", root.space.hasPrefix(SPSCodes.certificateSpace) else {
      throw XMLFault(
        "the root element is \(shown(root.name)) of namespace \"\(shown(root.space))\"",
        "send an SPSCertificate of namespace \(SPSCodes.certificateSpace)17; a SOAP envelope must be taken off")
    }
    guard let document = root.first("SPSExchangedDocument"), let consignment = root.first("SPSConsignment") else {
      throw XMLFault("SPSExchangedDocument or SPSConsignment is missing", "send the whole certificate")
    }
    let type = try needed(document, "TypeCode")
    guard let kind = SPSCodes.word(type, in: SPSCodes.kinds) else {
      throw XMLFault(
        "TypeCode \(shown(type)) is no certificate known here",
        "it is one of \(SPSCodes.kinds.map { "\($0.0) \($0.1)" }.joined(separator: ", "))")
    }
    let status = document.text("StatusCode") ?? SPSCodes.issued
    guard status == SPSCodes.issued else {
      throw XMLFault(
        "StatusCode \(shown(status)) says that it is not, or no longer, issued",
        "publish what happened to it as a record that refers to the certificate: replaced, withdrawn or used")
    }
    var out = Members()
    out.add("event", "issued")
    let number = try needed(document, "ID")
    out.add("number", number)
    out.add("kind", kind)
    out.add("time", try needed(document, "IssueDateTime/DateTimeString"))
    out.add("authority", try needed(document, "IssuerSPSParty/Name"))
    out.add("signatory", document.text("SignatorySPSAuthentication/ProviderSPSParty/SpecifiedSPSPerson/Name"))
    out.add("signing_place", document.text("SignatorySPSAuthentication/IssueSPSLocation/Name"))
    out.add("declarations", notes(document.all("IncludedSPSNote"), SPSCodes.declarations))
    try add(consignment, to: &out)
    out.add("xml_digest", SHA256.hash(bytes).description)
    out.add("xml_bytes", number: bytes.count)
    out.add("xml_media_type", "application/xml")
    // The same document sent again is a duplicate; another one under the same number is refused, with the id of the first.
    out.add("reference", "\(kind)/\(number)")
    return out.json
  }

  private static func add(_ consignment: XMLElement, to out: inout Members) throws(XMLFault) {
    out.add("consignor", try party(consignment, "ConsignorSPSParty"))
    out.add("consignee", try party(consignment, "ConsigneeSPSParty"))
    let export = try needed(consignment, "ExportSPSCountry/ID")
    let final = try needed(consignment, "ImportSPSCountry/ID")
    out.add("export_country", export)
    out.add("reexport_country", consignment.text("ReexportSPSCountry/ID"))
    out.add("import_country", final)
    var route: [String] = []
    for country in [export] + consignment.all("TransitSPSCountry").compactMap({ $0.text("ID") }) + [final]
    where !route.contains(country) { route.append(country) }
    out.add("route", route)
    let port = consignment.first("UnloadingBaseportSPSLocation")
    out.add("entry_point", port?.text("Name") ?? port?.text("ID"))
    let carriage = consignment.first("MainCarriageSPSTransportMovement")
    out.add("transport_mode", SPSCodes.word(carriage?.text("ModeCode"), in: SPSCodes.modes))
    out.add("conveyance", carriage?.text("UsedSPSTransportMeans/Name") ?? carriage?.text("ID"))
    let equipment = consignment.all("UtilizedSPSTransportEquipment")
    // What is no container's number, such as a trailer's plate, stays in the document.
    out.add("containers", equipment.compactMap { $0.text("ID") }.filter(isContainer))
    out.add("seals", equipment.flatMap { $0.all("AffixedSPSSeal") }.compactMap { $0.text("ID") })
    let items = consignment.all("IncludedSPSConsignmentItem").flatMap { $0.all("IncludedSPSTradeLineItem") }
      // Line 0 is a total in the practice of the IPPC's hub when other lines follow.
      .filter { $0.text("SequenceNumeric") != "0" }
    guard !items.isEmpty else { throw XMLFault("there is no trade line item", "send the whole certificate") }
    out.add("items", objects: items.map(item))
  }

  private static func item(_ line: XMLElement) -> JSONValue {
    var out = Members()
    let (common, scientific) = (line.text("CommonName"), line.text("ScientificName"))
    out.add("description", line.text("Description") ?? common ?? scientific)
    out.add("common_name", common)
    out.add("scientific_name", scientific)
    out.add("intended_use", line.text("IntendedUse"))
    out.add("net_kg", kilograms(line.first("NetWeightMeasure")))
    out.add("gross_kg", kilograms(line.first("GrossWeightMeasure")))
    let classes = line.all("ApplicableSPSClassification")
    func code(_ systems: [String]) -> String? {
      classes.first { systems.contains($0.text("SystemName") ?? "") && $0.text("ClassCode") != nil }?.text("ClassCode")
    }
    out.add("tariff", code(["HS"])?.filter { $0 != "." && $0 != " " })
    out.add("commodity_code", code(SPSCodes.commodities))
    let package = line.first("PhysicalSPSPackage")
    // Quantities are decimals in the schema; packages are whole.
    if let quantity = package?.text("ItemQuantity"), let whole = quantity.split(separator: ".").first,
      let count = Int(whole)
    {
      out.add("packages", number: count)
    }
    out.add("package_kind", package?.text("TypeCode"))
    out.add("origin", line.text("OriginSPSCountry/ID"))
    let characteristics = line.all("AppliedSPSProcess").flatMap { $0.all("ApplicableSPSProcessCharacteristic") }
    let treatment = characteristics.map { part in
      let words = part.all("Description").compactMap(\.text)
      let measure = part.first("ValueMeasure").flatMap { value in value.text.map { "\($0) \(value.unitCode ?? "")" } }
      return (words + [measure].compactMap { $0 }).joined(separator: " ")
    }
    out.add("treatment", cut(treatment.filter { !$0.isEmpty }.joined(separator: "; "), 300))
    out.add(
      "marks", cut(notes(line.all("AdditionalInformationSPSNote"), [SPSCodes.lineMarks]).joined(separator: "; "), 200))
    return out.json
  }

  private static func party(_ consignment: XMLElement, _ name: String) throws(XMLFault) -> JSONValue {
    guard let party = consignment.first(name) else { throw XMLFault("\(name) is missing", "add it") }
    var out = Members()
    out.add("name", try needed(party, "Name"))
    let address = party.first("SpecifiedSPSAddress")?.children.compactMap(\.text) ?? []
    out.add("address", cut(address.joined(separator: ", "), 300))
    return out.json
  }

  private static func notes(_ notes: [XMLElement], _ subjects: [String]) -> [String] {
    notes.filter { subjects.contains($0.text("Subject") ?? "") }.flatMap { $0.all("Content").prefix(1) }.compactMap(
      \.text)
  }

  /// A weight in kilograms; nil in units that are none of weight.
  private static func kilograms(_ measure: XMLElement?) -> String? {
    guard let text = measure?.text else { return nil }
    switch measure?.unitCode {
    case nil, "KGM": return trimmed(text)
    case "TNE": return shifted(text, by: 3)
    default: return nil
    }
  }

  /// Without zeros at the end of the fraction, which say nothing and may be more than the dataset takes.
  private static func trimmed(_ number: String) -> String {
    guard number.contains(".") else { return number }
    let short = String(number.reversed().drop { $0 == "0" }.reversed())
    return short.last == "." ? String(short.dropLast()) : short
  }

  /// A decimal times a power of ten; as it was when it is none.
  private static func shifted(_ number: String, by places: Int) -> String {
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ $0.allSatisfy(\.isNumber) }) else { return number }
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    let padded = fraction + String(repeating: "0", count: max(0, places - fraction.count))
    let whole = (String(parts[0]) + padded.prefix(places)).drop { $0 == "0" }
    return trimmed((whole.isEmpty ? "0" : String(whole)) + "." + padded.dropFirst(places))
  }

  private static func isContainer(_ text: String) -> Bool {
    let letters = text.unicodeScalars.filter { $0 != " " && $0 != "-" }
    return letters.count == 11 && letters.prefix(4).allSatisfy { ("A"..."Z").contains($0) }
      && letters.dropFirst(4).allSatisfy { ("0"..."9").contains($0) }
  }

  private static func needed(_ element: XMLElement, _ path: String) throws(XMLFault) -> String {
    guard let text = element.text(path) else { throw XMLFault("\(element.name)/\(path) is missing", "add it") }
    return text
  }

  /// What is longer stands whole in the document.
  private static func cut(_ text: String, _ longest: Int) -> String {
    guard text.unicodeScalars.count > longest else { return text }
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.prefix(longest - 1))
    let kept = String(scalars)
    return String(kept.reversed().drop { $0 == " " }.reversed()) + "…"
  }

  private static func shown(_ text: String) -> String { ShownText.line(text, longest: 80) }

  /// Members of an object; what is not there is left out.
  private struct Members {
    private var members: [JSONValue.Member] = []
    var json: JSONValue { .object(members) }

    mutating func add(_ name: String, _ value: JSONValue) { members.append(.init(name: name, value: value)) }
    mutating func add(_ name: String, _ text: String?) {
      if let text, !text.isEmpty { add(name, JSONValue.text(text)) }
    }
    mutating func add(_ name: String, _ texts: [String]) {
      if !texts.isEmpty { add(name, .list(texts.map { .text($0) })) }
    }
    mutating func add(_ name: String, number: Int) { add(name, JSONValue(number)) }
    mutating func add(_ name: String, objects: [JSONValue]) { add(name, .list(objects)) }
  }
}

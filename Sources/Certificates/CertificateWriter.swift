import Catalog

/// Writes a record of `certificates` as an SPSCertificate (UN/CEFACT D.17), for certificates made here from a form. Elements have
/// the names, namespaces and order of the schema.
public enum CertificateWriter {
  /// The document; what the record lacks is left out.
  /// - Throws: `XMLFault` when the record is no issued certificate.
  public static func document(_ record: JSONValue) throws(XMLFault) -> String {
    guard record["event"]?.string == "issued" else {
      throw XMLFault("the record is not of an issued certificate", "give one whose event is issued")
    }
    guard let type = SPSCodes.code(record["kind"]?.string, in: SPSCodes.kinds) else {
      throw XMLFault("the record has no kind of certificate", "see dataset show certificates")
    }
    var out = Output()
    out.text +=
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rsm:SPSCertificate xmlns:rsm=\"\(SPSCodes.certificateSpace)17\""
    out.text += " xmlns:ram=\"\(SPSCodes.entitySpace)21\" xmlns:udt=\"\(SPSCodes.typeSpace)21\">\n"
    out.element("rsm:SPSExchangedDocument") { out in
      out.leaf("Name", record["kind"])
      out.leaf("ID", record["number"])
      out.leaf("TypeCode", .text(type))
      out.leaf("StatusCode", .text(SPSCodes.issued))
      out.element("ram:IssueDateTime") { $0.leaf("DateTimeString", record["time"], prefix: "udt") }
      out.element("ram:IssuerSPSParty") { $0.leaf("Name", record["authority"]) }
      for text in record["declarations"]?.texts ?? [] { out.note("IncludedSPSNote", SPSCodes.declarations[0], text) }
      out.element("ram:SignatorySPSAuthentication") { out in
        out.element("ram:ActualDateTime") { $0.leaf("DateTimeString", record["time"], prefix: "udt") }
        out.element("ram:IssueSPSLocation") { $0.leaf("Name", record["signing_place"]) }
        out.element("ram:ProviderSPSParty") { out in
          out.leaf("Name", record["authority"])
          out.element("ram:SpecifiedSPSPerson") { $0.leaf("Name", record["signatory"]) }
        }
      }
    }
    out.element("rsm:SPSConsignment") { out in consignment(record, &out) }
    out.text += "</rsm:SPSCertificate>\n"
    return out.text
  }

  private static func consignment(_ record: JSONValue, _ out: inout Output) {
    for (name, party) in [("Consignor", record["consignor"]), ("Consignee", record["consignee"])] {
      out.element("ram:\(name)SPSParty") { out in
        out.leaf("Name", party?["name"])
        out.element("ram:SpecifiedSPSAddress") { $0.leaf("LineOne", party?["address"]) }
      }
    }
    for (name, field) in [("Export", "export_country"), ("Reexport", "reexport_country"), ("Import", "import_country")]
    {
      out.element("ram:\(name)SPSCountry") { $0.leaf("ID", record[field]) }
    }
    let ends = [record["export_country"]?.string, record["import_country"]?.string]
    for country in record["route"]?.texts ?? [] where !ends.contains(country) {
      out.element("ram:TransitSPSCountry") { $0.leaf("ID", .text(country)) }
    }
    out.element("ram:UnloadingBaseportSPSLocation") { $0.leaf("Name", record["entry_point"]) }
    out.element("ram:MainCarriageSPSTransportMovement") { out in
      out.leaf("ModeCode", SPSCodes.code(record["transport_mode"]?.string, in: SPSCodes.modes).map { .text($0) })
      out.element("ram:UsedSPSTransportMeans") { $0.leaf("Name", record["conveyance"]) }
    }
    let (containers, seals) = (record["containers"]?.texts ?? [], record["seals"]?.texts ?? [])
    for place in 0..<max(containers.count, seals.isEmpty ? 0 : 1) {
      out.element("ram:UtilizedSPSTransportEquipment") { out in
        if containers.indices.contains(place) { out.leaf("ID", .text(containers[place])) }
        // Which seal is on which container the record does not say.
        for seal in place == 0 ? seals : [] { out.element("ram:AffixedSPSSeal") { $0.leaf("ID", .text(seal)) } }
      }
    }
    out.element("ram:IncludedSPSConsignmentItem") { out in
      for (place, line) in (record["items"]?.items ?? []).enumerated() { item(line, place + 1, &out) }
    }
  }

  private static func item(_ line: JSONValue, _ number: Int, _ out: inout Output) {
    out.element("ram:IncludedSPSTradeLineItem") { out in
      out.leaf("SequenceNumeric", JSONValue(number))
      for (name, field) in [
        ("Description", "description"), ("CommonName", "common_name"), ("ScientificName", "scientific_name"),
        ("IntendedUse", "intended_use"),
      ] { out.leaf(name, line[field]) }
      out.leaf("NetWeightMeasure", line["net_kg"], attribute: "unitCode=\"KGM\"")
      out.leaf("GrossWeightMeasure", line["gross_kg"], attribute: "unitCode=\"KGM\"")
      if let marks = line["marks"]?.string { out.note("AdditionalInformationSPSNote", SPSCodes.lineMarks, marks) }
      for (system, field) in [("HS", "tariff"), (SPSCodes.commodities[0], "commodity_code")] where line[field] != nil {
        out.element("ram:ApplicableSPSClassification") { out in
          out.leaf("SystemName", .text(system))
          out.leaf("ClassCode", line[field])
        }
      }
      if line["packages"] != nil || line["package_kind"] != nil {
        out.element("ram:PhysicalSPSPackage") { out in
          out.leaf("LevelCode", "1")
          out.leaf("TypeCode", line["package_kind"])
          out.leaf("ItemQuantity", line["packages"])
        }
      }
      out.element("ram:OriginSPSCountry") { $0.leaf("ID", line["origin"]) }
      if let treatment = line["treatment"] {
        out.element("ram:AppliedSPSProcess") { out in
          out.leaf("TypeCode", "ZZZ")
          out.element("ram:ApplicableSPSProcessCharacteristic") { $0.leaf("Description", treatment) }
        }
      }
    }
  }

  /// XML text in the making. Every value goes through `escaped`.
  private struct Output {
    var text = ""
    private var depth = 1

    init() {}

    /// An element with others in it; left out when none came.
    mutating func element(_ name: String, _ content: (inout Output) -> Void) {
      let before = text
      text += indent + "<\(name)>\n"
      let opened = text.utf8.count
      depth += 1
      content(&self)
      depth -= 1
      if text.utf8.count == opened { text = before } else { text += indent + "</\(name)>\n" }
    }

    /// An element with a text; left out when there is none.
    mutating func leaf(_ name: String, _ value: JSONValue?, prefix: String = "ram", attribute: String = "") {
      let shown: String
      switch value {
      case .text(let text)?: shown = text
      case .number(let number)?: shown = String(number)
      default: return
      }
      text +=
        indent + "<\(prefix):\(name)\(attribute.isEmpty ? "" : " \(attribute)")>\(escaped(shown))</\(prefix):\(name)>\n"
    }

    mutating func note(_ name: String, _ subject: String, _ content: String) {
      element("ram:\(name)") { out in
        out.leaf("Subject", .text(subject))
        out.leaf("Content", .text(content))
      }
    }

    private var indent: String { String(repeating: "  ", count: depth) }

    private func escaped(_ text: String) -> String {
      text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
  }
}

extension JSONValue {
  /// The elements of a list; empty of anything else.
  fileprivate var items: [JSONValue] { if case .list(let items) = self { items } else { [] } }
  fileprivate var texts: [String] { items.compactMap(\.string) }
}

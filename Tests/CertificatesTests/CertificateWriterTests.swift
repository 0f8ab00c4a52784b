import Catalog
import Foundation
import Testing

@testable import Certificates

/// Documents made from records: well formed by another's judgement, in the schema's order, and read back as the record.
@Suite struct CertificateWriterTests {
  /// What a form could hold, differently for each number, hostile texts included.
  private func record(_ number: Int) -> JSONValue {
    func pick<T>(_ list: [T], _ salt: Int) -> T { list[(number * 31 + salt * 7) % list.count] }
    let texts = ["café", "a & b", "<script>", "]]>", "\"quoted\" 'text'", "ñandú", "x > y", "&amp;", "日本"]
    func text(_ salt: Int) -> JSONValue { .text("\(pick(texts, salt)) \(number)") }
    var members: [JSONValue.Member] = [
      .init(name: "event", value: "issued"), .init(name: "number", value: .text("N-\(number)")),
      .init(
        name: "kind", value: .text(pick(["phytosanitary", "phytosanitary-reexport", "sanitary", "veterinary"], 1))),
      .init(name: "time", value: "2026-11-20T07:53:08Z"), .init(name: "authority", value: text(2)),
      .init(name: "signatory", value: text(3)), .init(name: "signing_place", value: text(4)),
    ]
    if number % 3 == 0 { members.append(.init(name: "declarations", value: .list([text(5), text(6)]))) }
    members += [
      .init(name: "consignor", value: ["name": text(7), "address": text(8)]),
      .init(name: "consignee", value: ["name": text(9)]), .init(name: "export_country", value: "SV"),
    ]
    if number % 5 == 0 { members.append(.init(name: "reexport_country", value: "GT")) }
    members += [
      .init(name: "import_country", value: "PA"),
      .init(name: "route", value: .list(number % 2 == 0 ? ["SV", "PA"] : ["SV", "HN", "NI", "CR", "PA"])),
    ]
    if number % 7 != 0 {
      members += [
        .init(name: "entry_point", value: text(10)),
        .init(name: "transport_mode", value: .text(pick(["sea", "rail", "road", "air", "inland-water"], 2))),
        .init(name: "conveyance", value: text(11)), .init(name: "containers", value: .list(["MSKU1234565"])),
        .init(name: "seals", value: .list([text(12)])),
      ]
    }
    let items = (0...(number % 4)).map { line -> JSONValue in
      [
        "description": text(line), "scientific_name": "Coffea arabica", "net_kg": .text("\(line + 1).25"),
        "gross_kg": .text("\(line + 2).5"), "tariff": "09011130", "packages": JSONValue(number), "package_kind": "BG",
        "origin": "SV", "treatment": text(13), "marks": text(14),
      ]
    }
    members.append(.init(name: "items", value: .list(items)))
    return .object(members)
  }

  @Test func aThousandDocumentsAreReadBackAsTheirRecords() throws {
    for number in 0..<1_000 {
      let record = record(number)
      let read = try CertificateReader.record(Array(try CertificateWriter.document(record).utf8))
      guard case .object(let members) = read else { throw Unexpected() }
      let again = JSONValue.object(members.filter { !$0.name.hasPrefix("xml_") && $0.name != "reference" })
      let reference = "\(record["kind"]?.string ?? "")/N-\(number)"
      #expect(read["reference"] == .text(reference))
      #expect(again.json == record.json)
    }
  }

  private struct Unexpected: Error {}

  /// xmllint of libxml2-utils, an implementation of its own program, takes them.
  @Test func xmllintTakesThem() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var paths: [String] = []
    for number in 0..<200 {
      let path = folder.appending(path: "\(number).xml")
      try Data(try CertificateWriter.document(record(number)).utf8).write(to: path)
      paths.append(path.path)
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["xmllint", "--noout", "--nonet"] + paths
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  /// The order of UN/CEFACT's schema, D.17, as far as records reach.
  @Test func elementsStandInTheSchemasOrder() throws {
    let text = try CertificateWriter.document(record(15))
    let order = [
      "<rsm:SPSExchangedDocument>", "<ram:Name>", "<ram:ID>", "<ram:TypeCode>", "<ram:StatusCode>",
      "<ram:IssueDateTime>",
      "<ram:IssuerSPSParty>", "<ram:IncludedSPSNote>", "<ram:SignatorySPSAuthentication>", "<ram:ActualDateTime>",
      "<ram:IssueSPSLocation>", "<ram:ProviderSPSParty>", "<rsm:SPSConsignment>", "<ram:ConsignorSPSParty>",
      "<ram:ConsigneeSPSParty>", "<ram:ExportSPSCountry>", "<ram:ReexportSPSCountry>", "<ram:ImportSPSCountry>",
      "<ram:TransitSPSCountry>", "<ram:UnloadingBaseportSPSLocation>", "<ram:MainCarriageSPSTransportMovement>",
      "<ram:UtilizedSPSTransportEquipment>", "<ram:IncludedSPSConsignmentItem>", "<ram:IncludedSPSTradeLineItem>",
      "<ram:SequenceNumeric>", "<ram:Description>", "<ram:ScientificName>", "<ram:NetWeightMeasure unitCode=\"KGM\">",
      "<ram:GrossWeightMeasure unitCode=\"KGM\">", "<ram:AdditionalInformationSPSNote>",
      "<ram:ApplicableSPSClassification>", "<ram:PhysicalSPSPackage>", "<ram:OriginSPSCountry>",
      "<ram:AppliedSPSProcess>",
    ]
    var rest = text[...]
    for element in order {
      let range = try #require(rest.range(of: element), "\(element) is missing or out of order")
      rest = rest[range.upperBound...]
    }
  }

  @Test func whatIsNoIssuedCertificateIsNotWritten() {
    for text in ["{}", #"{"event":"used","kind":"sanitary"}"#, #"{"event":"issued","kind":"x"}"#] {
      #expect(throws: XMLFault.self) { _ = try CertificateWriter.document(try JSONValue(parsing: Array(text.utf8))) }
    }
  }

  /// The elements of each element in the order in which the IPPC's ePhyto hub takes them: the sequences of the schemas in its public
  /// WSDL (namespaces SPSCertificate:17 and ReusableAggregateBusinessInformationEntity:21). The hub knows no re-export country, which
  /// UN/CEFACT's schema has between the two others.
  private static let sequences: [String: String] = [
    "SPSCertificate": "SPSExchangedDocument SPSConsignment",
    "SPSExchangedDocument":
      "Name ID TypeCode StatusCode IssueDateTime IssuerSPSParty IncludedSPSNote ReferenceSPSReferencedDocument SignatorySPSAuthentication",
    "IssueDateTime": "DateTimeString", "ActualDateTime": "DateTimeString", "IssuerSPSParty": "Name",
    "IncludedSPSNote": "Subject Content",
    "SignatorySPSAuthentication": "ActualDateTime IssueSPSLocation ProviderSPSParty IncludedSPSClause",
    "IssueSPSLocation": "Name", "ProviderSPSParty": "Name SpecifiedSPSPerson", "SpecifiedSPSPerson": "Name",
    "SPSConsignment":
      "ConsignorSPSParty ConsigneeSPSParty ExportSPSCountry ReexportSPSCountry ImportSPSCountry TransitSPSCountry UnloadingBaseportSPSLocation ExaminationSPSEvent MainCarriageSPSTransportMovement UtilizedSPSTransportEquipment IncludedSPSConsignmentItem",
    "ConsignorSPSParty": "Name TypeCode SpecifiedSPSAddress", "ConsigneeSPSParty": "Name TypeCode SpecifiedSPSAddress",
    "SpecifiedSPSAddress": "LineOne LineTwo LineThree LineFour LineFive", "ExportSPSCountry": "ID Name",
    "ReexportSPSCountry": "ID Name", "ImportSPSCountry": "ID Name", "TransitSPSCountry": "ID Name",
    "UnloadingBaseportSPSLocation": "ID Name",
    "MainCarriageSPSTransportMovement": "ID ModeCode UsedSPSTransportMeans", "UsedSPSTransportMeans": "Name",
    "UtilizedSPSTransportEquipment": "ID AffixedSPSSeal", "AffixedSPSSeal": "ID",
    "IncludedSPSConsignmentItem": "NatureIdentificationSPSCargo IncludedSPSTradeLineItem",
    "IncludedSPSTradeLineItem":
      "SequenceNumeric Description CommonName ScientificName IntendedUse NetWeightMeasure GrossWeightMeasure NetVolumeMeasure GrossVolumeMeasure AdditionalInformationSPSNote ApplicableSPSClassification PhysicalSPSPackage OriginSPSCountry AppliedSPSProcess",
    "AdditionalInformationSPSNote": "Subject Content", "ApplicableSPSClassification": "SystemName ClassCode ClassName",
    "PhysicalSPSPackage": "LevelCode TypeCode ItemQuantity",
    "OriginSPSCountry": "ID Name SubordinateSPSCountrySubDivision",
    "AppliedSPSProcess": "TypeCode CompletionSPSPeriod ApplicableSPSProcessCharacteristic",
    "ApplicableSPSProcessCharacteristic": "Description ValueMeasure",
  ]

  @Test func elementsStandInTheNamespacesAndTheOrderInWhichTheHubTakesThem() throws {
    var seen: Set<String> = []
    func check(_ element: XMLElement) {
      guard !element.children.isEmpty else { return }
      seen.insert(element.name)
      let sequence = (Self.sequences[element.name] ?? "").split(separator: " ").map(String.init)
      let places = element.children.map { sequence.firstIndex(of: $0.name) ?? -1 }
      #expect(!places.contains(-1) && places == places.sorted(), "\(element.name): \(element.children.map(\.name))")
      for child in element.children {
        let space =
          switch child.name {
          case "SPSExchangedDocument", "SPSConsignment": "urn:un:unece:uncefact:data:standard:SPSCertificate:17"
          case "DateTimeString": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:21"
          default: "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:21"
          }
        #expect(child.space == space, "\(child.name)")
        check(child)
      }
    }
    for number in 0..<200 {
      let root = try XMLElement.parse(Array(try CertificateWriter.document(record(number)).utf8))
      #expect(root.name == "SPSCertificate" && root.space == "urn:un:unece:uncefact:data:standard:SPSCertificate:17")
      check(root)
    }
    // Otherwise an element that is never written would be taken for one in its place.
    #expect(seen == Set(Self.sequences.keys), "\(Set(Self.sequences.keys).subtracting(seen))")
  }
}

import Catalog
import Certificates
import Foundation
import Terms
import Testing

/// Certificates as UN/CEFACT's SPSCertificate: what is drawn from documents, and what is written from records.
@Suite struct CertificateTests {
  /// A document with what real ones have: prefixes of its own, empty elements, notes of several kinds, a total line, an
  /// embedded file. Made after the structure of documents that are public.
  static func document(
    _ change: (String) -> String = { $0 }, certificate: String = "17", entity: String = "21"
  ) -> [UInt8] {
    let text = """
      <?xml version="1.0" encoding="UTF-8" standalone="no"?>
      <ns0:SPSCertificate xmlns:ns0="urn:un:unece:uncefact:data:standard:SPSCertificate:\(certificate)"
        xmlns:ns1="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:\(entity)"
        xmlns:ns2="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:21">
        <ns0:SPSExchangedDocument>
          <ns1:Name/>
          <ns1:ID>SV-2026-0001</ns1:ID>
          <ns1:TypeCode>851</ns1:TypeCode>
          <ns1:StatusCode>70</ns1:StatusCode>
          <ns1:IssueDateTime><ns2:DateTimeString>2026-11-20T07:53:08-06:00</ns2:DateTimeString></ns1:IssueDateTime>
          <ns1:IssuerSPSParty><ns1:Name>Dirección General de Sanidad Vegetal</ns1:Name></ns1:IssuerSPSParty>
          <ns1:IncludedSPSNote><ns1:Subject>SPSFL</ns1:Subject><ns1:Content>5</ns1:Content></ns1:IncludedSPSNote>
          <ns1:IncludedSPSNote><ns1:Subject>ADEDL</ns1:Subject>
            <ns1:Content languageID="es">Libre de
              Bemisia tabaci &amp; otras</ns1:Content></ns1:IncludedSPSNote>
          <ns1:SignatorySPSAuthentication>
            <ns1:ActualDateTime><ns2:DateTimeString/></ns1:ActualDateTime>
            <ns1:IssueSPSLocation><ns1:ID/><ns1:Name>Santa Ana</ns1:Name></ns1:IssueSPSLocation>
            <ns1:ProviderSPSParty><ns1:Name/><ns1:SpecifiedSPSPerson><ns1:Name>Ana Flores</ns1:Name></ns1:SpecifiedSPSPerson>
            </ns1:ProviderSPSParty>
          </ns1:SignatorySPSAuthentication>
          <ns1:ReferenceSPSReferencedDocument><ns1:AttachmentBinaryObject filename="x.pdf">JVBERi0=</ns1:AttachmentBinaryObject>
          </ns1:ReferenceSPSReferencedDocument>
        </ns0:SPSExchangedDocument>
        <ns0:SPSConsignment>
          <ns1:ConsignorSPSParty><ns1:Name>Café del Sol, S.A.</ns1:Name><ns1:SpecifiedSPSAddress><ns1:LineOne>Km 5</ns1:LineOne>
            <ns1:CityName>Santa Ana</ns1:CityName></ns1:SpecifiedSPSAddress></ns1:ConsignorSPSParty>
          <ns1:ConsigneeSPSParty><ns1:Name>Importadora Istmo</ns1:Name></ns1:ConsigneeSPSParty>
          <ns1:ExportSPSCountry><ns1:ID>SV</ns1:ID><ns1:Name>El Salvador</ns1:Name></ns1:ExportSPSCountry>
          <ns1:ReexportSPSCountry><ns1:ID>NULL</ns1:ID></ns1:ReexportSPSCountry>
          <ns1:ImportSPSCountry><ns1:ID>CR</ns1:ID></ns1:ImportSPSCountry>
          <ns1:TransitSPSCountry><ns1:ID>HN</ns1:ID></ns1:TransitSPSCountry>
          <ns1:TransitSPSCountry><ns1:ID>NI</ns1:ID></ns1:TransitSPSCountry>
          <ns1:UnloadingBaseportSPSLocation><ns1:Name>Peñas Blancas</ns1:Name></ns1:UnloadingBaseportSPSLocation>
          <ns1:MainCarriageSPSTransportMovement><ns1:ModeCode>3</ns1:ModeCode>
            <ns1:UsedSPSTransportMeans><ns1:Name>C 123 BBB</ns1:Name></ns1:UsedSPSTransportMeans></ns1:MainCarriageSPSTransportMovement>
          <ns1:UtilizedSPSTransportEquipment><ns1:ID>MSKU 123456-5</ns1:ID><ns1:AffixedSPSSeal><ns1:ID>A77</ns1:ID></ns1:AffixedSPSSeal>
          </ns1:UtilizedSPSTransportEquipment>
          <ns1:UtilizedSPSTransportEquipment><ns1:ID>RE-4455</ns1:ID></ns1:UtilizedSPSTransportEquipment>
          <ns1:IncludedSPSConsignmentItem>
            <ns1:IncludedSPSTradeLineItem><ns1:SequenceNumeric>0</ns1:SequenceNumeric></ns1:IncludedSPSTradeLineItem>
            <ns1:IncludedSPSTradeLineItem>
              <ns1:SequenceNumeric>1</ns1:SequenceNumeric>
              <ns1:Description languageID="es">Café verde</ns1:Description>
              <ns1:ScientificName>Coffea arabica</ns1:ScientificName>
              <ns1:NetWeightMeasure unitCode="TNE">1.25</ns1:NetWeightMeasure>
              <ns1:GrossWeightMeasure unitCode="KGM">1300.0000</ns1:GrossWeightMeasure>
              <ns1:AdditionalInformationSPSNote><ns1:Subject>DMTLIL</ns1:Subject><ns1:Content>Lote 8</ns1:Content></ns1:AdditionalInformationSPSNote>
              <ns1:ApplicableSPSClassification><ns1:SystemName>HS</ns1:SystemName><ns1:ClassCode>0901.11.30</ns1:ClassCode></ns1:ApplicableSPSClassification>
              <ns1:PhysicalSPSPackage><ns1:LevelCode>1</ns1:LevelCode><ns1:TypeCode>BG</ns1:TypeCode><ns1:ItemQuantity>20.0000</ns1:ItemQuantity></ns1:PhysicalSPSPackage>
              <ns1:OriginSPSCountry><ns1:ID>SV</ns1:ID></ns1:OriginSPSCountry>
              <ns1:AppliedSPSProcess><ns1:TypeCode>ZZZ</ns1:TypeCode><ns1:ApplicableSPSProcessCharacteristic>
                <ns1:Description>Fumigation</ns1:Description><ns1:ValueMeasure unitCode="CEL">21</ns1:ValueMeasure>
              </ns1:ApplicableSPSProcessCharacteristic></ns1:AppliedSPSProcess>
            </ns1:IncludedSPSTradeLineItem>
          </ns1:IncludedSPSConsignmentItem>
        </ns0:SPSConsignment>
      </ns0:SPSCertificate>

      """
    return Array(change(text).utf8)
  }

  @Test(arguments: [("17", "21"), ("8", "8"), ("11", "13")])
  func whatADocumentSaysIsDrawnFromIt(_ certificate: String, _ entity: String) throws {
    let bytes = Self.document(certificate: certificate, entity: entity)
    let record = try CertificateReader.record(bytes)
    let expected =
      #"{"event":"issued","number":"SV-2026-0001","kind":"phytosanitary","time":"2026-11-20T07:53:08-06:00","#
      + #""authority":"Dirección General de Sanidad Vegetal","signatory":"Ana Flores","signing_place":"Santa Ana","#
      + #""declarations":["Libre de Bemisia tabaci & otras"],"#
      + #""consignor":{"name":"Café del Sol, S.A.","address":"Km 5, Santa Ana"},"consignee":{"name":"Importadora Istmo"},"#
      + #""export_country":"SV","import_country":"CR","route":["SV","HN","NI","CR"],"entry_point":"Peñas Blancas","#
      + #""transport_mode":"road","conveyance":"C 123 BBB","containers":["MSKU 123456-5"],"seals":["A77"],"#
      + #""items":[{"description":"Café verde","scientific_name":"Coffea arabica","net_kg":"1250","gross_kg":"1300","#
      + #""tariff":"09011130","packages":20,"package_kind":"BG","origin":"SV","treatment":"Fumigation 21 CEL","marks":"Lote 8"}],"#
    #expect(record.json.hasPrefix(expected), "\(record.json)")
    #expect(record["xml_bytes"] == .number(Int64(bytes.count)))
    #expect(record["xml_digest"]?.string?.count == 64)
  }

  /// The definition takes what was drawn: the two say the same of a certificate.
  @Test func theDefinitionTakesIt() throws {
    let (definition, topology) = try sample()
    let record = try CertificateReader.record(Self.document())
    let now = try Instant("2026-11-25T00:00:00Z")
    _ = try definition.check(
      Array(record.json.utf8), from: CountryCode("SV"), topology: topology, now: now)
  }

  private func sample() throws -> (Definition, Topology) {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let topology = try Topology.load(root.appending(path: "Topology/central-america.toml").path)
    return (try #require(topology.definitions.first { $0.dataset.description == "certificates" }), topology)
  }

  @Test(arguments: [
    ("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>", "document type declaration"),
    ("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">", "document type declaration"),
  ])
  func aDocumentTypeIsRefusedBeforeItIsRead(_ type: String, _ words: String) {
    let error = #expect(throws: XMLFault.self) {
      _ = try CertificateReader.record(
        Self.document { $0.replacing("<ns0:SPSCertificate", with: "\(type)<ns0:SPSCertificate") })
    }
    #expect(error?.problem.contains(words) == true)
  }

  @Test(arguments: [
    ("<ns1:ID>SV-2026-0001</ns1:ID>", "", "SPSExchangedDocument/ID is missing"),
    ("<ns1:ID>SV-2026-0001</ns1:ID>", "<ns1:ID>NULL</ns1:ID>", "SPSExchangedDocument/ID is missing"),
    (">851<", ">999<", "TypeCode 999 is no certificate known here"),
    (">70<", ">40<", "StatusCode 40 says that it is not, or no longer, issued"),
    ("SPSCertificate:17", "Other:17", "the root element is SPSCertificate of namespace"),
    ("ns0:SPSConsignment>", "ns0:Other>", "SPSExchangedDocument or SPSConsignment is missing"),
    (" xmlns:ns1=", " xmlns:ns9=", "Namespace prefix ns1"),
    ("</ns0:SPSCertificate>", "", "Premature end of data"),
    ("encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"", "the document says that it is ISO-8859-1"),
    ("<ns1:ConsigneeSPSParty>", "<ns1:X>", "line"),
  ])
  func whatCannotBeACertificateIsRefusedWithItsPlace(_ found: String, _ other: String, _ words: String) {
    let bytes = Self.document { $0.replacing(found, with: other) }
    let error = #expect(throws: XMLFault.self) { _ = try CertificateReader.record(bytes) }
    #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "")")
  }

  @Test func bytesThatAreNoTextAreRefused() {
    let latin = Self.document().map { $0 == 0xC3 ? 0xE9 : $0 }
    for bytes in [
      latin, [0xFF, 0xFE, 0x3C, 0x00], [], Array("<a>".utf8),
      [UInt8](repeating: 0x20, count: CertificateReader.longest + 1),
    ] {
      #expect(throws: XMLFault.self) { _ = try CertificateReader.record(bytes) }
    }
    // Deeper than any certificate: refused by the parser, not by the stack.
    let deep = Array((String(repeating: "<a>", count: 100_000) + String(repeating: "</a>", count: 100_000)).utf8)
    #expect(throws: XMLFault.self) { _ = try CertificateReader.record(deep) }
  }

  /// One character lost or doubled anywhere: an error or a record, never a trap.
  @Test func alteredDocumentsDoNoHarm() {
    let bytes = Self.document()
    var random = SystemRandomNumberGenerator()
    for _ in 0..<1_000 {
      var altered = bytes
      let place = Int.random(in: altered.indices, using: &random)
      if Bool.random(using: &random) {
        altered.remove(at: place)
      } else {
        altered[place] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? CertificateReader.record(altered)
    }
  }
}

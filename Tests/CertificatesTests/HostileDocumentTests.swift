import Certificates
import Testing

/// Documents meant to harm, or spoiled on the way: each is refused with what is wrong and what to do, before it costs much.
@Suite struct HostileDocumentTests {
  private func fault(_ bytes: [UInt8]) -> String? {
    do {
      _ = try CertificateReader.record(bytes)
      return nil
    } catch { return error.description }
  }

  private func fault(_ change: (String) -> String) -> String? { fault(CertificateTests.document(change)) }

  /// A document whose root has something before it.
  private func fault(before prolog: String, in change: (String) -> String = { $0 }) -> String? {
    fault { change($0.replacing("<ns0:SPSCertificate", with: "\(prolog)<ns0:SPSCertificate", maxReplacements: 1)) }
  }

  private static let noType = "the document has a document type declaration; leave it out; certificates need none"

  @Test func aBillionLaughsAreRefusedBeforeTheFirst() {
    var entities = "<!ENTITY lol0 \"lol\">"
    for step in 1...9 {
      entities += "<!ENTITY lol\(step) \"\(String(repeating: "&lol\(step - 1);", count: 10))\">"
    }
    let said = fault(before: "<!DOCTYPE lolz [\(entities)]>") { $0.replacing("Santa Ana", with: "&lol9;") }
    #expect(said == Self.noType)
  }

  @Test(arguments: ["file:///etc/passwd", "http://example.test/x.dtd", "jar:file:///a.jar!/b"])
  func nothingOutsideTheDocumentIsRead(_ address: String) {
    #expect(fault(before: "<!DOCTYPE x [<!ENTITY e SYSTEM \"\(address)\">]>") == Self.noType)
    #expect(fault(before: "<!DOCTYPE x SYSTEM \"\(address)\">") == Self.noType)
    #expect(fault(before: "<!DOCTYPE x [<!ENTITY % p SYSTEM \"\(address)\"> %p;]>") == Self.noType)
  }

  @Test func anEntityThatIsNotDeclaredIsRefusedWithItsLine() throws {
    let said = try #require(fault { $0.replacing("Santa Ana", with: "&passwd;") })
    #expect(said.contains("Entity 'passwd' not defined; correct the XML; xmllint shows the place"), "\(said)")
  }

  @Test func aHundredMegabytesAreRefusedUnread() {
    let long = [UInt8](repeating: 0x20, count: 100 << 20)
    #expect(fault(long) == "the document is longer than 20 MiB; send scans as attachments of their own")
  }

  @Test(
    arguments: [
      ([0xFF, 0xFE, 0x3C, 0x00, 0x61, 0x00], "UTF-16, little end first"), ([0xFE, 0xFF, 0x00, 0x3C], "UTF-16"),
      ([0x3C, 0x61, 0x3E, 0xF1, 0x3C], "Latin-1"), ([0xC0, 0xAF], "overlong"),
      ([0xED, 0xA0, 0x80], "half a surrogate"),
    ] as [([UInt8], String)])
  func anotherEncodingIsRefused(_ bytes: [UInt8], _ name: String) {
    #expect(
      fault(bytes) == "the document is not UTF-8; convert it to UTF-8, its XML declaration included", "\(name)")
  }

  @Test(arguments: ["ISO-8859-1", "UTF-16", "windows-1252"])
  func aWrongDeclarationOfTheEncodingIsRefused(_ encoding: String) throws {
    let said = try #require(fault { $0.replacing("encoding=\"UTF-8\"", with: "encoding=\"\(encoding)\"") })
    #expect(said.contains(encoding) || said.contains("UTF-16") || said.contains("encoding"), "\(said)")
    #expect(said.hasSuffix("write it in UTF-8 and say so") || said.hasSuffix("xmllint shows the place"), "\(said)")
  }

  @Test func aPrefixThatIsNotDeclaredIsRefusedWithItsLine() throws {
    let said = try #require(fault { $0.replacing(" xmlns:ns1=", with: " xmlns:ns9=") })
    #expect(said.hasPrefix("line ") && said.contains(": Namespace prefix ns1 on "), "\(said)")
    #expect(said.hasSuffix(" is not defined; correct the XML; xmllint shows the place"), "\(said)")
  }

  /// Some systems write the word for nothing: what is needed is missing, what is not is left out.
  @Test func theWordNullIsNoValue() throws {
    #expect(
      fault { $0.replacing("<ns1:ID>SV-2026-0001</ns1:ID>", with: "<ns1:ID>NULL</ns1:ID>") }
        == "SPSExchangedDocument/ID is missing; add it")
    let record = try CertificateReader.record(
      CertificateTests.document {
        $0.replacing(">Ana Flores<", with: ">NULL<").replacing(">Peñas Blancas<", with: "> NULL <")
      })
    #expect(record["signatory"] == nil && record["entry_point"] == nil)
    #expect(!record.json.contains("NULL"))
  }

  @Test func deepNestingIsRefusedByTheParserAndNotByTheStack() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)).utf8)
    }
    let said = try #require(fault(nested(40_000)))
    #expect(said.contains("Excessive depth in document"), "\(said)")
    // As deep as the parser goes, it is walked.
    #expect(fault(nested(200))?.hasPrefix("the root element is a of namespace") == true)
    #expect(
      fault(nested(200_000))
        == "the document has more than 100000 elements; send one certificate in a document")
  }

  @Test func endlessElementsAndAttributesAreRefusedUnparsed() {
    let wide = Array(("<a>" + String(repeating: "<b/>", count: 300_000) + "</a>").utf8)
    #expect(fault(wide) == "the document has more than 100000 elements; send one certificate in a document")
    var tag = "<a"
    for number in 0..<100_000 { tag += " x\(number)=\"\"" }
    #expect(
      fault(Array((tag + "/>").utf8))
        == "an element has more than 256 attributes, or its text as many equals signs; send a certificate; "
        + "elements of the schema have three attributes at most")
  }

  @Test func aSoapEnvelopeIsNamedAsSuch() {
    let said = fault(Array("<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body/></Envelope>".utf8))
    #expect(
      said == "the root element is Envelope of namespace \"http://schemas.xmlsoap.org/soap/envelope/\"; send an "
        + "SPSCertificate of namespace urn:un:unece:uncefact:data:standard:SPSCertificate:17; a SOAP envelope must be "
        + "taken off")
  }
}

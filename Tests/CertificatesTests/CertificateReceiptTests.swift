import Catalog
import Certificates
import Testing

/// What an importing country tells of a document follows from the document and its record.
@Suite struct CertificateReceiptTests {
  private func drawn(_ change: (String) -> String = { $0 }) throws -> JSONValue {
    try CertificateReader.record(CertificateTests.document(change))
  }

  private func receipt(
    _ record: JSONValue, _ document: [UInt8] = CertificateTests.document()
  ) -> CertificateReceipt {
    CertificateReceipt(of: document, against: record) { $0 }
  }

  @Test func aDocumentThatSaysWhatItsRecordSaysIsDelivered() throws {
    let whole = try drawn()
    #expect(receipt(whole).delivery == .delivered && receipt(whole).reason == nil)
    // What the agreement does not share is no difference, and the publisher's own reference is none either.
    guard case .object(let members) = whole else { return }
    let shared = JSONValue.object(members.filter { !["signatory", "consignee", "reference"].contains($0.name) })
    #expect(receipt(shared).delivery == .delivered)
  }

  @Test func whatTheRecordSaysOtherwiseIsNamedWithoutItsValue() throws {
    let other = try drawn {
      $0.replacing(
        ">Santa Ana</ns1:Name></ns1:IssueSPSLocation>", with: ">Ahuachapán</ns1:Name></ns1:IssueSPSLocation>"
      )
      .replacing(">Coffea arabica<", with: ">Coffea canephora<")
    }
    let receipt = receipt(other)
    #expect(receipt.delivery == .withWarnings)
    let reason = try #require(receipt.reason)
    #expect(reason.contains("signing_place") && reason.contains("items.scientific_name"), "\(reason)")
    #expect(!reason.contains("Ahuachapán") && !reason.contains("canephora"), "\(reason)")
  }

  @Test func aDocumentThatKeepsNotToTheDatasetHasAWarning() throws {
    let receipt = CertificateReceipt(of: CertificateTests.document(), against: try drawn()) {
      (_) throws(Refusal) -> JSONValue in
      throw Refusal(field: "route", found: "geheim", problem: "too long", whatToDo: "shorten it")
    }
    #expect(receipt.delivery == .withWarnings && receipt.reason?.hasSuffix("in route") == true)
  }

  @Test func whatIsNoDocumentIsNotReadable() throws {
    let receipt = receipt(try drawn(), Array("<a>".utf8))
    #expect(receipt.delivery == .notReadable && receipt.reason?.hasPrefix("line 1:") == true)
    #expect(CertificateReceipt.absent.delivery == .failed)
  }
}

import Catalog
import Certificates
import Exchange
import Foundation
import Sodium
import Terms
import Testing

@testable import Node

/// Certificates through two linked nodes: what the neighbour holds says what the document's author meant, and the document that it
/// fetches has the very bytes that were given.
@Suite(.serialized) struct CertificateRoundTripTests {
  /// `ISTMO_TEST_DOCUMENTS` asks for more, as `Scripts/round-trip` does.
  private static let count =
    ProcessInfo.processInfo.environment["ISTMO_TEST_DOCUMENTS"].flatMap { Int($0) } ?? 25

  @Test func documentsComeOutAtTheNeighbourByteForByteAndTheirFieldsAsMeant() throws {
    let risk = try RiskPair()
    let definition = try #require(risk.sv.registry.definition(DatasetName("certificates")))
    var varied = VariedDocuments(seed: 17)
    let now = SystemClock().now()
    var (given, drafts): ([(document: [UInt8], meant: [UInt8])], [Draft]) = ([], [])
    for number in 0..<Self.count {
      let (document, meant) = try varied.next(number)
      let record = try CertificateReader.record(document)
      drafts.append(
        try risk.sv.registry.draft(Array(record.json.utf8), of: definition, from: risk.sv.country, now: now))
      let canonical = try definition.check(
        Array(meant.json.utf8), from: risk.sv.country, topology: risk.sv.registry.topology, now: now)
      given.append((document, canonical.body))
      let blob = try risk.give(document, at: risk.sv)
      #expect(blob.digest.description == record["xml_digest"]?.string)
    }
    #expect(Set(given.map(\.document)).count == Self.count)
    for first in stride(from: 0, to: drafts.count, by: 100) {
      for result in try risk.sv.engine.publish(Array(drafts[first..<min(first + 100, drafts.count)])) {
        guard case .accepted = result else {
          Issue.record("\(result)")
          return
        }
      }
    }
    let stream = try StreamName("SV/GT/certificates")
    #expect(
      try NodePair.eventually { try risk.gt.engine.reader.state(of: stream).size > UInt64(Self.count) })
    for (number, (document, meant)) in given.enumerated() {
      var request = LookupRequest(
        dataset: stream.dataset, by: Asker(officer: "of-1", role: "quarantine-officer", purpose: "round trip"))
      request.conditions = [("number", "SV-\(number)")]
      let found = try risk.gt.lookups.answer(request).records
      let record = try JSONValue(parsing: try #require(found.first, "SV-\(number)").record.body)
      guard case .object(let members) = record else { continue }
      let whole = try JSONValue(parsing: meant)
      for member in members where !member.name.hasPrefix("xml_") {
        #expect(member.value == whole[member.name], "SV-\(number) \(member.name)")
      }
      // Nothing but what the agreement keeps back is missing.
      guard case .object(let all) = whole else { continue }
      let missing = all.map(\.name).filter { record[$0] == nil }
      #expect(Set(missing).isSubset(of: ["reference"]), "SV-\(number): \(missing)")
      let digest = try #require(record["xml_digest"]?.string.flatMap { Digest(hex: $0) })
      let bytes = try risk.fetch(digest, at: risk.gt, role: "quarantine-officer")
      #expect(bytes == document, "SV-\(number): \(bytes.count) bytes, \(document.count) were given")
    }
    #expect(risk.gt.verify { _ in }.problems.isEmpty)
  }
}

extension RiskPair {
  /// Gives a node an attachment of its own records.
  func give(_ bytes: [UInt8], at node: Installation) throws -> BlobStore.Blob {
    try waited { reply in
      let intake = node.attachmentIntake(expecting: nil, resume: {}, done: { reply($0) })
      for start in stride(from: 0, to: bytes.count, by: 60_000) {
        bytes[start..<min(start + 60_000, bytes.count)].withUnsafeBytes { _ = intake.receive($0) }
      }
      intake.finish()
    }
  }

  /// The bytes of an attachment, as an officer sees them.
  func fetch(_ digest: Digest, at node: Installation, role: String) throws -> [UInt8] {
    let request = AttachmentRequest(digest: digest, by: Asker(officer: "of-1", role: role, purpose: "round trip"))
    let answer: AttachmentAnswer = try waited { reply in node.attachment(request) { reply($0) } }
    var bytes: [UInt8] = []
    while let piece = try answer.blob.next() { bytes += piece }
    return bytes
  }
}

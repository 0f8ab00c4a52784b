import Terms
import Testing

@testable import Catalog

/// Which attachments a record bears, as its definition says.
@Suite struct AttachmentFieldTests {
  private static let digest = String(repeating: "9f", count: 32)

  private func captures() throws -> Dataset {
    try Dataset(
      "captures",
      """
      {"subject":"plate","post":"GT-SV/anguiatu/SV","time":"2026-11-24T08:00:00Z","camera":"c-1","direction":"out",\
      "plate":{"text":"P123456"},"image_digest":"\(Self.digest.uppercased())","image_bytes":152331,\
      "image_media_type":"image/jpeg"}
      """)
  }

  private func digest(_ text: String = Self.digest) throws -> Digest { try #require(Digest(hex: text)) }

  @Test func aCaptureBearsItsImage() throws {
    let captures = try captures()
    #expect(captures.definition.attachmentFields == ["image_digest"])
    let attachment = try captures.definition.attachment(digest(), in: ReadBody(captures.check()))
    #expect(
      attachment == BorneAttachment(field: "image_digest", byteCount: 152_331, mediaType: "image/jpeg"))
    // Not another one; and none where the record has no image.
    #expect(try captures.definition.attachment(Digest(), in: ReadBody(captures.check())) == nil)
    let bare = try captures.check(["image_digest": nil, "image_bytes": nil, "image_media_type": nil])
    #expect(try captures.definition.attachment(digest(), in: ReadBody(bare)) == nil)
    // Size and media type are told where the record tells them.
    let untold = try captures.check(["image_bytes": nil, "image_media_type": nil])
    let found = try captures.definition.attachment(digest(), in: ReadBody(untold))
    #expect(found == BorneAttachment(field: "image_digest", byteCount: nil, mediaType: nil))
  }

  @Test func aFieldThatIsNotSharedBearsNothingAtTheNeighbour() throws {
    let captures = try captures()
    let body = ReadBody(try captures.check())
    let shared = captures.definition.project(body, onto: ["subject", "plate", "image_bytes"])
    #expect(try captures.definition.attachment(digest(), in: ReadBody(shared)) == nil)
    #expect(try captures.definition.attachment(digest(), in: ReadBody(Array("no body".utf8))) == nil)
  }

  @Test func everyDatasetWithAttachmentsTellsSizeAndMediaType() throws {
    var names: [String] = []
    for definition in try Sample.topology().definitions {
      for field in definition.attachmentFields {
        names.append("\(definition.dataset)/\(field)")
        let stem = field.dropLast("digest".count)
        #expect(definition.field("\(stem)bytes")?.type == .number(1...104_857_600), "\(definition.dataset)")
        guard case .text = definition.field("\(stem)media_type")?.type else {
          Issue.record("\(definition.dataset) has no \(stem)media_type")
          continue
        }
      }
    }
    #expect(names.sorted() == ["captures/image_digest", "certificates/xml_digest", "quarantine/act_digest"])
  }

  @Test func aFieldThatCannotBeSearchedBearsNoAttachment() throws {
    let trial = try Trial()
    #expect(trial.definition.attachmentFields == ["sum"])
    let text =
      "dataset = \"acts\"\nversion = 1\ntitle = \"t\"\ndescription = \"d\"\nmode = \"replicate\"\nretention_days = 1\n"
    func field(_ name: String, _ rest: String) -> String {
      "[[field]]\nname = \"\(name)\"\n\(rest)\ntitle = \"t\"\ndescription = \"d\"\n"
    }
    let list = field("pages", "type = \"list\"\nof = \"digest\"\nmax_count = 3\nsearch = true")
    let (definition, faults) = Definition.read(
      Array((text + list + field("other", "type = \"digest\"")).utf8), file: "acts.toml")
    #expect(faults.isEmpty, "\(faults)")
    let acts = try #require(definition)
    #expect(acts.attachmentFields == ["pages"])
    let other = String(repeating: "ab", count: 32)
    let body = ReadBody(Array("{\"other\":\"\(other)\",\"pages\":[\"\(Self.digest)\"]}".utf8))
    #expect(try acts.attachment(digest(), in: body)?.field == "pages")
    #expect(try acts.attachment(digest(other), in: body) == nil)
  }
}

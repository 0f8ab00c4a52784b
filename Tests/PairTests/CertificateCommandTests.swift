import Catalog
import Foundation
import Testing

/// Certificates as an authority and its neighbour handle them, by the program alone: a folder of documents in, one document out with
/// its proof, and the receipt back.
@Suite struct CertificateCommandTests {
  private static func agreed(_ topology: String) -> String {
    topology.replacing(
      /countries = \["GT", "SV"\]\nneighbours = true\nterms = \[[^\]]*\]/,
      with: "countries = [\"GT\", \"SV\"]\nneighbours = true\nterms = [\"migration\", \"lookups\", \"certificates\"]")
  }

  private static func record(_ number: String, gross: String = "2.5") -> String {
    """
    {"event":"issued","number":"\(number)","kind":"phytosanitary","time":"2026-11-20T07:53:08Z","authority":"DGSV",\
    "consignor":{"name":"Café del Sol"},"consignee":{"name":"Istmo"},"export_country":"SV","import_country":"GT",\
    "route":["SV","GT"],"items":[{"description":"Café","net_kg":"1.25","gross_kg":"\(gross)","origin":"SV"}]}
    """
  }

  @Test func aFolderOfDocumentsIsPublishedCorrectedFetchedProvedAndAcknowledged() async throws {
    let pair = try await Pair(topology: Self.agreed)
    let folder = "\(pair.folder.path)/documents"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func write(_ name: String, _ record: String, _ change: (String) -> String = { $0 }) async throws {
      let written = try await Istmo.run(["certificate", "write"], input: Array(record.utf8))
      #expect(written.ending == .exit(0), "\(written.errors)")
      try Data(change(written.output).utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }
    for number in 1...3 { try await write("\(number).xml", Self.record("SV-\(number)")) }
    try await write("4-weight.xml", Self.record("SV-4", gross: "1"))
    try await write("5-type.XML", Self.record("SV-5")) {
      $0.replacing("<rsm:SPSCertificate", with: "<!DOCTYPE x>\n<rsm:SPSCertificate", maxReplacements: 1)
    }
    try Data("no document".utf8).write(to: URL(filePath: "\(folder)/note.txt"))
    let nodes = [try await pair.a.start(), try await pair.b.start()]

    // What is good goes in; what is not is told file by file, copied apart, corrected there and sent again.
    let apart = "\(pair.folder.path)/refused"
    let said = try await pair.a.istmo("publish", "certificates", "--xml", folder, "--ids", "--rejected", apart)
    #expect(said.output.hasSuffix("accepted 3, duplicates 0, refused 2\n"), "\(said.output)\(said.errors)")
    #expect(said.output.hasPrefix("\(folder)/1.xml accepted "), "\(said.output)")
    #expect(said.ending == .exit(1))
    #expect(said.errors.contains("\(folder)/4-weight.xml: items[1].net_kg: "), "\(said.errors)")
    #expect(
      said.errors.contains(
        "\(folder)/5-type.XML: document: the document has a document type declaration; leave it out; certificates need "
          + "none (\(apart)/5-type.XML)"), "\(said.errors)")
    let reasons = pair.folder.text("refused/reasons.csv")
    #expect(reasons.split(separator: "\r\n").count == 3 && reasons.hasPrefix("_file,_field,_problem,_remedy\r\n"))
    for name in ["4-weight.xml", "5-type.XML"] {
      let text = pair.folder.text("refused/\(name)").replacing("<!DOCTYPE x>\n", with: "")
        .replacing(">1<", with: ">2.5<")
      try Data(text.utf8).write(to: URL(filePath: "\(apart)/\(name)"))
    }
    let again = try await pair.a.istmo("publish", "certificates", "--xml", apart, "\(folder)/1.xml")
    #expect(again.output == "accepted 2, duplicates 1, refused 0\n", "\(again.output)\(again.errors)")
    // Another document under a number that is taken is not a second certificate.
    try await write("other.xml", Self.record("SV-1", gross: "9"))
    let other = try await pair.a.istmo("publish", "certificates", "--xml", "\(folder)/other.xml")
    #expect(other.errors.contains("reference: phytosanitary/SV-1 was published before as "), "\(other.errors)")

    #expect(
      try await eventually { try await pair.b.status().json.stream("SV/GT/certificates")?["size"]?.number == 6 })
    try await receiptAndProof(pair, "\(folder)/1.xml")
    for words in [
      ["publish", "migration", "--xml", folder], ["publish", "certificates", "--xml"],
      ["publish", "certificates", "--xml", folder, "--csv"], ["publish", "certificates", folder, folder],
    ] {
      #expect(try await Istmo.run(words + ["--home", pair.a.home], input: []).ending == .exit(2), "\(words)")
    }
    for node in nodes { #expect(await node.stop() == .exit(0)) }
  }

  private func receiptAndProof(_ pair: Pair, _ given: String) async throws {
    let who = ["--role", "quarantine-officer", "--officer", "of-9", "--purpose", "check"]
    func run(_ words: String...) async throws -> Istmo.Said {
      try await Istmo.run(words + who + ["--home", pair.b.home])
    }
    let found = try await run("query", "certificates", "--where", "number=SV-1", "--json")
    let line = try #require(try found.lines.first)
    let digest = try #require(line["record"]?["xml_digest"]?.string)
    let id = try #require(line["id"]?.string)
    let (out, proof) = ("\(pair.folder.path)/out.xml", "\(pair.folder.path)/out.evidence")
    #expect(try await run("attachment", digest, "--out", out).ending == .exit(0))
    #expect(FileManager.default.contents(atPath: out) == FileManager.default.contents(atPath: given))
    // The proof, and that it is of this document, needs no node.
    #expect(try await run("evidence", "export", id, "--out", proof).ending == .exit(0))
    let checked = try await Istmo.run(["evidence", "verify", proof, "--attachment", out])
    #expect(checked.ending == .exit(0), "\(checked.output)\(checked.errors)")
    #expect(checked.output.contains("ok      \(out) is the attachment that the record names in xml_digest"))
    let wrong = try await Istmo.run(["evidence", "verify", proof, "--attachment", pair.passphraseFile])
    #expect(wrong.ending == .exit(1))
    #expect(wrong.errors.contains("FAILED  the record names no attachment with the SHA-256 of "), "\(wrong.errors)")

    let told = try await run("certificate", "acknowledge", "SV-1", "--post", "GT-SV/la-hachadura/GT")
    #expect(told.ending == .exit(0) && told.output.hasPrefix("delivered, told to the route by record "), "\(told)")
    let twice = try await run("certificate", "acknowledge", "SV-1", "--post", "GT-SV/la-hachadura/GT")
    #expect(twice.ending == .exit(0), "\(twice.errors)")
    let none = try await run("certificate", "acknowledge", "SV-99")
    #expect(none.ending == .exit(1) && none.errors.contains("no certificate with the number SV-99 is held here"))
    #expect(
      try await eventually {
        let lines = try await pair.a.istmo(
          "query", "certificates", "--from", "GT", "--json", "--role", "quarantine-officer", "--officer", "of-2",
          "--purpose", "receipts"
        ).lines
        let receipts = lines.compactMap { $0["record"] }
        return receipts.count == 1 && receipts.first?["delivery"] == "delivered"
          && receipts.first?["refers"] == .text(id)
      })
  }
}

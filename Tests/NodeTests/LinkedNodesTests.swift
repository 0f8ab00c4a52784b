import Catalog
import Ceremony
import Exchange
import Foundation
import Node
import Sodium
import Terms
import Testing

@Suite(.serialized) struct LinkedNodesTests {
  @Test func theRecipientsReceiptIsDurableAtTheOrigin() throws {
    let pair = try NodePair()
    let (sv, _) = try pair.start()
    let results = try NodePair.publish(0..<3, at: sv)
    let name = try StreamName("SV/GT/migration")
    #expect(results.count == 3)
    #expect(
      try NodePair.eventually {
        // Three records and the entry of their epoch.
        try sv.engine.reader.state(of: name).receipt?.checkpoint.size == 4
      })
    guard case .accepted(let id) = results.first else {
      Issue.record("\(results)")
      return
    }
    let file = try sv.evidence(
      for: id, to: CountryCode("GT"), officer: "auditor-1", role: "auditor", purpose: "revision")
    let check = EvidenceCheck(file, trusted: [pair.svHome.root, pair.gtHome.root])
    #expect(check.holds, "\(check.findings)")
  }

  @Test func aNewCardReachesTheNeighbourOverTheLink() throws {
    let pair = try NodePair()
    var content = try pair.gtHome.card().content
    content.serial = 2
    let root = try pair.gtHome.rootKeyFile().open(passphrase: Scratch.phrase())
    _ = try pair.gtHome.accept(Card(content, root: root), now: SystemClock().now())
    let (sv, _) = try pair.start()
    let gt = try CountryCode("GT")
    #expect(try NodePair.eventually { try pair.svHome.card(of: gt)?.content.serial == 2 })
    // Replication goes on under it.
    _ = try NodePair.publish(0..<1, at: sv)
    #expect(
      try NodePair.eventually {
        try sv.engine.reader.state(of: StreamName("SV/GT/migration")).receipt?.checkpoint.size == 2
      })
  }

  @Test func aDepartureThatIsCorrectedAfterItsConfirmationStaysConfirmed() throws {
    let pair = try NodePair()
    let (sv, gt) = try pair.start()
    let first = try #require(try NodePair.publish(0..<1, at: sv).first?.id)
    func publish(_ line: String, at node: Installation) throws -> RecordID {
      let definition = try #require(node.registry.definition(DatasetName("migration")))
      let draft = try node.registry.draft(
        Array(line.utf8), of: definition, from: node.country, now: SystemClock().now())
      return try #require(try node.engine.publish([draft]).first?.id)
    }
    var request = LookupRequest(
      dataset: try DatasetName("migration"), officer: "of-1", role: "migration-officer", purpose: "test")
    request.from = try CountryCode("SV")
    request.unmatched = true
    #expect(try NodePair.eventually { try gt.lookups.answer(request).records.map(\.record.entry.id) == [first] })

    let confirmation = try publish(
      """
      {"event":"entry-confirmed","refers":"\(first)","post":"GT-SV/la-hachadura/GT","time":"2026-11-24T14:20:00Z"}
      """, at: gt)
    #expect(try gt.lookups.answer(request).records.isEmpty)
    var latest = first
    for surname in ["Marcado", "Marcados"] {
      let departure = String(decoding: NodePair.departure(0), as: UTF8.self)
        .replacing("Marcada", with: surname)
      latest = try publish(departure.replacing("{\"event", with: "{\"replaces\":\"\(latest)\",\"event"), at: sv)
    }
    request.unmatched = false
    #expect(try NodePair.eventually { try gt.lookups.answer(request).records.map(\.record.entry.id) == [latest] })
    #expect(try gt.lookups.answer(request).records.first?.referredBy == [confirmation])
    request.unmatched = true
    #expect(try gt.lookups.answer(request).records.isEmpty)
  }

  /// At Paso Canoas the post in the country of entry acts: its record is exit and entry in one.
  @Test func aDepartureThatTheCountryOfEntryRecordedItselfAwaitsNoConfirmation() throws {
    let pair = try NodePair { text in
      text.replacing(
        "name = \"Pedro de Alvarado - La Hachadura\"\n",
        with: "name = \"Pedro de Alvarado - La Hachadura\"\n"
          + "acting = [{ from = \"SV\", to = \"GT\", post = \"GT-SV/la-hachadura/GT\" }]\n")
    }
    let (_, gt) = try pair.start()
    let definition = try #require(gt.registry.definition(DatasetName("migration")))
    let line = String(decoding: NodePair.departure(0), as: UTF8.self)
      .replacing("GT-SV/la-hachadura/SV", with: "GT-SV/la-hachadura/GT")
    let draft = try gt.registry.draft(Array(line.utf8), of: definition, from: gt.country, now: SystemClock().now())
    let id = try #require(try gt.engine.publish([draft]).first?.id)
    var request = LookupRequest(
      dataset: try DatasetName("migration"), officer: "of-1", role: "migration-officer", purpose: "test")
    #expect(try gt.lookups.answer(request).records.map(\.record.entry.id) == [id])
    request.unmatched = true
    #expect(try gt.lookups.answer(request).records.isEmpty)
  }
}

extension PublishResult {
  fileprivate var id: RecordID? { if case .accepted(let id) = self { id } else { nil } }
}

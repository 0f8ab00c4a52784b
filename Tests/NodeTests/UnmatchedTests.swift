import Catalog
import Exchange
import Foundation
import Node
import Terms
import Testing

/// `--unmatched` names the departures whose entry the country of destination never confirmed or refused: no fewer, no more.
@Suite(.serialized) struct UnmatchedTests {
  /// A linked pair in which what El Salvador publishes is awaited at Guatemala.
  private struct Border {
    let pair: NodePair
    let (sv, gt): (Installation, Installation)

    init(edit: (String) -> String = { $0 }) throws {
      pair = try NodePair(edit: edit)
      (sv, gt) = try pair.start()
    }

    func result(_ line: String, at node: Installation) throws -> PublishResult {
      let definition = try #require(node.registry.definition(DatasetName("migration")))
      let draft = try node.registry.draft(
        Array(line.utf8), of: definition, from: node.country, now: SystemClock().now())
      return try #require(try node.engine.publish([draft]).first)
    }

    func publish(_ line: String, at node: Installation) throws -> RecordID {
      let result = try result(line, at: node)
      guard case .accepted(let id) = result else { throw StoreError.failed("\(result)") }
      return id
    }

    /// Publishes departures of El Salvador and waits until they are in Guatemala.
    func depart(_ numbers: Range<Int>, _ change: (String) -> String = { $0 }) throws -> [RecordID] {
      let ids = try numbers.map {
        try publish(change(String(decoding: NodePair.departure($0), as: UTF8.self)), at: sv)
      }
      try expectArrival(of: ids, at: gt)
      return ids
    }

    func expectArrival(of ids: [RecordID], at node: Installation) throws {
      #expect(
        try NodePair.eventually { try Set(found(at: node, history: true).map(\.record.entry.id)).isSuperset(of: ids) })
    }

    func found(
      at node: Installation, unmatched: Bool = false, history: Bool = false
    ) throws -> [LookupAnswer.Found] {
      var request = LookupRequest(
        dataset: try DatasetName("migration"), by: Asker(officer: "of-1", role: "migration-officer", purpose: "test"))
      (request.unmatched, request.history) = (unmatched, history)
      return try node.lookups.answer(request).records
    }

    /// What is unmatched at both nodes, which must agree, oldest first.
    func unmatched() throws -> [RecordID] {
      let (here, there) = (try found(at: sv, unmatched: true), try found(at: gt, unmatched: true))
      #expect(here.map(\.record.entry.id) == there.map(\.record.entry.id))
      return here.map(\.record.entry.id).reversed()
    }
  }

  private static func confirmation(of id: RecordID, by country: String = "GT", _ more: String = "") -> String {
    """
    {"event":"entry-confirmed","refers":"\(id)","post":"GT-SV/la-hachadura/\(country)","time":"2026-11-24T14:20:00Z"\(more)}
    """
  }

  @Test func aDepartureThatIsCorrectedAfterItsConfirmationStaysConfirmed() throws {
    let border = try Border()
    let first = try border.depart(0..<1)[0]
    #expect(try border.unmatched() == [first])
    let confirmation = try border.publish(Self.confirmation(of: first), at: border.gt)
    try border.expectArrival(of: [confirmation], at: border.sv)
    #expect(try border.unmatched().isEmpty)
    var latest = first
    for surname in ["Marcado", "Marcados"] {
      latest = try border.depart(0..<1) {
        $0.replacing("Marcada", with: surname).replacing("{\"event", with: "{\"replaces\":\"\(latest)\",\"event")
      }[0]
    }
    let found = try border.found(at: border.gt).first { $0.record.entry.id == latest }
    #expect(found?.referredBy == [confirmation])
    #expect(try border.unmatched().isEmpty)
    // The earlier versions await nothing, though history is asked for.
    #expect(try border.found(at: border.gt, unmatched: true, history: true).isEmpty)
  }

  @Test func onesOwnConfirmationOfOnesOwnDepartureIsRefused() throws {
    let border = try Border()
    let id = try border.depart(0..<1)[0]
    guard
      case .refused(let field, let problem, let remedy) = try border.result(
        Self.confirmation(of: id, by: "SV"), at: border.sv)
    else {
      Issue.record("a confirmation of one's own departure was taken")
      return
    }
    #expect(field == "refers")
    #expect(problem == "\(id) is a record of SV itself, which another country answers")
    #expect(remedy.contains("leave the answer to that country"))
    #expect(try border.unmatched() == [id])
  }

  /// A definition says whether a country refers to its own records: customs tells the way of its own declaration, and only
  /// the country of destination ends the waiting.
  @Test func whereItsDefinitionSaysSoACountryRefersToItsOwnRecords() throws {
    let border = try Border()
    let definition = try #require(border.sv.registry.definition(DatasetName("manifests")))
    func publish(_ line: String, at node: Installation) throws -> PublishResult {
      let draft = try node.registry.draft(
        Array(line.utf8), of: definition, from: node.country, now: SystemClock().now())
      return try #require(try node.engine.publish([draft]).first)
    }
    func unmatched() throws -> [RecordID] {
      var request = LookupRequest(
        dataset: definition.dataset, by: Asker(officer: "of-1", role: "customs-officer", purpose: "test"))
      request.unmatched = true
      return try border.sv.lookups.answer(request).records.map(\.record.entry.id)
    }
    let common = "\"duca\":\"SV-F-2026-1\",\"kind\":\"DUCA-F\",\"route\":[\"SV\",\"GT\"]"
    guard
      case .accepted(let id) = try publish(
        """
        {"event":"declared",\(common),"time":"2026-11-24T08:00:00Z","regime":"10","destination":"GT","transport_mode":"road",\
        "gross_kg":"2.000","net_kg":"1.000","lines":[{"packages":1,"net_kg":"1.000","gross_kg":"2.000","origin":"SV",\
        "tariff":"0901112000","description":"Café"}]}
        """, at: border.sv)
    else {
      Issue.record("the declaration was refused")
      return
    }
    func follow(_ event: String, _ post: String) -> String {
      """
      {"event":"\(event)","refers":"\(id)",\(common),"post":"GT-SV/la-hachadura/\(post)","time":"2026-11-24T09:00:00Z"}
      """
    }
    guard case .accepted = try publish(follow("departed", "SV"), at: border.sv) else {
      Issue.record("the departure of one's own declaration was refused")
      return
    }
    #expect(try unmatched() == [id])
    guard case .accepted = try publish(follow("arrived", "GT"), at: border.gt) else {
      Issue.record("the arrival of the other country's declaration was refused")
      return
    }
    #expect(try NodePair.eventually { try unmatched().isEmpty })
  }

  /// A node that does not refuse it, or whose record came first, changes nothing either.
  @Test func onlyTheCountryAwaitedAnswers() throws {
    let border = try Border()
    let id = try border.depart(0..<1)[0]
    let definition = try #require(border.sv.registry.definition(DatasetName("migration")))
    let checked = try border.sv.registry.draft(
      Array(Self.confirmation(of: id, by: "SV").utf8), of: definition, from: border.sv.country,
      now: SystemClock().now())
    let unchecked = Draft(
      dataset: checked.dataset, version: checked.version, body: checked.body, reference: nil, kind: .record)
    guard case .accepted(let own) = try border.sv.engine.publish([unchecked]).first else {
      Issue.record("not published")
      return
    }
    try border.expectArrival(of: [own], at: border.gt)
    #expect(try border.unmatched() == [id])
    #expect(try border.found(at: border.gt).contains { $0.referredBy == [own] })
  }

  @Test func aConfirmationThatWasWithdrawnOrLedElsewhereNoLongerCounts() throws {
    let border = try Border()
    let ids = try border.depart(0..<3)
    let confirmations = try ids.prefix(2).map { try border.publish(Self.confirmation(of: $0), at: border.gt) }
    try border.expectArrival(of: confirmations, at: border.sv)
    #expect(try border.unmatched() == [ids[2]])
    let withdrawal = try border.publish(
      "{\"withdraws\":\"\(confirmations[0])\",\"reason\":\"error\"}", at: border.gt)
    let moved = try border.publish(
      Self.confirmation(of: ids[2], ",\"replaces\":\"\(confirmations[1])\""), at: border.gt)
    try border.expectArrival(of: [withdrawal, moved], at: border.sv)
    #expect(try border.unmatched() == [ids[0], ids[1]])
    #expect(try border.found(at: border.sv).filter { !$0.referredBy.isEmpty }.map(\.referredBy) == [[moved]])
  }

  @Test func whoWasRefusedOrReferredHasNotLeft() throws {
    let border = try Border()
    let refused = try border.depart(0..<2) { line in
      let decision = line.contains("T-0") ? "refuse" : "refer"
      return line.replacing("\"admit\"", with: "\"\(decision)\",\"reason\":\"check\"")
    }
    let left = try border.depart(2..<3)
    #expect(try border.unmatched() == left)
    // The second check admits: now an entry is awaited.
    let admitted = try border.depart(1..<2) {
      $0.replacing("{\"event", with: "{\"replaces\":\"\(refused[1])\",\"event")
    }
    #expect(try border.unmatched() == left + admitted)
  }

  /// What the agreement keeps back cannot be judged: the departure is shown.
  @Test func aDepartureWhoseDecisionIsNotSharedIsShown() throws {
    let border = try Border { text in
      let fields = ["event", "refers", "crossing", "post", "from", "to", "time"].map { "\"\($0)\"" }
      return text.replacing(
        "dataset = \"migration\"\nfilter",
        with: "dataset = \"migration\"\nfields = [\(fields.joined(separator: ", "))]\nfilter")
    }
    let ids = try border.depart(0..<1) { $0.replacing("\"admit\"", with: "\"refuse\",\"reason\":\"check\"") }
    #expect(try border.found(at: border.gt, unmatched: true).map(\.record.entry.id) == ids)
    #expect(try border.found(at: border.sv, unmatched: true).isEmpty)
  }

  /// At Paso Canoas the post in the country of entry acts: its record is exit and entry in one.
  @Test func aDepartureThatTheCountryOfEntryRecordedItselfAwaitsNoConfirmation() throws {
    let border = try Border { text in
      text.replacing(
        "name = \"Pedro de Alvarado - La Hachadura\"\n",
        with: "name = \"Pedro de Alvarado - La Hachadura\"\n"
          + "acting = [{ from = \"SV\", to = \"GT\", post = \"GT-SV/la-hachadura/GT\" }]\n")
    }
    let line = String(decoding: NodePair.departure(0), as: UTF8.self)
      .replacing("GT-SV/la-hachadura/SV", with: "GT-SV/la-hachadura/GT")
    let id = try border.publish(line, at: border.gt)
    #expect(try border.found(at: border.gt).map(\.record.entry.id) == [id])
    #expect(try border.found(at: border.gt, unmatched: true).isEmpty)
  }
}

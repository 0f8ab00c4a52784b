import Catalog
import Exchange
import Foundation
import Ledger
import Sodium
import Terms
import Testing

@testable import Node

/// What its origin keeps is asked for over the link: under the agreement, logged by both, signed, and quickly refused where it
/// cannot be had.
@Suite(.serialized) struct QuestionTests {
  @Test func theOriginAnswersUnderTheAgreementAndBothLogTheLookup() throws {
    let scene = try QuestionScene()
    let id = try scene.publish(QuestionScene.capture("P 123-456"))
    try scene.publish(QuestionScene.capture("P 999-999"))
    try scene.publish(QuestionScene.capture("P 123-456", crossing: "SV-HN/el-poy"))
    let answer = try scene.look(plate: "P123456")
    // One of the three: the plate, and the crossing that the agreement shares.
    #expect(answer.records.map(\.record.entry.id) == [id] && answer.withheld.isEmpty, "\(answer.withheld)")
    let record = try #require(answer.records.first)
    let body = try JSONValue(parsing: record.record.body)
    #expect(body["plate"]?["text"]?.string == "P 123-456" && body["lane"] == nil && body["confidence"] == nil)
    let moment = try #require(record.answeredAt)
    #expect(abs(SystemClock().now().milliseconds(since: moment)) < 60_000)
    let source = try #require(answer.sources.first)
    #expect(source.stream.description == QuestionScene.stream && source.size == nil && source.asOf == moment)
    #expect(source.live == .answered(moment))
    // Nothing of it is kept: no stream came to be at either side.
    let name = try StreamName(QuestionScene.stream)
    #expect(try scene.sv.engine.reader.state(of: name).size == 0)
    #expect(try scene.gt.engine.reader.state(of: name).size == 0)
    // Both countries' logs have it, the origin's with whose officer it was.
    let theirs = try #require(try scene.originLines(by: "of-17").first)
    #expect(theirs["asked_by"]?.string == "GT" && theirs["asked_from"]?.string == "GT-SV/anguiatu/GT")
    #expect(theirs["role"]?.string == "customs-officer" && theirs["purpose"]?.string == "compare with the papers")
    #expect(theirs["query"]?.string?.contains("123456") == true && theirs["found"] == .number(1))
    #expect(theirs["records"]?.json.contains(id.description) == true)
    let ours = try #require(try scene.gt.lookupLog(by: "of-17", about: scene.sv.country, limit: 10).first)
    #expect(ours["records"]?.json.contains(id.description) == true && ours["asked_by"] == nil)
    // And the commitment of the asker's line goes to the origin, as of every lookup.
    #expect(try NodePair.eventually { try scene.sv.engine.reader.state(of: StreamName("GT/SV/lookups")).size == 2 })
  }

  @Test func replacedRecordsAreLeftOutUnlessTheHistoryIsAskedFor() throws {
    let scene = try QuestionScene()
    let first = try scene.publish(QuestionScene.capture("P 123-456"))
    let second = try scene.publish(
      QuestionScene.capture("P 123-456", extra: ",\"direction\":\"in\",\"replaces\":\"\(first)\"")
        .replacing("\"direction\":\"out\",", with: ""))
    #expect(try scene.look(plate: "P123456").records.map(\.record.entry.id) == [second])
    let history = try scene.look(plate: "P123456", history: true).records
    #expect(history.map(\.record.entry.id) == [second, first] && history.map(\.changedBy) == [nil, second])
    #expect(history.first?.record.entry.kind == .replaces(first))
  }

  @Test func whatIsNotSharedCannotBeSearchedIn() throws {
    // The plate stays at home: no answer may tell whether there is one.
    let scene = try QuestionScene()
    let digest = SHA256.hash([1])
    try scene.publish(
      "{\"subject\":\"container\",\"post\":\"GT-SV/anguiatu/SV\",\"time\":\"2026-11-24T08:00:00-06:00\","
        + "\"camera\":\"c-1\",\"container\":\"CSQU3054383\",\"image_digest\":\"\(digest)\"}")
    func found(_ field: String, _ value: String) throws -> Int? {
      guard
        case .success(let answer) = try scene.put({ question in
          question.all = [SearchKey(field: field, value: Array(value.utf8))]
        })
      else { return nil }
      return answer.items.count
    }
    #expect(try found("image_digest", digest.description) == 1)
    #expect(try found("container", "CSQU3054383") == 0)
    #expect(try scene.refusal({ $0.all = [SearchKey(field: "lane", value: [0x37])] }) == .notRead)
    #expect(try scene.refusal({ $0.any = [SearchKey(field: "nothing", value: [0x37])] }) == .notRead)
  }

  /// The origin believes nothing that the asker's node says: a changed program asks for what is not shared.
  @Test func theOriginAnswersOnlyWhatTheAgreementInForceLetsTheAskerAsk() throws {
    let scene = try QuestionScene()
    try scene.publish(QuestionScene.capture("P 123-456"))
    guard case .success(let answer) = try scene.put({ _ in }), answer.items.count == 1 else {
      Issue.record("\(try scene.put({ _ in }))")
      return
    }
    let logged = try scene.sv.lookupLog(by: "of-17", about: nil, limit: 100).count
    #expect(logged >= 1)
    #expect(try scene.refusal({ $0.role = "migration-officer" }) == .role)
    #expect(try scene.refusal({ $0.role = "aggregates" }) == .role)
    #expect(try scene.refusal({ $0.agreement = SHA256.hash([1]) }) == .notShared)
    #expect(try scene.refusal({ $0.held = 0 }) == .notShared)
    #expect(try scene.refusal({ $0.post = "GT-SV/nowhere/GT" }) == .notRead)
    for stream in ["SV/SV/captures", "SV/HN/captures", "SV/GT/migration", "SV/GT/nothing"] {
      #expect(try scene.refusal(about: stream) == .notShared, "\(stream)")
    }
    #expect(try scene.refusal({ $0.role = "auditor" }, about: "SV/GT/migration") == .notShared)
    // A question that goes beyond a limit is not even put.
    guard case .failure(.notAsked) = try scene.put({ $0.limit = 501 }) else {
      Issue.record("asked for more than may be asked for")
      return
    }
    // While the exchange is suspended nothing is answered.
    try scene.pair.svHome.suspend(scene.gt.country, reason: "test")
    try scene.sv.reload()
    #expect(try scene.refusal() == .notShared)
    // None of what was refused is in the log as answered.
    #expect(try scene.sv.lookupLog(by: "of-17", about: nil, limit: 100).count == logged)
  }

  @Test func aRoleThatTheAgreementDoesNotNameIsNotEvenAskedFor() throws {
    let scene = try QuestionScene()
    try scene.publish(QuestionScene.capture("P 123-456"))
    let answer = try scene.look(plate: "P123456", role: "migration-officer")
    #expect(answer.records.isEmpty && answer.sources.isEmpty)
    guard case .role("migration-officer", permitted: ["customs-officer"])? = answer.withheld.first?.reason else {
      Issue.record("\(answer.withheld)")
      return
    }
    #expect(try scene.originLines().isEmpty)
  }

  @Test func withTheLinkDownTheAnswerSaysSoAndSinceWhen() throws {
    let scene = try QuestionScene()
    try scene.publish(QuestionScene.capture("P 123-456"))
    #expect(try scene.look(plate: "P123456").records.count == 1)
    scene.sv.stop()
    // Until it is noticed the question may end with the link; then it is not put at all.
    var answer = LookupAnswer()
    #expect(
      try NodePair.eventually {
        answer = try scene.look(plate: "P123456")
        guard case .unanswered(.linkDown(let country, let since))? = answer.withheld.first?.reason else { return false }
        return country == scene.sv.country && since <= SystemClock().now()
      }, "\(answer.withheld)")
    #expect(answer.records.isEmpty && answer.sources.isEmpty && answer.withheld.count == 1)
    // It is a lookup of El Salvador's records all the same.
    #expect(try scene.gt.lookupLog(by: "of-17", about: scene.sv.country, limit: 10).first?["found"] == .number(0))
  }

  @Test func theCrossingFileShowsWhatTheOriginAnswered() throws {
    let scene = try QuestionScene()
    let id = try scene.publish(QuestionScene.capture("P 123-456"))
    let request = CrossingRequest(key: "P 123-456", by: QuestionScene.asker())
    let answer = try scene.gt.lookups.answer(request)
    let captures = answer.records.filter { $0.record.locator.stream.dataset.description == "captures" }
    #expect(captures.map(\.record.entry.id) == [id] && captures.allSatisfy { $0.answeredAt != nil })
    #expect(answer.sources.contains { $0.stream.description == QuestionScene.stream && $0.size == nil })
    #expect(!answer.withheld.contains { $0.stream.description == QuestionScene.stream })
    let line = try #require(try answer.shown(by: scene.gt).first { $0["id"]?.string == id.description })
    #expect(line["answered_at"]?.string != nil && line["index"] == .null)
  }

  /// Whatever an origin sends: what is not the answer to the question is not shown, and the reason is.
  @Test func aHostileOriginsAnswersAreNotShown() throws {
    let scene = try QuestionScene()
    let id = try scene.publish(QuestionScene.capture("P 123-456"))
    let other = try scene.publish(QuestionScene.capture("P 999-999"))
    func body(_ id: RecordID) throws -> [UInt8] {
      try #require(try scene.put({ _ in }).get().items.first { $0.entry.id == id }).body
    }
    let (asked, unasked) = (try body(id), try body(other))
    func item(_ body: [UInt8], _ kind: Entry.Kind = .record) -> Answer.Item {
      Answer.Item(id: other, kind: kind, body: body, SystemEntropy())
    }
    func replacing(_ what: String, _ with: String) -> Answer.Item {
      item(Array(String(decoding: asked, as: UTF8.self).replacing(what, with: with, maxReplacements: 1).utf8))
    }
    let origin = HostileOrigin(scene)
    #expect(try scene.fault(origin, { _, answer in answer = nil }) == "it does not open")
    let cases: [(String, HostileOrigin.Change)] = [
      // To the same key, and about another question.
      ("it answers another question", { question, _ in question.purpose = "other" }),
      ("a record was not asked for", { _, answer in answer?.items = [item(unasked)] }),
      ("a record withdraws another", { _, answer in answer?.items = [item(Array("{}".utf8), .withdraws(id))] }),
      ("its records are not in order", { _, answer in answer?.items = [item(asked), item(asked)] }),
      ("not agreed", { _, answer in answer?.items = [replacing("\"plate\"", "\"lane\":\"7\",\"plate\"")] }),
      ("not as agreed", { _, answer in answer?.items = [replacing("out", "sideways")] }),
      (
        "outside the agreed filter",
        { _, answer in
          let text = String(decoding: asked, as: UTF8.self).replacing("GT-SV/anguiatu", with: "SV-HN/el-poy")
          answer?.items = [item(Array(text.utf8))]
        }
      ),
      ("101 records, 100 were asked for", { _, answer in answer?.items = (0...100).map { _ in item(asked) } }),
    ]
    for (expected, change) in cases {
      let told = try scene.fault(origin, change)
      #expect(told?.contains(expected) == true, "\(expected): \(told ?? "no fault")")
    }
    // Another country's keys are not El Salvador's.
    let scratch = try Scratch()
    #expect(
      try scene.fault(HostileOrigin(scene, keys: scratch.home("SV").keys(.file).ring), { _, _ in })
        == "its log key did not sign it")
  }
}

/// El Salvador's node with another mind: it changes what it was asked, or what it would answer.
private struct HostileOrigin: @unchecked Sendable {
  // @unchecked: a change touches values of its own test alone, and one question is under way at a time.
  typealias Change = (inout Question, inout Answer?) -> Void
  let owner: QuestionOwner
  let keys: Keyring
  let asker: CountryCode
  var change: Change = { _, _ in }

  init(_ scene: QuestionScene, keys: Keyring? = nil) {
    let standing = scene.sv.standing
    owner = QuestionOwner(
      lookups: scene.sv.lookups, neighbour: { standing.now.neighbours[$0] }, log: { _, _, _ in })
    (self.keys, asker) = (keys ?? scene.sv.lookups.keys, scene.gt.country)
  }

  func answer(_ sealed: [UInt8]) throws(QuestionRefusal) -> [UInt8] {
    let heard = try owner.hear(sealed, of: asker)
    var question = heard.question
    var answer = Optional(try owner.find(heard))
    change(&question, &answer)
    guard let answer else { return SystemEntropy().bytes(400) }
    return try answer.sealed(
      for: question, version: heard.terms.version, in: owner.lookups.reader.realm, by: owner.lookups.country, keys,
      at: SystemClock().now(), SystemEntropy())
  }
}

extension QuestionScene {
  /// What Guatemala finds wrong with the answer of such a node; nil when nothing.
  fileprivate func fault(_ origin: HostileOrigin, _ change: @escaping HostileOrigin.Change) throws -> String? {
    var origin = origin
    origin.change = change
    let hostile = origin
    sv.questionPort.serve { (sealed, _) throws(QuestionRefusal) in try hostile.answer(sealed) }
    let told = try look(plate: "P123456")
    #expect(told.records.isEmpty && told.sources.isEmpty)
    guard case .unanswered(.broken(sv.country, let what))? = told.withheld.first?.reason else { return nil }
    return what
  }
}

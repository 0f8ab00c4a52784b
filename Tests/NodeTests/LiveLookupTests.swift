import Catalog
import Exchange
import Foundation
import Sodium
import Terms
import Testing

@testable import Node

/// Lookups that ask the origin of replicated records for what is newer than the replica.
@Suite(.serialized) struct LiveLookupTests {
  private static let stream = "SV/GT/migration"

  /// Departures of one vehicle from El Salvador; those up to `held` are at Guatemala.
  private func departure(_ number: Int, decision: String = "admit", changes: String = "") -> String {
    String(decoding: NodePair.departure(number), as: UTF8.self)
      .replacing("\"decision\":\"admit\"", with: "\"decision\":\"\(decision)\"\(changes)")
  }

  private func scene(held: Int) throws -> (QuestionScene, ids: [RecordID]) {
    let scene = try QuestionScene()
    let ids = try (0..<held).map { try scene.publish(departure($0), dataset: "migration") }
    let name = try StreamName(Self.stream)
    #expect(try NodePair.eventually { try scene.gt.engine.reader.state(of: name).size == UInt64(held) + 1 })
    return (scene, ids)
  }

  private func request(_ scene: QuestionScene, live: Bool = true) throws -> LookupRequest {
    var request = LookupRequest(
      dataset: try DatasetName("migration"), by: Asker(officer: "of-1", role: "migration-officer", purpose: "test"))
    (request.from, request.live) = (scene.sv.country, live)
    return request
  }

  @Test func anUpToDateReplicaAndItsOriginGiveEachRecordOnce() throws {
    let (scene, ids) = try scene(held: 3)
    let answer = try scene.gt.lookups.answer(request(scene))
    #expect(Set(answer.records.map(\.record.entry.id)) == Set(ids) && answer.records.count == 3)
    #expect(answer.records.allSatisfy { $0.answeredAt == nil })
    guard case .answered(let moment)? = answer.sources.first?.live else {
      Issue.record("\(answer.sources)")
      return
    }
    #expect(answer.sources.count == 1 && answer.sources[0].size == 4)
    #expect(abs(SystemClock().now().milliseconds(since: moment)) < 60_000)
    // Without --live nobody is asked.
    #expect(try scene.gt.lookups.answer(request(scene, live: false)).sources.first?.live == nil)
    #expect(try scene.sv.lookupLog(by: "of-1", about: nil, limit: 10).count { $0["asked_by"] != nil } == 1)
  }

  /// The replica is taken as it was some records ago: what came since is what the origin must tell.
  @Test func whatIsNewerAtTheOriginIsJoinedWithoutDuplicates() throws {
    let (scene, ids) = try scene(held: 3)
    let later = try scene.publish(departure(7), dataset: "migration")
    let corrected = try scene.publish(
      departure(0, decision: "refuse", changes: ",\"reason\":\"papers\",\"replaces\":\"\(ids[0])\"")
        .replacing("\"reference\":\"T-0\"", with: "\"reference\":\"T-0b\""), dataset: "migration")
    let withdrawn = try scene.publish(
      "{\"withdraws\":\"\(ids[1])\",\"reason\":\"typed twice\"}", dataset: "migration")
    let name = try StreamName(Self.stream)
    #expect(try NodePair.eventually { try scene.gt.engine.reader.state(of: name).size == 7 })
    let lookup = try request(scene)
    let definition = try #require(scene.gt.registry.definition(lookup.dataset))
    func joined(history: Bool) throws -> LookupAnswer {
      var lookup = lookup
      lookup.history = history
      // As it was before the last three came.
      var answer = try scene.gt.lookups.answer(request(scene, live: false))
      answer.origins = scene.gt.lookups.agreed(name.dataset).filter { $0.terms.stream == name }
      var old = lookup
      old.history = true
      let all = try scene.gt.lookups.answer(old).records
      answer.records = all.filter { ids.contains($0.record.entry.id) }.map { found in
        var found = found
        found.changedBy = nil
        return found
      }
      answer.sources = [LookupAnswer.Source(stream: name, size: 4, asOf: nil, live: nil)]
      let search = Search(request: lookup, definition: definition, wanted: [], filters: [], lookups: scene.gt.lookups)
      try scene.gt.lookups.askOrigins(search, among: [], anyOf: [], into: &answer)
      return answer
    }
    let now = try joined(history: false)
    #expect(now.records.map(\.record.entry.id) == [corrected, later, ids[2]])
    #expect(now.records.map { $0.answeredAt != nil } == [true, true, false])
    #expect(now.records.first?.record.entry.kind == .replaces(ids[0]))
    #expect(now.records.first?.earlier == [ids[0]])
    let history = try joined(history: true)
    #expect(Set(history.records.map(\.record.entry.id)) == Set([corrected, later] + ids))
    #expect(history.records.count == 5)
    let changes = Dictionary(uniqueKeysWithValues: history.records.map { ($0.record.entry.id, $0.changedBy) })
    #expect(changes[ids[0]] == corrected && changes[ids[1]] == withdrawn && changes[ids[2]] == .some(nil))
  }

  @Test func anOriginThatDoesNotAnswerLeavesTheReplicaAndSaysSo() throws {
    let (scene, ids) = try scene(held: 2)
    scene.sv.questionPort.serve { _, _ throws(QuestionRefusal) in throw QuestionRefusal(.busy, "later") }
    let answer = try scene.gt.lookups.answer(request(scene))
    #expect(Set(answer.records.map(\.record.entry.id)) == Set(ids) && answer.withheld.isEmpty)
    guard case .unanswered(.refused(_, let refusal))? = answer.sources.first?.live, refusal.known == .busy else {
      Issue.record("\(answer.sources)")
      return
    }
    guard case .list(let sources)? = try answer.shown(by: scene.gt).last?["answer"]?["sources"] else {
      Issue.record("no sources")
      return
    }
    let live = try #require(sources.first?["live"])
    #expect(live["answered"] == .boolean(false) && live["reason"]?.string == "SV says: later")
  }

  @Test func theMembersOfALookupSayWhetherItIsLive() throws {
    let members = "\"officer\":\"o\",\"role\":\"r\",\"purpose\":\"p\""
    let query = try LookupRequest(
      json: JSONValue(parsing: Array("{\"dataset\":\"migration\",\"live\":true,\(members)}".utf8)))
    let crossing = try CrossingRequest(
      json: JSONValue(parsing: Array("{\"key\":\"P1\",\"live\":true,\(members)}".utf8)))
    #expect(query.live && crossing.live && crossing.lookup(in: query.dataset).live)
    #expect(throws: TermError.self) {
      try LookupRequest(json: JSONValue(parsing: Array("{\"dataset\":\"migration\",\"live\":1,\(members)}".utf8)))
    }
  }
}

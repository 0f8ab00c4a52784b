import Catalog
import Exchange
import Foundation
import Terms
import Testing

@testable import Node

/// Records that a definition shows to few roles, of the own register and of the neighbour's.
@Suite(.serialized) struct RestrictedTests {
  private static func agreed(_ topology: String) -> String {
    topology.replacing(
      "countries = [\"GT\", \"SV\"]\nneighbours = true\nterms = [\"migration\", \"lookups\"]",
      with: "countries = [\"GT\", \"SV\"]\nneighbours = true\nterms = [\"migration\", \"lookups\", \"incidents\"]")
  }

  private func publish(_ visibility: String, at node: Installation) throws -> RecordID {
    let definition = try #require(node.registry.definition(DatasetName("incidents")))
    let line = """
      {"event":"reported","post":"GT-SV/la-hachadura/SV","time":"2026-11-24T08:00:00Z","kind":"smuggling",\
      "severity":"high","visibility":"\(visibility)","summary":"Visto de \(visibility)."}
      """
    let outcome = node.publish(Array(line.utf8), of: definition)
    guard case .accepted(let id) = outcome else { throw RiskPair.NotAccepted("\(outcome)") }
    return id
  }

  private func seen(_ role: String, at node: Installation) throws -> (ids: Set<RecordID>, withheld: [String]) {
    let answer = try node.lookups.answer(
      LookupRequest(
        dataset: try DatasetName("incidents"), by: Asker(officer: "of-1", role: role, purpose: "test")))
    return (Set(answer.records.map(\.record.entry.id)), answer.withheld.map(\.description))
  }

  @Test func aRoleSeesWhatTheDefinitionShowsItAndIsToldTheRest() throws {
    let pair = try NodePair(edit: Self.agreed)
    let (sv, gt) = try pair.start()
    let (all, posts, security) = (
      try publish("all", at: sv), try publish("posts", at: sv), try publish("security", at: sv)
    )
    let stream = try StreamName("SV/GT/incidents")
    #expect(try NodePair.eventually { try gt.engine.reader.state(of: stream).size == 3 })
    #expect(try seen("security-officer", at: sv).ids == [all, posts, security])
    #expect(try seen("post-operator", at: sv).ids == [all, posts])
    #expect(try seen("customs-officer", at: sv).ids == [all])
    #expect(
      try seen("post-operator", at: sv).withheld.contains(
        "SV/SV/incidents: where visibility is security, only security-officer, auditor may see it"))
    #expect(try seen("security-officer", at: sv).withheld.isEmpty)
    // What is for security alone did not leave; at the neighbour the same holds of the rest.
    #expect(try seen("security-officer", at: gt).ids == [all, posts])
    #expect(try seen("post-operator", at: gt).ids == [all, posts])
    // Evidence shows a record as any lookup does.
    #expect(throws: EvidenceMaker.Failure.self) {
      _ = try sv.evidence(for: security, to: nil, officer: "of-1", role: "post-operator", purpose: "test")
    }
    _ = try sv.evidence(for: security, to: nil, officer: "of-1", role: "security-officer", purpose: "test")
  }
}

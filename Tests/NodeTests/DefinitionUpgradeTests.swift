import Catalog
import Exchange
import Foundation
import Synchronization
import Terms
import Testing

@testable import Node

/// A definition is upgraded at one side while both publish; and a neighbour that breaks the agreed one stops that stream alone.
@Suite(.serialized) struct DefinitionUpgradeTests {
  /// The sample's migration with one field more, which no record must have.
  private static func upgraded(_ files: [String: [UInt8]]) throws -> [String: [UInt8]] {
    var files = files
    let path = "datasets/migration.toml"
    let text = String(decoding: try #require(files[path]), as: UTF8.self)
    let field = """
      [[field]]
      name = "gate"
      type = "text"
      max_length = 20
      search = true
      title = { es = "Puerta", en = "Gate" }
      description = { es = "Puerta del puesto.", en = "Gate of the post." }

      [[rule]]

      """
    let after = text.replacing("version = 1\n", with: "version = 2\n", maxReplacements: 1)
      .replacing("[[rule]]\n", with: field, maxReplacements: 1)
    try #require(after.contains("gate") && after.contains("version = 2\n"))
    files[path] = Array(after.utf8)
    return files
  }

  /// Publishes at a node without pause, until it is told to end: each record another one.
  private final class Traffic: Sendable {
    private let isEnded = Mutex(false)
    private let ended = DispatchSemaphore(value: 0)
    private let ids = Mutex<[RecordID]>([])
    private let faults = Mutex<[String]>([])

    init(_ line: @escaping @Sendable (Int) -> [UInt8], at node: Installation) throws {
      let definition = try #require(node.registry.definition(DatasetName("migration")))
      DispatchQueue.global().async { [self] in
        var number = 0
        while !isEnded.withLock({ $0 }) {
          number += 1
          switch node.publish(line(number), of: definition) {
          case .accepted(let id): ids.withLock { $0.append(id) }
          case let other: faults.withLock { $0.append("\(other)") }
          }
          usleep(5000)
        }
        ended.signal()
      }
    }

    var count: Int { ids.withLock { $0.count } }

    /// Ends it; gives what was accepted.
    func end() -> (ids: [RecordID], faults: [String]) {
      isEnded.withLock { $0 = true }
      ended.wait()
      return (ids.withLock { $0 }, faults.withLock { $0 })
    }
  }

  /// Departures to the other country, numbered from a start; `gate` is the field of the new version.
  private static func line(
    _ origin: CountryCode, from start: Int, gate: Bool = false
  ) -> @Sendable (Int) -> [UInt8] {
    { number in
      var text = String(decoding: NodePair.departure(start + number), as: UTF8.self)
      if origin.description == "GT" {
        text = text.replacing("la-hachadura/SV", with: "la-hachadura/GT")
          .replacing("\"from\":\"SV\",\"to\":\"GT\"", with: "\"from\":\"GT\",\"to\":\"SV\"")
      }
      if gate { text = text.replacing("\"decision\"", with: "\"gate\":\"G-\(number)\",\"decision\"") }
      return Array(text.utf8)
    }
  }

  private func held(_ node: Installation, from origin: CountryCode) throws -> [RecordID: JSONValue] {
    var request = LookupRequest(
      dataset: try DatasetName("migration"), by: Asker(officer: "of-1", role: "migration-officer", purpose: "test"))
    (request.from, request.limit) = (origin, LookupRequest.mostRecords)
    let records = try node.lookups.answer(request).records
    return Dictionary(
      uniqueKeysWithValues: try records.map { ($0.record.entry.id, try JSONValue(parsing: $0.record.body)) })
  }

  @Test func oneSideIsUpgradedUnderTrafficAndTheAgreementSaysWhichVersionIsInForce() throws {
    let pair = try NodePair()
    var (sv, gt) = try pair.start()
    let (svCode, gtCode) = (sv.country, gt.country)
    // Guatemala publishes all the time, through its neighbour's upgrade.
    let guatemalas = try Traffic(Self.line(gtCode, from: 500_000), at: gt)
    let before = try Traffic(Self.line(svCode, from: 0), at: sv)
    #expect(NodePair.eventually { before.count > 20 })
    let first = before.end()
    sv = try pair.restartSV(installing: Self.upgraded(pair.svHome.topology()))
    #expect(sv.registry.definition(try DatasetName("migration"))?.version == 2)
    let after = try Traffic(Self.line(svCode, from: 100_000, gate: true), at: sv)
    #expect(NodePair.eventually { after.count > 20 })
    let second = after.end()
    let others = guatemalas.end()
    #expect(first.faults.isEmpty && second.faults.isEmpty && others.faults.isEmpty)
    // Everything arrives on both sides, what was made under the new version without its field.
    let all = Set(first.ids + second.ids)
    #expect(try NodePair.eventually { try held(gt, from: svCode).count == all.count })
    let arrived = try held(gt, from: svCode)
    #expect(Set(arrived.keys) == all && arrived.values.allSatisfy { $0["gate"] == nil })
    #expect(try NodePair.eventually { try held(sv, from: gtCode).count == others.ids.count })
    #expect(try held(sv, from: svCode).values.count { $0["gate"] != nil } == second.ids.count)
    // It flows, and says which version is in force.
    #expect(NodePair.eventually { sv.status().isFlowing && gt.status().isFlowing }, "\(sv.status().json.json)")
    let note = try #require(sv.status().notes.first { $0.hasPrefix("SV/GT/migration: ") })
    #expect(note.contains("version 1 of the definition is in force") && note.contains("version 2 is installed here"))
    #expect(note.contains("gate will not be sent"))
    #expect(!gt.status().notes.contains { $0.contains("definition") })
    #expect(sv.verify { _ in }.problems.isEmpty && gt.verify { _ in }.problems.isEmpty)

    // The other side follows, a ceremony agrees on the new version, and the field arrives.
    try pair.gtHome.replaceTopology(Self.upgraded(pair.gtHome.topology()))
    try pair.agree(days: 0...400)
    (sv, gt) = try pair.restart()
    for side in [sv, gt] { #expect(!side.status().notes.contains { $0.contains("definition") }) }
    let last = try Traffic(Self.line(svCode, from: 200_000, gate: true), at: sv)
    #expect(NodePair.eventually { last.count > 3 })
    let third = last.end()
    #expect(third.faults.isEmpty)
    #expect(try NodePair.eventually { try held(gt, from: svCode).count == all.count + third.ids.count })
    let now = try held(gt, from: svCode)
    #expect(now.values.count { $0["gate"] != nil } == third.ids.count)
    #expect(third.ids.allSatisfy { now[$0]?["gate"] != nil })
  }

  /// A changed program of El Salvador puts a record into its streams that the agreed definition refuses.
  @Test func aRecordThatBreaksTheAgreedDefinitionIsNotStoredNorReceiptedAndStopsItsStreamAlone() throws {
    let pair = try NodePair { text in
      AttachmentTests.agreed(text).replacing(
        "terms = [\"lookups\", \"stills\"]", with: "terms = [\"migration\", \"lookups\", \"stills\"]")
    }
    let (sv, gt) = try pair.start()
    _ = try NodePair.publish(0..<2, at: sv)
    let name = try StreamName("SV/GT/migration")
    func receipted() throws -> UInt64? { try sv.engine.reader.state(of: name).receipt?.checkpoint.size }
    #expect(try NodePair.eventually { try receipted() == 3 })
    let definition = try #require(sv.registry.definition(name.dataset))
    let good = try sv.registry.draft(NodePair.departure(2), of: definition, from: sv.country, now: SystemClock().now())
    let bad = Draft(
      dataset: good.dataset, version: good.version,
      body: Array(
        String(decoding: good.body, as: UTF8.self).replacing("\"decision\":\"admit\"", with: "\"decision\":\"perhaps\"")
          .utf8),
      reference: nil, kind: .record)
    guard case .accepted(let id)? = try sv.engine.publish([bad]).first else {
      Issue.record("the changed program does not take it either")
      return
    }
    _ = try NodePair.publish(3..<5, at: sv)
    func problem(_ node: Installation) -> String {
      node.status().streams.first { $0.stream == name }?.problem ?? ""
    }
    // Both sides say why, and name the field and no value.
    for node in [sv, gt] {
      #expect(NodePair.eventually { problem(node).contains("decision") }, "\(problem(node))")
      #expect(!problem(node).contains("perhaps"))
      #expect(!node.status().isFlowing)
    }
    // Another stream flows, there and back, after it.
    let captures = try #require(sv.registry.definition(DatasetName("captures")))
    guard
      case .accepted(let capture) = sv.publish(
        Array(AttachmentTests.capture(nil, reference: "c-1").utf8), of: captures)
    else {
      Issue.record("not accepted")
      return
    }
    let other = try StreamName(AttachmentTests.stream)
    #expect(try NodePair.eventually { try sv.engine.reader.state(of: other).receipt?.checkpoint.size == 2 })
    #expect(try gt.engine.reader.find(capture, in: other, size: 2) == 1)
    // Nothing of the bad record is stored, nor what came after it; no receipt goes past it.
    func nothingIsPastIt(_ sv: Installation, _ gt: Installation) throws {
      #expect(NodePair.eventually { problem(gt).contains("decision") }, "\(problem(gt))")
      let state = try gt.engine.reader.state(of: name)
      #expect(state.size == 3)
      #expect(try gt.engine.reader.find(id, in: name, size: state.size) == nil)
      #expect(try sv.engine.reader.state(of: name).receipt?.checkpoint.size == 3)
      #expect(try sv.engine.reader.state(of: name).size == 6)
    }
    try nothingIsPastIt(sv, gt)
    // Nor after a new start of both, when the record is sent and refused again.
    let again = try pair.restart()
    try nothingIsPastIt(again.sv, again.gt)
  }
}

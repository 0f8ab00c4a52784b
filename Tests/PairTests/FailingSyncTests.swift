import Foundation
import Terms
import Testing

/// A node whose disk does not confirm a write. What it has of it is unknown from then on, and no later sync says so: the system may have thrown
/// away what it could not write and forgotten that it failed. So nothing more is accepted until the node has started again and looked.
@Suite struct FailingSyncTests {
  /// What fails: the journal, where small commits become durable, or the database's log, where large ones do.
  enum Place: String, CaseIterable {
    case journal = "istmo.db-commits"
    case log = "istmo.db-wal"

    /// Departures that go there in one commit.
    var departures: Int { self == .journal ? 1 : 512 }
  }

  @Test(arguments: Place.allCases) func nothingIsAcceptedThatTheDiskDidNotConfirm(place: Place) async throws {
    let pair = try await Pair()
    let marks = pair.folder.path + "/failing"
    try FileManager.default.createDirectory(atPath: marks, withIntermediateDirectories: false)
    let disk = try await Foreign.changed(by: "failsync", in: pair.folder)
    let sv = try await pair.a.start(prefix: disk, environment: ["FAILSYNC_FOLDER": marks])
    let gt = try await pair.b.start()
    try await pair.must("publish", "migration", at: pair.a, input: Departures.lines(0..<10))
    #expect(try await pair.settled())
    let before = try await Self.held(pair)

    let lines = Departures.lines(1000..<1000 + place.departures)
    try Data().write(to: URL(filePath: "\(marks)/\(place.rawValue)"))
    let failed = try await pair.a.istmo("publish", "migration", input: lines)
    #expect(failed.ending == .exit(1) && !failed.output.contains("accepted \(place.departures)"), "\(failed)")

    // The disk confirms again. That says nothing of what it was given before.
    try FileManager.default.removeItem(atPath: "\(marks)/\(place.rawValue)")
    for _ in 0..<3 {
      let refused = try await pair.a.istmo("publish", "migration", input: Departures.lines(5000..<5001))
      #expect(refused.ending == .exit(1) && refused.errors.contains("restart the node"), "\(refused)")
    }
    #expect(try sv.client().send(.init(.get, "/healthz"), limit: 1 << 16).status == 503)
    let status = try await pair.a.status()
    #expect(status.ending == .exit(1))
    #expect(status.json["problems"]?.json.contains("restart the node") == true, "\(status.json.json)")
    // A lookup that cannot be logged is not answered.
    let query = try await pair.a.istmo(
      "query", "migration", "--where", "document=SV/A00000003", "--officer", "o-1", "--purpose", "control")
    #expect(query.ending == .exit(1) && !query.output.contains("A00000003"), "\(query)")
    #expect(try await Self.held(pair) == before, "the neighbour was told of what may not be there")
    _ = await sv.stop()

    // Whatever the disk has: each record is there once when its publisher has sent it again.
    let again = try await pair.a.start()
    try await pair.must("publish", "migration", at: pair.a, input: lines)
    #expect(try await pair.settled())
    for side in pair.sides {
      let verified = try await side.istmo("verify")
      #expect(verified.ending == .exit(0) && verified.output.hasPrefix("clean"), "\(verified)")
    }
    for node in [again, gt] { #expect(await node.stop() == .exit(0)) }
    let (a, b) = (pair.a.home, pair.b.home)
    let (here, there) = try await onThread {
      (
        try StoredHome(a).recount(StreamName("SV/SV/migration")).ids,
        try StoredHome(b).recount(StreamName("SV/GT/migration")).ids
      )
    }
    #expect(here.count == 10 + place.departures && Set(here).count == here.count)
    #expect(Set(there) == Set(here) && there.count == here.count)
  }

  /// Entries that the neighbour holds.
  private static func held(_ pair: Pair) async throws -> Int64? {
    try await pair.b.status().json.stream(pair.stream)?["size"]?.number
  }
}

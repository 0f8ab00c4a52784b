import Catalog
import Node
import Terms
import Testing

/// What an officer may answer: a record of the other country that awaits an answer and has none.
@Suite struct AwaitedTests {
  @Test func aDepartureIsAwaitedUntilItIsAnsweredAndLookingIsLogged() throws {
    let pair = try NodePair()
    let (sv, gt) = try pair.start()
    guard case .accepted(let id)? = try NodePair.publish(0..<1, at: sv).first else {
      throw TermError(kind: "departure", found: "refused", expected: "accepted")
    }
    var request = LookupRequest(
      dataset: try DatasetName("migration"), officer: "of-9", role: "migration-officer", purpose: "entrada")
    #expect(try NodePair.eventually { try gt.lookups.awaited(id, request) != nil })
    let before = try gt.lookupLog(by: "of-9", about: nil, limit: 1000).count
    #expect(try gt.lookups.awaited(id, request)?.record.entry.id == id)
    #expect(try gt.lookupLog(by: "of-9", about: nil, limit: 1000).count > before)

    // Not to who may not see it, nor at the country that recorded it.
    var janitor = request
    janitor.role = "janitor"
    #expect(try gt.lookups.awaited(id, janitor) == nil)
    request.datasets = [try DatasetName("manifests")]
    #expect(try gt.lookups.awaited(id, request) == nil)
    request.datasets = nil
    #expect(try sv.lookups.awaited(id, request) == nil)

    let line = """
      {"event":"entry-confirmed","refers":"\(id)","post":"GT-SV/la-hachadura/GT","time":"\(SystemClock().now())",\
      "reference":"desk-entry-\(id)"}
      """
    let definition = try #require(gt.registry.definition(try DatasetName("migration")))
    guard case .accepted = gt.publish(Array(line.utf8), of: definition) else {
      throw TermError(kind: "confirmation", found: "refused", expected: "accepted")
    }
    #expect(try gt.lookups.awaited(id, request) == nil)
    // Whoever decides at the same time is told: the name of the answer is taken.
    let late = line.replacing("entry-confirmed", with: "entry-refused").replacing(
      "\"reference\"", with: "\"reason\":\"x\",\"reference\"")
    guard case .refused = gt.publish(Array(late.utf8), of: definition) else {
      throw TermError(kind: "second answer", found: "accepted", expected: "refused")
    }
  }
}
